// What the reader has set up: a setting and its numbers. States are never changed, only replaced, so
// that they can be undone; and each is a link (links.js).
import { inputShape, kernelShape, product, settled } from "./arithmetic.js";

export const CELLS = 32; // larger inputs are pictures, whose numbers are not written in a link
const UNDONE = 200; // states at most, and as many as their inputs have numbers in all:
const MOST_HELD = 2 ** 25;

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
function resized(name, values, old, shape, seed = 1) {
  const [N, C, H, W] = shape, result = new Float64Array(N * C * H * W);
  let at = 0;
  for (let n = 0; n < N; n += 1) {
    for (let c = 0; c < C; c += 1) {
      for (let i = 0; i < H; i += 1) {
        for (let j = 0; j < W; j += 1, at += 1) {
          const kept = n < old[0] && c < old[1] && i < old[2] && j < old[3];
          result[at] = kept
            ? values[((n * old[1] + c) * old[2] + i) * old[3] + j]
            : scattered(seed, place([n, c, i, j]), ...RANGES[name]);
        }
      }
    }
  }
  return result;
}

// Rings that grow narrower outwards, from 0 to 255: what a filter does to each width is seen at once.
function zonePlate([height, width]) {
  const values = new Float64Array(height * width), narrowest = Math.PI / Math.max(height, width);
  for (let i = 0; i < height; i += 1) {
    for (let j = 0; j < width; j += 1) {
      const [y, x] = [i - (height - 1) / 2, j - (width - 1) / 2];
      values[i * width + j] = Math.round(127.5 + 127.5 * Math.cos(narrowest * (x * x + y * y)));
    }
  }
  return values;
}

// The same for a setting, all channels alike.
export function rings(setting) {
  const plate = zonePlate(setting.size), x = new Float64Array(product(inputShape(setting)));
  for (let start = 0; start < x.length; start += plate.length) x.set(plate, start);
  return x;
}

// -- From state to state ---------------------------------------------------------------------------

export const START = {
  kind: "convolution",
  samples: 1,
  channels: 1,
  size: [5, 5],
  kernel: [3, 3],
  filters: 1,
  groups: 1,
  bias: false,
  strides: [1, 1],
  dilation: [1, 1],
  border_mode: "valid",
  border: "zeros",
  output_padding: [0, 0],
  ceil_mode: false,
  divisor: null,
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
export function changed(state, change, pictured = (_name, setting) => rings(setting)) {
  const setting = settled({ ...state.setting, ...change }),
    shape = inputShape(setting),
    kernel = kernelShape(setting);
  const spare = {
    ...state.spare,
    ...(state.w && { w: state.w, shape: kernelShape(state.setting) }),
    ...(state.b && { b: state.b }),
  };
  const same = String(inputShape(state.setting)) === String(shape);
  const name = state.picture ?? (isPicture(setting) ? "zones" : null);
  const x = same
    ? state.x
    : name
    ? pictured(name, setting)
    : resized("x", state.x, inputShape(state.setting), shape);
  const w = kernel && spare.w ? resized("w", spare.w, spare.shape, kernel) : undefined;
  const b = setting.bias
    ? Float64Array.from({ length: setting.filters }, (_, f) => spare.b?.[f] ?? 0)
    : undefined;
  return made(setting, { x, w, b, spare, picture: isPicture(setting) ? name : null });
}

// Whether a reader would see no difference.
export function isSame(one, other) {
  const alike = (a, b) =>
    a === b || (a?.length === b?.length && a?.every((value, at) => value === b[at]));
  return one.picture === other.picture &&
    JSON.stringify(one.setting) === JSON.stringify(other.setting) &&
    ["x", "w", "b"].every((name) => alike(one[name], other[name]));
}

// The state with other numbers in an array, "x", "w" or "b": [[where, number], ...].
export function edited(state, name, numbers) {
  const values = state[name].slice();
  for (const [at, number] of numbers) values[at] = number;
  return { ...state, [name]: values, ...(name === "x" && { picture: null }) };
}

// The sum of each filter's weights; of a convolution or correlation, whose filters come first in w.
export function sums({ setting: { filters }, w }) {
  const inside = w.length / filters;
  return Array.from(
    { length: filters },
    (_, f) => w.subarray(f * inside, (f + 1) * inside).reduce((sum, value) => sum + value, 0),
  );
}

// All weights divided by one number, or each filter's by its own.
export function divided(state, numbers) {
  const inside = state.w.length / numbers.length;
  return { ...state, w: state.w.map((value, at) => value / numbers[Math.floor(at / inside)]) };
}

export function randomized(state, seed) {
  const x = isPicture(state.setting) ? { x: state.x, picture: state.picture } : {};
  return made(state.setting, { ...x, b: state.b ?? undefined, seed });
}

// Numbers of all inputs together; states that differ in something else share theirs.
const held = (states) =>
  [...new Set(states.map(({ x }) => x))].reduce((total, x) => total + x.length, 0);

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
  // The state before, as if there had been no other.
  takeBack() {
    this.now = this.before.pop();
  }
  undo() {
    if (this.before.length) [this.now, this.after] = [this.before.pop(), [...this.after, this.now]];
  }
  redo() {
    if (this.after.length) [this.now, this.before] = [this.after.pop(), [...this.before, this.now]];
  }
}
