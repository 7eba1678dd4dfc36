// A setting and its numbers as a stepper, of the same cells, words and script as those that Python
// writes (figure.py, blocks.py, cells.py). It is drawn once for a setting; then only numbers change.
import {
  AXES,
  inputShape,
  kernelShape,
  outputShape,
  overhang,
  padding,
  product,
  range,
  surround,
} from "./arithmetic.js";
import { borderOf, wordsOf } from "./borders.js";
import { isPooling, isTransposed, kindOf } from "./kinds.js";
import data from "explorer/data";

export const words = data.words;
const { axes } = data;
const UNIT = 10, MARGIN = 1, LEVELS = 5;
const MOST_SIDE = 72, MOST_CELLS = 12_000; // that are drawn one by one

export const escaped = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

// As convdoc.draw writes numbers: two decimals at most, fewer from 10 and from 100 on.
export function number(value) {
  return short(value).replace("e+", "e").replaceAll("-", "−");
}

function short(value) {
  const size = Math.abs(value);
  if (size >= 1e9) return Number(value.toPrecision(2)).toExponential();
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toFixed(2 - (size >= 10) - (size >= 100))) + 0);
}

// -- How the arrays lie ----------------------------------------------------------------------------

// A transposed convolution is shown as a convolution over its input spread out with zeros.
export function layout(setting) {
  const { size, strides, dilation, kernel } = setting,
    out = outputShape(setting).slice(2),
    sides = padding(setting);
  const transposed = isTransposed(setting);
  const along = (axis) => {
    if (!transposed) {
      return {
        around: surround(setting)[axis],
        spread: 1,
        starts: range(out[axis]).map((at) => at * strides[axis]),
      };
    }
    const reach = dilation[axis] * (kernel[axis] - 1),
      first = sides[axis][0] - reach,
      before = Math.max(0, -first);
    const behind = Math.max(0, first + out[axis] - 1 + reach - (size[axis] - 1) * strides[axis]);
    return {
      around: [before, behind],
      spread: strides[axis],
      starts: range(out[axis]).map((at) => before + first + at),
    };
  };
  const [rows, columns] = [along(0), along(1)];
  const there = [rows, columns].map(({ around, spread }, axis) =>
    (size[axis] - 1) * spread + 1 + around[0] + around[1]
  );
  return {
    around: [rows.around, columns.around],
    spread: [rows.spread, columns.spread],
    starts: [rows.starts, columns.starts],
    there,
    missing: overhang(setting),
    here: out,
    reach: reach(setting),
  };
}

// For each row of cells that of the pixels it holds, and for each column; itself where it holds none.
const homes = (setting, lay) =>
  AXES.map((axis) => {
    const [before] = lay.around[axis], { at } = borderOf(setting);
    return range(lay.there[axis]).map((cell) => before + at(cell - before, setting.size[axis]));
  });

// A sentence of convdoc/draw/words.py with its parts put in by their names.
export const filled = (name, parts) => words[name].replace(/\{(\w+)\}/g, (_, hole) => parts[hole]);

// For each output channel, the input channels that it reads.
function reach(setting) {
  const { channels, filters, groups } = setting;
  if (isPooling(setting)) return range(channels).map((c) => [c]);
  const inside = channels / groups, outside = filters / groups;
  return range(filters).map((f) =>
    range(inside).map((slot) => Math.floor(f / outside) * inside + slot)
  );
}

// Whether it can be drawn cell by cell.
export function isDrawable(setting) {
  const { there, here, reach: slices } = layout(setting);
  const cells = setting.samples *
    (setting.channels * product(there) + setting.filters * product(here));
  const kernels = isPooling(setting)
    ? 0
    : slices.length * slices[0].length * product(setting.kernel);
  return Math.max(...there, ...here) <= MOST_SIDE && cells + kernels <= MOST_CELLS;
}

export const names = (setting) => kindOf(setting).names;

// The weights of a filter's slice as they lie on the image, and where each stands in w.
export function placesOfSlice(setting, filter, slot) {
  const { kernel, channels, filters, groups } = setting, [kh, kw] = kernel;
  const inside = channels / groups, outside = filters / groups;
  const at = isTransposed(setting)
    ? (Math.floor(filter / outside) * inside + slot) * outside + (filter % outside)
    : filter * inside + slot;
  const places = range(kh * kw).map((t) => at * kh * kw + t);
  return kindOf(setting).isTurned ? places.reverse() : places;
}

// A place in an array as its indices: of four where it has several slices, else of two.
export function indices(shape, place) {
  const all = [];
  for (const length of [...shape].reverse()) {
    all.unshift(place % length);
    place = Math.floor(place / length);
  }
  return shape[0] * shape[1] === 1 ? all.slice(2) : all;
}

// -- The stepper as HTML ---------------------------------------------------------------------------

// `titles` are what output and input are called above, if that is not what they are.
export function figure(setting, titles = names(setting)) {
  const lay = layout(setting), [here, there, stamp] = names(setting);
  const { signs, isTurned } = kindOf(setting), kernel = kernelShape(setting);
  const stamps = kernel && block("stamp", stamp, kernel, stampSlices(setting, lay), isTurned);
  const blocks = [
    block("there", titles[1], inputShape(setting), thereSlices(setting, lay, there)),
    ...(stamps ? [stamps] : []),
    block("here", titles[0], outputShape(setting), hereSlices(setting, lay, here)),
  ];
  const sign = (text) => `<span class="operator" aria-hidden="true">${text}</span>`;
  const between = [...data.operators[signs].map(sign), ""];
  const drawn = blocks.map((part, at) => part.html + between[at]).join("");
  return (
    `<div class="stage" style="${measures(blocks)}">${drawn}</div>${controls(setting)}` +
    `<p class="now" aria-live="polite" tabindex="0"></p>${notes(setting, lay)}`
  );
}

// What the stepper's script must know.
export function plan(setting) {
  const lay = layout(setting), [rows, columns] = lay.here;
  const around = isTransposed(setting) ? "spread cell" : "padding cell";
  return {
    start: Math.floor(rows / 2) * columns + Math.floor(columns / 2), // in the middle, where most is read
    shape: outputShape(setting),
    starts: lay.starts,
    window: setting.kernel,
    dilation: setting.dilation,
    reach: lay.reach,
    scatters: false,
    around: lay.around.map(([before]) => before),
    spread: lay.spread,
    size: inputShape(setting),
    names: names(setting).slice(0, 2),
    ...(borderOf(setting).repeats && { homes: homes(setting, lay) }),
    ...(lay.missing.some(Boolean) && { missing: lay.missing }),
    words: {
      step: words.step,
      play: words.play,
      pause: words.pause,
      meets: words.meets[1],
      surround: words[around],
      copy: words["copied cell"],
      nothing: words["missing cell"],
    },
  };
}

// Names of the first two axes of an array.
export const axesOf = (setting, name) => (isPooling(setting) ? axes.x : axes[name]);

function label(setting, name, shape, indices) {
  const parts = axesOf(setting, name).map((axis, k) => `${words[axis]} ${indices[k]}`);
  return parts.filter((_, k) => shape[k] > 1).join(", ");
}

const slicesOf = (shape) => range(shape[0]).flatMap((n) => range(shape[1]).map((c) => [n, c]));

function thereSlices(setting, lay, name) {
  const shape = inputShape(setting), size = lay.there, window = windowCells(setting);
  const real = ([row, column]) =>
    [row, column].every((cell, axis) => isReal(lay, setting, axis, cell));
  const cells = range(size[0]).flatMap((row) => range(size[1]).map((column) => [row, column]));
  const unread = [0, 1].map((axis) => unreadCells(setting, lay, axis));
  const elements = cells.filter(real), extent = size.map((n, axis) => n - lay.missing[axis]);
  const isMissing = (cell) => cell.some((at, axis) => at >= extent[axis]);
  const hatched = cells.filter((cell) =>
    !isMissing(cell) && cell.some((at, axis) => unread[axis].has(at))
  );
  const crosses = path("n", cells.filter(isMissing).map(crossing).join(""));
  const ground =
    (elements.length < product(extent)
      ? path("p", ruled([0, 0], extent)) + path("b", boxes(elements))
      : "") +
    fills() + path("u", hatched.map(hatching).join("")) +
    (window.length > 1 ? moved("o", path("b", boxes(window)) + path("k", boxes(window))) : "");
  const whole = lay.spread.every((step) => step === 1);
  const lines = whole
    ? ruled(lay.around.map(([before]) => before), setting.size)
    : elements.map((cell) => boxes([cell])).join("");
  const raised = !isPooling(setting);
  const corners = raised
    ? window.map(([row, column]) => text(column * UNIT + 9.3, row * UNIT + 8)).join("")
    : "";
  const edge = path("e", frame(window));
  return slicesOf(shape).map((index) => ({
    size,
    label: label(setting, name, shape, index),
    hidden: index[0] > 0,
    svg: ground + numbers(size, raised ? 4 : 5, (...cell) => !real(cell)) + path("g", lines) +
      crosses + moved("w", edge + (corners && `<g aria-hidden="true">${corners}</g>`)),
  }));
}

function hereSlices(setting, lay, name) {
  const shape = outputShape(setting), size = lay.here;
  return slicesOf(shape).map((index) => ({
    size,
    label: label(setting, name, shape, index),
    hidden: index[0] > 0,
    svg: fills() + numbers(size, 5) + path("g", ruled([0, 0], size)) +
      moved("w", path("e", frame([[0, 0]]))),
  }));
}

function stampSlices(setting, lay) {
  const size = setting.kernel, { channels, filters } = setting;
  const called = isTransposed(setting) ? ["channel", "filter"] : ["filter", "channel"];
  const counts = [filters, channels];
  return lay.reach.flatMap((read, f) =>
    read.map((channel) => ({
      size,
      hidden: f > 0,
      label: called.map((word, k) => `${words[word]} ${[f, channel][k]}`)
        .filter((_, k) => counts[k] > 1).join(", "),
      svg: fills() + numbers(size, 5) + path("g", ruled([0, 0], size)),
    }))
  );
}

function block(part, name, shape, slices, turned) {
  const role = { there: "input", stamp: "kernel", here: "output" }[part];
  const lies = `<span>${escaped(words["as it lies"].replace("{name}", "x"))}</span>`;
  const stored = `<span${turned ? " hidden" : ""}>${words["as stored"]}</span>`;
  const way = part === "stamp" ? `<p class="way">${turned ? lies : ""}${stored}</p>` : "";
  const drawn = slices.map(({ size: [rows, columns], label: over, hidden, svg }) => {
    const [height, width] = [rows, columns].map((cells) => cells * UNIT + 2 * MARGIN);
    const holes = { name: `${name} ${over}`.trim(), rows, columns };
    const about = words.panel.replace(/\{(\w+)\}/g, (_, hole) => holes[hole]);
    return (
      `<div class="slice"${hidden ? " hidden" : ""}>` +
      (over ? `<span>${escaped(over)}</span>` : "") +
      `<svg class="cells ${role}" viewBox="-${MARGIN} -${MARGIN} ${width} ${height}" role="img" ` +
      `aria-label="${escaped(about)}" style="--w:${width / UNIT}">${svg}</svg></div>`
    );
  });
  const heights = slices.filter((slice) => !slice.hidden)
    .map(({ size, label: over }) => size[0] + 0.2 + (over ? 1 : 0));
  const head = `<p><b>${name}</b> (${shape.join(", ")})</p>`;
  return {
    html: `<div class="block ${part}">${head}${way}${drawn.join("")}</div>`,
    columns: Math.max(...slices.map(({ size }) => size[1] + 0.2)),
    rows: heights.reduce((total, height) => total + height, 0),
  };
}

function measures(blocks) {
  const columns = blocks.map((part) => part.columns), rows = blocks.map((part) => part.rows);
  const all = columns.reduce((a, b) => a + b, 0);
  const widest = Math.max(...columns), most = Math.max(...rows), least = all > 16 ? 1.7 : 2.5;
  return `--all:${all.toFixed(1)};--widest:${widest};--rows:${most};--least:${least}rem`;
}

function controls(setting) {
  const button = (name, shown, more = "") =>
    `<button data-do="${name}" ${more}>${escaped(shown)}</button>`;
  const option = ([value, label]) => `<option value="${value}">${escaped(label)}</option>`;
  const choice = (name, word, options) =>
    `<label>${escaped(word)} ` +
    `<select data-do="${name}">${options.map(option).join("")}</select></label>`;
  const [here] = names(setting), shape = outputShape(setting);
  const several = axesOf(setting, here).map((name, axis) => {
    const indices = range(shape[axis]).map((at) => [at, at]);
    return shape[axis] > 1 ? choice(axis, words[name], indices) : "";
  });
  return (
    '<div class="controls" hidden>' +
    button("back", "←", `aria-label="${escaped(words.back)}"`) +
    button("play", words.play) +
    button("forward", "→", `aria-label="${escaped(words.forward)}"`) +
    `<input type="range" max="${product(shape) - 1}" aria-label="${escaped(words.slider)}">` +
    '<span class="count"></span>' +
    several.join("") +
    choice("speed", words.speed, Object.entries(words.speeds)) +
    (kindOf(setting).isTurned ? button("stored", words.stored, 'aria-pressed="false"') : "") +
    button("full", "", `aria-label="${escaped(words["full screen"])}"`) +
    "</div>"
  );
}

// What the dashed and the hatched cells are.
function notes(setting, lay) {
  const { divisor } = setting, name = names(setting)[1];
  const left = AXES.flatMap((axis) =>
    [...unreadCells(setting, lay, axis)].map((cell) => cell - lay.around[axis][0])
      .filter((place) => place % lay.spread[axis] === 0)
      .map((place) => nameOf(setting, axis, place / lay.spread[axis]))
  );
  const lines = [
    divisor === null ? "" : filled("divided", { divisor }),
    surrounding(setting, lay, name),
    left.length ? filled("unused", { places: left.join(", ") }) : "",
  ];
  return lines.filter(Boolean).map((line) => `<p class="note">${escaped(line)}</p>`).join("");
}

function surrounding(setting, lay, name) {
  const isPadded = padding(setting).flat().some(Boolean);
  if (isTransposed(setting)) {
    const isSpread = lay.around.flat().some(Boolean) || lay.spread.some((step) => step > 1);
    return isSpread ? filled("spread", { name }) : "";
  }
  const { repeats, value } = borderOf(setting);
  const dashed = repeats
    ? filled("repeated", { border: wordsOf(setting) })
    : filled(value ? "constant" : "dashed", { value: number(value) });
  const isBefore = lay.around.every(([before]) => before > 0);
  const lines = [
    ...(isPadded ? [dashed] : []),
    ...(isPadded && !kindOf(setting).countsPadding ? [words["not counted"]] : []),
    ...(isBefore ? [filled("before", { name })] : []),
    ...(lay.missing.some(Boolean) ? [words.missing] : []),
  ];
  return lines.join(" ");
}

// The name of a row or column, of the array or beside it.
function nameOf(setting, axis, place) {
  const isReal = place >= 0 && place < setting.size[axis], line = axis ? "column" : "row";
  const outside = borderOf(setting).repeats ? `border ${line}` : `padding ${line}`;
  return filled(isReal ? line : outside, { index: number(place) });
}

// -- Cells -----------------------------------------------------------------------------------------

const path = (name, d) => (d ? `<path class="${name}" d="${d}"/>` : "");
const text = (x, y, isMuted) => `<text${isMuted ? ' class="m"' : ""} x="${x}" y="${y}"></text>`;
const moved = (name, content) => `<g class="${name}">${content}</g>`;
const fills = () => range(LEVELS).map((level) => `<path class="f${level}" d=""/>`).join("");
const hatching = ([row, column]) => `M${column * UNIT} ${row * UNIT + 5}l5-5m5 0l-10 10m5 0l5-5`;

const crossing = ([row, column]) => `M${column * UNIT + 3.5} ${row * UNIT + 3.5}l3 3m-3 0l3-3`;

// A text for each cell; those that are muted are beside the array.
function numbers([rows, columns], middle, isMuted = () => false) {
  const row = (r) =>
    range(columns).map((c) => text(c * UNIT + 5, r * UNIT + middle, isMuted(r, c))).join("");
  return moved("t", range(rows).map((r) => `<g>${row(r)}</g>`).join(""));
}

// A path around cells, neighbours in a row in one box.
function boxes(cells) {
  let d = "";
  for (let k = 0; k < cells.length;) {
    const [row, column] = cells[k];
    let length = 1;
    while (
      k + length < cells.length && cells[k + length][0] === row &&
      cells[k + length][1] === column + length
    ) length += 1;
    d += `M${column * UNIT} ${row * UNIT}h${length * UNIT}v${UNIT}h-${length * UNIT}z`;
    k += length;
  }
  return d;
}

function ruled([top, left], [height, width]) {
  const across = range(height + 1).map((row) =>
    `M${left * UNIT} ${(top + row) * UNIT}h${width * UNIT}`
  );
  const down = range(width + 1).map((column) =>
    `M${(left + column) * UNIT} ${top * UNIT}v${height * UNIT}`
  );
  return [...across, ...down].join("");
}

function frame(window) {
  const [height, width] = [0, 1].map((axis) =>
    (Math.max(...window.map((cell) => cell[axis])) + 1) * UNIT
  );
  return `M0 0h${width}v${height}h-${width}z`;
}

const windowCells = ({ kernel: [kh, kw], dilation: [down, across] }) =>
  range(kh).flatMap((u) => range(kw).map((v) => [u * down, v * across]));

function isReal(lay, setting, axis, cell) {
  const place = cell - lay.around[axis][0];
  return place >= 0 && place % lay.spread[axis] === 0 &&
    place / lay.spread[axis] < setting.size[axis];
}

function unreadCells(setting, lay, axis) {
  const left = new Set(range(lay.there[axis] - lay.missing[axis])), step = setting.dilation[axis];
  for (const start of lay.starts[axis]) {
    for (const t of range(setting.kernel[axis])) left.delete(start + t * step);
  }
  return left;
}

// -- Numbers into the cells ------------------------------------------------------------------------

// Write the numbers that are others than those that stand there.
export function write(stepper, setting, { x, w, y }) {
  const lay = layout(setting), plane = product(setting.size), out = product(lay.here);
  const cells = range(product(lay.there)), [, columns] = lay.there;
  const at = cells.map((cell) => [Math.floor(cell / columns), cell % columns]);
  const own = at.map((place) => pixelIn(setting, lay, place));
  const beside = besideIn(setting, lay, x);
  const longest = Math.max(longestOf(x), longestOf([borderOf(setting).value]));
  const there = (k) => own.map((pixel) => pixel < 0 ? -1 : k * plane + pixel);
  put(stepper, "there", x, longest, there, (k, cell) => beside(k * plane, at[cell]));
  put(stepper, "here", y, longestOf(y), (k) => range(out).map((cell) => k * out + cell));
  if (!w) return;
  const slices = lay.reach[0].length;
  const stamp = (k) => placesOfSlice(setting, Math.floor(k / slices), k % slices);
  put(stepper, "stamp", w, longestOf(w), stamp);
  for (const { svg } of stepper.there) {
    svg.querySelector(".w > g")?.setAttribute("font-size", typeSize(1 + longestOf(w), 3, 7));
  }
}

// The pixel of a slice in a cell; -1 where it holds none.
function pixelIn(setting, lay, cell) {
  if (!cell.every((place, axis) => isReal(lay, setting, axis, place))) return -1;
  const [i, j] = cell.map((place, axis) => (place - lay.around[axis][0]) / lay.spread[axis]);
  return i * setting.size[1] + j;
}

// The text of a cell that is beside a slice, which begins at a place of x.
function besideIn(setting, lay, x) {
  const { at, value, repeats } = borderOf(setting), { size } = setting;
  const end = lay.there.map((n, axis) => n - lay.missing[axis]);
  return (start, cell) => {
    if (repeats) {
      const [i, j] = cell.map((place, axis) => at(place - lay.around[axis][0], size[axis]));
      return number(x[start + i * size[1] + j]);
    }
    const isPadding = cell.every((place, axis) => place < end[axis]);
    return isPadding && kindOf(setting).countsPadding ? number(value) : "";
  };
}

// Write the numbers of an array into its panels: `placesOf` a panel is where the number of each cell
// stands in the array, -1 for a cell beside it, whose text `besideOf` is.
function put(stepper, part, values, longest, placesOf, besideOf) {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  const size = typeSize(longest);
  stepper[part].forEach((panel, k) => {
    const places = placesOf(k);
    const texts = places.map((place, cell) =>
      place < 0 ? besideOf(k, cell) : number(values[place])
    );
    const share = (place) => Math.abs(values[place]) / (largest || 1);
    const levels = places.map((place) => place < 0 ? -1 : Math.round(share(place) * (LEVELS - 1)));
    stepper.write(part, k, texts);
    panel.svg.setAttribute("font-size", size);
    for (const level of range(LEVELS)) {
      const cells = range(levels.length).filter((cell) => levels[cell] === level);
      const d = boxes(
        cells.map((cell) => [Math.floor(cell / panel.columns), cell % panel.columns]),
      );
      const fill = panel.svg.querySelector(`:scope > .f${level}`);
      if (fill.getAttribute("d") !== d) fill.setAttribute("d", d);
    }
  });
}

function longestOf(values) {
  let longest = 1;
  for (const value of values) {
    // Small whole numbers, which most are, without writing each.
    const length = value >= 0 && value < 10 && Number.isInteger(value) ? 1 : number(value).length;
    if (length > longest) longest = length;
  }
  return longest;
}

const typeSize = (longest, largest = 4.4, room = 9) =>
  Math.round(10 * Math.min(largest, room / (0.58 * longest))) / 10;

// -- Pictures to take along ------------------------------------------------------------------------

const STYLE = data.style.replace(/var\(--convdoc-(\w+)\)/g, (_, name) => data.light[name]).replace(
  /var\([^,()]+, ([^()]+)\)/g,
  "$1",
);

// The stepper at its step, as an SVG document in light colours, with slices that are put away.
export function svgOf(stepper) {
  const HEAD = 25, LABEL = 7, TYPE = 2.5;
  const parts = [...stepper.querySelectorAll(".stage > .block")].map((element) => ({
    head: [
      ...element.querySelector("p").childNodes,
      ...element.querySelectorAll(".way span:not([hidden])"),
    ].map((node) => node.textContent.trim()),
    slices: [...element.querySelectorAll(".slice:not([hidden])")]
      .map((slice) => ({
        over: slice.querySelector("span")?.textContent ?? "",
        svg: slice.querySelector("svg"),
        pale: slice.classList.contains("idle"),
      })),
  }));
  const signs = [...stepper.querySelectorAll(".stage > .operator")].map((sign) => sign.textContent);
  const box = (svg) => svg.viewBox.baseVal;
  const height = ({ slices }) =>
    slices.reduce((sum, { over, svg }) => sum + box(svg).height + 1 + (over ? LABEL : 0), 0);
  const tallest = Math.max(...parts.map(height));
  let left = 3, drawn = "";
  const write = (x, y, words) => (words ? `<text x="${x}" y="${y}">${escaped(words)}</text>` : "");
  parts.forEach((part, k) => {
    const room = Math.max(
      ...part.slices.map(({ svg }) => box(svg).width),
      ...[...part.head, ...part.slices.map(({ over }) => over)].map((words) => words.length * TYPE),
    );
    const middle = left + room / 2;
    let top = HEAD + (tallest - height(part)) / 2;
    part.head.forEach((line, at) => (drawn += write(middle, top - 19 + 6 * at, line)));
    for (const { over, svg, pale } of part.slices) {
      const { width, height: tall } = box(svg), copy = svg.cloneNode(true);
      drawn += write(middle, top + 3, over);
      top += over ? LABEL : 0;
      for (const element of [copy, ...copy.querySelectorAll("*")]) {
        for (const name of ["style", "role", "tabindex", "aria-label"]) {
          element.removeAttribute(name);
        }
      }
      for (
        const [name, value] of Object.entries({
          x: middle - width / 2,
          y: top,
          width,
          height: tall,
        })
      ) copy.setAttribute(name, value);
      if (pale) copy.setAttribute("opacity", 0.4);
      drawn += new XMLSerializer().serializeToString(copy);
      top += tall + 1;
    }
    drawn += write(left + room + 6, HEAD + tallest / 2, signs[k]);
    left += room + 12;
  });
  const [width, tall] = [left - 9, HEAD + tallest + 1], scale = 3.5;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="cells" role="img" viewBox="0 0 ${width} ${tall}" ` +
    `width="${Math.round(width * scale)}" height="${Math.round(tall * scale)}" font-size="4.4">` +
    `<title>${escaped(stepper.getAttribute("aria-label"))}</title><style>${STYLE}</style>` +
    `<rect width="100%" height="100%" fill="${data.light.ground}"/>${drawn}</svg>`
  );
}

// An SVG document as a PNG file, twice as large.
export async function pngOf(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), {
    width: image.width * 2,
    height: image.height * 2,
  });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
