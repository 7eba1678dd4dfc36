// The numbers of a convolution: arrays in, an array out. A worker computes
// them too, beside the page (computer.js). All arrays are Float64Array, in NCHW.
import {
  AXES,
  inputShape,
  outputSize,
  padding,
  placesAlong,
  range,
  windowAlong,
} from "./arithmetic.js";
import { borderOf } from "./borders.js";
import { kindOf, KINDS } from "./kinds.js";

// What the loops need to know of a setting; integers only, so that a worker can be sent it.
//   rule      "sum", or the kind of pooling
//   turned    whether the kernel lies turned on the image
//   swapped   whether the kernel is (channels, filters / groups, height, width)
//   around    the number beyond the image
//   divisor   what an average divides by; null for the number of cells that count
//   places    for each output row, then column, and each kernel row, then column, the pixel of the
//             input; AROUND where that number counts in its place, NOTHING where nothing does
const AROUND = -1, NOTHING = -2;

export function computation(setting) {
  const { kind, filters, groups, kernel, divisor } = setting, out = outputSize(setting);
  const { isPooling, isTurned, isTransposed } = kindOf(setting);
  return {
    rule: isPooling ? kind : "sum",
    turned: isTurned,
    swapped: isTransposed,
    shape: inputShape(setting),
    filters,
    groups,
    kernel,
    out,
    around: borderOf(setting).value,
    divisor,
    places: AXES.map((axis) => {
      const isCounted = counted(setting, axis);
      return Int32Array.from(
        range(out[axis]).flatMap((at) =>
          windowAlong(setting, axis, at).map((pixel, t) =>
            pixel ?? (isCounted(at, t) ? AROUND : NOTHING)
          )
        ),
      );
    }),
  };
}

// Whether the t-th row, or column, of a window counts where it holds no pixel. Beyond the padding,
// where the last windows of a pooling may hang over, nothing does.
function counted(setting, axis) {
  if (!kindOf(setting).countsPadding) return () => false;
  if (!setting.ceil_mode) return () => true;
  const end = setting.size[axis] + padding(setting)[axis][1];
  return (at, t) => placesAlong(setting, axis, at)[t] < end;
}

// Where weight (u, v), counted as it lies on the image, of a filter and one of its channels stands.
function weightIndex({ turned, swapped, kernel, filters, groups, shape }, filter, slot, u, v) {
  const [kh, kw] = kernel, inside = shape[1] / groups, outside = filters / groups;
  const channel = Math.floor(filter / outside) * inside + slot;
  const slice = swapped ? channel * outside + (filter % outside) : filter * inside + slot;
  const [row, column] = turned ? [kh - 1 - u, kw - 1 - v] : [u, v];
  return (slice * kh + row) * kw + column;
}

// The output; `progress` is called now and then with the part that is done, from 0 to 1.
export function convolve(plan, x, w, bias, progress = () => {}) {
  const { rule, shape: [samples, , rows, columns], filters, out: [height, width] } = plan;
  const y = new Float64Array(samples * filters * height * width);
  for (let n = 0; n < samples; n += 1) {
    for (let f = 0; f < filters; f += 1) {
      const plane = y.subarray(
        (n * filters + f) * height * width,
        (n * filters + f + 1) * height * width,
      );
      const done = (part) => progress((n * filters + f + part) / (samples * filters));
      if (rule === "sum") addUp(plan, x, w, n, f, plane, done);
      else pool(plan, x.subarray((n * filters + f) * rows * columns), plane, done);
      if (bias) { for (let k = 0; k < plane.length; k += 1) plane[k] += bias[f]; }
    }
  }
  return y;
}

// For each weight, the image shifted to where it lies, times the weight.
function addUp(plan, x, w, n, f, plane, done) {
  const {
    shape: [, channels, rows, columns],
    filters,
    groups,
    kernel: [kh, kw],
    out: [height, width],
    around,
  } = plan;
  const inside = channels / groups, first = Math.floor(f / (filters / groups)) * inside;
  const [down, across] = plan.places;
  for (let slot = 0; slot < inside; slot += 1) {
    const image = (n * channels + first + slot) * rows * columns;
    for (let u = 0; u < kh; u += 1) {
      for (let v = 0; v < kw; v += 1) {
        const weight = w[weightIndex(plan, f, slot, u, v)];
        if (weight === 0) continue;
        const [from, to, step] = run(across, width, kw, v);
        for (let i = 0; i < height; i += 1) {
          const row = down[i * kh + u], line = image + row * columns, start = i * width;
          if (row >= 0) {
            for (let j = from; j < to; j += step) {
              plane[start + j] += weight * x[line + across[j * kw + v]];
            }
          }
          if (around === 0) continue;
          for (let j = 0; j < width; j += 1) {
            if (row < 0 || across[j * kw + v] < 0) plane[start + j] += weight * around;
          }
        }
      }
      done((slot + (u + 1) / kh) / inside);
    }
  }
}

// First output, end and step of those for which a kernel column lies on the image.
function run(across, width, kw, v) {
  let from = 0, to = width, step = 1;
  while (from < to && across[from * kw + v] < 0) from += 1;
  while (to > from && across[(to - 1) * kw + v] < 0) to -= 1;
  while (from + step < to && across[(from + step) * kw + v] < 0) step += 1;
  return [from, to, step];
}

function pool(plan, image, plane, done) {
  const {
    rule,
    shape: [, , , columns],
    kernel: [kh, kw],
    out: [height, width],
    places: [down, across],
    around,
    divisor,
  } = plan;
  const { join, start, divides } = KINDS[rule];
  for (let i = 0; i < height; i += 1) {
    for (let j = 0; j < width; j += 1) {
      let total = start, count = 0;
      for (let u = 0; u < kh; u += 1) {
        const row = down[i * kh + u];
        if (row === NOTHING) continue;
        for (let v = 0; v < kw; v += 1) {
          const column = across[j * kw + v];
          if (column === NOTHING) continue;
          const isOn = row >= 0 && column >= 0;
          total = join(total, isOn ? image[row * columns + column] : around);
          count += 1;
        }
      }
      plane[i * width + j] = divides ? total / (divisor ?? count) : total;
    }
    done((i + 1) / height);
  }
}

// What one output is made of, in the order in which the window is read, channel after channel:
// { channel, row, column, value, weight, at }; `at` is where the weight stands in w. A pooling has no
// weights. Zeros beyond the image are left out; of another number there, row and column are null.
export function terms(plan, x, w, [n, f, i, j]) {
  const { rule, shape: [, channels, rows, columns], filters, groups, kernel: [kh, kw] } = plan;
  const inside = channels / groups, first = Math.floor(f / (filters / groups)) * inside;
  const found = [];
  for (let slot = 0; slot < inside; slot += 1) {
    const channel = first + slot;
    for (let t = 0; t < kh * kw; t += 1) {
      const u = Math.floor(t / kw), v = t % kw;
      const row = plan.places[0][i * kh + u], column = plan.places[1][j * kw + v];
      const isOn = row >= 0 && column >= 0;
      if (!isOn && plan.around === 0) continue;
      const read = isOn
        ? { row, column, value: x[((n * channels + channel) * rows + row) * columns + column] }
        : { row: null, column: null, value: plan.around };
      const at = weightIndex(plan, f, slot, u, v);
      found.push({ channel, ...read, ...(rule === "sum" && { weight: w[at], at }) });
    }
  }
  return found;
}

// -- Beside the page -------------------------------------------------------------------------------

// What a worker does with a message; `post` sends the part that is done, now and then, and the output.
export function answerer(post) {
  let image; // sent once, and kept while only the kernel changes
  return ({ plan, x, w, b }) => {
    image = x ?? image;
    let posted = 0;
    const progress = (part) => {
      if (part - posted < 0.02) return;
      posted = part;
      post({ part });
    };
    const y = convolve(plan, image, w, b, progress);
    post({ y }, [y.buffer]);
  };
}
