// What a setting does to sizes and positions, whatever the numbers are: ConvSpec of convdoc/spec.py
// for the reader's browser. Integers in, integers out. Pairs are [vertical, horizontal].
//
// A setting, as everything here takes it:
//   kind            one of KINDS
//   samples, channels, size         of the input
//   kernel, filters, groups, bias   filters are the channels of the output; bias is true or false
//   strides, dilation               pairs
//   border_mode     one of MODES, or [[top, bottom], [left, right]]
//   output_padding  a pair
import data from "explorer/data";

export const KINDS = ["convolution", "correlation", "transposed", "max", "average", "average_no_pad"];
export const MODES = ["valid", "same", "same_upper", "half", "full"];

export const LIMITS = data.limits; // what this page goes up to, smallest and largest
const MOST_NUMBERS = 2 ** 24; // of an array
const MOST_PRODUCTS = 2 ** 31;

const AXES = [0, 1];
const range = (length) => [...Array(Math.max(0, length)).keys()];
const sum = ([before, behind]) => before + behind;
const product = (numbers) => numbers.reduce((a, b) => a * b, 1);
const modulo = (a, b) => ((a % b) + b) % b;

export const isPooling = ({ kind }) => ["max", "average", "average_no_pad"].includes(kind);
export const isTransposed = ({ kind }) => kind === "transposed";

// A setting with what its kind has no use for put back: a pooling has one filter for each channel.
export function settled(setting) {
  const { channels } = setting;
  const pooling = { filters: channels, groups: channels, dilation: [1, 1], bias: false };
  return {
    ...setting,
    ...(isPooling(setting) && pooling),
    ...(!isTransposed(setting) && { output_padding: [0, 0] }),
  };
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

export const dilatedKernel = ({ kernel, dilation }) => AXES.map((a) => dilation[a] * (kernel[a] - 1) + 1);

export const outputSize = (setting) => AXES.map((axis) => outputAlong(setting, axis, setting.size[axis]));

// Zeros before and behind, along both axes; of a transposed convolution, what is cut off.
export function padding(setting) {
  const image = isTransposed(setting) ? outputSize(setting) : setting.size;
  return AXES.map((axis) => paddingAlong(setting, axis, image[axis]));
}

// For each kernel row, or column, the place of the input that an output reads; null is none.
// They are in the order in which they lie on the image: a convolution's kernel is turned.
export function windowAlong(setting, axis, at) {
  const s = setting.strides[axis], d = setting.dilation[axis], k = setting.kernel[axis];
  const [before] = padding(setting)[axis];
  const on = (place) => (Number.isInteger(place) && place >= 0 && place < setting.size[axis] ? place : null);
  if (isTransposed(setting)) return range(k).map((u) => on((at + before - (k - 1 - u) * d) / s));
  return range(k).map((t) => on(at * s - before + t * d));
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
  const smallest = smallestInput(setting, axis, o), first = Math.max(smallest, 1);
  return [first, Math.max(first, smallest + s)];
}

// Which relationship of Dumoulin and Visin gives the output size along an axis, in letters and numbers.
export function relationshipAlong(setting, axis) {
  const { kernel, strides, dilation, size } = setting;
  const i = size[axis], o = outputSize(setting)[axis], k = kernel[axis], s = strides[axis], d = dilation[axis];
  const transposed = isTransposed(setting);
  const [before, behind] = paddingAlong(setting, axis, transposed ? o : i);
  const more = transposed ? modulo(o + before + behind - dilatedKernel(setting)[axis], s) : 0;
  const number = numberOf({ transposed, k, s, d, before, behind, more });
  const even = before === behind, prime = transposed ? "'" : "";
  const symbols = { P: even ? "2·p" : "(p₁ + p₂)", k: "k", s: "s", d: "d", a: "a", i: `i${prime}`, o: `o${prime}` };
  const numbers = { P: even ? `2·${before}` : `(${before} + ${behind})`, k, s, d, a: more, i, o };
  if (transposed && d > 1) [symbols.k, numbers.k] = ["(d·(k - 1) + 1)", `(${d}·(${k} - 1) + 1)`];
  const put = (values) => data.relationships[number].replace(/\{(\w)\}/g, (_, letter) => values[letter]);
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
    const spans = range(s).map((rest) => {
      const read = range(k).filter((u) => modulo(rest - u * d, s) === 0);
      return read.length ? ((read.at(-1) - read[0]) * d) / s + 1 : 0;
    });
    return Math.max(...spans);
  });
}

// -- Along one axis; "image" is the larger side: what a convolution reads, a transposed one gives ---

function paddingAlong(setting, axis, image) {
  const s = setting.strides[axis], k = dilatedKernel(setting)[axis];
  switch (setting.border_mode) {
    case "valid": return [0, 0];
    case "full": return [k - 1, k - 1];
    case "half": return [Math.floor(k / 2), Math.floor(k / 2)];
    case "same": return [Math.floor(k / 2), Math.floor((k - 1) / 2)];
    case "same_upper": {
      const total = Math.max((Math.ceil(image / s) - 1) * s + k - image, 0);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    }
  }
  return setting.border_mode[axis];
}

function smallestInput(setting, axis, o) {
  const s = setting.strides[axis];
  if (["same", "same_upper"].includes(setting.border_mode)) return s * (o - 1) + 1;
  return s * (o - 1) + dilatedKernel(setting)[axis] - sum(paddingAlong(setting, axis));
}

function outputAlong(setting, axis, i) {
  if (isTransposed(setting)) return smallestInput(setting, axis, i) + setting.output_padding[axis];
  const room = i + sum(paddingAlong(setting, axis, i)) - dilatedKernel(setting)[axis];
  return Math.floor(room / setting.strides[axis]) + 1;
}

// -- What is not legal, why, and what would be -----------------------------------------------------

// A list of { about, places, why, remedies }: which setting, and which of its numbers; a remedy is
// [words, what to change]. Empty where all is legal.
export function faults(setting) {
  const beyond = outOfLimits(setting);
  if (beyond.length) return beyond;
  const asked = settled(setting);
  const found = [...inGroups(asked), ...overStride(asked), ...inPooling(asked), ...noWindow(asked)];
  return found.length ? found : tooMuch(asked);
}

function outOfLimits(setting) {
  return Object.entries(LIMITS).flatMap(([name, [least, most]]) => {
    const value = setting[name];
    if (typeof value === "string") return [];
    const numbers = [value].flat(2), isFine = (number) => Number.isInteger(number) && number >= least && number <= most;
    if (numbers.every(isFine)) return [];
    const places = numbers.flatMap((number, place) => (isFine(number) ? [] : [place]));
    const got = places.map((place) => (Number.isNaN(numbers[place]) ? "empty" : String(numbers[place]).replace("-", "−"))).join(", ");
    const nearest = (number) => Math.min(most, Math.max(least, Math.round(number) || least));
    const mended = Array.isArray(value) ? value.map((v) => (Array.isArray(v) ? v.map(nearest) : nearest(v))) : nearest(value);
    const why = `${NAMES[name]} must be a whole number from ${least} to ${most}; it is ${got}.`;
    return [{ about: name, places, why, remedies: [[`Make it ${told(mended)}`, { [name]: mended }]] }];
  });
}

const NAMES = {
  samples: "The number of samples",
  channels: "The number of channels",
  size: "The height and width of the input",
  kernel: "The height and width of the kernel",
  filters: "The number of filters",
  groups: "The number of groups",
  strides: "A stride",
  dilation: "A dilation",
  border_mode: "Each side of the padding",
  output_padding: "The output padding",
};
const told = (value) => (Array.isArray(value) ? value.map(told).join(Array.isArray(value[0]) ? "; " : "×") : value);

function inGroups(setting) {
  const { channels, filters, groups } = setting;
  const rests = [["channels", channels], ["filters", filters]].filter(([, count]) => count % groups);
  if (isPooling(setting) || !rests.length) return [];
  const counted = ([name, count]) => `${count} ${count === 1 ? name.slice(0, -1) : name}`;
  const why = `${groups} groups do not divide ${rests.map(counted).join(" and ")}`;
  const legal = range(groups).reverse().find((g) => g && channels % g === 0 && filters % g === 0);
  const more = Object.fromEntries(rests.map(([name, count]) => [name, Math.ceil(count / groups) * groups]));
  const words = Object.entries(more).map(counted).join(" and ");
  const fits = Object.values(more).every((count) => count <= LIMITS.channels[1]);
  return [{
    about: "groups",
    why: `${why}: each group takes an equal part of both.`,
    remedies: [
      ...(legal ? [[`Make it ${legal} group${legal > 1 ? "s" : ""}`, { groups: legal }]] : []),
      ...(fits ? [[`Take ${words}`, more]] : []),
    ],
  }];
}

function overStride({ kind, strides, output_padding: more }) {
  if (kind !== "transposed" || AXES.every((axis) => more[axis] < strides[axis])) return [];
  const less = AXES.map((axis) => Math.min(more[axis], strides[axis] - 1));
  const longer = AXES.map((axis) => Math.max(strides[axis], more[axis] + 1));
  return [{
    about: "output_padding",
    why:
      `The output padding ${told(more)} must be less than the stride ${told(strides)} along each axis: ` +
      "it chooses between the sizes that the stride floors to one.",
    remedies: [
      [`Make the output padding ${told(less)}`, { output_padding: less }],
      [`Make the stride ${told(longer)}`, { strides: longer }],
    ],
  }];
}

function inPooling(setting) {
  if (!isPooling(setting)) return [];
  const sides = padding(setting), { kernel } = setting;
  if (AXES.every((axis) => Math.max(...sides[axis]) < kernel[axis])) return [];
  const less = AXES.map((axis) => sides[axis].map((p) => Math.min(p, kernel[axis] - 1)));
  const larger = AXES.map((axis) => Math.max(kernel[axis], Math.max(...sides[axis]) + 1));
  return [{
    about: "border_mode",
    why: `A pooling pads less than its window of ${told(kernel)} on every side, or a window would lie on padding alone.`,
    remedies: [
      ["Pad less", { border_mode: less }],
      ...(Math.max(...larger) <= LIMITS.kernel[1] ? [[`Make the window ${told(larger)}`, { kernel: larger }]] : []),
    ],
  }];
}

const SIDES = ["high", "wide"];
const isEmpty = (setting) => outputSize(setting).some((o) => o < 1);

function noWindow(setting) {
  if (!isEmpty(setting)) return [];
  const axes = AXES.filter((axis) => outputSize(setting)[axis] < 1);
  const put = (name, value) => ({ [name]: AXES.map((axis) => (axes.includes(axis) ? value(axis) : setting[name][axis])) });
  const found = isTransposed(setting) ? cutAway(setting, axes, put) : tooLarge(setting, axes, put);
  return [{ ...found, places: isTransposed(setting) ? undefined : axes, remedies: found.remedies.filter(([, change]) => !outOfLimits({ ...setting, ...change }).length && !isEmpty({ ...setting, ...change })) }];
}

function cutAway(setting, axes, put) {
  const why = axes.map((axis) => {
    const o = outputSize(setting)[axis], cut = sum(padding(setting)[axis]);
    return `The padding cuts ${cut} off a result that is ${o + cut} ${SIDES[axis]}, so nothing is left.`;
  });
  const least = (axis) => range(LIMITS.size[1]).find((n) => outputAlong(setting, axis, n + 1) >= 1) + 1;
  const larger = put("size", least);
  return {
    about: "border_mode",
    why: why.join(" "),
    remedies: [
      ["Cut nothing off: valid", { border_mode: "valid" }],
      [`Make the input ${told(larger.size)}`, larger],
    ],
  };
}

function tooLarge(setting, axes, put) {
  const room = (axis) => setting.size[axis] + sum(padding(setting)[axis]), what = isPooling(setting) ? "window" : "kernel";
  const why = axes.map((axis) => {
    const d = setting.dilation[axis], spread = dilatedKernel(setting)[axis], zeros = room(axis) - setting.size[axis];
    const dilated = d > 1 ? `, dilated to ${spread},` : "";
    const padded = zeros ? `, ${room(axis)} with its padding` : "";
    return (
      `The ${what} is ${setting.kernel[axis]} ${SIDES[axis]}${dilated} and the input is ${setting.size[axis]}${padded}: ` +
      `there is no place where it lies wholly on it (${room(axis)} < ${spread}).`
    );
  });
  const smaller = put("kernel", (axis) => Math.floor((room(axis) - 1) / setting.dilation[axis]) + 1);
  const larger = put("size", (axis) => Math.max(1, smallestInput(setting, axis, 1)));
  return {
    about: "kernel",
    why: why.join(" "),
    remedies: [
      [`Make the ${what} ${told(smaller.kernel)}`, smaller],
      [`Make the input ${told(larger.size)}`, larger],
      ["Pad it: half", { border_mode: "half" }],
      ...(axes.some((axis) => setting.dilation[axis] > 1) ? [["Do not dilate", put("dilation", () => 1)]] : []),
    ],
  };
}

function tooMuch(setting) {
  const why = excess(setting);
  if (!why) return [];
  const small = { size: AXES.map((axis) => Math.min(setting.size[axis], Math.max(16, dilatedKernel(setting)[axis]))), strides: [1, 1], output_padding: [0, 0] };
  const after = { ...setting, ...small };
  return [{ about: "size", why, remedies: isEmpty(after) || excess(after) ? [] : [["Take a small input and stride 1", small]] }];
}

// What is too much for this page, in words; nothing if all is in bounds.
function excess(setting) {
  const around = AXES.map((axis) => setting.size[axis] + (isTransposed(setting) ? 0 : sum(padding(setting)[axis])));
  const arrays = {
    "padded input": [...inputShape(setting).slice(0, 2), ...around],
    kernel: kernelShape(setting) ?? [],
    output: outputShape(setting),
  };
  const [name, shape] = Object.entries(arrays).find(([, shape]) => product(shape) > MOST_NUMBERS) ?? [];
  const write = (number) => number.toLocaleString("en");
  if (name) return `The ${name} would hold ${write(product(shape))} numbers, (${shape.join(", ")}); this page goes up to ${write(MOST_NUMBERS)}.`;
  const products = Math.max(multiplyAdds(setting), product(outputShape(setting)) * product(setting.kernel));
  if (products <= MOST_PRODUCTS) return "";
  return `It takes ${write(products)} products; this page goes up to ${write(MOST_PRODUCTS)}.`;
}
