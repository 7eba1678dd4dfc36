// Input and output as pictures, for what is too large to be drawn cell by cell, and a loupe: the one
// window under the pointer as a stepper with all its numbers.
import { AXES, inputShape, outputShape, overhang, range, windowAlong } from "./arithmetic.js";
import { borderOf } from "./borders.js";
import { isPooling, isTransposed, kindOf } from "./kinds.js";
import { axesOf, escaped, layout, names, number, placesOfSlice, words } from "./drawing.js";
import { paint, scaleOf } from "./pictures.js";
import { sentence } from "./words.js";

export class Board {
  // `choose` is called with a place of the output, [row, column], when the reader points at one.
  constructor(parent, { setting, picture }, choose) {
    this.setting = setting;
    this.picture = picture;
    this.choose = choose;
    const [here, there] = names(setting);
    const called = (name) => words[axesOf(setting, name)[1]];
    const input = figure("there", there, inputShape(setting), called(there));
    const output = figure("here", here, outputShape(setting), called(here));
    parent.innerHTML = `<div class="pictures">${input}${output}</div>` +
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
  read(html) {
    this.reading.innerHTML = html;
    if (html) this.reading.tabIndex = 0; // it may have to be scrolled
    else this.reading.removeAttribute("tabindex");
  }

  // Of the output, the channel on show; in colour, the first.
  get filter() {
    return Number(this.here.querySelector("select")?.value) || 0;
  }

  // The output whose window lies about a place of the input.
  nearestOutput(place) {
    const out = outputShape(this.setting).slice(2), { size } = this.setting;
    return place.map((at, axis) =>
      Math.min(out[axis] - 1, Math.round((at * out[axis]) / size[axis]))
    );
  }

  listen(element, toOutput) {
    const canvas = element.querySelector("canvas");
    const placeOf = (event) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const place = [
        ((event.clientY - top) / height) * canvas.height,
        ((event.clientX - left) / width) * canvas.width,
      ];
      return place.map((at, axis) =>
        Math.max(0, Math.min([canvas.height, canvas.width][axis] - 1, Math.floor(at)))
      );
    };
    const go = (event) => this.move(toOutput(placeOf(event)));
    canvas.addEventListener(
      "pointermove",
      (event) => event.pointerType !== "touch" && event.buttons === 0 && go(event),
    );
    canvas.addEventListener("click", go);
    canvas.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
      if (!steps[event.key]) return;
      event.preventDefault();
      const far = event.shiftKey ? 10 : 1, out = outputShape(this.setting).slice(2);
      this.move(
        this.at.map((at, axis) =>
          Math.max(0, Math.min(out[axis] - 1, at + far * steps[event.key][axis]))
        ),
      );
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
    const parts = [
      [this.there, arrays.x, inputShape(this.setting)],
      [this.here, arrays.y, outputShape(this.setting)],
    ];
    for (const [element, values, [, slices, height, width]] of parts) {
      const plane = height * width, scale = scaleOf(values, this.picture);
      const whole = element.querySelector("select");
      const colour = slices === 3 && (!whole || whole.value === "colour");
      const which = colour ? [0, 1, 2] : [Number(whole?.value ?? 0) || 0];
      const planes = which.map((c) => values.subarray(c * plane, (c + 1) * plane));
      paint(element.querySelector("canvas"), planes, [height, width], scale);
      element.querySelector("figcaption small").textContent = about(scale);
    }
    this.mark();
  }

  // A frame around the window, and a cross over the output.
  mark() {
    const { setting, at } = this, image = { ...setting, border: "zeros" }; // the window's part on it
    const read = at.map((place, axis) =>
      windowAlong(image, axis, place).filter((found) => found !== null)
    );
    const box = read.every((found) => found.length)
      ? read.map((found) => [Math.min(...found), Math.max(...found) + 1])
      : null;
    outline(this.there, box);
    outline(this.here, at.map((place) => [place, place + 1]));
  }
}

function about({ least, most, black, white }) {
  return sentence(black < 0 ? "board.scale with grey" : "board.scale", {
    least: number(least),
    most: number(most),
    black: number(black),
    white: number(white),
  });
}

function figure(part, name, shape, axis) {
  const [, slices, height, width] = shape, called = escaped(name);
  const label = sentence("board.canvas", { name: called, height, width });
  return (
    `<figure class="${part}"><figcaption><b>${called}</b> (${shape.join(", ")}) ` +
    `${slices > 1 ? choice(called, slices, axis) : ""}<small></small></figcaption>` +
    `<div class="frame"><canvas tabindex="0" role="application" width="${width}" ` +
    `height="${height}" aria-label="${label}"></canvas>` +
    `<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true">` +
    '<path class="halo"/><path class="mark"/></svg></div></figure>'
  );
}

// Which slice to show; of three, all as colours too.
function choice(name, slices, axis) {
  const options = [
    ...(slices === 3 ? [["colour", sentence("board.colour")]] : []),
    ...range(slices).map((index) => [index, sentence("board.slice", { axis, index })]),
  ].map(([value, words]) => `<option value="${value}">${words}</option>`);
  const label = sentence("board.choose label", { name });
  return (
    `<label>${sentence("board.choose")} ` +
    `<select aria-label="${label}">${options.join("")}</select></label>`
  );
}

function outline(element, box) {
  const { width, height } = element.querySelector("svg").viewBox.baseVal;
  const least = Math.max(width, height) / 100; // or a frame around a few pixels could not be seen
  const widened = ([from, to]) => {
    const more = Math.max(0, least - (to - from)) / 2;
    return [from - more, to + more];
  };
  const [[top, bottom], [left, right]] = (box ?? [[0, 0], [0, 0]]).map(widened);
  const d = box ? `M${left} ${top}H${right}V${bottom}H${left}z` : "";
  for (const path of element.querySelectorAll("path")) path.setAttribute("d", d);
}

// The window of one output as a small problem of its own, which has the same answer: its setting, its
// arrays, and for each of its kernel's cells the place in the whole one's w.
export function loupe(setting, { x, w, b, y }, [n, f, i, j]) {
  const lay = layout(setting), { kernel, dilation, size, channels } = setting;
  const [, , height, width] = outputShape(setting);
  const starts = [lay.starts[0][i] - lay.around[0][0], lay.starts[1][j] - lay.around[1][0]];
  const pooling = isPooling(setting), { at: pixelAt, value: around } = borderOf(setting);
  // A pooling has a smaller window where some of its cells do not count.
  const counts = (axis) => {
    const [before, behind] = kindOf(setting).countsPadding ? lay.around[axis] : [0, 0];
    const end = size[axis] + Math.max(0, behind - overhang(setting)[axis]);
    return (place) => place >= -before && place < end;
  };
  const [rows, columns] = AXES.map((axis) => {
    const step = pooling ? dilation[axis] : 1, reach = dilation[axis] * (kernel[axis] - 1) + 1;
    const places = range(Math.ceil(reach / step)).map((t) => starts[axis] + t * step);
    return pooling ? places.filter(counts(axis)) : places;
  });
  const read = lay.reach[f], plane = size[0] * size[1];
  const value = (channel, ...places) => {
    const [u, v] = places.map((place, axis) => {
      const at = place / lay.spread[axis];
      return Number.isInteger(at) ? pixelAt(at, size[axis]) : null;
    });
    const isOn = u !== null && v !== null;
    return isOn ? x[(n * channels + channel) * plane + u * size[1] + v] : around;
  };
  const stored = { ...setting, kind: isTransposed(setting) ? "transposed" : "correlation" };
  const places = pooling ? [] : read.flatMap((_, slot) => placesOfSlice(stored, f, slot));
  const small = {
    ...setting,
    samples: 1,
    channels: read.length,
    filters: pooling ? read.length : 1,
    groups: pooling ? read.length : 1,
    kind: isTransposed(setting) ? "correlation" : setting.kind,
    size: [rows.length, columns.length],
    kernel: pooling ? [rows.length, columns.length] : kernel,
    strides: [1, 1],
    dilation: pooling ? [1, 1] : dilation,
    border_mode: "valid",
    border: "zeros",
    output_padding: [0, 0],
    ceil_mode: false,
    bias: Boolean(b),
  };
  return {
    setting: small,
    places,
    rows,
    columns,
    read,
    spread: lay.spread,
    x: Float64Array.from(
      read.flatMap((channel) =>
        rows.flatMap((row) => columns.map((column) => value(channel, row, column)))
      ),
    ),
    w: pooling ? null : Float64Array.from(places, (place) => w[place]),
    b: b ? Float64Array.of(b[f]) : null,
    y: Float64Array.of(y[((n * setting.filters + f) * height + i) * width + j]),
  };
}
