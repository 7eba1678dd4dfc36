// What the reader has set up: a setting and its numbers. States are never changed, only replaced, so
// that they can be undone; and each is a link.
import {
  KINDS, MODES, faults, inputShape, isPooling, kernelShape, settled,
} from "explorer/arithmetic";

const VERSION = "v1";
const LARGEST = 1e9; // of a number in a cell
export const CELLS = 32; // larger inputs are pictures, whose numbers are not written in a link
const UNDONE = 200; // states at most, and as many as their inputs have numbers in all:
const MOST_HELD = 2 ** 25;

const count = (shape) => (shape ? shape.reduce((a, b) => a * b, 1) : 0);

// -- New numbers -----------------------------------------------------------------------------------

// Small whole numbers that look random and stand still: the same place has the same number.
function scattered(seed, place, least, most) {
  let bits = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(place + 1, 0xc2b2ae35);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a2d39);
  return least + ((bits ^ (bits >>> 15)) >>> 0) % (most - least + 1);
}

const place = ([n, c, i, j]) => ((n * 64 + c) * 1024 + i) * 1024 + j;
const RANGES = { x: [0, 3], w: [-1, 2] };

function filled(name, shape, seed) {
  return resized(name, new Float64Array(0), [0, 0, 0, 0], shape, seed);
}

// The numbers of an array that keep their place, and new ones where there were none.
function resized(name, values, [, oldC, oldH, oldW], shape, seed = 1) {
  const old = values.length ? [values.length / (oldC * oldH * oldW), oldC, oldH, oldW] : [0, 0, 0, 0];
  const [N, C, H, W] = shape, result = new Float64Array(N * C * H * W);
  let at = 0;
  for (let n = 0; n < N; n += 1)
    for (let c = 0; c < C; c += 1)
      for (let i = 0; i < H; i += 1)
        for (let j = 0; j < W; j += 1, at += 1) {
          const kept = n < old[0] && c < old[1] && i < old[2] && j < old[3];
          result[at] = kept
            ? values[((n * old[1] + c) * old[2] + i) * old[3] + j]
            : scattered(seed, place([n, c, i, j]), ...RANGES[name]);
        }
  return result;
}

// Rings that grow narrower outwards, from 0 to 255: what a filter does to each width is seen at once.
function zonePlate([height, width]) {
  const values = new Float64Array(height * width), narrowest = Math.PI / Math.max(height, width);
  for (let i = 0; i < height; i += 1)
    for (let j = 0; j < width; j += 1) {
      const [y, x] = [i - (height - 1) / 2, j - (width - 1) / 2];
      values[i * width + j] = Math.round(127.5 + 127.5 * Math.cos(narrowest * (x * x + y * y)));
    }
  return values;
}

// The same for a setting, all channels alike.
export function rings(setting) {
  const plate = zonePlate(setting.size), x = new Float64Array(count(inputShape(setting)));
  for (let start = 0; start < x.length; start += plate.length) x.set(plate, start);
  return x;
}

// -- From state to state ---------------------------------------------------------------------------

export const START = {
  kind: "convolution", samples: 1, channels: 1, size: [5, 5], kernel: [3, 3], filters: 1, groups: 1, bias: false,
  strides: [1, 1], dilation: [1, 1], border_mode: "valid", output_padding: [0, 0],
};

// A state of a legal setting, with the numbers given or, where none are, new ones.
export function made(setting, { x, w, b, spare, picture = null, seed = 1 } = {}) {
  const asked = settled(setting), shape = kernelShape(asked);
  return {
    setting: asked,
    x: x ?? (isPicture(asked) ? rings(asked) : filled("x", inputShape(asked), seed)),
    w: shape && (w ?? filled("w", shape, seed + 1)),
    b: asked.bias ? (b ?? new Float64Array(asked.filters)) : null,
    picture: picture ?? (isPicture(asked) && !x ? "zones" : null),
    spare, // weights and biases that the setting has no use for now
  };
}

export const isPicture = ({ size }) => Math.max(...size) > CELLS;

// The state with another setting: numbers keep their places. `pictured` gives the numbers of the
// picture, by its name, for another size.
export function changed(state, change, pictured = (name, setting) => rings(setting)) {
  const setting = settled({ ...state.setting, ...change }), shape = inputShape(setting), kernel = kernelShape(setting);
  const spare = {
    ...state.spare,
    ...(state.w && { w: state.w, shape: kernelShape(state.setting) }),
    ...(state.b && { b: state.b }),
  };
  const same = String(inputShape(state.setting)) === String(shape);
  const name = state.picture ?? (isPicture(setting) ? "zones" : null);
  const x = same ? state.x : name ? pictured(name, setting) : resized("x", state.x, inputShape(state.setting), shape);
  const w = kernel && spare.w ? resized("w", spare.w, spare.shape, kernel) : undefined;
  const b = setting.bias ? Float64Array.from({ length: setting.filters }, (_, f) => spare.b?.[f] ?? 0) : undefined;
  return made(setting, { x, w, b, spare, picture: isPicture(setting) ? name : null });
}

// Whether a reader would see no difference.
export function isSame(one, other) {
  const alike = (a, b) => a === b || (a?.length === b?.length && a?.every((value, at) => value === b[at]));
  return one.picture === other.picture && JSON.stringify(one.setting) === JSON.stringify(other.setting) &&
    ["x", "w", "b"].every((name) => alike(one[name], other[name]));
}

// The state with other numbers in an array, "x", "w" or "b": [[where, number], ...].
export function edited(state, name, numbers) {
  const values = state[name].slice();
  for (const [at, number] of numbers) values[at] = number;
  return { ...state, [name]: values, ...(name === "x" && { picture: null }) };
}

export function randomized(state, seed) {
  const x = isPicture(state.setting) ? { x: state.x, picture: state.picture } : {};
  return made(state.setting, { ...x, b: state.b ?? undefined, seed });
}

// Numbers of all inputs together; states that differ in something else share theirs.
const held = (states) => [...new Set(states.map(({ x }) => x))].reduce((total, x) => total + x.length, 0);

// What was before, and what was undone.
export class History {
  constructor(state) {
    this.now = state;
    this.before = [];
    this.after = [];
  }
  push(state) {
    this.before = [...this.before, this.now];
    while (this.before.length > UNDONE || held(this.before) > MOST_HELD) this.before.shift();
    this.after = [];
    this.now = state;
  }
  undo() {
    if (this.before.length) [this.now, this.after] = [this.before.pop(), [...this.after, this.now]];
  }
  redo() {
    if (this.after.length) [this.now, this.before] = [this.after.pop(), [...this.before, this.now]];
  }
}

// -- What a reader writes --------------------------------------------------------------------------

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

// A number from a cell, or an error that says what is wrong.
export function numberOf(text) {
  const tidy = text.trim().replaceAll("−", "-");
  if (!NUMBER.test(tidy)) throw new Error(`“${text.trim().slice(0, 40)}” is not a number: write 3, −1.5 or 2e-3.`);
  const value = Number(tidy);
  if (Math.abs(value) > LARGEST) throw new Error(`${text.trim().slice(0, 40)} is too large: numbers go up to ${LARGEST.toLocaleString("en")}.`);
  return value + 0 || 0; // and −0 is 0
}

// Numbers in a row.
export const numbersOf = (text) => text.split(/[\s,;]+/).filter(Boolean).map(numberOf);

// Rows of numbers, from a spreadsheet, lines of text, or what stands in brackets in Python.
export function blockOf(text) {
  const tabs = text.includes("\t"), brackets = /\[.*\]/s.exec(text)?.[0].replace(/\s+/g, " "); // NumPy breaks long rows
  const slices = (brackets?.match(/\] ?\] ?,? ?\[ ?\[/g) ?? []).length + 1;
  if (slices > 1) throw new Error(`What was pasted has ${slices} slices: paste one at a time.`);
  if (tabs && /(^|\t)[+-]?\d{1,3},\d{3}($|\s)/m.test(text)) {
    throw new Error("It is not clear whether a comma in what was pasted is a decimal one: write 1.234 or 1234.");
  }
  const lines = /\d[ ,]+[-+.\d]/.test(text) && !tabs ? text.replaceAll(";", "\n") : text; // rows, as in 1 2; 3 4
  const inner = brackets ? brackets.replace(/\] ?,? ?\[/g, "\n").replace(/[[\]]/g, " ") : lines;
  const rows = inner.split(/\r?\n/)
    .map((line) => (tabs ? line.replace(/(\d),(\d)/g, "$1.$2") : line).split(tabs ? /[\t;]/ : /[\s,;]+/))
    .map((row) => row.map((cell) => cell.trim()).filter((cell) => tabs || cell))
    .filter((row) => row.some(Boolean))
    .filter((row) => row.length)
    .map((row) => row.map(numberOf));
  if (!rows.length) throw new Error("There are no numbers in what was pasted.");
  if (rows.some((row) => row.length !== rows[0].length)) {
    throw new Error(`The rows that were pasted differ in length: ${rows.map((row) => row.length).join(", ")}.`);
  }
  return rows;
}

// -- Links -----------------------------------------------------------------------------------------

// Numbers as text: 0 to 9 are themselves, a to z are 10 to 35, A to Z are −1 to −26, all others stand
// in parentheses; a number that comes n times more has *n. behind it.
function packed(values) {
  let text = "";
  for (let start = 0, end; start < values.length; start = end) {
    end = start + 1;
    while (end < values.length && values[end] === values[start]) end += 1;
    const sign = signOf(values[start]), more = end - start - 1;
    text += sign.length * more > 3 ? `${sign}*${more}.` : sign.repeat(more + 1);
  }
  return text;
}

function signOf(value) {
  if (Number.isInteger(value) && value >= 0 && value < 36) return value.toString(36);
  if (Number.isInteger(value) && value < 0 && value > -27) return String.fromCharCode(64 - value);
  return `(${String(value).replace("+", "")})`;
}

const SIGN = /([0-9a-zA-Z])(?:\*(\d{1,8})\.)?|\((-?\d{1,21}(?:\.\d{1,25})?(?:e-?\d{1,3})?)\)(?:\*(\d{1,8})\.)?/y;

function unpacked(text, length, name) {
  const values = new Float64Array(length);
  let at = 0;
  SIGN.lastIndex = 0;
  while (SIGN.lastIndex < text.length) {
    const place = SIGN.lastIndex, found = SIGN.exec(text);
    if (!found) throw new Error(`the numbers of ${name} cannot be read from their character ${place + 1} on`);
    const [, sign, times, long, longTimes] = found;
    const value = long === undefined ? valueOf(sign) : Number(long), end = at + 1 + Number(times ?? longTimes ?? 0);
    if (!(Math.abs(value) <= LARGEST)) throw new Error(`${name} has a number that is too large`);
    if (end > length) throw new Error(`${name} has more than the ${length} numbers that its shape has`);
    values.fill(value, at, end);
    at = end;
  }
  if (at < length) throw new Error(`${name} has ${at} numbers, and its shape has ${length}`);
  return values;
}

const valueOf = (sign) => (/[A-Z]/.test(sign) ? 64 - sign.charCodeAt(0) : parseInt(sign, 36));

// Each key of a link: how it is written, and read. What is as in START is left out.
const list = (...names) => ({
  write: (setting) => names.flatMap((name) => setting[name]).join(),
  read(text, setting) {
    const numbers = text.split(",").map((part) => (/^\d{1,4}$/.test(part) ? Number(part) : NaN));
    const lengths = names.map((name) => [START[name]].flat().length);
    if (numbers.some(Number.isNaN) || numbers.length !== lengths.reduce((a, b) => a + b)) return false;
    for (const name of names) {
      const own = numbers.splice(0, lengths.shift());
      setting[name] = Array.isArray(START[name]) ? own : own[0];
    }
    return true;
  },
});
const KEYS = new Map([
  ["kind", {
    write: ({ kind }) => kind,
    read: (text, setting) => KINDS.includes(text) && ((setting.kind = text), true),
  }],
  ["x", list("samples", "channels", "size")],
  ["kernel", list("kernel")],
  ["filters", list("filters")],
  ["groups", list("groups")],
  ["strides", list("strides")],
  ["dilation", list("dilation")],
  ["pad", {
    write: ({ border_mode: mode }) => (Array.isArray(mode) ? mode.flat().join() : mode),
    read(text, setting) {
      if (MODES.includes(text)) return (setting.border_mode = text), true;
      if (!/^\d{1,4}(,\d{1,4}){3}$/.test(text)) return false;
      const [top, bottom, left, right] = text.split(",").map(Number);
      setting.border_mode = [[top, bottom], [left, right]];
      return true;
    },
  }],
  ["more", list("output_padding")],
]);
const ARRAYS = new Map([["X", "x"], ["W", "w"], ["B", "b"]]);
const PICTURES = ["zones", "camera", "chelsea", "own"];

// The fragment of a link, without its "#".
export function write({ setting, x, w, b, picture }) {
  const parts = [VERSION];
  for (const [key, { write: text }] of KEYS) {
    const left = isPooling(setting) && ["filters", "groups", "dilation"].includes(key);
    if (!left && text(setting) !== text(START)) parts.push(`${key}=${text(setting)}`);
  }
  if (picture) parts.push(`picture=${picture.startsWith("own") ? "own" : picture}`); // each has a name of its own
  else parts.push(`X=${packed(x)}`);
  if (w) parts.push(`W=${packed(w)}`);
  if (b) parts.push(`B=${packed(b)}`);
  return parts.join("&");
}

// The state of a link, or an error that says what is wrong with it. A state may want a picture, which
// is not in its numbers yet: then `x` is null.
export function read(fragment) {
  const [version, ...parts] = decoded(fragment).split("&");
  if (version !== VERSION) throw new Error(`it is of the version “${version.slice(0, 12)}”, and this page reads ${VERSION}`);
  const setting = structuredClone(START), found = new Map();
  for (const part of parts) {
    const [, key, value] = /^([a-zA-Z]{1,12})=(.*)$/s.exec(part) ?? [];
    if (!key || !(KEYS.has(key) || ARRAYS.has(key) || key === "picture")) {
      throw new Error(`it says “${part.slice(0, 24)}”, which means nothing here`);
    }
    if (found.has(key)) throw new Error(`it says “${key}” twice`);
    found.set(key, value);
    if (KEYS.has(key) && !KEYS.get(key).read(value, setting)) {
      throw new Error(`“${key}” cannot be “${value.slice(0, 24)}”`);
    }
  }
  setting.bias = found.has("B") && !isPooling(setting);
  const wrong = faults(setting);
  if (wrong.length) throw new Error(`it sets up what cannot be: ${wrong[0].why}`);
  return withNumbers(settled(setting), found);
}

function withNumbers(setting, found) {
  const picture = found.get("picture") ?? null;
  if (picture !== null && !PICTURES.includes(picture)) throw new Error(`it wants a picture “${picture.slice(0, 24)}”, which is not here`);
  if (picture !== null && found.has("X")) throw new Error("it has both a picture and numbers for the input");
  if (picture === null && !found.has("X")) throw new Error("the numbers of the input are missing");
  const shape = kernelShape(setting);
  if (found.has("W") !== (shape !== null)) throw new Error(`the numbers of the kernel are ${shape ? "missing" : "too many: a pooling has none"}`);
  if (found.has("B") && isPooling(setting)) throw new Error("a pooling has no bias");
  return {
    setting,
    picture,
    x: picture === null ? unpacked(found.get("X"), count(inputShape(setting)), "the input") : picture === "zones" ? rings(setting) : null,
    w: shape && unpacked(found.get("W"), count(shape), "the kernel"),
    b: found.has("B") ? unpacked(found.get("B"), setting.filters, "the bias") : null,
  };
}

function decoded(fragment) {
  try {
    return decodeURIComponent(fragment);
  } catch {
    throw new Error("it is damaged: a % stands where none belongs");
  }
}
