// Animated GIF files: https://www.w3.org/Graphics/GIF/spec-gif89a.txt
const COLOURS = 256, BITS = 8; // of a pixel
const MOST_BITS = 12; // of a code
const [CLEAR, END] = [COLOURS, COLOURS + 1];

// The pixels of an SVG document, twice as large where that is not wider than so many pixels.
export async function drawnOn(svg, widest) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const scale = Math.min(2, widest / image.width);
  const width = Math.round(image.width * scale), height = Math.round(image.height * scale);
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

const packed = ({ data }) => new Uint32Array(data.buffer);
const parts = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];

// The most frequent colours of pictures: a figure has few, and many between a letter and its ground.
export function paletteOf(pictures) {
  const counts = new Map();
  for (const picture of pictures) {
    for (const colour of packed(picture)) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, COLOURS);
  return sorted.map(([colour]) => parts(colour));
}

// A file that begins again after its last picture.
export class Gif {
  constructor(width, height, palette) {
    this.size = [...word(width), ...word(height)];
    this.palette = palette;
    this.nearest = new Map(); // the place of each colour in the palette
    const table = [...Array(COLOURS).keys()].flatMap((k) => palette[k] ?? [0, 0, 0]);
    const again = [0x21, 0xff, 11, ...ascii("NETSCAPE2.0"), 3, 1, 0, 0, 0];
    this.chunks = [
      new Uint8Array([...ascii("GIF89a"), ...this.size, 0xf7, 0, 0, ...table, ...again]),
    ];
  }

  // One picture, shown for hundredths of a second.
  add(picture, delay) {
    const control = [0x21, 0xf9, 4, 4, ...word(delay), 0, 0];
    const head = [...control, 0x2c, 0, 0, 0, 0, ...this.size, 0, BITS];
    this.chunks.push(new Uint8Array(head), compressed(packed(picture), (c) => this.place(c)));
  }

  place(colour) {
    let found = this.nearest.get(colour);
    if (found === undefined) {
      const [r, g, b] = parts(colour);
      const far = this.palette.map(([R, G, B]) => (r - R) ** 2 + (g - G) ** 2 + (b - B) ** 2);
      found = far.indexOf(Math.min(...far));
      this.nearest.set(colour, found);
    }
    return found;
  }

  blob() {
    return new Blob([...this.chunks, new Uint8Array([0x3b])], { type: "image/gif" });
  }
}

const word = (value) => [value & 255, value >> 8];
const ascii = (text) => [...text].map((letter) => letter.charCodeAt(0));

// Pixels by Lempel, Ziv and Welch, in blocks of at most 255 bytes.
function compressed(colours, place) {
  const bytes = [];
  let waiting = 0, bits = 0;
  const write = (code, length) => {
    waiting |= code << bits;
    bits += length;
    for (; bits >= 8; bits -= 8, waiting >>>= 8) bytes.push(waiting & 255);
  };
  let table = new Map(), next = END + 1, length = BITS + 1;
  write(CLEAR, length);
  let before = place(colours[0]);
  for (let k = 1; k < colours.length; k += 1) {
    const pixel = place(colours[k]), key = before * COLOURS + pixel, known = table.get(key);
    if (known !== undefined) {
      before = known;
      continue;
    }
    write(before, length);
    before = pixel;
    if (next < 1 << MOST_BITS) {
      if (next === 1 << length) length += 1;
      table.set(key, next);
      next += 1;
    } else {
      write(CLEAR, length);
      [table, next, length] = [new Map(), END + 1, BITS + 1];
    }
  }
  write(before, length);
  write(END, length);
  if (bits) bytes.push(waiting & 255);
  const blocks = new Uint8Array(bytes.length + Math.ceil(bytes.length / 255) + 1);
  for (let from = 0, to = 0; from < bytes.length; from += 255) {
    const block = bytes.slice(from, from + 255);
    blocks[to] = block.length;
    blocks.set(block, to + 1);
    to += block.length + 1;
  }
  return blocks;
}
