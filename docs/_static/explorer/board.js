// Input and output as pictures, for what is too large to be drawn cell by cell, and a loupe: the one
// window under the pointer as a stepper with all its numbers.
import { inputShape, isPooling, isTransposed, outputShape, windowAlong } from "explorer/arithmetic";
import { escaped, layout, names, number, placesOfSlice, words, axes } from "explorer/drawing";
import { paint, scaleOf } from "explorer/picture";

const range = (length) => [...Array(length).keys()];

export class Board {
  // `choose` is called with a place of the output, [row, column], when the reader points at one.
  constructor(parent, { setting, picture }, choose) {
    this.setting = setting;
    this.picture = picture;
    this.choose = choose;
    const [here, there] = names(setting);
    const called = (name) => words[(isPooling(setting) ? axes.x : axes[name])[1]];
    parent.innerHTML =
      `<div class="pictures">${figure("there", there, inputShape(setting), called(there))}${figure("here", here, outputShape(setting), called(here))}</div>` +
      '<p class="reading" aria-live="polite"></p><div class="loupe"></div>';
    [this.there, this.here] = ["there", "here"].map((part) => parent.querySelector(`.${part}`));
    this.loupe = parent.querySelector(".loupe");
    this.reading = parent.querySelector(".reading");
    this.at = outputShape(setting).slice(2).map((length) => Math.floor(length / 2));
    this.listen(this.here, (place) => place);
    this.listen(this.there, (place) => this.nearestOutput(place));
    parent.querySelector(".pictures").addEventListener("change", ({ target }) => {
      if (!target.matches("figcaption select")) return;
      this.show(this.arrays);
      this.choose(this.at);
    });
  }

  // What is said of a window that is too large to be drawn.
  read(told) {
    this.reading.innerHTML = told;
    if (told) this.reading.tabIndex = 0; // it may have to be scrolled
    else this.reading.removeAttribute("tabindex");
  }

  // Of the output, the channel on show; in colour, the first.
  get filter() {
    return Number(this.here.querySelector("select")?.value) || 0;
  }

  // The output whose window lies about a place of the input.
  nearestOutput(place) {
    const out = outputShape(this.setting).slice(2), { size } = this.setting;
    return place.map((at, axis) => Math.min(out[axis] - 1, Math.round((at * out[axis]) / size[axis])));
  }

  listen(element, toOutput) {
    const canvas = element.querySelector("canvas");
    const placeOf = (event) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const place = [((event.clientY - top) / height) * canvas.height, ((event.clientX - left) / width) * canvas.width];
      return place.map((at, axis) => Math.max(0, Math.min([canvas.height, canvas.width][axis] - 1, Math.floor(at))));
    };
    const go = (event) => this.move(toOutput(placeOf(event)));
    canvas.addEventListener("pointermove", (event) => event.pointerType !== "touch" && event.buttons === 0 && go(event));
    canvas.addEventListener("click", go);
    canvas.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
      if (!steps[event.key]) return;
      event.preventDefault();
      const far = event.shiftKey ? 10 : 1, out = outputShape(this.setting).slice(2);
      this.move(this.at.map((at, axis) => Math.max(0, Math.min(out[axis] - 1, at + far * steps[event.key][axis]))));
    });
  }

  move(place) {
    if (String(place) === String(this.at)) return;
    this.at = place;
    this.mark();
    this.choose(place);
  }

  // Paint both arrays.
  show(arrays) {
    this.arrays = arrays;
    const parts = [[this.there, arrays.x, inputShape(this.setting)], [this.here, arrays.y, outputShape(this.setting)]];
    for (const [element, values, [, slices, height, width]] of parts) {
      const plane = height * width, scale = scaleOf(values, this.picture), whole = element.querySelector("select");
      const colour = slices === 3 && (!whole || whole.value === "colour");
      const which = colour ? [0, 1, 2] : [Number(whole?.value ?? 0) || 0];
      const planes = which.map((c) => values.subarray(c * plane, (c + 1) * plane));
      paint(element.querySelector("canvas"), planes, [height, width], scale);
      element.querySelector("figcaption small").textContent =
        `from ${number(scale.least)} to ${number(scale.most)}; black is ${number(scale.black)}${scale.black < 0 ? ", grey 0" : ""}, white ${number(scale.white)}`;
    }
    this.mark();
  }

  // A frame around the window, and a cross over the output.
  mark() {
    const { setting, at } = this;
    const read = at.map((place, axis) => windowAlong(setting, axis, place).filter((found) => found !== null));
    const box = read.every((found) => found.length)
      ? read.map((found) => [Math.min(...found), Math.max(...found) + 1])
      : null;
    outline(this.there, box);
    outline(this.here, at.map((place) => [place, place + 1]));
  }
}

function figure(part, name, shape, called) {
  const [, slices, height, width] = shape;
  const options = [...(slices === 3 ? [["colour", "as red, green, blue"]] : []), ...range(slices).map((c) => [c, `${called} ${c}`])];
  const choice = slices > 1
    ? `<label>Show <select aria-label="Which slice of ${escaped(name)} to show">${options.map(([value, told]) => `<option value="${value}">${told}</option>`).join("")}</select></label>`
    : "";
  return (
    `<figure class="${part}"><figcaption><b>${escaped(name)}</b> (${shape.join(", ")}) ${choice}<small></small></figcaption>` +
    `<div class="frame"><canvas tabindex="0" role="application" width="${width}" height="${height}" aria-label="${escaped(name)} as a picture, ${height} rows, ${width} columns. Arrow keys move the window."></canvas>` +
    `<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true"><path class="halo"/><path class="mark"/></svg></div></figure>`
  );
}

function outline(element, box) {
  const { width, height } = element.querySelector("svg").viewBox.baseVal;
  const least = Math.max(width, height) / 100; // or a frame around a few pixels could not be seen
  const d = box
    ? (() => {
        const [[top, bottom], [left, right]] = box.map(([from, to]) => {
          const more = Math.max(0, least - (to - from)) / 2;
          return [from - more, to + more];
        });
        return `M${left} ${top}H${right}V${bottom}H${left}z`;
      })()
    : "";
  for (const path of element.querySelectorAll("path")) path.setAttribute("d", d);
}

// The window of one output as a small problem of its own, which has the same answer: its setting, its
// arrays, and for each of its kernel's cells the place in the whole one's w.
export function loupe(setting, { x, w, b, y }, [n, f, i, j]) {
  const lay = layout(setting), { kernel, dilation, size, channels } = setting;
  const [, , height, width] = outputShape(setting);
  const starts = [lay.starts[0][i] - lay.around[0][0], lay.starts[1][j] - lay.around[1][0]];
  const pooling = isPooling(setting);
  const sides = [0, 1].map((axis) => {
    const places = range(dilation[axis] * (kernel[axis] - 1) + 1).map((t) => starts[axis] + t);
    const real = (place) => place >= 0 && place % lay.spread[axis] === 0 && place / lay.spread[axis] < size[axis];
    // A pooling that does not count padding has a smaller window at the border.
    return pooling && setting.kind !== "average" ? places.filter(real) : places;
  });
  const [rows, columns] = sides, read = lay.reach[f], plane = size[0] * size[1];
  const value = (channel, row, column) => {
    const at = [row, column].map((place, axis) => place / lay.spread[axis]);
    const on = at.every((place, axis) => Number.isInteger(place) && place >= 0 && place < size[axis]);
    return on ? x[(n * channels + channel) * plane + at[0] * size[1] + at[1]] : 0;
  };
  const places = pooling ? [] : read.flatMap((_, slot) => placesOfSlice({ ...setting, kind: setting.kind === "convolution" ? "correlation" : setting.kind }, f, slot));
  const small = {
    ...setting, samples: 1, channels: read.length, filters: pooling ? read.length : 1, groups: pooling ? read.length : 1,
    kind: isTransposed(setting) ? "correlation" : setting.kind, size: [rows.length, columns.length],
    kernel: pooling ? [rows.length, columns.length] : kernel, strides: [1, 1], border_mode: "valid", output_padding: [0, 0],
    bias: Boolean(b),
  };
  return {
    setting: small,
    places,
    rows, columns, read, spread: lay.spread,
    x: Float64Array.from(read.flatMap((channel) => rows.flatMap((row) => columns.map((column) => value(channel, row, column))))),
    w: pooling ? null : Float64Array.from(places, (place) => w[place]),
    b: b ? Float64Array.of(b[f]) : null,
    y: Float64Array.of(y[((n * setting.filters + f) * height + i) * width + j]),
  };
}
