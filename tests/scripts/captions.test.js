// What is said of a setting, read by hand; test_explorer.py recomputes it on random settings.
import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { facts, inverse, output, outputs, weight } from "../../docs/_explorer/captions.js";
import { setting, shown, spaced } from "./setting.js";

const X = [1, 2, 3, 4]; // 2×2
const SMALL = { size: [2, 2], kernel: [2, 2] };
const factsOf = (changes) => Object.fromEntries(facts(setting(changes)));

function said(changes, arrays, at) {
  const asked = setting({ ...SMALL, ...changes });
  return spaced(output(asked, shown(asked, arrays), at));
}

Deno.test("an output is a sum of products, with its bias, and what lies beside", () => {
  equal(
    said({ border_mode: "full", bias: true }, { x: X, w: [5, -6, 7, 8], b: [-1] }, [0, 0, 0, 1]),
    "<span>y[0, 1] = 1·(−6) + 2·5 + (−1) (bias) = <b>3</b></span>" +
      '<span class="symbols">y[0, 1] = x[0, 0]·W[0, 1] + x[0, 1]·W[0, 0] + b[0]</span>' +
      "<small>2 of 4 products are with padding, and zero</small>",
  );
  ok(
    said({ border_mode: [[0, 0], [1, 0]] }, { x: X, w: [1, 1, 1, 1] }, [0, 0, 0, 0]).endsWith(
      "<small>2 of 4 products are with padding, and zero</small>",
    ),
  );
  ok(
    said({ kernel: [1, 2], border_mode: "full" }, { x: X, w: [1, 1] }, [0, 0, 0, 0]).endsWith(
      "<small>1 of 2 products is with padding, and zero</small>",
    ),
  );
});

Deno.test("of several slices all indices are said", () => {
  equal(
    said({ kind: "correlation", channels: 2, filters: 2, kernel: [1, 1], size: [1, 1] }, {
      x: [3, 4],
      w: [1, 2, 5, 6],
    }, [0, 1, 0, 0]),
    '<span>y[0, 1, 0, 0] = 3·5 + 4·6 = <b>39</b></span><span class="symbols">y[0, 1, 0, 0] = ' +
      "x[0, 0, 0, 0]·W[1, 0, 0, 0] + x[0, 1, 0, 0]·W[1, 1, 0, 0]</span>",
  );
});

Deno.test("an output of a transposed convolution says what lies on no pixel", () => {
  equal(
    said({ kind: "transposed", strides: [2, 2], kernel: [1, 2] }, { x: X, w: [5, 6] }, [
      0,
      0,
      0,
      1,
    ]),
    "<span>x′[0, 1] = 1·5 = <b>5</b></span>" +
      '<span class="symbols">x′[0, 1] = y[0, 0]·W[0, 0]</span>' +
      "<small>1 of 2 weights lies on no pixel</small>",
  );
  ok(
    said({ kind: "transposed", strides: [2, 2], kernel: [1, 1] }, { x: X, w: [5] }, [0, 0, 1, 0])
      .includes("x′[1, 0] = 0 = <b>0</b>"),
  );
});

Deno.test("poolings are a maximum, or a mean of what counts", () => {
  const pads = { border_mode: [[1, 0], [0, 0]] };
  const small = "<small>2 of 4 cells of the window are padding</small>";
  const pooled = (kind) => said({ ...pads, kind, strides: [2, 2] }, { x: X }, [0, 0, 0, 0]);
  const symbols = (text) => `<span class="symbols">y[0, 0] = ${text}</span>${small}`;
  equal(
    pooled("max"),
    `<span>y[0, 0] = max(1, 2) = <b>2</b></span>${symbols("max(x[0, 0], x[0, 1])")}`,
  );
  equal(
    pooled("average"),
    `<span>y[0, 0] = (1 + 2) / 4 = <b>0.75</b></span>${symbols("(x[0, 0] + x[0, 1]) / 4")}`,
  );
  equal(
    pooled("average_no_pad"),
    `<span>y[0, 0] = (1 + 2) / 2 = <b>1.5</b></span>${symbols("(x[0, 0] + x[0, 1]) / 2")}`,
  );
});

Deno.test("what is rounded is not called equal", () => {
  const one = (x, w) => said({ size: [1, 1], kernel: [1, 1] }, { x: [x], w: [w] }, [0, 0, 0, 0]);
  ok(one(0.5, 3).includes("= 0.5·3 = <b>1.5</b>"));
  ok(one(1 / 3, 1).includes("= 0.333333·1 ≈ <b>0.333333</b>"));
  ok(one(0.1, 0.2).includes("= 0.1·0.2 = <b>0.02</b>"));
  ok(one(1234567.5, 1).includes("≈ <b>1234570</b>"));
});

// A sum of so many terms, and one weight in so many products.
const sumOf = (length) =>
  said({ size: [1, length], kernel: [1, length] }, {
    x: Array(length).fill(1),
    w: Array(length).fill(1),
  }, [0, 0, 0, 0]);

Deno.test("200 terms are written, and then how many more there are", () => {
  ok(sumOf(200).startsWith(`<span>y[0, 0] = ${Array(200).fill("1·1").join(" + ")} = <b>200</b>`));
  ok(
    sumOf(201).startsWith(
      `<span>y[0, 0] = ${Array(200).fill("1·1").join(" + ")} + … and 1 more ≈ <b>201</b>`,
    ),
  );
  ok(sumOf(1400).includes("1·1 + … and 1,200 more ≈ <b>1400</b>"));
});

const weightOf = (length, changes = {}) => {
  const asked = setting({ size: [1, length], kernel: [1, 1], ...changes });
  const arrays = shown(asked, { x: Array(length).fill(2), w: [-3] });
  return spaced(weight(asked, arrays, 0, 0, 0, [0, 0], 0));
};

Deno.test("a weight says its products", () => {
  equal(
    weightOf(2),
    "W[0, 0] = −3 takes part in 2 products, one for each output" +
      '<span class="products"><span>y[0, 0]: x[0, 0]·W[0, 0] = 2·(−3) = −6</span>' +
      "<span>y[0, 1]: x[0, 1]·W[0, 0] = 2·(−3) = −6</span></span>",
  );
  ok(weightOf(1).startsWith("W[0, 0] = −3 takes part in 1 product.<"));
  const padded = weightOf(2, { border_mode: [[0, 0], [1, 0]] });
  ok(
    padded.startsWith(
      "W[0, 0] = −3 takes part in 2 products. For 1 other output it lies on no pixel.<",
    ),
  );
  const pads = weightOf(1, { border_mode: [[0, 0], [1, 1]] });
  ok(
    pads.startsWith(
      "W[0, 0] = −3 takes part in 1 product. For 2 other outputs it lies on no pixel.<",
    ),
  );
  ok(!weightOf(200).includes("more"));
  ok(weightOf(201).endsWith("<span>… and 1 more</span></span>"));
});

Deno.test("a weight of a turned kernel meets the pixel that it lies on", () => {
  const asked = setting({ size: [1, 3], kernel: [1, 2] });
  const arrays = shown(asked, { x: [1, 2, 3], w: [10, 20] });
  // W[0, 1] lies in front: at the first of the two pixels of a window.
  ok(
    spaced(weight(asked, arrays, 0, 0, 0, [0, 0], 1)).includes(
      "y[0, 1]: x[0, 1]·W[0, 1] = 2·20 = 40",
    ),
  );
});

Deno.test("the outputs of a pixel are listed, 200 of them", () => {
  const asked = setting({ size: [1, 500], kernel: [1, 1] });
  const steps = (length) => [...Array(length).keys()].map((j) => [0, 0, 0, j]);
  equal(spaced(outputs(asked, "a < b", [])), "a &#60; b");
  equal(spaced(outputs(asked, "it goes to", steps(2))), "it goes to: y[0, 0], y[0, 1]");
  ok(!outputs(asked, "", steps(200)).includes("more"));
  ok(outputs(asked, "", steps(203)).endsWith(", … and 3 more"));
});

Deno.test("facts are the sizes, and what follows from them", () => {
  const found = factsOf({
    size: [6, 5],
    filters: 2,
    strides: [2, 1],
    bias: true,
    border_mode: [[1, 2], [3, 4]],
  });
  equal(found["Shapes"], "x (1, 1, 6, 5), W (2, 1, 3, 3), b (2,) → y (1, 2, 4, 10)");
  equal(found["Padding"], "zeros, 1 above, 2 below, 3 on the left, 4 on the right");
  equal(
    found["Unused rows and columns of the input"],
    "none: a window reads each row and each column of the input",
  );
  equal(found["Parameters"], "2·1·3·3 = 18 weights, and 2 for the biases: 20");
  equal(found["Multiply-adds"], "1·3·3 for each output, 1·2·4·10 of them: 720");
  equal(found["Receptive field"], "3×3 of the input's pixels for one output");
  equal(found["Memory"], "320 bytes for y in float32, 120 bytes for x");
  ok("Height" in found && "Width" in found && !("Height and width" in found));
});

Deno.test("the padding is called what it is", () => {
  const padding = (changes) => factsOf(changes)["Padding"];
  const sides = "1 above, 1 below, 1 on the left, 1 on the right";
  equal(padding({}), "valid: none");
  equal(padding({ border_mode: [[0, 0], [0, 0]] }), "none");
  equal(padding({ border_mode: "half" }), `half: zeros, ${sides}`);
  equal(padding({ kind: "average", border_mode: "half" }), `half: zeros, ${sides}`);
  for (const kind of ["max", "average_no_pad"]) {
    equal(padding({ kind, border_mode: "half" }), `half: cells that do not count, ${sides}`);
  }
  equal(padding({ kind: "transposed", border_mode: "half" }), `half: cut off are ${sides}`);
});

Deno.test("what no window reads is listed, twelve of each", () => {
  const unread = (changes) => factsOf(changes)["Unused rows and columns of the input"];
  equal(unread({ size: [6, 5], strides: [2, 2] }), "no window reads row 5");
  equal(unread({ size: [5, 6], strides: [2, 2] }), "no window reads column 5");
  equal(
    unread({ size: [7, 7], kernel: [1, 1], strides: [4, 5] }),
    "no window reads rows 1, 2, 3, 5, 6; no window reads columns 1, 2, 3, 4, 6",
  );
  const all = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12";
  const wide = { kernel: [1, 1], strides: [32, 1] };
  equal(unread({ ...wide, size: [13, 1] }), `no window reads rows ${all}`);
  equal(unread({ ...wide, size: [14, 1] }), `no window reads rows ${all}, … (13 in all)`);
});

Deno.test("poolings learn and multiply nothing, a transposed convolution counts its pixels", () => {
  const pooled = factsOf({ kind: "max" });
  equal(pooled["Shapes"], "x (1, 1, 5, 5) → y (1, 1, 3, 3)");
  equal(pooled["Parameters"], "none: a pooling learns nothing");
  equal(pooled["Multiply-adds"], "none: a pooling multiplies nothing");
  const back = factsOf({ kind: "transposed", filters: 2, strides: [2, 2] });
  equal(back["Shapes"], "y (1, 1, 5, 5), W (1, 2, 3, 3) → x′ (1, 2, 11, 11)");
  equal(back["Parameters"], "weights: 1·2·3·3 = 18");
  equal(back["Multiply-adds"], "2·3·3 for each of the input's pixels, 1·1·5·5 of them: 450");
  equal(back["Receptive field"], "2×2 of the input's pixels at most for one output");
  equal(back["Memory"], "968 bytes for x′ in float32, 100 bytes for y");
});

Deno.test("memory is said in bytes below a kilobyte, and in kilobytes below a megabyte", () => {
  const memory = (size) => factsOf({ size, kernel: [1, 1] })["Memory"].split(" for ")[0];
  equal(memory([1, 249]), "996 bytes");
  equal(memory([1, 250]), "1 kB");
  equal(memory([250, 999]), "999 kB");
  equal(memory([500, 500]), "1 MB");
  equal(memory([1024, 1024]), "4.19 MB");
});

Deno.test("relationships are linked, once where both axes have the same", () => {
  const found = factsOf({});
  ok(
    found["Height and width"].endsWith(
      '<a href="reference/relationships.html#relationship-1">Relationship 1</a>',
    ),
  );
  ok(found["Height and width"].startsWith("<math><mi>o</mi><mo>=</mo><mo>(</mo><mi>i</mi>"));
  ok(
    found["Height and width"].includes(
      "</math>, here <math><mn>3</mn><mo>=</mo><mo>(</mo><mn>5</mn>",
    ),
  );
  ok(!("Height" in found));
});

Deno.test("the other way round, paddings are offered that have an input", () => {
  const words = (changes, size) =>
    inverse(setting(changes), size).map(([name, mode]) => [name, mode]);
  const sides = (p) => [[p, p], [p, p]];
  const named = [
    ["full", "full"],
    ["half", "half"],
    ["same, as Theano pads", "same"],
    ["same, as TensorFlow pads", "same_upper"],
    ["same, as ONNX's SAME_LOWER pads", "same_lower"],
  ];
  equal(words({}, [7, 7]), [
    ["none (valid)", "valid"],
    ["1 on every side", sides(1)],
    ["2 on every side", sides(2)],
    ...named,
  ]);
  equal(words({ kernel: [1, 1] }, [7, 7]), [["none (valid)", "valid"], ...named]);
  equal(words({ kernel: [1, 9] }, [20, 20]).filter(([name]) => name.endsWith("side")).length, 8);
  equal(words({ kernel: [1, 10] }, [20, 20]).filter(([name]) => name.endsWith("side")).length, 8);
  equal(words({ border_mode: [[1, 0], [0, 0]] }, [7, 7]).at(-1), ["as it is now", [[1, 0], [
    0,
    0,
  ]]]);
  const flat = words({ kind: "max", kernel: [2, 4] }, [7, 7]).map(([name]) => name);
  equal(flat.filter((name) => name.endsWith("side")), ["1 on every side"]); // of 2, windows miss it
  const pooled = words({ kind: "max", kernel: [2, 2] }, [7, 7]).map(([name]) => name);
  equal(pooled, [
    "none (valid)",
    "1 on every side",
    ...named.map(([name]) => name),
  ]);
});

Deno.test("the other way round, inputs are all that give the output, up to what the page takes", () => {
  const sizes = (changes, size) => inverse(setting(changes), size)[0].slice(2);
  equal(sizes({}, [7, 9]), [[9, 9], [11, 11]]);
  equal(sizes({ strides: [2, 3] }, [7, 7]), [[15, 16], [21, 23]]);
  equal(sizes({ kernel: [1, 1], strides: [2, 2] }, [512, 512]), [[1023, 1024], [1023, 1024]]);
  equal(sizes({ kernel: [1, 1], strides: [3, 3] }, [342, 342]), [[1024, 1024], [1024, 1024]]);
  equal(inverse(setting({ kernel: [1, 1], strides: [3, 3] }), [343, 343]), []);
});

Deno.test("products with what lies beyond the border are written, and counted", () => {
  const asked = { kernel: [1, 2], border_mode: [[0, 0], [1, 0]] }, arrays = { x: X, w: [5, 6] };
  equal(
    said({ ...asked, border: "circular" }, arrays, [0, 0, 1, 0]),
    "<span>y[1, 0] = 4·6 + 3·5 = <b>39</b></span>" +
      '<span class="symbols">y[1, 0] = x[1, 1]·W[0, 1] + x[1, 0]·W[0, 0]</span>' +
      "<small>1 of 2 products is with a pixel that the border repeats</small>",
  );
  equal(
    said({ ...asked, border: -1, kernel: [1, 3], border_mode: "full" }, { x: X, w: [5, 6, 7] }, [
      0,
      0,
      0,
      0,
    ]),
    "<span>y[0, 0] = (−1)·7 + (−1)·6 + 1·5 = <b>−8</b></span>" +
      '<span class="symbols">y[0, 0] = (−1)·W[0, 2] + (−1)·W[0, 1] + x[0, 0]·W[0, 0]</span>' +
      "<small>2 of 3 products are with the number beyond the border</small>",
  );
  const two = { ...asked, channels: 2, border: 1 };
  ok(
    said(two, { x: [...X, ...X], w: [5, 6, 5, 6] }, [0, 0, 0, 0])
      .endsWith("<small>2 of 4 products are with the number beyond the border</small>"),
  );
  equal(
    spaced(
      weight(
        setting({ ...asked, size: [1, 1], border: 3 }),
        shown(setting({ ...asked, size: [1, 1], border: 3 }), { x: [2], w: [5, 6] }),
        0,
        0,
        0,
        [0, 0],
        1,
      ),
    ),
    'W[0, 1] = 6 takes part in 1 product.<span class="products">' +
      "<span>y[0, 0]: 3·W[0, 1] = 3·6 = 18</span></span>",
  );
});

Deno.test("a pooling says what it divides by, and which cells are missing", () => {
  const last = { size: [1, 3], kernel: [1, 3], strides: [1, 2], ceil_mode: true };
  const pads = { ...last, border_mode: [[0, 0], [0, 1]] }, x = { x: [1, 2, 3] };
  const at = [0, 0, 0, 1];
  const small = "<small>1 of 3 cells of the window is padding</small>" +
    "<small>1 of 3 cells of the window is beyond the padding, where nothing is</small>";
  const pooled = (kind, changes = {}) => said({ ...pads, kind, ...changes }, x, at);
  equal(
    pooled("average"),
    "<span>y[0, 1] = (3) / 2 = <b>1.5</b></span>" +
      `<span class="symbols">y[0, 1] = (x[0, 2]) / 2</span>${small}`,
  );
  ok(pooled("average_no_pad").startsWith("<span>y[0, 1] = (3) / 1 = <b>3</b>"));
  ok(pooled("average", { divisor: 4 }).startsWith("<span>y[0, 1] = (3) / 4 = <b>0.75</b>"));
  ok(pooled("min").startsWith("<span>y[0, 1] = min(3) = <b>3</b>"));
});

Deno.test("what is nearly nothing is not called equal to it", () => {
  const nearly = said({ kernel: [1, 3], size: [1, 3] }, { x: [0.1, 0.2, -0.3], w: [1, 1, 1] }, [
    0,
    0,
    0,
    0,
  ]);
  ok(nearly.includes("≈ <b>5.55112e−17</b>"), nearly);
});

Deno.test("the padding says what it holds, and what hangs over has a line", () => {
  const facts = (changes) => factsOf({ border_mode: "half", ...changes });
  const sides = "1 above, 1 below, 1 on the left, 1 on the right";
  equal(facts({ border: "replicate" })["Padding"], `half: ${sides}, holding the last pixel again`);
  equal(facts({ border: -0.5 })["Padding"], `half: ${sides}, holding −0.5`);
  equal(factsOf({ border: 3 })["Padding"], "valid: none");
  const hanging = factsOf({ kind: "max", kernel: [2, 3], strides: [2, 2], ceil_mode: true });
  equal(hanging["Overhang of the last windows"], "rows below: 1, columns on the right: 0");
  ok(!("Overhang of the last windows" in factsOf({ kind: "max", ceil_mode: true })));
});

Deno.test("the other way round, a transposed convolution is padded as TensorFlow pads", () => {
  const asked = setting({ kind: "transposed", strides: [2, 2] });
  const rows = inverse(asked, [6, 8]).filter(([, mode]) => mode === "same_upper");
  equal(rows, [["same, as TensorFlow pads", "same_upper", [3, 3], [4, 4]]]);
});
