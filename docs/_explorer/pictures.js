// Pictures as inputs: brought by the reader, and two photographs; and numbers as pictures. No picture
// leaves the browser.
import { LIMITS, settled } from "./arithmetic.js";
import { isPooling } from "./kinds.js";
import { faults } from "./faults.js";
import { changed, isPicture, rings } from "./state.js";
import { refuse, sentence } from "./words.js";

const MOST = LIMITS.size[1];
const BLACK_TO_WHITE = 255;

// -- Pictures as numbers ---------------------------------------------------------------------------

export class Pictures {
  brought = new Map(); // by name: { name, bitmap, size, own, colour }
  count = 0;

  // A picture from a file or the clipboard.
  async bring(blob, title) {
    let bitmap;
    try {
      bitmap = await createImageBitmap(blob);
    } catch {
      const type = blob.type || sentence("pictures.file without a type");
      refuse("pictures.not a picture", { title, type });
    }
    this.count += 1;
    return this.keep(`own ${this.count}`, bitmap); // what is undone brings its own picture back
  }

  // One of the site's photographs: a script that brings its picture, because a page that was opened
  // from a folder may not read the pixels of a file.
  async photograph(name) {
    if (this.brought.has(name)) return this.brought.get(name);
    const script = document.createElement("script");
    script.src = new URL(`_static/photographs/${name}.js`, document.baseURI);
    const source = await new Promise((resolve, reject) => {
      const failed = sentence("pictures.not loaded", { name });
      script.onload = () => resolve(globalThis.convdocPhotographs[name]);
      script.onerror = () => reject(new Error(failed));
      document.head.append(script);
    });
    const image = new Image();
    image.src = source;
    await image.decode();
    return this.keep(name, image);
  }

  keep(name, bitmap) {
    const { width, height } = bitmap, scale = Math.min(1, MOST / Math.max(width, height));
    const size = [height, width].map((length) => Math.max(1, Math.round(length * scale)));
    const picture = { name, bitmap, size, own: [height, width] };
    picture.colour = isColourful(pixels(picture, size));
    this.brought.set(name, picture);
    return picture;
  }

  // The numbers of a picture that was brought, else rings, for a setting.
  named(name, setting) {
    const found = this.brought.get(name);
    return found ? numbers(found, setting) : rings(setting);
  }

  // The state `next` with a picture as its input, and whatever else is to change; or, where that is
  // not legal, what is `wrong` with the setting `asked`. In colour, each channel is convolved by
  // itself, so that colours stay.
  asInput(state, found, more) {
    const { setting, w } = state, channels = found.colour ? 3 : 1;
    const alone = { filters: channels, groups: channels };
    const asked = settled({
      ...setting,
      ...(isPooling(setting) || setting.channels === channels ? {} : alone),
      size: found.size,
      channels,
      samples: 1,
      ...more,
    });
    const wrong = faults(asked);
    if (wrong.length) return { asked, wrong };
    const x = numbers(found, asked), next = changed(state, asked, () => x);
    const cells = asked.kernel[0] * asked.kernel[1];
    const isSpread = next.w && w && asked.groups === 3 && setting.groups !== 3;
    const spread = isSpread ? Float64Array.from(next.w, (_, at) => w[at % cells] ?? 0) : next.w;
    return { next: { ...next, x, w: spread, picture: isPicture(asked) ? found.name : null } };
  }
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
  for (let k = 0; k < data.length; k += 4) {
    if (data[k] !== data[k + 1] || data[k] !== data[k + 2]) return true;
  }
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
      x[start + k] = channels < 3
        ? Math.round(0.2126 * r + 0.7152 * g + 0.0722 * b)
        : [r, g, b][c % 3];
    }
  }
  for (let n = 1; n < samples; n += 1) x.copyWithin(n * channels * plane, 0, channels * plane);
  return x;
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
    return {
      zero: BLACK_TO_WHITE / 2,
      slope: BLACK_TO_WHITE / 2 / far,
      black: -far,
      white: far,
      least,
      most,
    };
  }
  const white = picture && sum <= BLACK_TO_WHITE * values.length ? BLACK_TO_WHITE : most || 1;
  return { zero: 0, slope: BLACK_TO_WHITE / white, black: 0, white, least, most };
}

// Paint planes, one for grey or three for colour, on a canvas.
export function paint(canvas, planes, [height, width], { zero, slope }) {
  Object.assign(canvas, { width, height });
  const image = new ImageData(width, height),
    [r, g, b] = planes.length === 3 ? planes : [planes[0], planes[0], planes[0]];
  for (let k = 0, at = 0; k < width * height; k += 1, at += 4) {
    image.data[at] = zero + slope * r[k]; // rounds and clips by itself
    image.data[at + 1] = zero + slope * g[k];
    image.data[at + 2] = zero + slope * b[k];
    image.data[at + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}
