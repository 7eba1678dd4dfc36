// Where to begin: the notebook's five, the cases that Dumoulin and Visin drew, and classic kernels.
import { isPooling } from "explorer/arithmetic";
import { START, changed, made } from "explorer/state";

const CROSS = [1, 0, 1, 0, 1, 0, 1, 0, 1], PLUS = [0, 1, 0, 1, 2, 1, 0, 1, 0];
const FILM = [1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0];
const SLICES = [...CROSS, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0];

// Zeros, and a number at some places.
const dots = (length, places) => Float64Array.from({ length }, (_, at) => places[at] ?? 0);
const whole = (change, arrays = {}) => {
  const numbers = Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, Float64Array.from(values)]));
  return () => made({ ...START, ...change }, numbers);
};

const strided = { strides: [2, 2] }, padded = { border_mode: [[1, 1], [1, 1]] }, padded2 = { border_mode: [[2, 2], [2, 2]] };
const four = { size: [4, 4] }, wide = { kernel: [4, 4] }, back = { kind: "transposed" };

// Kernels that are laid on every channel by itself, so that colours stay apart.
const kernel = (...rows) => (state) => {
  const { channels, kind } = state.setting, several = channels > 1;
  const size = [rows.length, rows[0].length], numbers = rows.flat();
  const next = changed(state, {
    kind: isPooling(state.setting) || kind === "transposed" ? "convolution" : kind,
    kernel: size, dilation: [1, 1], output_padding: [0, 0],
    ...(several ? { filters: channels, groups: channels } : { groups: 1 }),
    border_mode: "same",
  });
  return { ...next, w: Float64Array.from(next.w, (_, at) => numbers[at % numbers.length]) };
};
const times = (factor, ...rows) => rows.map((row) => row.map((value) => value * factor));

export const PRESETS = {
  "The notebook": {
    "Impulse": whole({ size: [5, 7], kernel: [2, 3] }, { x: dots(35, { 17: 1 }), w: [1, 2, 3, 4, 5, 6] }),
    "The animated figure": whole({}, { x: FILM, w: CROSS }),
    "Four samples": whole({ samples: 4, size: [3, 5], border_mode: "same" }, { x: dots(60, { 22: 1, 37: 2, 52: 3 }), w: CROSS }),
    "Two filters": whole({ filters: 2, size: [3, 5], border_mode: "same" }, { x: dots(15, { 7: 1 }), w: [...CROSS, ...PLUS] }),
    "RGB": whole({ channels: 3, size: [3, 5], border_mode: "same" }, { x: dots(45, { 6: 1, 19: 1, 22: 1, 38: 1 }), w: SLICES }),
  },
  "Dumoulin and Visin": {
    "No padding, stride 1": whole(four),
    "Any padding, stride 1": whole({ ...wide, ...padded2 }),
    "Half padding": whole({ border_mode: "half" }),
    "Full padding": whole({ border_mode: "full" }),
    "No padding, stride 2": whole(strided),
    "Padding, stride 2": whole({ ...strided, ...padded }),
    "Padding, stride 2, a row left over": whole({ ...strided, ...padded, size: [6, 6] }),
    "Dilation": whole({ dilation: [2, 2], size: [7, 7] }),
    "Transposed: no padding, stride 1": whole({ ...back, size: [2, 2] }),
    "Transposed: any padding, stride 1": whole({ ...back, ...wide, ...padded2, size: [6, 6] }),
    "Transposed: half padding": whole({ ...back, border_mode: "half" }),
    "Transposed: full padding": whole({ ...back, border_mode: "full", size: [7, 7] }),
    "Transposed: no padding, stride 2": whole({ ...back, ...strided, size: [2, 2] }),
    "Transposed: padding, stride 2": whole({ ...back, ...strided, ...padded, size: [3, 3] }),
    "Transposed: a row left over": whole({ ...back, ...strided, ...padded, size: [3, 3], output_padding: [1, 1] }),
    "Average pooling": whole({ kind: "average" }),
    "Max pooling": whole({ kind: "max" }),
  },
  "Kernels": {
    "Identity": kernel([0, 0, 0], [0, 1, 0], [0, 0, 0]),
    "Blur": kernel(...times(1 / 16, [1, 2, 1], [2, 4, 2], [1, 2, 1])),
    "Sharpen": kernel([0, -1, 0], [-1, 5, -1], [0, -1, 0]),
    "Sobel, edges from left to right": kernel([1, 0, -1], [2, 0, -2], [1, 0, -1]),
    "Sobel, edges from top to bottom": kernel([1, 2, 1], [0, 0, 0], [-1, -2, -1]),
    "Emboss": kernel([-2, -1, 0], [-1, 1, 1], [0, 1, 2]),
    "Edges all round": kernel([-1, -1, -1], [-1, 8, -1], [-1, -1, -1]),
  },
};
