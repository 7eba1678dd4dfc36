// The numbers of a convolution: arrays in, an array out. A worker computes
// them too, beside the page (computer.js). All arrays are Float64Array, in NCHW.
import { AXES, inputShape, outputSize, windowAlong } from "./arithmetic.js";
import { kindOf } from "./kinds.js";

// What the loops need to know of a setting; integers only, so that a worker can be sent it.
//   rule      "sum", "max", "average" or "average_no_pad"
//   turned    whether the kernel lies turned on the image
//   swapped   whether the kernel is (channels, filters / groups, height, width)
//   places    for each output row, then column, and each kernel row, then column, the place on the
//             input, or -1
export function computation(setting) {
  const { kind, filters, groups, kernel } = setting, out = outputSize(setting);
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
    places: AXES.map((axis) => {
      const k = kernel[axis], places = new Int32Array(out[axis] * k);
      for (let at = 0; at < out[axis]; at += 1) {
        windowAlong(setting, axis, at).forEach((place, t) => (places[at * k + t] = place ?? -1));
      }
      return places;
    }),
  };
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
          const row = down[i * kh + u];
          if (row < 0) continue;
          const line = image + row * columns, start = i * width;
          for (let j = from; j < to; j += step) {
            plane[start + j] += weight * x[line + across[j * kw + v]];
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
  } = plan;
  for (let i = 0; i < height; i += 1) {
    for (let j = 0; j < width; j += 1) {
      let largest = -Infinity, sum = 0, count = 0;
      for (let u = 0; u < kh; u += 1) {
        const row = down[i * kh + u];
        if (row < 0) continue;
        for (let v = 0; v < kw; v += 1) {
          const column = across[j * kw + v];
          if (column < 0) continue;
          const value = image[row * columns + column];
          if (value > largest) largest = value;
          sum += value;
          count += 1;
        }
      }
      plane[i * width + j] = rule === "max"
        ? largest
        : sum / (rule === "average" ? kh * kw : count);
    }
    done((i + 1) / height);
  }
}

// What one output is made of, in the order in which the window is read, channel after channel:
// { channel, row, column, value, weight, at }; `at` is where the weight stands in w. A pooling has no
// weights. Padding is left out.
export function terms(plan, x, w, [n, f, i, j]) {
  const { rule, shape: [, channels, rows, columns], filters, groups, kernel: [kh, kw] } = plan;
  const inside = channels / groups, first = Math.floor(f / (filters / groups)) * inside;
  const found = [];
  for (let slot = 0; slot < inside; slot += 1) {
    const channel = first + slot;
    for (let t = 0; t < kh * kw; t += 1) {
      const u = Math.floor(t / kw), v = t % kw;
      const row = plan.places[0][i * kh + u], column = plan.places[1][j * kw + v];
      if (row < 0 || column < 0) continue;
      const value = x[((n * channels + channel) * rows + row) * columns + column];
      const at = weightIndex(plan, f, slot, u, v);
      const product = rule === "sum" ? { weight: w[at], at } : {};
      found.push({ channel, row, column, value, ...product });
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
