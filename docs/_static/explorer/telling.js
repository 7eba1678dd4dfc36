// What is said of a setting: where a number came from, in symbols and in numbers; sizes, counts, and
// which inputs give an output.
import {
  LIMITS, biases, dilatedKernel, inputShape, inputSizesAlong, isPooling, isTransposed, kernelShape, memory, multiplyAdds,
  outputShape, padding, receptiveField, relationshipAlong, unused, weights, windowAlong,
} from "explorer/arithmetic";
import { terms } from "explorer/convolve";
import { escaped, indices, names, number } from "explorer/drawing";

const MOST_TERMS = 200;
const range = (length) => [...Array(length).keys()];
const grouped = (value) => value.toLocaleString("en");
const plural = (count, word) => `${grouped(count)} ${word}${count === 1 ? "" : "s"}`;

// A number in a sum, with six digits: a cell shows fewer.
const digits = (value) => (Number.isInteger(value) ? value : Number(value.toPrecision(6)));
export const long = (value) => String(digits(value)).replaceAll("-", "−").replace("e+", "e");
const factor = (value) => (value < 0 ? `(${long(value)})` : long(value));

// An element of an array by its indices or its place, such as y[0, 2]; with four indices where the
// array has several slices. It stays on one line.
export function element(name, shape, at) {
  const index = Array.isArray(at) ? at : indices(shape, at);
  return `${name}[${(shape[0] * shape[1] === 1 ? index.slice(-2) : index).join(",\u00a0")}]`;
}

// -- One output, one weight ------------------------------------------------------------------------

export function output(setting, { plan, x, w, b, y }, at) {
  const [here, there] = names(setting), [n, f, i, j] = at, shape = outputShape(setting);
  const found = terms(plan, x, w, at), result = y[((n * shape[1] + f) * shape[2] + i) * shape[3] + j];
  const input = inputShape(setting), name = element(here, shape, at);
  const pixel = ({ channel, row, column }) => element(there, input, [n, channel, row, column]);
  const weight = (term) => element("W", kernelShape(setting), term.at);
  const pooling = isPooling(setting);
  const symbols = joined(setting, found, (term) => (pooling ? pixel(term) : `${pixel(term)}·${weight(term)}`), b ? `b[${f}]` : "");
  const numbers = joined(setting, found, (term) => (pooling ? long(term.value) : `${factor(term.value)}·${factor(term.weight)}`), b ? `${factor(b[f])} (bias)` : "");
  const sign = isExact(setting, found, b ? b[f] : 0, result) ? "=" : "≈";
  const all = pooling ? setting.kernel[0] * setting.kernel[1] : setting.kernel[0] * setting.kernel[1] * plan.shape[1] / plan.groups;
  const left = all - found.length;
  return (
    `<span>${name} = ${numbers} ${sign} <b>${long(result)}</b></span><span class="symbols">${name} = ${symbols}</span>` +
    (left ? `<small>${grouped(left)} of ${grouped(all)} ${beside(setting, left)}</small>` : "")
  );
}

// What is not written: what lies beside the image.
function beside(setting, count) {
  if (isTransposed(setting)) return `weights ${count === 1 ? "lies" : "lie"} on no pixel`;
  if (isPooling(setting)) return `cells of the window ${count === 1 ? "is" : "are"} padding`;
  return `products ${count === 1 ? "is" : "are"} with padding, and zero`;
}

function joined(setting, found, write, bias) {
  const shown = found.slice(0, MOST_TERMS).map(write);
  const more = found.length > shown.length ? [`… and ${grouped(found.length - shown.length)} more`] : [];
  if (setting.kind === "max") return `max(${[...shown, ...more].join(", ")})`;
  const sum = [...shown, ...more, ...(bias ? [bias] : [])].join(" + ") || "0";
  if (!isPooling(setting)) return sum;
  return `(${sum}) / ${setting.kind === "average" ? setting.kernel[0] * setting.kernel[1] : found.length}`;
}

// Whether what is written is all there is to the numbers, and gives, with a calculator, what is
// written of the result: counted in millionths, exactly.
function isExact(setting, found, bias, result) {
  const given = [bias, ...found.flatMap(({ value, weight = 1 }) => [value, weight])];
  const millionths = (value) => BigInt(Math.round(digits(value) * 1e6));
  const isWhole = (value) => Math.abs(value) < 1e9 && digits(value) === value && Math.round(value * 1e6) / 1e6 === value;
  if (!given.every(isWhole) || found.length > MOST_TERMS) return false;
  if (setting.kind === "max") return true;
  const sum = found.reduce((total, { value, weight = 1 }) => total + millionths(value) * millionths(weight), millionths(bias) * 1_000_000n);
  const share = isPooling(setting) ? (setting.kind === "average" ? setting.kernel[0] * setting.kernel[1] : found.length) : 1;
  return Math.abs(digits(result)) < 1e9 && sum === millionths(result) * 1_000_000n * BigInt(share);
}

// Every product of one weight, in a filter's slice: (u, v) as it lies on the image, `at` in w.
export function weight(setting, { x, w }, n, filter, slot, [u, v], at) {
  const [here, there] = names(setting), out = outputShape(setting), input = inputShape(setting), [, , height, width] = out;
  const inside = setting.channels / setting.groups, channel = Math.floor(filter / (setting.filters / setting.groups)) * inside + slot;
  const products = [];
  for (const i of range(height)) {
    const row = windowAlong(setting, 0, i)[u];
    if (row === null) continue;
    for (const j of range(width)) {
      const column = windowAlong(setting, 1, j)[v];
      if (column !== null) products.push([i, j, row, column]);
    }
  }
  const name = element("W", kernelShape(setting), at);
  const shown = products.slice(0, MOST_TERMS).map(([i, j, row, column]) => {
    const value = x[((n * setting.channels + channel) * input[2] + row) * input[3] + column];
    return `${element(here, out, [n, filter, i, j])}: ${element(there, input, [n, channel, row, column])}·${name} = ${factor(value)}·${factor(w[at])} ${isExact(setting, [{ value, weight: w[at] }], 0, value * w[at]) ? "=" : "≈"} ${long(value * w[at])}`;
  });
  const more = products.length > shown.length ? `<span>… and ${grouped(products.length - shown.length)} more</span>` : "";
  const padded = height * width - products.length;
  return (
    `${name} = ${long(w[at])} takes part in ${plural(products.length, "product")}` +
    `${padded ? `; for ${plural(padded, "other output")} it lies on no pixel` : products.length > 1 ? ", one for each output" : ""}` +
    `<span class="products">${shown.map((line) => `<span>${line}</span>`).join("")}${more}</span>`
  );
}

export const outputs = (setting, told, steps) => {
  const [here] = names(setting), shown = steps.slice(0, MOST_TERMS).map((at) => element(here, outputShape(setting), at));
  return `${escaped(told)}${shown.length ? `: ${shown.join(", ")}` : ""}${steps.length > shown.length ? ` … and ${grouped(steps.length - shown.length)} more` : ""}`;
};

// -- Formulas --------------------------------------------------------------------------------------

// As MathML, with a bar for the division in a floor: spec.py does the same.
export function formula(written) {
  const parts = /^(.+ )⌊\((.+)\) \/ ([^ ]+)⌋(.+)$/.exec(written);
  if (parts) {
    const [start, above, below, end] = parts.slice(1).map(formula);
    return `${start}<mo>⌊</mo><mfrac><mrow>${above}</mrow>${below}</mfrac><mo>⌋</mo>${end}`;
  }
  return (written.match(/[a-z][₁₂]?'?|\d+|\S/g) ?? []).map((token) => {
    if (/^\d/.test(token)) return `<mn>${token}</mn>`;
    if (!/^[a-z]/.test(token)) return `<mo>${escaped(token.replace("-", "−"))}</mo>`;
    const letter = `<mi>${token[0]}</mi>`;
    if (token[1] === "'") return `${letter}<mo lspace="0" rspace="0">′</mo>`;
    return token[1] ? `<msub>${letter}<mn>${"₁₂".indexOf(token[1]) + 1}</mn></msub>` : letter;
  }).join("");
}

const math = (written) => `<math>${formula(written)}</math>`;

// -- Facts -----------------------------------------------------------------------------------------

// Pairs of a name and what is to be said, as HTML.
export function facts(setting) {
  const [vertical, horizontal] = [0, 1].map((axis) => relationshipAlong(setting, axis));
  const both = vertical.number === horizontal.number && vertical.symbols === horizontal.symbols && vertical.numbers === horizontal.numbers;
  const tell = ({ number: which, symbols, numbers }) =>
    `${math(symbols)}, here ${math(numbers)} <a href="reference/relationships.html#relationship-${which}">Relationship ${which}</a>`;
  const [here, there] = names(setting), shape = (values) => `(${values.join(", ")})`;
  const pooling = isPooling(setting);
  const rows = [
    ["Shapes", `${there} ${shape(inputShape(setting))}${pooling ? "" : `, W ${shape(kernelShape(setting))}`}${setting.bias ? `, b (${setting.filters},)` : ""} → ${here} ${shape(outputShape(setting))}`],
    ...(both ? [["Height and width", tell(vertical)]] : [["Height", tell(vertical)], ["Width", tell(horizontal)]]),
    ["Padding", padded(setting)],
    ["Unused rows and columns of the input", left(setting)],
    ["Parameters", parameters(setting)],
    ["Multiply-adds", products(setting)],
    ["Receptive field", `${receptiveField(setting).join("×")} of the input's pixels${isTransposed(setting) ? " at most" : ""} for one output`],
    ["Memory", `${bytes(memory(setting))} for ${here} in float32, ${bytes(4 * inputShape(setting).reduce((a, b) => a * b, 1))} for ${there}`],
  ];
  return rows;
}

function padded(setting) {
  const [[top, bottom], [before, behind]] = padding(setting), mode = setting.border_mode;
  const named = Array.isArray(mode) ? "" : `${mode}: `;
  if (!(top + bottom + before + behind)) return `${named}none`;
  const what = isTransposed(setting) ? "cut off are" : ["max", "average_no_pad"].includes(setting.kind) ? "cells that do not count," : "zeros,";
  return `${named}${what} ${top} above, ${bottom} below, ${before} on the left, ${behind} on the right`;
}

function left(setting) {
  const told = unused(setting).map((places, axis) => {
    if (!places.length) return "";
    const shown = places.slice(0, 12).join(", ") + (places.length > 12 ? `, … (${grouped(places.length)} in all)` : "");
    return `${["row", "column"][axis]}${places.length > 1 ? "s" : ""} ${shown}`;
  }).filter(Boolean);
  return told.length ? `no window reads ${told.join(" and ")}` : "none: a window reads each row and each column of the input";
}

function parameters(setting) {
  if (isPooling(setting)) return "none: a pooling learns nothing";
  const written = `${kernelShape(setting).join("·")} = ${grouped(weights(setting))}`;
  return setting.bias
    ? `${written} weights, and ${grouped(biases(setting))} for the biases: ${grouped(weights(setting) + biases(setting))}`
    : `weights: ${written}`;
}

function products(setting) {
  if (isPooling(setting)) return "none: a pooling multiplies nothing";
  const each = kernelShape(setting).slice(1), shape = isTransposed(setting) ? inputShape(setting) : outputShape(setting);
  const what = isTransposed(setting) ? "for each of the input's pixels" : "for each output";
  return `${each.join("·")} ${what}, ${shape.join("·")} of them: ${grouped(multiplyAdds(setting))}`;
}

function bytes(count) {
  if (count < 1000) return `${count} bytes`;
  return count < 1e6 ? `${number(count / 1e3)} kB` : `${number(count / 1e6)} MB`;
}

// -- The question the other way round --------------------------------------------------------------

// Rows of [words, border_mode, [first, last] heights, [first, last] widths] for an output size; only
// those for which there are inputs.
export function inverse(setting, [height, width]) {
  const spread = dilatedKernel(setting), pooling = isPooling(setting), most = Math.min(8, Math.max(...spread) - 1);
  const even = range(most + 1).map((p) => [p ? `${p} on every side` : "none (valid)", p ? [[p, p], [p, p]] : "valid"]);
  const named = ["half", "full", "same", "same_upper"].map((mode) => [NAMES_OF_MODES[mode], mode]);
  const own = Array.isArray(setting.border_mode) ? [["as it is now", setting.border_mode]] : [];
  return [...even, ...named, ...own].flatMap(([words, mode]) => {
    const asked = { ...setting, border_mode: mode };
    if (pooling && padding(asked).some((sides, axis) => Math.max(...sides) >= setting.kernel[axis])) return [];
    const sizes = [height, width].map((o, axis) => inputSizesAlong(asked, axis, o)).map(([first, end]) => [first, Math.min(end - 1, LIMITS.size[1])]);
    return sizes.every(([first, last]) => first <= last) ? [[words, mode, ...sizes]] : [];
  });
}

const NAMES_OF_MODES = {
  same: "same, as Theano pads", same_upper: "same, as TensorFlow pads", half: "half", full: "full",
};
