// What a setting does to sizes and positions, whatever the numbers are: ConvSpec of convdoc/spec.py
// for the reader's browser. Integers in, integers out. Pairs are [vertical, horizontal].
//
// A setting, as everything here takes it:
//   kind            one of KINDS (kinds.js)
//   samples, channels, size         of the input
//   kernel, filters, groups, bias   filters are the channels of the output; bias is true or false
//   strides, dilation               pairs
//   border_mode     a name of PADDINGS (borders.js), or [[top, bottom], [left, right]]
//   border          what lies there: a name of BORDERS (borders.js), or a number
//   output_padding  a pair
//   ceil_mode       of a pooling: whether a last window may hang over
//   divisor         of an average: what it divides by; null for the number of cells that count
import data from "explorer/data";
import { borderOf, fits, PADDINGS } from "./borders.js";
import { isPooling, isTransposed, kindOf } from "./kinds.js";

export const LIMITS = data.limits; // what this page goes up to, smallest and largest

export const AXES = [0, 1];
export const range = (length) => [...Array(Math.max(0, length)).keys()];
export const sum = ([before, behind]) => before + behind;
export const product = (numbers) => numbers.reduce((a, b) => a * b, 1);
const modulo = (a, b) => ((a % b) + b) % b;

// A setting with what its kind has no use for put back: a pooling has one filter for each channel.
export function settled(setting) {
  const { channels } = setting, { hasBorder, divides } = kindOf(setting);
  const pooling = { filters: channels, groups: channels, bias: false };
  return {
    ...setting,
    ...(isPooling(setting) ? pooling : { ceil_mode: false }),
    ...(!isTransposed(setting) && { output_padding: [0, 0] }),
    ...(!hasBorder && { border: "zeros" }),
    ...(!divides && { divisor: null }),
  };
}

// The setting `asked` after the setting `before`. A transposed convolution that is padded as
// TensorFlow pads gives the size times the stride, as there, so its output padding follows the
// stride, unless the reader has chosen another one.
export function followed(before, asked) {
  const isFollowing = (setting) => isTransposed(setting) && setting.border_mode === "same_upper";
  const last = (setting) => setting.strides.map((s) => s - 1);
  const same = (one, other) => String(one) === String(other);
  const isChosen = !same(asked.output_padding, before.output_padding) ||
    (isFollowing(before) && !same(before.output_padding, last(before)));
  return isFollowing(asked) && !isChosen ? { ...asked, output_padding: last(asked) } : asked;
}

export const inputShape = ({ samples, channels, size }) => [samples, channels, ...size];
export const outputShape = (setting) => [setting.samples, setting.filters, ...outputSize(setting)];

// (filters, channels / groups, height, width) of the convolution, whose output a transposed
// convolution takes. A pooling has none.
export function kernelShape(setting) {
  if (isPooling(setting)) return null;
  const { channels, filters, groups, kernel } = setting;
  return isTransposed(setting)
    ? [channels, filters / groups, ...kernel]
    : [filters, channels / groups, ...kernel];
}

export const dilatedKernel = ({ kernel, dilation }) =>
  AXES.map((a) => dilation[a] * (kernel[a] - 1) + 1);

export const outputSize = (setting) =>
  AXES.map((axis) => outputAlong(setting, axis, setting.size[axis]));

// Places before and behind, along both axes; of a transposed convolution, what is cut off.
export function padding(setting) {
  const image = isTransposed(setting) ? outputSize(setting) : setting.size;
  return AXES.map((axis) => paddingAlong(setting, axis, image[axis]));
}

// How far the last windows hang over the padded image, along both axes: convdoc/poolings.py.
export const overhang = (setting) =>
  AXES.map((axis) => overhangAlong(setting, axis, setting.size[axis]));

// All places around the image that windows may reach: the padding, and what hangs over it.
export function surround(setting) {
  const over = overhang(setting);
  return padding(setting).map(([before, behind], axis) => [before, behind + over[axis]]);
}

// For each kernel row, or column, the place where it lies on the input, counted from the first pixel;
// where a stride of a transposed convolution puts zeros between, a fraction. They are in the order in
// which they lie there: a convolution's kernel is turned.
export function placesAlong(setting, axis, at) {
  const s = setting.strides[axis], d = setting.dilation[axis], k = setting.kernel[axis];
  const [before] = padding(setting)[axis];
  if (isTransposed(setting)) return range(k).map((u) => (at + before - (k - 1 - u) * d) / s);
  return range(k).map((t) => at * s - before + t * d);
}

// For each, the pixel that an output reads there; null is none.
export function windowAlong(setting, axis, at) {
  const border = borderOf(setting), n = setting.size[axis];
  return placesAlong(setting, axis, at)
    .map((place) => Number.isInteger(place) ? border.at(place, n) : null);
}

// Rows, and columns, of the input that no window reads.
export function unused(setting) {
  const out = outputSize(setting);
  return AXES.map((axis) => {
    const read = new Set(range(out[axis]).flatMap((at) => windowAlong(setting, axis, at)));
    return range(setting.size[axis]).filter((place) => !read.has(place));
  });
}

// All input sizes along an axis that give `o` outputs: the first, and the one after the last.
export function inputSizesAlong(setting, axis, o) {
  const s = setting.strides[axis];
  if (isTransposed(setting)) {
    const rest = o - outputAlong(setting, axis, 1);
    const i = Math.floor(rest / s) + 1;
    return [Math.max(i, 1), Math.max(i, 1, i + (modulo(rest, s) === 0))];
  }
  const smallest = smallestInput(setting, axis, o);
  if (setting.ceil_mode) { // which gives as many, or one more
    const sizes = range(2 * s).map((at) => smallest - s + at)
      .filter((i) => i > 0 && outputAlong(setting, axis, i) === o);
    return sizes.length ? [sizes[0], sizes.at(-1) + 1] : [1, 1];
  }
  const first = Math.max(smallest, 1);
  return [first, Math.max(first, smallest + s)];
}

// Which relationship of Dumoulin and Visin gives the output size along an axis, in letters and numbers.
export function relationshipAlong(setting, axis) {
  const { kernel, strides, dilation, size } = setting;
  const i = size[axis], o = outputSize(setting)[axis];
  const k = kernel[axis], s = strides[axis], d = dilation[axis];
  const transposed = isTransposed(setting);
  const [before, behind] = surround(setting)[axis];
  const more = transposed ? modulo(o + before + behind - dilatedKernel(setting)[axis], s) : 0;
  const number = numberOf({ transposed, k, s, d, before, behind, more });
  const even = before === behind, prime = transposed ? "'" : "";
  const symbols = {
    P: even ? "2·p" : "(p₁ + p₂)",
    k: "k",
    s: "s",
    d: "d",
    a: "a",
    i: `i${prime}`,
    o: `o${prime}`,
  };
  const numbers = { P: even ? `2·${before}` : `(${before} + ${behind})`, k, s, d, a: more, i, o };
  if (transposed && d > 1) [symbols.k, numbers.k] = ["(d·(k - 1) + 1)", `(${d}·(${k} - 1) + 1)`];
  const put = (values) =>
    data.relationships[number].replace(/\{(\w)\}/g, (_, letter) => values[letter]);
  return { number, symbols: put(symbols), numbers: put(numbers) };
}

function numberOf({ transposed, k, s, d, before, behind, more }) {
  if (d > 1) return transposed ? 14 : 15;
  if (s > 1) {
    if (transposed) return more ? 14 : before + behind ? 13 : 12;
    return before + behind ? 6 : 5;
  }
  let number = 2;
  if (before === behind) {
    if (before === k - 1) number = 4;
    if (k % 2 && before === (k - 1) / 2) number = 3;
    if (before === 0) number = 1; // also of a 1×1 kernel, whose half and full padding is none
  }
  return transposed ? { 1: 8, 2: 9, 3: 10, 4: 11 }[number] : number;
}

// Numbers that are learned, without biases; and the biases.
export const weights = (setting) => (isPooling(setting) ? 0 : product(kernelShape(setting)));
export const biases = ({ bias, filters }) => (bias ? filters : 0);

// Products, each with its addition: for each output, or input of a transposed convolution, all
// weights that it meets, zeros of the padding included. A pooling multiplies nothing.
export function multiplyAdds(setting) {
  if (isPooling(setting)) return 0;
  const shape = isTransposed(setting) ? inputShape(setting) : outputShape(setting);
  return product(kernelShape(setting).slice(1)) * product(shape);
}

// Bytes of the output in float32.
export const memory = (setting) => 4 * product(outputShape(setting));

// Rows and columns of the input from the first to the last that one output can read.
export function receptiveField(setting) {
  const spread = dilatedKernel(setting);
  if (!isTransposed(setting)) return spread;
  return AXES.map((axis) => {
    const s = setting.strides[axis], d = setting.dilation[axis], k = setting.kernel[axis];
    const phases = range(s).map((rest) => range(k).filter((u) => modulo(rest - u * d, s) === 0));
    const spans = phases.filter((read) => read.length)
      .map((read) => ((read.at(-1) - read[0]) * d) / s + 1);
    return Math.max(...spans);
  });
}

// -- Along one axis; "image" is the larger side: what a convolution reads, a transposed one gives ---

function paddingAlong(setting, axis, image) {
  const { border_mode: mode } = setting;
  if (Array.isArray(mode)) return mode[axis];
  return PADDINGS[mode](dilatedKernel(setting)[axis], setting.strides[axis], image);
}

function overhangAlong(setting, axis, image) {
  if (!setting.ceil_mode) return 0;
  const sides = paddingAlong(setting, axis, image), s = setting.strides[axis];
  const room = image + sum(sides) - dilatedKernel(setting)[axis], last = Math.ceil(room / s);
  const isBehind = last * s >= image + sides[0]; // a window that would hold no pixel is left out
  return Math.max(0, (isBehind ? last - 1 : last) * s - room);
}

export function smallestInput(setting, axis, o) {
  const s = setting.strides[axis];
  if (fits(setting.border_mode)) return s * (o - 1) + 1;
  return s * (o - 1) + dilatedKernel(setting)[axis] - sum(paddingAlong(setting, axis));
}

export function outputAlong(setting, axis, i) {
  if (isTransposed(setting)) return smallestInput(setting, axis, i) + setting.output_padding[axis];
  const more = sum(paddingAlong(setting, axis, i)) + overhangAlong(setting, axis, i);
  const room = i + more - dilatedKernel(setting)[axis];
  return Math.floor(room / setting.strides[axis]) + 1;
}
