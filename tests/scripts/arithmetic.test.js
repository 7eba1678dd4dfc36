// Sizes and places by hand; random settings are compared with convdoc by test_explorer.py.
import { deepStrictEqual as equal } from "node:assert/strict";
import {
  followed,
  inputSizesAlong,
  outputSize,
  overhang,
  placesAlong,
  receptiveField,
  relationshipAlong,
  settled,
  surround,
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
  equal(inputSizesAlong(setting({ kind: "transposed", strides: [2, 2] }), 0, 2), [1, 1]);
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

Deno.test("a dilated kernel is written out where the relationship has no dilation", () => {
  const asked = setting({ kind: "transposed", size: [3, 3], strides: [2, 2], dilation: [2, 1] });
  equal(relationshipAlong(asked, 0), {
    number: 14,
    symbols: "o' = s·(i' - 1) + a + (d·(k - 1) + 1) - 2·p",
    numbers: "9 = 2·(3 - 1) + 0 + (2·(3 - 1) + 1) - 2·0",
  });
  equal(relationshipAlong(asked, 1).numbers, "7 = 2·(3 - 1) + 3");
});

Deno.test("relationships have the numbers of Dumoulin and Visin", () => {
  const number = (changes) => relationshipAlong(setting({ size: [9, 9], ...changes }), 0).number;
  const sides = (before, behind) => [[before, behind], [0, 0]];
  const convolutions = [
    [{}, 1],
    [{ kernel: [1, 1], border_mode: "half" }, 1],
    [{ kernel: [4, 4], border_mode: sides(2, 2) }, 2],
    [{ border_mode: sides(1, 0) }, 2],
    [{ border_mode: "half" }, 3],
    [{ border_mode: "full" }, 4],
    [{ kernel: [2, 2], border_mode: sides(1, 1) }, 4],
    [{ strides: [2, 2] }, 5],
    [{ strides: [2, 2], border_mode: sides(0, 1) }, 6],
    [{ dilation: [2, 2] }, 15],
  ];
  for (const [changes, expected] of convolutions) equal(number(changes), expected);
  const transposed = [
    [{}, 8],
    [{ kernel: [4, 4], border_mode: sides(2, 2) }, 9],
    [{ border_mode: "half" }, 10],
    [{ border_mode: "full" }, 11],
    [{ strides: [2, 2] }, 12],
    [{ strides: [2, 2], border_mode: sides(1, 1) }, 13],
    [{ strides: [2, 2], output_padding: [1, 0] }, 14],
    [{ strides: [2, 2], border_mode: sides(1, 1), output_padding: [1, 0] }, 14],
    [{ dilation: [2, 2] }, 14],
  ];
  for (const [changes, expected] of transposed) {
    equal(number({ kind: "transposed", ...changes }), expected);
  }
});

Deno.test("places are counted beyond the border, and hold the pixels that it repeats", () => {
  const asked = setting({ border_mode: [[2, 0], [0, 3]], border: "circular", dilation: [1, 2] });
  equal(placesAlong(asked, 0, 0), [-2, -1, 0]);
  equal(windowAlong(asked, 0, 0), [3, 4, 0]);
  equal(placesAlong(asked, 1, 3), [3, 5, 7]);
  equal(windowAlong(asked, 1, 3), [3, 0, 2]);
  // In steps of 3, windows of two rows: 0 and 1, then 3 and the first again.
  const ring = { size: [4, 1], kernel: [2, 1], strides: [3, 1], border_mode: [[0, 1], [0, 0]] };
  equal(unused(setting(ring))[0], [2]);
  equal(windowAlong(setting({ ...ring, border: "circular" }), 0, 1), [3, 0]);
});

Deno.test("a last window hangs over what is left, unless it begins behind the image", () => {
  const pooled = (changes) => setting({ kind: "max", ceil_mode: true, ...changes });
  const left = pooled({ size: [5, 6], kernel: [2, 2], strides: [2, 2] });
  equal([overhang(left), outputSize(left)], [[1, 0], [3, 3]]);
  equal(surround(left), [[0, 1], [0, 0]]);
  // In steps of 3 from place -1: 2, and 5, which is behind the four pixels.
  const behind = pooled({ size: [4, 4], kernel: [2, 2], strides: [3, 3], border_mode: "half" });
  equal([overhang(behind), outputSize(behind)], [[0, 0], [2, 2]]);
  equal(overhang({ ...left, ceil_mode: false }), [0, 0]);
  // Rows -1 to 7 in three steps of 3; of columns -1 to 8, a fourth would begin at 8.
  const padded = pooled({ size: [7, 8], kernel: [3, 3], strides: [3, 3], border_mode: "half" });
  equal([overhang(padded), outputSize(padded)], [[0, 0], [3, 3]]);
  const wide = pooled({ size: [2, 2], kernel: [3, 3], strides: [2, 2] }); // a stride makes it room
  equal([overhang(wide), outputSize(wide)], [[1, 1], [1, 1]]);
  equal(inputSizesAlong(left, 0, 3), [5, 7]);
  equal(inputSizesAlong(left, 0, 1), [1, 3]);
  // Relationship 5 with what hangs over as padding.
  equal(relationshipAlong(left, 0).numbers, "3 = ⌊(5 + (0 + 1) - 2) / 2⌋ + 1");
});

Deno.test("what a kind has no use for is put back", () => {
  const all = {
    border: "circular",
    ceil_mode: true,
    divisor: 3,
    output_padding: [1, 1],
    bias: true,
  };
  const used = (kind) => {
    const found = settled({ ...setting(), ...all, kind });
    return [found.border, found.ceil_mode, found.divisor, found.output_padding[0], found.bias];
  };
  equal(used("convolution"), ["circular", false, null, 0, true]);
  equal(used("transposed"), ["zeros", false, null, 1, true]);
  equal(used("min"), ["zeros", true, null, 0, false]);
  equal(used("average"), ["zeros", true, 3, 0, false]);
});

Deno.test("padded as TensorFlow pads, a transposed convolution gives the size times the stride", () => {
  const start = setting({ kind: "transposed", strides: [2, 3], size: [4, 5] });
  const same = followed(start, { ...start, border_mode: "same_upper" });
  equal(same.output_padding, [1, 2]);
  equal(outputSize(same), [8, 15]);
  equal(followed(same, { ...same, strides: [4, 1] }).output_padding, [3, 0]);
  equal(followed(start, { ...start, border_mode: "same" }).output_padding, [0, 0]);
  // What the reader has chosen stays.
  const chosen = followed(same, { ...same, output_padding: [0, 2] });
  equal(chosen.output_padding, [0, 2]);
  equal(followed(chosen, { ...chosen, size: [6, 6] }).output_padding, [0, 2]);
  const forward = setting({ border_mode: "same_upper", strides: [2, 2] });
  equal(followed(forward, { ...forward, kind: "transposed" }).output_padding, [1, 1]);
  equal(followed(forward, { ...forward, size: [9, 9] }).output_padding, [0, 0]);
});
