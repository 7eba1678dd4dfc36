// The numbers by hand, and what a worker answers.
import { deepStrictEqual as equal } from "node:assert/strict";
import { answerer, convolve, terms } from "../../docs/_explorer/convolve.js";
import { range } from "../../docs/_explorer/arithmetic.js";
import { planned, setting, shown } from "./setting.js";

const X = [1, 2, 3, 4, 5, 6]; // 2×3
const SMALL = { size: [2, 3], kernel: [1, 2] };

Deno.test("a convolution turns its kernel, a correlation does not", () => {
  const w = [10, 1];
  equal([...shown(setting(SMALL), { x: X, w }).y], [1 + 20, 2 + 30, 4 + 50, 5 + 60]);
  const asked = setting({ ...SMALL, kind: "correlation" });
  equal([...shown(asked, { x: X, w }).y], [10 + 2, 20 + 3, 40 + 5, 50 + 6]);
});

Deno.test("a filter adds up the channels of its group", () => {
  const asked = { size: [1, 1], kernel: [1, 1], channels: 4, filters: 2, groups: 2 };
  const arrays = { x: [1, 2, 3, 4], w: [10, 100, 1000, 10000] };
  equal([...shown(setting(asked), arrays).y], [10 + 200, 3000 + 40000]);
  // Two of the four filters read the first channel, two the second.
  const more = { ...asked, channels: 2, filters: 4 };
  equal([...shown(setting(more), { ...arrays, x: [1, 2] }).y], [10, 100, 2000, 20000]);
  const back = { ...asked, kind: "transposed" };
  equal([...shown(setting(back), arrays).y], [10 + 200, 3000 + 40000]);
});

Deno.test("a transposed convolution lays its turned kernel at each pixel, and adds its bias", () => {
  const asked = setting({ ...SMALL, kind: "transposed", strides: [1, 2], bias: true });
  const { y } = shown(asked, { x: X, w: [10, 1], b: [0.5] });
  equal([...y], [1.5, 10.5, 2.5, 20.5, 3.5, 30.5, 4.5, 40.5, 5.5, 50.5, 6.5, 60.5]);
});

Deno.test("poolings take the cells of the image, and one counts the padding", () => {
  const asked = { ...SMALL, kernel: [2, 2], strides: [2, 2], border_mode: [[0, 0], [1, 0]] };
  const pooled = (kind) => [...shown(setting({ ...asked, kind }), { x: X }).y];
  equal(pooled("max"), [4, 6]);
  equal(pooled("average"), [(1 + 4) / 4, (2 + 3 + 5 + 6) / 4]);
  equal(pooled("average_no_pad"), [(1 + 4) / 2, (2 + 3 + 5 + 6) / 4]);
});

Deno.test("the terms of an output are its pixels and weights, without padding", () => {
  const asked = setting({ ...SMALL, border_mode: [[0, 0], [1, 0]] }), w = Float64Array.of(10, 1);
  const found = (at) => terms(planned(asked), Float64Array.from(X), w, at);
  equal(found([0, 0, 1, 0]), [{ channel: 0, row: 1, column: 0, value: 4, weight: 10, at: 0 }]);
  equal(found([0, 0, 1, 2]), [
    { channel: 0, row: 1, column: 1, value: 5, weight: 1, at: 1 },
    { channel: 0, row: 1, column: 2, value: 6, weight: 10, at: 0 },
  ]);
  // Two samples of two channels, numbered: the second sample begins at 12, its second channel at 18.
  const several = setting({ ...SMALL, samples: 2, channels: 2 }), all = range(24);
  equal(
    terms(planned(several), Float64Array.from(all), Float64Array.of(2, 3, 5, 7), [1, 0, 1, 1]),
    [
      { channel: 0, row: 1, column: 1, value: 16, weight: 3, at: 1 },
      { channel: 0, row: 1, column: 2, value: 17, weight: 2, at: 0 },
      { channel: 1, row: 1, column: 1, value: 22, weight: 7, at: 3 },
      { channel: 1, row: 1, column: 2, value: 23, weight: 5, at: 2 },
    ],
  );
  const pooled = setting({ ...SMALL, kind: "max", channels: 2, size: [1, 3] });
  equal(terms(planned(pooled), Float64Array.from(X), null, [0, 1, 0, 1]), [
    { channel: 1, row: 0, column: 1, value: 5 },
    { channel: 1, row: 0, column: 2, value: 6 },
  ]);
});

Deno.test("what is done is said after each row, of the kernel or of a pooling's output", () => {
  const parts = (changes) => {
    const said = [],
      plan = planned(setting({ size: [3, 2], ...changes })),
      x = new Float64Array(24);
    convolve(plan, x, new Float64Array(8).fill(1), null, (part) => said.push(part));
    return said;
  };
  const kernel = { kernel: [2, 1] };
  equal(parts(kernel), [1 / 2, 1]);
  equal(parts({ ...kernel, channels: 2, filters: 2 }), [1, 2, 3, 4, 5, 6, 7, 8].map((k) => k / 8));
  equal(parts({ ...kernel, kind: "max", channels: 2 }), [1 / 4, 2 / 4, 3 / 4, 1]);
});

Deno.test("a worker keeps the image until another one comes, and says how far it is", () => {
  const posted = [], answer = answerer((message) => posted.push(message));
  const plan = planned(setting({ size: [1, 1], kernel: [1, 1] })), w = Float64Array.of(3);
  const last = () => [...posted.at(-1).y];
  answer({ plan, x: Float64Array.of(2), w, b: null });
  equal(last(), [6]);
  answer({ plan, x: null, w: Float64Array.of(4), b: null });
  equal(last(), [8]);
  answer({ plan, x: Float64Array.of(5), w, b: null });
  equal(last(), [15]);
});

Deno.test("a worker says how far it is about fifty times", () => {
  const parts = [], answer = answerer(({ part }) => part && parts.push(part));
  const plan = planned(setting({ kind: "max", size: [128, 1], kernel: [1, 1] }));
  answer({ plan, x: new Float64Array(128), w: null, b: null });
  equal(parts, [...Array(42).keys()].map((at) => (3 * at + 3) / 128)); // 3/128 is above 1/50
});

Deno.test("what lies beyond the border is convolved", () => {
  const asked = { size: [1, 3], kernel: [1, 2], border_mode: [[0, 0], [1, 0]] };
  const y = (border) => [...shown(setting({ ...asked, border }), { x: [1, 2, 3], w: [10, 1] }).y];
  equal(y("zeros"), [10, 21, 32]);
  equal(y("circular"), [3 + 10, 21, 32]);
  equal(y("reflect"), [2 + 10, 21, 32]);
  equal(y("symmetric"), [1 + 10, 21, 32]);
  equal(y(0.5), [0.5 + 10, 21, 32]);
  const both = setting({ ...asked, border_mode: [[0, 0], [1, 1]], border: 0.5 });
  equal([...shown(both, { x: [1, 2, 3], w: [10, 1] }).y], [0.5 + 10, 21, 32, 3 + 5]);
  const above = setting({ size: [1, 1], kernel: [2, 2], border_mode: [[1, 0], [1, 0]], border: 2 });
  // 3 of 4 cells are 2; the pixel 5 is under the weight that is stored first.
  equal([...shown(above, { x: [5], w: [1, 10, 100, 1000] }).y], [5 + 20 + 200 + 2000]);
});

Deno.test("terms beyond the border are of the pixel that is repeated, or of no pixel", () => {
  const asked = { ...SMALL, border_mode: [[0, 0], [1, 0]] }, w = Float64Array.of(10, 1);
  const first = (border) =>
    terms(planned(setting({ ...asked, border })), Float64Array.from(X), w, [0, 0, 1, 0])[0];
  equal(first("circular"), { channel: 0, row: 1, column: 2, value: 6, weight: 1, at: 1 });
  equal(first(7), { channel: 0, row: null, column: null, value: 7, weight: 1, at: 1 });
});

Deno.test("a pooling takes the smallest, spreads its window, divides by what it is told", () => {
  const x = [1, 2, 3, 4, 5, 6, 7, 8, 9]; // 3×3
  const pooled = (kind, changes) => [
    ...shown(setting({ kind, size: [3, 3], kernel: [2, 2], strides: [2, 2], ...changes }), { x }).y,
  ];
  equal(pooled("min", { border_mode: [[1, 0], [1, 0]] }), [1, 2, 4, 5]);
  equal(pooled("max", { dilation: [2, 2] }), [9]);
  equal(pooled("average", { dilation: [2, 2], divisor: 10 }), [(1 + 3 + 7 + 9) / 10]);
  const hanging = { ceil_mode: true };
  equal(pooled("min", hanging), [1, 3, 7, 9]);
  equal(pooled("average", hanging), [3, 4.5, 7.5, 9]); // only cells that are there count
  const padded = {
    ceil_mode: true,
    strides: [3, 3],
    border_mode: [[0, 1], [0, 1]],
    kernel: [3, 3],
  };
  equal(pooled("average", padded), [5]);
  // The last window begins at row 2: of its 3 rows one is on the image, one padding, one missing.
  const last = { ...padded, strides: [2, 2] };
  equal(pooled("average", last), [5, (3 + 6 + 9) / 6, (7 + 8 + 9) / 6, 9 / 4]);
  equal(pooled("average_no_pad", last), [5, (3 + 6 + 9) / 3, (7 + 8 + 9) / 3, 9]);
  equal(pooled("average_no_pad", { ...last, divisor: 2 }).at(-1), 9 / 2);
});
