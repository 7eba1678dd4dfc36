// A state as the fragment of a link, and back: a version, what differs from START, and the numbers.
// convdoc/draw/link.py writes the same links.
import { inputShape, kernelShape, product, settled } from "./arithmetic.js";
import { BORDERS, PADDINGS } from "./borders.js";
import { isPooling, KINDS } from "./kinds.js";
import { LARGEST } from "./entries.js";
import { faults } from "./faults.js";
import { rings, START } from "./state.js";
import { refuse } from "./words.js";

const VERSION = "v1";

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
  return `(${digits(value)})`;
}

const digits = (value) => String(value).replace("+", "");
const DIGITS = String.raw`-?\d{1,21}(?:\.\d{1,25})?(?:e-?\d{1,3})?`;
const NUMBER = new RegExp(`^${DIGITS}$`);
const TIMES = String.raw`(?:\*(\d{1,8})\.)?`;
const SIGN = new RegExp(String.raw`([0-9a-zA-Z])${TIMES}|\((${DIGITS})\)${TIMES}`, "y");

function unpacked(text, length, name) {
  const values = new Float64Array(length);
  let at = 0;
  SIGN.lastIndex = 0;
  while (SIGN.lastIndex < text.length) {
    const place = SIGN.lastIndex, found = SIGN.exec(text);
    if (!found) {
      refuse(`link.unreadable.${name}`, { place: place + 1 });
    }
    const [, sign, times, long, longTimes] = found;
    const value = long === undefined ? valueOf(sign) : Number(long),
      end = at + 1 + Number(times ?? longTimes ?? 0);
    if (!(Math.abs(value) <= LARGEST)) refuse(`link.large.${name}`);
    if (end > length) {
      refuse(`link.more.${name}`, { length });
    }
    values.fill(value, at, end);
    at = end;
  }
  if (at < length) refuse(`link.less.${name}`, { got: at, length });
  return values;
}

const valueOf = (sign) => (/[A-Z]/.test(sign) ? 64 - sign.charCodeAt(0) : parseInt(sign, 36));

// Each key of a link: how it is written, and read. What is as in START is left out.
const list = (...names) => ({
  write: (setting) => names.flatMap((name) => setting[name]).join(),
  read(text, setting) {
    const numbers = text.split(",").map((part) => (/^\d{1,4}$/.test(part) ? Number(part) : NaN));
    const lengths = names.map((name) => [START[name]].flat().length);
    if (numbers.some(Number.isNaN) || numbers.length !== lengths.reduce((a, b) => a + b)) {
      return false;
    }
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
    read: (text, setting) => Object.hasOwn(KINDS, text) && ((setting.kind = text), true),
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
      if (Object.hasOwn(PADDINGS, text)) return (setting.border_mode = text), true;
      if (!/^\d{1,4}(,\d{1,4}){3}$/.test(text)) return false;
      const [top, bottom, left, right] = text.split(",").map(Number);
      setting.border_mode = [[top, bottom], [left, right]];
      return true;
    },
  }],
  ["more", list("output_padding")],
  ["border", {
    write: ({ border }) => typeof border === "number" ? digits(border) : border,
    read(text, setting) {
      if (Object.hasOwn(BORDERS, text)) return (setting.border = text), true;
      if (!NUMBER.test(text) || Math.abs(text) > LARGEST) return false;
      setting.border = Number(text);
      return true;
    },
  }],
  ["ceil", {
    write: ({ ceil_mode }) => ceil_mode ? "1" : "0",
    read: (text, setting) => /^[01]$/.test(text) && ((setting.ceil_mode = text === "1"), true),
  }],
  ["divisor", {
    write: ({ divisor }) => divisor === null ? "" : String(divisor),
    read: (text, setting) => /^\d{1,7}$/.test(text) && ((setting.divisor = Number(text)), true),
  }],
]);
const ARRAYS = new Map([["X", "x"], ["W", "w"], ["B", "b"]]);
const PICTURES = ["zones", "camera", "chelsea", "own"];

// The fragment of a link, without its "#".
export function write({ setting, x, w, b, picture }) {
  const parts = [VERSION];
  for (const [key, { write: text }] of KEYS) {
    const left = isPooling(setting) && ["filters", "groups"].includes(key);
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
  if (version !== VERSION) {
    refuse("link.version", { version: version.slice(0, 12), known: VERSION });
  }
  const setting = structuredClone(START), found = new Map();
  for (const part of parts) {
    const [, key, value] = /^([a-zA-Z]{1,12})=(.*)$/s.exec(part) ?? [];
    if (!key || !(KEYS.has(key) || ARRAYS.has(key) || key === "picture")) {
      refuse("link.unknown", { part: part.slice(0, 24) });
    }
    if (found.has(key)) refuse("link.twice", { key });
    found.set(key, value);
    if (KEYS.has(key) && !KEYS.get(key).read(value, setting)) {
      refuse("link.value", { key, value: value.slice(0, 24) });
    }
  }
  setting.bias = found.has("B") && !isPooling(setting);
  const wrong = faults(setting);
  if (wrong.length) refuse("link.illegal", { why: wrong[0].why });
  return withNumbers(settled(setting), found);
}

function withNumbers(setting, found) {
  const picture = found.get("picture") ?? null;
  if (picture !== null && !PICTURES.includes(picture)) {
    refuse("link.picture", { name: picture.slice(0, 24) });
  }
  if (picture !== null && found.has("X")) {
    refuse("link.both");
  }
  if (picture === null && !found.has("X")) refuse("link.no numbers");
  const shape = kernelShape(setting);
  if (found.has("W") !== (shape !== null)) {
    refuse(shape ? "link.kernel missing" : "link.kernel of pooling");
  }
  if (found.has("B") && isPooling(setting)) refuse("link.bias of pooling");
  return {
    setting,
    picture,
    x: picture === null
      ? unpacked(found.get("X"), product(inputShape(setting)), "x")
      : picture === "zones"
      ? rings(setting)
      : null,
    w: shape && unpacked(found.get("W"), product(shape), "w"),
    b: found.has("B") ? unpacked(found.get("B"), setting.filters, "b") : null,
  };
}

function decoded(fragment) {
  try {
    return decodeURIComponent(fragment);
  } catch {
    refuse("link.damaged");
  }
}
