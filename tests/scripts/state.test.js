// States by hand: what keeps its place, what comes anew, what is a picture.
import { deepStrictEqual as equal, ok } from "node:assert/strict";
import {
  changed,
  divided,
  edited,
  History,
  isPicture,
  isSame,
  made,
  randomized,
  rings,
  START,
  sums,
} from "../../docs/_explorer/state.js";
import { setting } from "./setting.js";

Deno.test("an input is a picture above 32 rows or columns", () => {
  ok(!isPicture({ size: [32, 32] }));
  ok(isPicture({ size: [33, 1] }));
  ok(isPicture({ size: [1, 33] }));
  equal(made({ ...START, size: [32, 32] }).picture, null);
  equal(made({ ...START, size: [33, 32] }).picture, "zones");
});

Deno.test("rings are round, about the middle of what is not square too", () => {
  const x = rings({ samples: 1, channels: 1, size: [3, 5] });
  // 127.5 + 127.5 cos(π/5 · (y² + x²)), with x from −2 to 2 and y from −1 to 1.
  const ring = (squares) => Math.round(127.5 + 127.5 * Math.cos((Math.PI / 5) * squares));
  equal([...x.subarray(5, 10)], [ring(4), ring(1), ring(0), ring(1), ring(4)]);
  equal([...x.subarray(0, 5)], [ring(5), ring(2), ring(1), ring(2), ring(5)]);
  equal([...x.subarray(10)], [...x.subarray(0, 5)]);
  equal([ring(0), ring(5)], [255, 0]);
  const both = rings({ samples: 2, channels: 1, size: [3, 5] });
  equal([...both.subarray(15)], [...x]);
});

Deno.test("numbers keep their places in another size", () => {
  const x = Float64Array.from({ length: 25 }, (_, at) => at + 100);
  const next = changed(made(START, { x }), { size: [2, 6] });
  equal([...next.x.subarray(0, 5)], [100, 101, 102, 103, 104]);
  equal([...next.x.subarray(6, 11)], [105, 106, 107, 108, 109]);
  ok([next.x[5], next.x[11]].every((value) => value >= 0 && value <= 3));
});

Deno.test("numbers keep their samples and channels too", () => {
  const x = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8); // two samples of two channels of a row of two
  const start = made(setting({ samples: 2, channels: 2, size: [1, 2], kernel: [1, 1] }), { x });
  equal([...changed(start, { size: [1, 1] }).x], [1, 3, 5, 7]);
  equal([...changed(start, { channels: 1 }).x], [1, 2, 5, 6]);
  equal([...changed(start, { samples: 1 }).x], [1, 2, 3, 4]);
});

Deno.test("a kernel and its biases outlive what has none", () => {
  const w = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
  const start = made({ ...START, bias: true }, { w, b: Float64Array.of(7) });
  const pooled = changed(start, { kind: "max" });
  equal([pooled.w, pooled.b], [null, null]);
  const back = changed(pooled, { kind: "convolution", filters: 2, groups: 1, bias: true });
  equal([...back.w.subarray(0, 9)], [...w]);
  equal([...back.b], [7, 0]);
  const off = changed(start, { bias: false });
  equal(off.b, null);
  equal([...changed(off, { bias: true }).b], [7]);
});

Deno.test("a picture stays one, and is asked for in another size", () => {
  const start = { ...made({ ...START, size: [40, 40] }), picture: "camera" };
  const asked = [];
  const next = changed(start, { size: [50, 40] }, (name, { size }) => {
    asked.push([name, size]);
    return new Float64Array(2000);
  });
  equal(asked, [["camera", [50, 40]]]);
  equal([next.picture, next.x.length], ["camera", 2000]);
  const small = changed(start, { size: [8, 8] }, () => new Float64Array(64));
  equal(small.picture, null);
});

Deno.test("states are the same where a reader sees no difference", () => {
  const state = made(START);
  ok(isSame(state, made(START)));
  ok(!isSame(state, edited(state, "w", [[0, 9]])));
  ok(!isSame(state, { ...state, picture: "zones" }));
  ok(!isSame(state, made({ ...START, strides: [2, 2] })));
  equal(edited({ ...state, picture: "zones" }, "x", [[0, 9]]).picture, null);
  equal(edited({ ...state, picture: "zones" }, "w", [[0, 9]]).picture, "zones");
});

Deno.test("random numbers are small, and those of a seed are always the same", () => {
  const one = randomized(made(START), 5);
  ok([...one.x].every((value) => [0, 1, 2, 3].includes(value)));
  ok([...one.w].every((value) => [-1, 0, 1, 2].includes(value)));
  equal([...one.x], [...randomized(made(START), 5).x]);
  ok(String(one.x) !== String(randomized(made(START), 6).x));
  const picture = made(setting({ size: [40, 40] }));
  equal(randomized(picture, 5).x, picture.x);
});

Deno.test("new numbers are 0 to 3 in an input, and −1 to 2 in a kernel", () => {
  const { x, w } = made(setting({ size: [20, 20], kernel: [15, 15] }));
  equal([...new Set(x)].sort(), [0, 1, 2, 3]);
  equal([...new Set(w)].sort(), [-1, 0, 1, 2]);
});

Deno.test("new numbers follow from the seed and the place", () => {
  const asked = setting({ samples: 2, channels: 2, filters: 2, size: [2, 3], kernel: [2, 2] });
  const { x, w } = made(asked); // expected is what 32-bit integers of Python give
  equal([[...x.subarray(0, 6)], [...x.subarray(18)]], [[1, 3, 2, 3, 2, 1], [1, 0, 3, 2, 1, 0]]);
  equal([[...w.subarray(0, 4)], [...w.subarray(12)]], [[1, 1, -1, 0], [2, 2, 0, 2]]);
  equal([...made(asked, { seed: 5 }).x.subarray(18)], [3, 3, 3, 2, 2, 0]);
});

Deno.test("each filter's weights are added up, and divided by a number or each by its own", () => {
  const w = Float64Array.of(1, 2, 3, -4, 10, 20);
  const state = made(setting({ size: [1, 3], kernel: [1, 3], filters: 2 }), { w });
  equal(sums(state), [6, 26]);
  equal([...divided(state, [2]).w], [0.5, 1, 1.5, -2, 5, 10]);
  equal([...divided(state, [2, 4]).w], [0.5, 1, 1.5, -1, 2.5, 5]);
  equal([...w], [1, 2, 3, -4, 10, 20]); // states are never changed
});

Deno.test("a place has the same new number in each size", () => {
  const small = made(setting({ size: [2, 3] })), large = made(setting({ size: [4, 5] }));
  equal([...small.x], [0, 1, 2, 5, 6, 7].map((at) => large.x[at]));
});

Deno.test("a history goes back and on, and forgets what was undone", () => {
  const history = new History({ name: "a", x: [] }), push = (name) => history.push({ name, x: [] });
  push("b");
  history.undo();
  equal(history.now.name, "a");
  history.undo();
  equal(history.now.name, "a");
  history.redo();
  history.redo();
  equal(history.now.name, "b");
  history.undo();
  push("c");
  history.redo();
  equal(history.now.name, "c");
  history.takeBack();
  equal([history.now.name, history.before.length], ["a", 0]);
});

Deno.test("a history holds 200 states, and the numbers of 2²⁵", () => {
  const history = new History({ x: [] });
  for (let turn = 0; turn < 201; turn += 1) history.push({ x: [] });
  equal(history.before.length, 200);
  const large = new History({ x: { length: 2 ** 22 } });
  for (let turn = 0; turn < 9; turn += 1) large.push({ x: { length: 2 ** 22 } });
  equal(large.before.length, 8);
});
