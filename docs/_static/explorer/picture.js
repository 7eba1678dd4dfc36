// Pictures as inputs: brought by the reader, two photographs, and what is large is computed beside the
// page. No picture leaves the browser.
import { LIMITS } from "explorer/arithmetic";
import { address, convolve } from "explorer/convolve";

const MOST = LIMITS.size[1];
const LIVE = 4e6; // products that are computed at once, in the page itself
const BLACK_TO_WHITE = 255;

// -- Pictures --------------------------------------------------------------------------------------

// What was brought so far, by name: { name, bitmap, size, own, colour }.
export const brought = new Map();
let count = 0;

// A picture from a file or the clipboard.
export async function bring(blob, title) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(blob);
  } catch {
    throw new Error(`${title} (${blob.type || "a file without a type"}) is not a picture that this browser can read.`);
  }
  return keep(`own ${(count += 1)}`, bitmap); // what is undone brings its own picture back
}

// One of the site's photographs: a script that brings its picture, because a page that was opened from
// a folder may not read the pixels of a file.
export async function photograph(name) {
  if (brought.has(name)) return brought.get(name);
  const script = document.createElement("script");
  script.src = new URL(`_static/photographs/${name}.js`, document.baseURI);
  const source = await new Promise((resolve, reject) => {
    script.onload = () => resolve(globalThis.convdocPhotographs[name]);
    script.onerror = () => reject(new Error(`The photograph ${name} could not be loaded.`));
    document.head.append(script);
  });
  const image = new Image();
  image.src = source;
  await image.decode();
  return keep(name, image);
}

function keep(name, bitmap) {
  const { width, height } = bitmap, scale = Math.min(1, MOST / Math.max(width, height));
  const size = [height, width].map((length) => Math.max(1, Math.round(length * scale)));
  const picture = { name, bitmap, size, own: [height, width] };
  picture.colour = isColourful(pixels(picture, size));
  brought.set(name, picture);
  return picture;
}

function pixels({ bitmap }, [height, width]) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff"; // under what is transparent
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}

function isColourful(data) {
  for (let k = 0; k < data.length; k += 4) if (data[k] !== data[k + 1] || data[k] !== data[k + 2]) return true;
  return false;
}

// The numbers of a picture, 0 to 255, for a setting: scaled to its size, grey for less than three
// channels, else red, green, blue, and again red.
export function numbers(picture, { samples, channels, size }) {
  const data = pixels(picture, size), plane = size[0] * size[1];
  const x = new Float64Array(samples * channels * plane);
  for (let c = 0; c < channels; c += 1) {
    const start = c * plane;
    for (let k = 0; k < plane; k += 1) {
      const [r, g, b] = [data[4 * k], data[4 * k + 1], data[4 * k + 2]];
      x[start + k] = channels < 3 ? Math.round(0.2126 * r + 0.7152 * g + 0.0722 * b) : [r, g, b][c % 3];
    }
  }
  for (let n = 1; n < samples; n += 1) x.copyWithin(n * channels * plane, 0, channels * plane);
  return x;
}

// -- Computing beside the page ---------------------------------------------------------------------

let worker, busy = false, held; // held: the image that the worker has

// How many products an output takes, roughly: whether to compute at once.
export const isQuick = (plan) =>
  plan.out[0] * plan.out[1] * plan.filters * plan.shape[0] * plan.kernel[0] * plan.kernel[1] * (plan.rule === "sum" ? plan.shape[1] / plan.groups : 1) <= LIVE;

// The output, by a worker. A call while another is under way ends that one, which then gives null.
export function computed(plan, { x, w, b }, progress) {
  if (busy) stop();
  worker ??= start();
  if (!worker) return Promise.resolve(convolve(plan, x, w, b));
  busy = true;
  const mine = worker;
  return new Promise((resolve) => {
    mine.onmessage = ({ data: { part, y } }) => {
      if (!y) return progress(part);
      busy = false;
      resolve(y);
    };
    mine.onerror = () => { // then in the page, which stands still meanwhile
      mine.stopped = undefined;
      stop();
      resolve(convolve(plan, x, w, b));
    };
    mine.stopped = () => resolve(null);
    mine.postMessage({ plan, x: held === x ? null : x, w, b });
    held = x;
  });
}

export function stop() {
  worker?.terminate();
  worker?.stopped?.();
  [worker, busy, held] = [undefined, false, undefined];
}

function start() {
  try {
    return new Worker(address, { type: "module" });
  } catch {
    return null;
  }
}

// -- Numbers as pictures ---------------------------------------------------------------------------

// How numbers are shown: as brightness from 0 to 255, clipped, where they are about a picture's; else
// to the largest. Where many are negative, from dark over grey for 0 to bright.
export function scaleOf(values, picture) {
  let least = Infinity, most = -Infinity, below = 0, sum = 0;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
    if (value < 0) below += 1;
    sum += value;
  }
  if (below * 10 > values.length) {
    const far = Math.max(-least, most);
    return { zero: BLACK_TO_WHITE / 2, slope: BLACK_TO_WHITE / 2 / far, black: -far, white: far, least, most };
  }
  const white = picture && sum <= BLACK_TO_WHITE * values.length ? BLACK_TO_WHITE : most || 1;
  return { zero: 0, slope: BLACK_TO_WHITE / white, black: 0, white, least, most };
}

// Paint planes, one for grey or three for colour, on a canvas.
export function paint(canvas, planes, [height, width], { zero, slope }) {
  Object.assign(canvas, { width, height });
  const image = new ImageData(width, height), [r, g, b] = planes.length === 3 ? planes : [planes[0], planes[0], planes[0]];
  for (let k = 0, at = 0; k < width * height; k += 1, at += 4) {
    image.data[at] = zero + slope * r[k]; // rounds and clips by itself
    image.data[at + 1] = zero + slope * g[k];
    image.data[at + 2] = zero + slope * b[k];
    image.data[at + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}
