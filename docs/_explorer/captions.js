// What is said of a setting: where a number came from, in symbols and in numbers; sizes, counts, and
// which inputs give an output.
import {
  AXES,
  biases,
  dilatedKernel,
  followed,
  inputShape,
  inputSizesAlong,
  kernelShape,
  LIMITS,
  memory,
  multiplyAdds,
  outputShape,
  overhang,
  padding,
  placesAlong,
  product,
  range,
  receptiveField,
  relationshipAlong,
  unused,
  weights,
  windowAlong,
} from "./arithmetic.js";
import { borderOf, PADDINGS, wordsOf } from "./borders.js";
import { isPooling, isTransposed, kindOf } from "./kinds.js";
import { terms } from "./convolve.js";
import { escaped, indices, names, number } from "./drawing.js";
import { grouped, sentence } from "./words.js";

const MOST_TERMS = 200; // that are written; and steps, and products of a weight
const MOST_PLACES = 12;

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

// The first of many, written, and how many more there are.
function listed(all, write) {
  const shown = all.slice(0, MOST_TERMS).map(write), count = all.length - shown.length;
  return count ? [...shown, sentence("captions.more", { count })] : shown;
}

// -- One output, one weight ------------------------------------------------------------------------

export function output(setting, { plan, x, w, b, y }, at) {
  const [here, there] = names(setting), [n, f, i, j] = at, shape = outputShape(setting);
  const found = terms(plan, x, w, at), bias = b ? b[f] : 0;
  const result = y[((n * shape[1] + f) * shape[2] + i) * shape[3] + j];
  const name = element(here, shape, at), input = inputShape(setting);
  const pixel = ({ channel, row, column }) => element(there, input, [n, channel, row, column]);
  const read = (term) => term.row === null ? factor(term.value) : pixel(term);
  const symbol = (term) => `${read(term)}·${element("W", kernelShape(setting), term.at)}`;
  const values = (term) => `${factor(term.value)}·${factor(term.weight)}`;
  const pooling = isPooling(setting),
    biased = b && sentence("captions.bias", { value: factor(bias) });
  const cells = besideImage(setting, at), share = divisor(setting, found, cells);
  const symbols = joined(setting, listed(found, pooling ? pixel : symbol), share, b && `b[${f}]`);
  const numbers = joined(
    setting,
    listed(found, pooling ? ({ value }) => long(value) : values),
    share,
    biased,
  );
  const sign = isExact(setting, found, bias, result, share) ? "=" : "≈";
  return (
    `<span>${name} = ${numbers} ${sign} <b>${long(result)}</b></span>` +
    `<span class="symbols">${name} = ${symbols}</span>${beside(setting, cells)}`
  );
}

// How many cells of a window lie in the padding, and how many beyond that, in one channel.
function besideImage(setting, [, , i, j]) {
  const { size, ceil_mode } = setting, sides = padding(setting);
  const places = [i, j].map((at, axis) => placesAlong(setting, axis, at));
  const count = (isMeant) =>
    product(places.map((along, axis) => along.filter((place) => isMeant(place, axis)).length));
  const reached = count((place, axis) => !ceil_mode || place < size[axis] + sides[axis][1]);
  const pixels = count((place, axis) =>
    Number.isInteger(place) && place >= 0 && place < size[axis]
  );
  return { padded: reached - pixels, missing: product(setting.kernel) - reached };
}

// What is beside the image, in words.
function beside(setting, { padded, missing }) {
  const each = setting.channels / setting.groups, all = grouped(product(setting.kernel) * each);
  const { repeats, value } = borderOf(setting);
  const what = repeats ? "repeated" : value ? "constant" : kindOf(setting).beside;
  const counts = Object.entries({ [what]: padded * each, missing }).filter(([, count]) => count);
  return counts.map(([name, count]) =>
    `<small>${sentence(`captions.beside ${name}`, { count, all })}</small>`
  ).join("");
}

function joined(setting, parts, share, bias) {
  if (isPooling(setting) && !share) return `${setting.kind}(${parts.join(", ")})`;
  const sum = (bias ? [...parts, bias] : parts).join(" + ") || "0";
  return share ? `(${sum}) / ${share}` : sum;
}

// What the sum of an average pooling is divided by; null where nothing is divided.
function divisor(setting, found, { padded }) {
  const { divides, countsPadding } = kindOf(setting);
  if (!divides) return null;
  return setting.divisor ?? found.length + (countsPadding ? padded : 0);
}

// Whether what is written is all there is to the numbers, and gives, with a calculator, what is
// written of the result: counted in millionths, exactly.
function isExact(setting, found, bias, result, share = null) {
  const given = [bias, ...found.flatMap(({ value, weight = 1 }) => [value, weight])];
  const millionths = (value) => BigInt(Math.round(digits(value) * 1e6));
  const isWhole = (value) =>
    Math.abs(value) < 1e9 && digits(value) === value && Math.round(value * 1e6) / 1e6 === value;
  if (!given.every(isWhole) || found.length > MOST_TERMS) return false;
  if (isPooling(setting) && !share) return true;
  const sum = found.reduce(
    (total, { value, weight = 1 }) => total + millionths(value) * millionths(weight),
    millionths(bias) * 1_000_000n,
  );
  const whole = millionths(result) * 1_000_000n * BigInt(share ?? 1);
  return isWhole(digits(result)) && sum === whole;
}

// Every product of one weight, in a filter's slice: (u, v) as it lies on the image, `at` in w.
export function weight(setting, { x, w }, n, filter, slot, [u, v], at) {
  const [here, there] = names(setting), out = outputShape(setting), input = inputShape(setting);
  const { channels, filters, groups } = setting, [, , height, width] = out;
  const channel = Math.floor(filter / (filters / groups)) * (channels / groups) + slot;
  const rows = range(height).map((i) => windowAlong(setting, 0, i)[u]);
  const columns = range(width).map((j) => windowAlong(setting, 1, j)[v]);
  const { value: around } = borderOf(setting);
  const products = rows.flatMap((row, i) =>
    columns.flatMap((column, j) => {
      const isOn = row !== null && column !== null;
      return isOn || around !== 0 ? [[i, j, isOn ? [row, column] : null]] : [];
    })
  );
  const name = element("W", kernelShape(setting), at);
  const lines = listed(products, ([i, j, place]) => {
    const value = place
      ? x[((n * channels + channel) * input[2] + place[0]) * input[3] + place[1]]
      : around;
    const result = value * w[at];
    const sign = isExact(setting, [{ value, weight: w[at] }], 0, result) ? "=" : "≈";
    const pixel = place ? element(there, input, [n, channel, ...place]) : factor(around);
    return (
      `${element(here, out, [n, filter, i, j])}: ${pixel}·${name} = ` +
      `${factor(value)}·${factor(w[at])} ${sign} ${long(result)}`
    );
  });
  const holes = { name, value: long(w[at]), count: products.length };
  const others = height * width - products.length;
  const said = others || products.length === 1
    ? [sentence("captions.some outputs", holes)]
    : [sentence("captions.each output", holes)];
  if (others) said.push(sentence("captions.other outputs", { count: others }));
  const written = lines.map((line) => `<span>${line}</span>`).join("");
  return `${said.join(" ")}<span class="products">${written}</span>`;
}

// The outputs of some steps, behind a sentence about them.
export function outputs(setting, said, steps) {
  const [here] = names(setting), shape = outputShape(setting);
  if (!steps.length) return escaped(said);
  const all = listed(steps, (at) => element(here, shape, at)).join(", ");
  return sentence("captions.outputs", { sentence: escaped(said), outputs: all });
}

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
  const [vertical, horizontal] = AXES.map((axis) => relationship(setting, axis));
  return [
    ["shapes", shapes(setting)],
    ...(vertical === horizontal
      ? [["height and width", vertical]]
      : [["height", vertical], ["width", horizontal]]),
    ["padding", padded(setting)],
    ...(overhang(setting).some(Boolean) ? [["overhang", hanging(setting)]] : []),
    ["unused", unread(setting)],
    ["parameters", parameters(setting)],
    ["multiply-adds", products(setting)],
    ["receptive field", field(setting)],
    ["memory", memories(setting)],
  ].map(([name, said]) => [sentence(`facts.${name}`), said]);
}

function relationship(setting, axis) {
  const { number: which, symbols, numbers } = relationshipAlong(setting, axis);
  const address = `reference/relationships.html#relationship-${which}`;
  const link = `<a href="${address}">${sentence("facts.relationship", { number: which })}</a>`;
  return sentence("facts.formula", { symbols: math(symbols), numbers: math(numbers), link });
}

function shapes(setting) {
  const [here, there] = names(setting), kernel = kernelShape(setting);
  const given = [
    `${there} (${inputShape(setting).join(", ")})`,
    ...(kernel ? [`W (${kernel.join(", ")})`] : []),
    ...(setting.bias ? [`b (${setting.filters},)`] : []),
  ];
  return `${given.join(", ")} → ${here} (${outputShape(setting).join(", ")})`;
}

function padded(setting) {
  const [[top, bottom], [left, right]] = padding(setting), { border_mode: mode } = setting;
  const { repeats, value } = borderOf(setting), isHolding = repeats || value !== 0;
  const what = isHolding ? "padded holding" : kindOf(setting).padded;
  const said = sentence(`facts.${top + bottom + left + right ? what : "padded not"}`, {
    border: repeats ? wordsOf(setting) : long(value),
    top,
    bottom,
    left,
    right,
  });
  return Array.isArray(mode) ? said : sentence("facts.padded by name", { mode, padding: said });
}

function hanging(setting) {
  const [down, right] = overhang(setting);
  return sentence("facts.hanging over", { down, right });
}

function unread(setting) {
  const said = unused(setting).flatMap((all, axis) => {
    const count = all.length, shown = all.slice(0, MOST_PLACES).join(", ");
    if (!count) return [];
    const isLong = count > MOST_PLACES;
    const places = isLong ? sentence("facts.long list", { places: shown, count }) : shown;
    return [sentence(axis ? "facts.unread columns" : "facts.unread rows", { count, places })];
  });
  return said.join("; ") || sentence("facts.unread none");
}

function parameters(setting) {
  if (isPooling(setting)) return sentence("facts.no parameters");
  const all = [weights(setting), biases(setting)];
  return sentence(setting.bias ? "facts.biases" : "facts.weights", {
    product: kernelShape(setting).join("·"),
    weights: grouped(all[0]),
    biases: grouped(all[1]),
    sum: grouped(all[0] + all[1]),
  });
}

function products(setting) {
  if (isPooling(setting)) return sentence("facts.no products");
  const back = isTransposed(setting), shape = back ? inputShape(setting) : outputShape(setting);
  return sentence(`facts.${kindOf(setting).products}`, {
    each: kernelShape(setting).slice(1).join("·"),
    pixels: shape.join("·"),
    all: grouped(multiplyAdds(setting)),
  });
}

function field(setting) {
  return sentence(`facts.${kindOf(setting).field}`, { size: receptiveField(setting).join("×") });
}

function memories(setting) {
  const [here, there] = names(setting), input = bytes(4 * product(inputShape(setting)));
  return sentence("facts.memory of both", { here, there, input, output: bytes(memory(setting)) });
}

function bytes(count) {
  if (count < 1000) return sentence("facts.bytes", { count });
  if (count < 1e6) return sentence("facts.kilobytes", { size: number(count / 1e3) });
  return sentence("facts.megabytes", { size: number(count / 1e6) });
}

// -- The question the other way round --------------------------------------------------------------

// Rows of [words, border_mode, [first, last] heights, [first, last] widths] for an output size; only
// those for which there are inputs.
export function inverse(setting, [height, width]) {
  const most = Math.min(8, Math.max(...dilatedKernel(setting)) - 1), { border_mode: own } = setting;
  const named = Object.keys(PADDINGS).filter((mode) => mode !== "valid");
  const modes = [
    [sentence("paddings.none"), "valid"],
    ...range(most).map((at) => at + 1)
      .map((p) => [sentence("paddings.every side", { p }), [[p, p], [p, p]]]),
    ...named.map((mode) => [sentence(`paddings.${mode}`), mode]),
    ...(Array.isArray(own) ? [[sentence("paddings.now"), own]] : []),
  ];
  return modes.flatMap(([words, mode]) => {
    const asked = followed(setting, { ...setting, border_mode: mode }),
      spread = dilatedKernel(asked);
    const isBeyond = padding(asked).some((sides, axis) => Math.max(...sides) >= spread[axis]);
    if (isPooling(setting) && isBeyond) return [];
    const sizes = [height, width].map((o, axis) => {
      const [first, end] = inputSizesAlong(asked, axis, o);
      return [first, Math.min(end - 1, LIMITS.size[1])];
    });
    return sizes.every(([first, last]) => first <= last) ? [[words, mode, ...sizes]] : [];
  });
}
