// Where to begin: the notebook's five, the cases that Dumoulin and Visin drew, classic kernels, and
// what borders do.
import { isPooling } from "./kinds.js";
import { changed, made, START } from "./state.js";

const CROSS = [1, 0, 1, 0, 1, 0, 1, 0, 1], PLUS = [0, 1, 0, 1, 2, 1, 0, 1, 0];
const FILM = [1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0];
const SLICES = [...CROSS, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0];

// Zeros, and a number at some places.
const dots = (length, places) => Float64Array.from({ length }, (_, at) => places[at] ?? 0);
const whole = (change, arrays = {}) => {
  const numbers = Object.fromEntries(
    Object.entries(arrays).map(([name, values]) => [name, Float64Array.from(values)]),
  );
  return () => made({ ...START, ...change }, numbers);
};

const strided = { strides: [2, 2] },
  padded = { border_mode: [[1, 1], [1, 1]] },
  padded2 = { border_mode: [[2, 2], [2, 2]] };
const four = { size: [4, 4] }, wide = { kernel: [4, 4] }, back = { kind: "transposed" };

// Kernels that are laid on every channel by itself, so that colours stay apart.
const kernel = (...rows) => (state) => {
  const { channels, kind } = state.setting, several = channels > 1;
  const size = [rows.length, rows[0].length], numbers = rows.flat();
  const next = changed(state, {
    kind: isPooling(state.setting) || kind === "transposed" ? "convolution" : kind,
    kernel: size,
    dilation: [1, 1],
    output_padding: [0, 0],
    ...(several ? { filters: channels, groups: channels } : { groups: 1 }),
    border_mode: "same",
  });
  return { ...next, w: Float64Array.from(next.w, (_, at) => numbers[at % numbers.length]) };
};
const times = (factor, ...rows) => rows.map((row) => row.map((value) => value * factor));

// Groups, as words.json names them and what is in them.
export const PRESETS = {
  notebook: {
    impulse: whole({ size: [5, 7], kernel: [2, 3] }, {
      x: dots(35, { 17: 1 }),
      w: [1, 2, 3, 4, 5, 6],
    }),
    film: whole({}, { x: FILM, w: CROSS }),
    samples: whole({ samples: 4, size: [3, 5], border_mode: "same" }, {
      x: dots(60, { 22: 1, 37: 2, 52: 3 }),
      w: CROSS,
    }),
    filters: whole({ filters: 2, size: [3, 5], border_mode: "same" }, {
      x: dots(15, { 7: 1 }),
      w: [...CROSS, ...PLUS],
    }),
    rgb: whole({ channels: 3, size: [3, 5], border_mode: "same" }, {
      x: dots(45, { 6: 1, 19: 1, 22: 1, 38: 1 }),
      w: SLICES,
    }),
  },
  guide: {
    plain: whole(four),
    padded: whole({ ...wide, ...padded2 }),
    half: whole({ border_mode: "half" }),
    full: whole({ border_mode: "full" }),
    strided: whole(strided),
    "strided padded": whole({ ...strided, ...padded }),
    "row left": whole({ ...strided, ...padded, size: [6, 6] }),
    dilation: whole({ dilation: [2, 2], size: [7, 7] }),
    back: whole({ ...back, size: [2, 2] }),
    "back padded": whole({ ...back, ...wide, ...padded2, size: [6, 6] }),
    "back half": whole({ ...back, border_mode: "half" }),
    "back full": whole({ ...back, border_mode: "full", size: [7, 7] }),
    "back strided": whole({ ...back, ...strided, size: [2, 2] }),
    "back strided padded": whole({ ...back, ...strided, ...padded, size: [3, 3] }),
    "back row left": whole({
      ...back,
      ...strided,
      ...padded,
      size: [3, 3],
      output_padding: [1, 1],
    }),
    average: whole({ kind: "average" }),
    max: whole({ kind: "max" }),
  },
  kernels: {
    identity: kernel([0, 0, 0], [0, 1, 0], [0, 0, 0]),
    blur: kernel(...times(1 / 16, [1, 2, 1], [2, 4, 2], [1, 2, 1])),
    sharpen: kernel([0, -1, 0], [-1, 5, -1], [0, -1, 0]),
    "sobel across": kernel([1, 0, -1], [2, 0, -2], [1, 0, -1]),
    "sobel down": kernel([1, 2, 1], [0, 0, 0], [-1, -2, -1]),
    emboss: kernel([-2, -1, 0], [-1, 1, 1], [0, 1, 2]),
    laplace: kernel([-1, -1, -1], [-1, 8, -1], [-1, -1, -1]),
  },
  borders: {
    ring: whole({ size: [3, 5], border_mode: "same", border: "circular" }, {
      x: dots(15, { 3: 2, 9: 3, 13: 1 }),
      w: dots(9, { 5: 1 }),
    }),
    edge: whole({ border_mode: "same", border: "replicate" }, {
      x: Array(25).fill(9),
      w: Array(9).fill(1 / 9),
    }),
    "left over": whole({
      kind: "max",
      kernel: [2, 2],
      strides: [2, 2],
      ceil_mode: true,
    }),
  },
};
