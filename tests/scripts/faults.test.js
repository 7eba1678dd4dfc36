// What is refused, at its edge; the words; and that a remedy asks for no more than is needed.
import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { LIMITS } from "../../docs/_explorer/arithmetic.js";
import { faults } from "../../docs/_explorer/faults.js";
import { setting } from "./setting.js";

const why = (asked) => faults(asked).map((fault) => fault.why);
const remedies = (asked) => faults(asked).flatMap((fault) => fault.remedies);

Deno.test("each number is refused below its smallest and above its largest", () => {
  for (const [name, [least, most]] of Object.entries(LIMITS)) {
    const put = (number) => {
      const pair = name === "border_mode" ? [[number, number], [number, number]] : [number, number];
      return {
        ...setting(),
        [name]: ["samples", "channels", "filters", "groups", "divisor"].includes(name)
          ? number
          : pair,
      };
    };
    for (const number of [least, most]) {
      ok(!faults(put(number)).some((fault) => fault.why.includes("whole number")), name);
    }
    for (const [number, nearest] of [[least - 1, least], [most + 1, most], [NaN, least]]) {
      const [fault] = faults(put(number)), [[, change]] = fault.remedies;
      equal(fault.about, name);
      equal(change[name], put(nearest)[name]);
      const got = Number.isNaN(number) ? "empty" : String(number).replace("-", "−");
      ok(
        fault.why.endsWith(
          `whole number from ${least} to ${most}; it is ${fault.places.map(() => got).join(", ")}.`,
        ),
        fault.why,
      );
    }
  }
});

Deno.test("a number that is wrong is named, and marked at its place", () => {
  const [fault] = faults(setting({ strides: [1, 0] }));
  equal(fault.why, "A stride must be a whole number from 1 to 32; it is 0.");
  equal(fault.places, [1]);
  equal(fault.remedies, [["Make it 1×1", { strides: [1, 1] }]]);
  const [sides] = faults(setting({ border_mode: [[-1, 0], [0, 2.5]] }));
  equal(sides.places, [0, 3]);
  equal(sides.remedies, [["Make it 0×0; 0×3", { border_mode: [[0, 0], [0, 3]] }]]);
});

Deno.test("groups divide both", () => {
  const asked = { ...setting(), channels: 6, filters: 4, groups: 4 };
  equal(why(asked), [
    "The number of groups, 4, does not divide the number of channels, 6: " +
    "each group takes an equal part of them.",
  ]);
  equal(remedies(asked), [["Make it 2 groups", { groups: 2 }], ["Take 8 channels", {
    channels: 8,
  }]]);
  equal(remedies({ ...asked, channels: 4, filters: 5 }), [
    ["Make it 1 group", { groups: 1 }],
    ["Take 8 filters", { filters: 8 }],
  ]);
  equal(why({ ...asked, channels: 4, filters: 5 }), [
    "The number of groups, 4, does not divide the number of filters, 5: " +
    "each group takes an equal part of them.",
  ]);
  equal(why({ ...asked, filters: 5 }), [
    "The number of groups, 4, divides neither the number of channels, 6, nor that of filters, 5: " +
    "each group takes an equal part of both.",
  ]);
  equal(remedies({ ...asked, filters: 5 })[1], [
    "Take 8 channels and 8 filters",
    { channels: 8, filters: 8 },
  ]);
  equal(remedies({ ...asked, channels: 64, filters: 64, groups: 33 }), [
    ["Make it 32 groups", { groups: 32 }], // 66 of each would be too many
  ]);
});

Deno.test("an output padding is less than the stride", () => {
  const asked = setting({ kind: "transposed", strides: [2, 3], output_padding: [1, 3] });
  equal(why(asked), [
    "The output padding 1×3 must be less than the stride 2×3 along each axis: " +
    "it chooses between the sizes that the stride floors to one.",
  ]);
  equal(remedies(asked), [
    ["Make the output padding 1×2", { output_padding: [1, 2] }],
    ["Make the stride 2×4", { strides: [2, 4] }],
  ]);
  equal(faults({ ...asked, output_padding: [1, 2] }), []);
});

Deno.test("a pooling pads less than its window", () => {
  const asked = setting({ kind: "max", border_mode: [[3, 2], [2, 2]] });
  equal(why(asked), [
    "A pooling pads less than its window of 3×3 on every side, " +
    "or a window would lie on padding alone.",
  ]);
  equal(remedies(asked), [
    ["Pad less", { border_mode: [[2, 2], [2, 2]] }],
    ["Make the window 4×3", { kernel: [4, 3] }],
  ]);
  equal(faults({ ...asked, border_mode: [[2, 2], [2, 2]] }), []);
  const large = { ...asked, kernel: [32, 32], size: [64, 64], border_mode: [[32, 0], [0, 0]] };
  equal(remedies(large).map(([words]) => words), ["Pad less"]); // 33 is more than the page takes
});

Deno.test("a kernel that has no place is measured along its axis", () => {
  const asked = setting({ kernel: [7, 3], size: [5, 5] });
  equal(why(asked), [
    "The kernel is 7 high and the input is 5: there is no place where it lies wholly on it (5 < 7).",
  ]);
  equal(faults(asked)[0].places, [0]);
  equal(remedies(asked), [
    ["Make the kernel 5×3", { kernel: [5, 3] }],
    ["Make the input 7×5", { size: [7, 5] }],
    ["Pad it: half", { border_mode: "half" }],
  ]);
});

Deno.test("its dilation and its padding are said too", () => {
  const asked = setting({ dilation: [1, 3], border_mode: [[0, 0], [0, 1]] });
  equal(why(asked), [
    "The kernel is 3 wide and the input is 5: there is no place where it lies wholly on it (6 < 7). " +
    "Dilated, it is 7 wide. With its padding the input is 6 wide.",
  ]);
  equal(remedies(asked), [
    ["Make the kernel 3×2", { kernel: [3, 2] }],
    ["Make the input 5×6", { size: [5, 6] }],
    ["Pad it: half", { border_mode: "half" }],
    ["Do not dilate", { dilation: [1, 1] }],
  ]);
  const window = setting({ kind: "average", kernel: [6, 6] });
  ok(why(window)[0].startsWith("The window is 6 high and the input is 5: "));
  ok(why(window)[0].includes("The window is 6 wide and the input is 5: "));
});

Deno.test("a padding that cuts everything off is counted", () => {
  const asked = setting({ kind: "transposed", size: [1, 1], border_mode: [[2, 1], [0, 4]] });
  equal(why(asked), [
    "The padding cuts 3 off a result that is 3 high, so nothing is left. " +
    "The padding cuts 4 off a result that is 3 wide, so nothing is left.",
  ]);
  equal(remedies(asked), [
    ["Cut nothing off: valid", { border_mode: "valid" }],
    ["Make the input 2×3", { size: [2, 3] }],
  ]);
});

Deno.test("arrays go up to 2²⁴ numbers", () => {
  const one = { size: [1024, 1024], kernel: [1, 1] };
  equal(faults(setting({ ...one, filters: 16 })), []);
  equal(why(setting({ ...one, filters: 17 })), [
    "The output would hold 17,825,792 numbers, (1, 17, 1024, 1024); this page goes up to 16,777,216.",
  ]);
  equal(faults(setting({ ...one, channels: 16 })), []);
  equal(faults(setting({ ...one, kind: "transposed", channels: 16 })), []);
  equal(why(setting({ ...one, channels: 16, border_mode: [[1, 0], [0, 0]], strides: [32, 32] })), [
    "The padded input would hold 16,793,600 numbers, (1, 16, 1025, 1024); " +
    "this page goes up to 16,777,216.",
  ]);
});

Deno.test("an output takes up to 2³¹ products", () => {
  const asked = { size: [1024, 1024], kernel: [32, 32], border_mode: "same" };
  equal(faults(setting({ ...asked, filters: 2 })), []);
  const [fault] = faults(setting({ ...asked, filters: 3 }));
  equal(fault.about, "size");
  equal(fault.why, "It takes 3,221,225,472 products; this page goes up to 2,147,483,648.");
  equal(fault.remedies, [
    ["Take a small input and stride 1", {
      size: [32, 32],
      strides: [1, 1],
      output_padding: [0, 0],
    }],
  ]);
  equal(faults(setting({ ...asked, kind: "max", channels: 2 })), []);
  equal(faults(setting({ ...asked, kind: "max", channels: 3 })).length, 1);
});

Deno.test("a small input is offered where it helps", () => {
  const remedies = (changes) => {
    const [fault] = faults(setting({ kernel: [32, 32], ...changes }));
    return [fault.about, fault.remedies.length];
  };
  const many = { samples: 8, channels: 64, filters: 64, size: [64, 64] };
  equal(remedies({ ...many, border_mode: "half" }), ["size", 0]); // 33·33 outputs are too many still
  equal(remedies({ ...many, size: [1024, 1024], samples: 1, channels: 1 }), ["size", 1]);
  const cut = { kind: "transposed", filters: 8, size: [1024, 1024] };
  equal(remedies(cut), ["size", 1]);
  equal(remedies({ ...cut, border_mode: [[50, 50], [0, 0]] }), ["size", 0]); // nothing would be left
});

Deno.test("what lies beyond the border is a number of a usual size", () => {
  const asked = (border) => setting({ border });
  equal(faults(asked(-1e9)), []);
  equal(faults(asked("circular")), []);
  equal(why(asked(NaN)), [
    "What lies beyond the border must be a number, at most 1,000,000,000 in size; it is empty.",
  ]);
  equal(remedies(asked(NaN)), [["Make it 0", { border: 0 }]]);
  equal(remedies(asked(-2e9)), [["Make it −1000000000", { border: -1e9 }]]);
  equal(faults({ ...asked(NaN), kind: "transposed" }), []); // which has no use for it
});

Deno.test("a dilated pooling pads less than what its window spans", () => {
  const asked = { kind: "max", kernel: [2, 2], dilation: [3, 1], size: [6, 6] };
  equal(faults(setting({ ...asked, border_mode: [[3, 0], [0, 0]] })), []);
  const large = setting({ ...asked, border_mode: [[5, 0], [0, 0]] });
  equal(why(large), [
    "A pooling pads less than its window of 4×2 on every side, " +
    "or a window would lie on padding alone.",
  ]);
  equal(remedies(large), [
    ["Pad less", { border_mode: [[3, 0], [0, 0]] }],
    ["Make the window 3×2", { kernel: [3, 2] }],
  ]);
});

Deno.test("a window whose cells are all beside the image is refused", () => {
  const asked = { kind: "average", kernel: [2, 2], dilation: [2, 2], border_mode: "half" };
  const blank = setting({ ...asked, size: [1, 4] }); // rows −1 and 1 of one row
  equal(why(blank), ["A window of 3×3 with its gaps would hold no pixel of the input of 1×4."]);
  equal(remedies(blank), [["Do not dilate", { dilation: [1, 1] }]]);
  equal(faults(setting({ ...asked, size: [2, 4] })), []);
  const both = setting({
    ...asked,
    size: [1, 4],
    dilation: [3, 1],
    border_mode: [[2, 1], [0, 0]],
  });
  equal(remedies(both), [
    ["Do not dilate, and pad half", { dilation: [1, 1], border_mode: "half" }],
  ]);
  const narrow = setting({
    ...asked,
    size: [3, 4],
    dilation: [4, 1],
    border_mode: [[3, 3], [0, 0]],
  });
  equal(remedies(narrow).map(([words]) => words), ["Do not dilate, and pad half"]);
});

Deno.test("a divisor is a whole number, or none", () => {
  const asked = (divisor) => setting({ kind: "average", divisor });
  equal(faults(asked(null)), []);
  equal(why(asked(0)), ["The divisor must be a whole number from 1 to 1000000; it is 0."]);
});
