// What is not legal, why, and what would be.
import {
  AXES,
  dilatedKernel,
  inputShape,
  LIMITS,
  multiplyAdds,
  outputAlong,
  outputShape,
  outputSize,
  padding,
  product,
  range,
  settled,
  smallestInput,
  sum,
  windowAlong,
} from "./arithmetic.js";
import { LARGEST } from "./entries.js";
import { isPooling, isTransposed, kindOf } from "./kinds.js";
import { grouped, sentence } from "./words.js";

const MOST_NUMBERS = 2 ** 24; // of an array
const MOST_PRODUCTS = 2 ** 31;

// A list of { about, places, why, remedies }: which setting, and which of its numbers; a remedy is
// [words, what to change]. Empty where all is legal.
export function faults(setting) {
  const beyond = outOfLimits(setting);
  if (beyond.length) return beyond;
  const asked = settled(setting);
  const found = [
    ...inBorder(asked),
    ...inGroups(asked),
    ...overStride(asked),
    ...inPooling(asked),
    ...noWindow(asked),
  ];
  if (found.length) return found;
  const large = tooMuch(asked);
  return large.length ? large : noPixel(asked);
}

// A remedy that makes some part of the setting larger or smaller.
const resize = (words, name, size) => [sentence(words, { size: written(size) }), { [name]: size }];
const written = (pair) => pair.join("×");

// -- Each number by itself -------------------------------------------------------------------------

function outOfLimits(setting) {
  return Object.entries(LIMITS).flatMap(([name, [least, most]]) => {
    const value = setting[name];
    if (typeof value === "string" || value === null) return [];
    const isFine = (number) => Number.isInteger(number) && number >= least && number <= most;
    const numbers = [value].flat(2);
    const places = range(numbers.length).filter((place) => !isFine(numbers[place]));
    if (!places.length) return [];
    const nearest = (number) => Math.min(most, Math.max(least, Math.round(number) || least));
    const legal = mapped(value, nearest);
    const got = places.map((place) => shown(numbers[place])).join(", ");
    return [{
      about: name,
      places,
      why: sentence(`faults.limits.${name}`, { least, most, got }),
      remedies: [[sentence("faults.make it", { value: all(legal) }), { [name]: legal }]],
    }];
  });
}

const mapped = (value, change) =>
  Array.isArray(value) ? value.map((part) => mapped(part, change)) : change(value);

const shown = (number) =>
  Number.isNaN(number) ? sentence("faults.empty") : String(number).replace("-", "−");

// A number, a pair, or pairs of sides.
function all(value) {
  if (!Array.isArray(value)) return value;
  return value.map(all).join(Array.isArray(value[0]) ? "; " : "×");
}

function inBorder({ border }) {
  if (typeof border === "string" || Math.abs(border) <= LARGEST) return [];
  const why = sentence("faults.border", { most: grouped(LARGEST), got: shown(border) });
  const nearest = Math.sign(border) * LARGEST || 0;
  const words = sentence("faults.make it", { value: shown(nearest) });
  return [{ about: "border", why, remedies: [[words, { border: nearest }]] }];
}

// -- Numbers that do not go together ---------------------------------------------------------------

function inGroups(setting) {
  const { channels, filters, groups } = setting;
  const rests = ["channels", "filters"].filter((name) => setting[name] % groups);
  if (isPooling(setting) || !rests.length) return [];
  const legal = range(groups).findLast((g) => g && channels % g === 0 && filters % g === 0);
  const more = Object.fromEntries(
    rests.map((name) => [name, Math.ceil(setting[name] / groups) * groups]),
  );
  const fits = rests.every((name) => more[name] <= LIMITS[name][1]);
  const fewer = [sentence("faults.fewer groups", { count: legal }), { groups: legal }];
  const which = rests.length > 1 ? "both" : rests[0];
  const larger = [sentence(`faults.more ${which}`, more), more];
  return [{
    about: "groups",
    why: sentence(`faults.groups of ${which}`, { channels, filters, groups }),
    remedies: fits ? [fewer, larger] : [fewer],
  }];
}

function overStride(setting) {
  const { strides, output_padding: more } = setting;
  if (!isTransposed(setting) || AXES.every((axis) => more[axis] < strides[axis])) return [];
  const less = AXES.map((axis) => Math.min(more[axis], strides[axis] - 1));
  const longer = AXES.map((axis) => Math.max(strides[axis], more[axis] + 1));
  const holes = { more: written(more), strides: written(strides) };
  return [{
    about: "output_padding",
    why: sentence("faults.output padding", holes),
    remedies: [
      resize("faults.make output padding", "output_padding", less),
      resize("faults.make stride", "strides", longer),
    ],
  }];
}

function inPooling(setting) {
  if (!isPooling(setting)) return [];
  const sides = padding(setting), spread = dilatedKernel(setting), { kernel, dilation } = setting;
  if (AXES.every((axis) => Math.max(...sides[axis]) < spread[axis])) return [];
  const less = AXES.map((axis) => sides[axis].map((p) => Math.min(p, spread[axis] - 1)));
  // d (k - 1) + 1 must be more than the padding.
  const enough = (axis) => Math.ceil(Math.max(...sides[axis]) / dilation[axis]) + 1;
  const larger = AXES.map((axis) => Math.max(kernel[axis], enough(axis)));
  const fits = Math.max(...larger) <= LIMITS.kernel[1];
  const padLess = [sentence("faults.pad less"), { border_mode: less }];
  return [{
    about: "border_mode",
    why: sentence("faults.pooling padding", { window: written(spread) }),
    remedies: fits ? [padLess, resize("faults.make window", "kernel", larger)] : [padLess],
  }];
}

// A dilated window may lie about the image and hold nothing of it.
function noPixel(setting) {
  const { dilation } = setting;
  if (!isPooling(setting) || dilation.every((d) => d === 1)) return [];
  const isBlank = (axis, at) => windowAlong(setting, axis, at).every((pixel) => pixel === null);
  const out = outputSize(setting);
  if (!AXES.some((axis) => range(out[axis]).some((at) => isBlank(axis, at)))) return [];
  const remedies = [
    [sentence("faults.undilate"), { dilation: [1, 1] }],
    [sentence("faults.pad nothing"), { border_mode: "valid" }],
  ];
  const both = [sentence("faults.undilate and pad"), { dilation: [1, 1], border_mode: "half" }];
  const helping = remedies.filter(([, change]) => !faults({ ...setting, ...change }).length);
  const window = written(dilatedKernel(setting));
  return [{
    about: "dilation",
    why: sentence("faults.no pixel", { window, size: written(setting.size) }),
    remedies: helping.length ? helping : [both],
  }];
}

// -- No place for a window -------------------------------------------------------------------------

const isEmpty = (setting) => outputSize(setting).some((o) => o < 1);

function noWindow(setting) {
  if (!isEmpty(setting)) return [];
  const axes = AXES.filter((axis) => outputSize(setting)[axis] < 1);
  // The pair of a setting with another number along the axes that have no place.
  const put = (name, value) =>
    AXES.map((axis) => (axes.includes(axis) ? value(axis) : setting[name][axis]));
  const found = isTransposed(setting) ? cutAway(setting, axes, put) : tooLarge(setting, axes, put);
  const helps = ([, change]) => {
    const after = { ...setting, ...change };
    return !outOfLimits(after).length && !isEmpty(after);
  };
  return [{ ...found, remedies: found.remedies.filter(helps) }];
}

function cutAway(setting, axes, put) {
  const why = axes.map((axis) => {
    const o = outputSize(setting)[axis], cut = sum(padding(setting)[axis]);
    return sentence(`faults.cut.${axis}`, { cut, length: o + cut });
  });
  const isLeft = (axis) => (n) => outputAlong(setting, axis, n) >= 1;
  const sizes = range(LIMITS.size[1]).map((n) => n + 1);
  return {
    about: "border_mode",
    why: why.join(" "),
    remedies: [
      [sentence("faults.cut nothing"), { border_mode: "valid" }],
      resize("faults.make input", "size", put("size", (axis) => sizes.find(isLeft(axis)) ?? 0)),
    ],
  };
}

function tooLarge(setting, axes, put) {
  const room = (axis) => setting.size[axis] + sum(padding(setting)[axis]);
  const { what } = kindOf(setting);
  const why = axes.flatMap((axis) => {
    const kernel = setting.kernel[axis], input = setting.size[axis];
    const holes = { kernel, input, room: room(axis), spread: dilatedKernel(setting)[axis] };
    return [
      sentence(`faults.no place for ${what}.${axis}`, holes),
      ...(holes.spread > kernel ? [sentence(`faults.dilated.${axis}`, holes)] : []),
      ...(holes.room > input ? [sentence(`faults.padded.${axis}`, holes)] : []),
    ];
  });
  const smaller = (axis) => Math.floor((room(axis) - 1) / setting.dilation[axis]) + 1;
  const larger = (axis) => Math.max(1, smallestInput(setting, axis, 1));
  return {
    about: "kernel",
    places: axes,
    why: why.join(" "),
    remedies: [
      resize(`faults.make ${what}`, "kernel", put("kernel", smaller)),
      resize("faults.make input", "size", put("size", larger)),
      [sentence("faults.pad half"), { border_mode: "half" }],
      [sentence("faults.undilate"), { dilation: put("dilation", () => 1) }],
    ],
  };
}

// -- More than the page takes ----------------------------------------------------------------------

function tooMuch(setting) {
  const why = excess(setting);
  if (!why) return [];
  const spread = dilatedKernel(setting);
  const size = AXES.map((axis) => Math.min(setting.size[axis], Math.max(16, spread[axis])));
  const small = { size, strides: [1, 1], output_padding: [0, 0] }, after = { ...setting, ...small };
  const remedies = isEmpty(after) || excess(after) ? [] : [[sentence("faults.take small"), small]];
  return [{ about: "size", why, remedies }];
}

// What is too much for this page, in words; nothing if all is in bounds.
function excess(setting) {
  const sides = isTransposed(setting) ? [[0, 0], [0, 0]] : padding(setting);
  const padded = AXES.map((axis) => setting.size[axis] + sum(sides[axis]));
  const arrays = {
    "large input": [...inputShape(setting).slice(0, 2), ...padded],
    "large output": outputShape(setting),
  };
  for (const [name, shape] of Object.entries(arrays)) {
    if (product(shape) <= MOST_NUMBERS) continue;
    const numbers = grouped(product(shape)), most = grouped(MOST_NUMBERS);
    return sentence(`faults.${name}`, { numbers, shape: `(${shape.join(", ")})`, most });
  }
  const cells = product(outputShape(setting)) * product(setting.kernel); // that a pooling reads
  const products = Math.max(multiplyAdds(setting), cells), most = grouped(MOST_PRODUCTS);
  if (products <= MOST_PRODUCTS) return "";
  return sentence("faults.products", { products: grouped(products), most });
}
