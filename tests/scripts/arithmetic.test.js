// Sizes and places by hand; random settings are compared with convdoc by test_explorer.py.
import { deepStrictEqual as equal } from "node:assert/strict";
import {
  inputSizesAlong,
  outputSize,
  receptiveField,
  relationshipAlong,
  unused,
  windowAlong,
} from "../../docs/_explorer/arithmetic.js";
import { setting } from "./setting.js";

Deno.test("a stride of 2 leaves the last of 6 rows unread", () => {
  const asked = setting({ size: [6, 5], strides: [2, 2] });
  equal(outputSize(asked), [2, 2]);
  equal(unused(asked), [[5], []]);
});

Deno.test("a window beside the image has no place there", () => {
  const asked = setting({ border_mode: [[1, 0], [0, 2]], dilation: [2, 1] });
  equal(windowAlong(asked, 0, 0), [null, 1, 3]);
  equal(windowAlong(asked, 1, 4), [4, null, null]);
});

Deno.test("an output of a transposed convolution reads what its stride leaves", () => {
  const asked = setting({ kind: "transposed", strides: [2, 2], size: [3, 3] });
  equal(outputSize(asked), [7, 7]);
  equal(windowAlong(asked, 0, 2), [0, null, 1]);
  equal(windowAlong(asked, 0, 3), [null, 1, null]);
  equal(receptiveField(asked), [2, 2]);
});

Deno.test("a receptive field spans what one phase of the stride reads", () => {
  const back = (changes) => receptiveField(setting({ kind: "transposed", ...changes }));
  equal(back({ kernel: [1, 4], strides: [3, 3] }), [1, 2]);
  equal(back({ kernel: [3, 3], strides: [2, 1], dilation: [2, 2] }), [3, 5]);
  equal(receptiveField(setting({ kernel: [3, 2], dilation: [2, 4] })), [5, 5]);
});

Deno.test("inputs of an output are all that a stride floors to it", () => {
  equal(inputSizesAlong(setting({ strides: [2, 2] }), 0, 2), [5, 7]);
  equal(inputSizesAlong(setting({ kernel: [3, 3], border_mode: "full" }), 0, 2), [1, 1]); // none
  equal(inputSizesAlong(setting({ kind: "transposed", strides: [2, 2] }), 0, 7), [3, 4]);
  equal(inputSizesAlong(setting({ kind: "transposed", strides: [2, 2] }), 0, 8), [3, 3]); // none
});

Deno.test("a relationship is written in letters and in numbers", () => {
  const asked = setting({ size: [6, 6], strides: [2, 2], border_mode: [[1, 1], [0, 1]] });
  equal(relationshipAlong(asked, 0), {
    number: 6,
    symbols: "o = ⌊(i + 2·p - k) / s⌋ + 1",
    numbers: "3 = ⌊(6 + 2·1 - 3) / 2⌋ + 1",
  });
  equal(relationshipAlong(asked, 1).numbers, "3 = ⌊(6 + (0 + 1) - 3) / 2⌋ + 1");
});
