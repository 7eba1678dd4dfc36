// Python code for a setting, in six libraries: each script gives the array that convdoc gives. A
// reader is to see by it what is different in a library, so there is nothing in it that a library
// does by itself.
import {
  AXES,
  dilatedKernel,
  inputShape,
  kernelShape,
  outputSize,
  padding,
  product,
  surround,
} from "./arithmetic.js";
import { borderOf } from "./borders.js";
import { isPooling, isTransposed, kindOf } from "./kinds.js";
import { sentence } from "./words.js";

export const LIBRARIES = ["convdoc", "keras2", "keras3", "torch", "jax", "scipy"];
export const LARGEST = 2000; // numbers of an array that is written out
const WIDTH = 96; // of a line

// A whole script. It leaves the result as a NumPy array: y, or x of a transposed convolution.
export function snippet(library, setting, arrays) {
  const plan = planned(setting, arrays), writer = WRITERS[library];
  const task = isPooling(setting)
    ? "pooling"
    : isTransposed(setting)
    ? "transposed"
    : "convolution";
  const written = named(setting, arrays).map((array) => given(array, plan, library));
  const isForeign = plan.bordered && !writer.knows?.(plan); // the library knows no such border
  const [asked, hand] = byHand(plan, isForeign, note("border", { library: writer.name }));
  const body = [...hand, ...writer[task](asked)];
  const parts = [writer.header(plan), "", written, "", body, `print(${plan.output})`];
  return `${lines(...parts).join("\n").replace(/\n{4,}/g, "\n\n\n")}\n`;
}

// What a script loads because it is too large to be written out: { name: "x.npy", bytes }.
export const files = (setting, arrays) =>
  named(setting, arrays)
    .filter(({ values }) => values.length > LARGEST)
    .map(({ name, values, shape }) => ({ name: `${name}.npy`, bytes: npy(values, shape) }));

// "x = np.array(...)", rows under rows. Axes of one are left out of the brackets.
export function numpyArray(name, values, shape, dtype) {
  const inner = shape.filter((length, axis) => length > 1 || axis >= shape.length - 2);
  const start = `${name} = np.array(`, texts = Array.from(values, String);
  const wide = texts.reduce((most, text) => Math.max(most, text.length), 0);
  const list = nested(texts.map((text) => text.padStart(wide)), inner, start.length);
  const reshaped = inner.length < shape.length ? `.reshape(${shape.join(", ")})` : "";
  return `${start}${list}${dtype ? `, dtype="${dtype}"` : ""})${reshaped}`;
}

function nested(texts, shape, column) {
  const indent = `\n${" ".repeat(column + 1)}`;
  if (shape.length === 1) {
    const each = Math.max(1, Math.floor((WIDTH - column) / (texts[0].length + 2))), rows = [];
    for (let at = 0; at < texts.length; at += each) {
      rows.push(texts.slice(at, at + each).join(", "));
    }
    return `[${rows.join(`,${indent}`)}]`;
  }
  const size = texts.length / shape[0];
  const parts = [...Array(shape[0]).keys()].map((at) => texts.slice(at * size, (at + 1) * size));
  return `[${parts.map((part) => nested(part, shape.slice(1), column + 1)).join(`,${indent}`)}]`;
}

// A .npy file, version 1.0: a magic word, the length of a header that fills up 64 bytes, the
// header, the numbers as float64.
export function npy(values, shape) {
  const about = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const length = Math.ceil((10 + about.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + length + 8 * values.length), view = new DataView(bytes.buffer);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  view.setUint16(8, length, true);
  bytes.set(new TextEncoder().encode(`${about.padEnd(length - 1)}\n`), 10);
  values.forEach((value, at) => view.setFloat64(10 + length + 8 * at, value, true));
  return bytes;
}

// -- What all libraries need to know ---------------------------------------------------------------

function planned(setting, arrays) {
  const transposed = isTransposed(setting), sides = padding(setting), out = outputSize(setting);
  const { kind, size, kernel, strides, dilation, divisor } = setting, reached = surround(setting);
  const spread = dilatedKernel(setting), { divides, countsPadding } = kindOf(setting);
  const padded = isSome(sides),
    hangs = !alike(sides, reached),
    { repeats, value } = borderOf(setting);
  return {
    ...setting,
    sides,
    reached,
    padded,
    hangs,
    bordered: padded && (repeats || value !== 0),
    input: transposed ? "y" : "x",
    output: transposed ? "x" : "y",
    weights: "w",
    dtype: exactIn32(setting, arrays) ? "float32" : "float64",
    dilated: dilation.some((d) => d > 1),
    strided: strides.some((s) => s > 1),
    turned: kind !== "correlation" && kernel.some((k) => k > 1), // where a library correlates
    divides,
    counts: countsPadding || divisor !== null, // a given divisor counts all cells alike
    shared: divides && divisor === null && (hangs || (padded && !countsPadding)), // by what counts
    // Rows and columns beyond what the padding leaves: "same_upper" has cut off less instead.
    more: AXES.map((a) =>
      out[a] - (strides[a] * (size[a] - 1) + spread[a] - sides[a][0] - sides[a][1])
    ),
    // Whether it puts the same zeros as a mode would, if any.
    pads: (mode, changes) =>
      padded && !hangs && alike(sides, padding({ ...setting, ...changes, border_mode: mode })),
  };
}

const named = (setting, { x, w, b }) =>
  [
    { name: isTransposed(setting) ? "y" : "x", values: x, shape: inputShape(setting) },
    { name: "w", values: w, shape: kernelShape(setting) },
    { name: "b", values: b, shape: [setting.filters] },
  ].filter(({ values }) => values);

// Libraries compute in float32 by default. That is exact where all sums are integers
// below 2²⁴; elsewhere it would round what convdoc does not.
function exactIn32(setting, { x, w, b }) {
  const largest = (values) =>
    (values ?? [0]).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const around = [borderOf(setting).value], pixel = Math.max(largest(x), largest(around));
  const whole = [x, w, b, around].every((values) => !values || values.every(Number.isInteger));
  const inside = w ? setting.channels / setting.groups : 1, weight = w ? largest(w) : 1;
  const isSum = w || kindOf(setting).divides;
  const terms = isSum ? inside * product(setting.kernel) : 1;
  return whole && Math.max(pixel * weight * terms + largest(b), pixel, weight) < 2 ** 24;
}

// An array as a script is given it. convdoc takes integers as float32 by itself.
function given({ name, values, shape }, { dtype }, library) {
  const short = dtype === "float32";
  if (values.length > LARGEST) {
    return `${name} = np.load("${name}.npy")${short ? '.astype("float32")' : ""}`;
  }
  const isNamed = short ? library !== "convdoc" : values.every(Number.isInteger);
  return numpyArray(name, values, shape, isNamed && dtype);
}

// -- Python ----------------------------------------------------------------------------------------

const ONES = [1, 1], NONE = [0, 0], NO_CUT = [NONE, NONE];
const FLIP = "[:, :, ::-1, ::-1]", TO_LAST = "transpose(2, 3, 1, 0)";
const alike = (a, b) => String(a) === String(b);
const isSome = (sides) => sides.flat().some(Boolean);
const note = (name, holes) => `# ${sentence(`code.${name}`, holes)}`;
const lines = (...parts) => parts.flat().filter((line) => typeof line === "string");
const tuple = (values) => `(${values.map((v) => (Array.isArray(v) ? tuple(v) : v)).join(", ")})`;
const one = ([a, b]) => (a === b ? `${a}` : tuple([a, b])); // a number for both axes, or a pair
const option = (name, pair, standard = ONES) => !alike(pair, standard) && `${name}=${one(pair)}`;
const indented = (text) => text.replace(/^(?=.)/gm, "    ");
const around = (sides) => [...NO_CUT, ...sides]; // of all four axes
const even = (sides) => sides.every(([before, behind]) => before === behind);
const before = (sides) => sides.map(([zeros]) => zeros);

// A call without the arguments that are empty; one below the other where a line is too short.
function call(start, args, end = "") {
  const kept = args.filter(Boolean), line = `${start}(${kept.join(", ")})${end}`;
  if (line.length <= WIDTH - 8 && !line.includes("\n")) return line;
  return [`${start}(`, ...kept.map((arg) => `${indented(arg)},`), `)${end}`].join("\n");
}

// Rows, and columns, that are kept: so many off before and behind, then every s-th.
function slices(cut, steps = ONES) {
  const axes = AXES.map((axis) => {
    const [first, last] = cut[axis], step = steps[axis] > 1 ? `:${steps[axis]}` : "";
    return `${first || ""}:${last ? -last : ""}${step}`;
  });
  return axes.every((axis) => axis === ":") ? "" : `[:, :, ${axes.join(", ")}]`;
}

// Padding by hand, where it is needed, with a comment why; and what is to be read then. It holds what
// the border holds, or a value.
function byHand(plan, needed, why, value) {
  if (!needed) return [plan, []];
  const { numpy } = borderOf(plan).names ?? {}, constant = value ?? borderOf(plan).value;
  const line = call("padded = np.pad", [
    plan.input,
    tuple(around(plan.reached)),
    numpy ? `mode="${numpy}"` : constant !== 0 && `constant_values=${constant}`,
  ]);
  return [bare(plan), lines(why, line)];
}

// What is to be read then: larger images, without padding.
const bare = (plan) => ({
  ...plan,
  input: "padded",
  size: AXES.map((axis) => plan.size[axis] + plan.reached[axis][0] + plan.reached[axis][1]),
  border_mode: "valid",
  border: "zeros",
  sides: NO_CUT,
  reached: NO_CUT,
  padded: false,
  hangs: false,
  bordered: false,
  pads: () => false,
});

// The kernel with the zeros of its dilation in it, where it is needed; and what is asked for then.
function spreadOut(plan, needed, why) {
  if (!needed) return [plan, []];
  const kernel = dilatedKernel(plan), shape = [...kernelShape(plan).slice(0, 2), ...kernel];
  return [{ ...plan, weights: "spread", kernel, dilation: ONES }, [
    note(why),
    `spread = np.zeros(${tuple(shape)}, w.dtype)`,
    `spread${slices(NO_CUT, plan.dilation)} = w`,
  ]];
}

// A result; for groups, of a function that is called for each of them.
function inGroups({ groups, input, output }, library, names, body, result) {
  if (groups === 1) return [...body, `${output} = ${result}`];
  const parts = names.map((name) =>
    `np.split(${name}, ${groups}${name === input ? ", axis=1" : ""})`
  );
  return [
    "",
    "",
    `def convolve(${names.join(", ")}):`,
    ...[...body, `return ${result}`].map(indented),
    "",
    "",
    note("no groups", { library }),
    call("parts = map", ["convolve", ...parts]),
    `${output} = np.concatenate(list(parts), axis=1)`,
  ];
}

// -- Poolings that a library does not do by itself ------------------------------------------------

// Padded by hand. `pool` writes what the library makes of images without padding, as NumPy's array
// or as one that the lines `back` turn into it; the lines `head` come before.
function pooledByHand(plan, library, pool, { head, why, back } = {}) {
  const { divides, divisor, kernel, reached } = plan;
  const apart = plan.dilated ? sideBySide(plan, library) : [];
  const read = (x) => pool(apart.length ? `apart(${x})` : x);
  if (plan.shared) {
    const [{ input }, hand, rest] = counted(plan, why);
    return lines(apart, head, hand, quotient(read, input, rest), back);
  }
  const lowest = divides ? [why] : [why ?? note("lowest"), "-np.inf"];
  const [{ input }, hand] = byHand(plan, isSome(reached), ...lowest);
  return lines(apart, head, hand, `y = ${read(input)}`, back, scaled(divisor, kernel));
}

// What an average is taken of that divides by the cells that count: the image with the padding that
// counts, put there by hand; and what is left around that.
function counted(plan, why) {
  const { padded, counts, sides, reached } = plan;
  const [asked, hand] = byHand({ ...plan, reached: sides }, padded && counts, why);
  const rest = AXES.map((axis) => [0, reached[axis][1] - sides[axis][1]]);
  return [asked, hand, counts ? rest : reached];
}

// The mean of all cells, for a sum over something else.
const scaled = (divisor, kernel) =>
  divisor === null ? [] : [note("divisor"), `y = y * (${product(kernel)} / ${divisor})`];

// A pooling with zeros for what does not count, over the same of ones.
const quotient = (pool, input, sides = NO_CUT) =>
  lines(
    isSome(sides) && `sides = ${tuple(around(sides))}`,
    note("divided"),
    "y, part = (",
    indented(pool(isSome(sides) ? "np.pad(each, sides)" : "each")),
    `    for each in (${input}, np.ones_like(${input}))`,
    ")",
    "y = y / part",
  );

// The smallest by way of the largest, for libraries that have this alone: what is asked for then, and
// lines before and after.
function negated(plan, library) {
  if (plan.kind !== "min") return [plan, [], []];
  const before = [note("no min", { library }), `negative = -${plan.input}`];
  return [{ ...plan, kind: "max", input: "negative" }, before, ["y = -y"]];
}

// A function that lays dilated windows side by side, so that a pooling of the next has none.
function sideBySide({ samples, channels, kernel, strides, dilation, ...plan }, library) {
  const out = outputSize({ ...plan, kernel, strides, dilation });
  const spread = dilatedKernel({ kernel, dilation });
  const shape = [samples, channels, ...AXES.map((axis) => out[axis] * kernel[axis])];
  const steps = [...strides, ...dilation].map((step) => step > 1 ? `::${step}` : ":");
  return [
    "",
    "",
    "def apart(images):",
    ...[
      note("no dilation", { library }),
      `windows = np.lib.stride_tricks.sliding_window_view(images, ${tuple(spread)}, axis=(2, 3))`,
      `windows = windows[:, :, ${steps.join(", ")}].transpose(0, 1, 2, 4, 3, 5)`,
      `return windows.reshape${tuple(shape)}`,
    ].map(indented),
    "",
    "",
  ];
}

// What a pooling asks of a library for windows that lie side by side.
const laidApart = (plan) => plan.dilated ? { ...plan, strides: plan.kernel } : plan;

// What a result is still without: the padding cut off, the bias.
const finished = ({ output, bias }, cut = NO_CUT, why = "less padding") =>
  lines(
    slices(cut) && `${output} = ${output}${slices(cut)}  ${note(why)}`,
    bias && `${output} = ${output} + b.reshape(-1, 1, 1)`,
  ).filter(Boolean);

// Keras keeps channels last in kernels; a transposed convolution has them the other way round.
const layout = ({ kind }, library) =>
  note(`${library} layout${kind === "transposed" ? " back" : ""}`);

// For libraries that correlate.
const flipped = ({ weights, turned }) => (turned ? `${weights}${FLIP}` : weights);
const whyFlipped = ({ turned, kind }, library) =>
  turned && note(kind === "transposed" ? "flip back" : "flip", { library });

// -- convdoc ---------------------------------------------------------------------------------------

const convdoc = {
  name: "convdoc",
  knows: () => true,
  header: (plan) => ["import numpy as np", `from convdoc import ${convdocName(plan)}`],
  convolution(plan) {
    const { input, output, strides, dilation, groups, bias, border, output_padding: more } = plan;
    const standard = isTransposed(plan) ? '"valid"' : '"same"', mode = convdocMode(plan);
    return [
      call(`${output} = ${convdocName(plan)}`, [
        input,
        "w",
        mode !== standard && mode,
        option("strides", strides),
        option("dilation", dilation),
        groups > 1 && `groups=${groups}`,
        bias && "bias=b",
        option("output_padding", more, NONE),
        plan.bordered && `border=${typeof border === "number" ? border : `"${border}"`}`,
      ]),
    ];
  },
  transposed: (plan) => convdoc.convolution(plan),
  pooling(plan) {
    const { kind, kernel, strides, dilation, divisor } = plan, mode = convdocMode(plan);
    return [
      call("y = pool4d", [
        "x",
        one(kernel),
        option("strides", strides, kernel),
        mode !== '"valid"' && `border_mode=${mode}`,
        kind !== "max" && `mode="${kind}"`,
        plan.ceil_mode && "ceil_mode=True",
        option("dilation", dilation),
        divisor !== null && `divisor=${divisor}`,
      ]),
    ];
  },
};

const convdocName = ({ kind }) =>
  ({ convolution: "conv4d", correlation: "correlate4d", transposed: "conv4d_transpose" })[kind] ??
    "pool4d";

function convdocMode({ border_mode: mode, sides, padded }) {
  if (typeof mode === "string") return `"${mode}"`;
  if (!padded) return '"valid"';
  return even(sides) ? one(before(sides)) : tuple(sides);
}

// -- Keras 2 on Theano: it flips, as convdoc does --------------------------------------------------

const keras2 = {
  name: "Keras 2",
  header: ({ dtype }) =>
    lines(
      "import numpy as np",
      "from convdoc.engines import load_keras",
      "",
      `keras = load_keras()  ${note("keras2 import")}`,
      dtype === "float64" && 'keras.backend.set_floatx("float64")',
    ),
  convolution(plan) {
    const { kind, kernel, dilation, dilated, strided, sides, padded, dtype } = plan,
      same = plan.pads("same");
    const rounds = padded && !same && dtype === "float64",
      back = kind === "correlation" && kernel.some((k) => k > 1);
    const [asked, hand] = byHand(
      plan,
      rounds,
      note("floatx"),
    );
    const pad = padded && !same && !rounds && ["ZeroPadding2D", [tuple(sides)]];
    const layer = [
      "Conv2D",
      keras2Layer(plan, [same && 'padding="same"', option("dilation_rate", dilation)]),
    ];
    return [
      ...hand,
      ...keras2Trained(asked, [pad, layer], `w${back ? FLIP : ""}`, [
        dilated && strided &&
        note("keras2 strides"),
        back && note("keras2 flips"),
      ]),
    ];
  },
  transposed(plan) {
    const { kernel, strides, dilation, more, sides, padded } = plan, spread = dilatedKernel(plan);
    const same = kernel.every((k) => k % 2) && plan.pads("half");
    const usual = AXES.map((a) => (same ? strides[a] - 1 : Math.max(strides[a] - spread[a], 0)));
    const differs = !alike(more, usual), cut = padded && !same && ["Cropping2D", [tuple(sides)]];
    const layer = keras2Layer(plan, [
      same && 'padding="same"',
      differs && `output_padding=${one(more)}`,
      option("dilation_rate", dilation),
    ]);
    const why = differs && note("default", { usual: one(usual) });
    return keras2Trained(plan, [["Conv2DTranspose", layer], cut], "w", [why]);
  },
  pooling(plan) {
    const [asked, before, after] = negated(plan, "Keras 2"), { kernel, divides } = plan;
    const { strides } = laidApart(plan), name = divides ? "AveragePooling2D" : "MaxPooling2D";
    const size = plan.dilated
      ? outputSize(plan).map((o, axis) => o * kernel[axis])
      : bare(plan).size;
    const layer = [name, [one(kernel), option("strides", strides, kernel)]];
    const pool = (x) => `model.predict(${x})`;
    const head = [...before, ...keras2Model({ ...plan, size }, [layer])];
    return [...pooledByHand(asked, "Keras 2", pool, { head }), ...after];
  },
};

const keras2Layer = (
  { filters, groups, kernel, strides, bias },
  more,
) => [
  `${filters / groups}`,
  tuple(kernel),
  option("strides", strides),
  ...more,
  !bias && "use_bias=False",
];

function keras2Trained(plan, layers, weights, notes) {
  const { input, bias } = plan;
  const body = lines(
    notes,
    keras2Model(plan, layers.filter(Boolean)),
    layout(plan, "keras2"),
    `model.set_weights([${weights}.${TO_LAST}${bias ? ", b" : ""}])`,
  );
  return inGroups(plan, "Keras 2", lines(input, "w", bias && "b"), body, `model.predict(${input})`);
}

function keras2Model(plan, layers) {
  const { channels, groups, size } = plan;
  const shape = tuple([isPooling(plan) ? channels : channels / groups, ...size]);
  const written = layers.map(([name, args], at) => {
    const first = at === 0 && `input_shape=${shape}`;
    return `${call(`keras.layers.${name}`, [...args, 'data_format="channels_first"', first])},`;
  });
  return ["model = keras.models.Sequential([", ...written.map(indented), "])"];
}

// -- Keras 3, on TensorFlow, whose convolutions on a processor have channels last ------------------

const LAST = "transpose(0, 2, 3, 1)", BACK = "transpose(0, 3, 1, 2)";

const keras3 = {
  name: "Keras 3",
  header: () => ["import numpy as np", "from keras import ops"],
  convolution(plan) {
    const { dilated, strided, padded, strides, bias } = plan, same = plan.pads("same_upper");
    const [asked, spread] = spreadOut(
      plan,
      dilated && strided,
      "tensorflow strides",
    );
    const [{ input }, hand] = byHand(plan, padded && !same, note("not same"));
    return lines(
      spread,
      hand,
      whyFlipped(plan, "Keras 3"),
      layout(plan, "keras3"),
      call("y = ops.conv", [
        `${input}.${LAST}`,
        `${flipped(asked)}.${TO_LAST}`,
        option("strides", strides),
        same && 'padding="same"',
        option("dilation_rate", asked.dilation),
      ]),
      `y = ops.convert_to_numpy(y${bias ? " + b" : ""}).${BACK}`,
    );
  },
  transposed(plan) {
    const [asked, spread] = spreadOut(plan, plan.dilated, "tensorflow dilation");
    const { strides, kernel, weights, size, more } = asked, last = strides.map((s) => s - 1);
    const whole = alike(outputSize(plan), AXES.map((axis) => strides[axis] * size[axis]));
    const same = whole && plan.pads("same_upper", { output_padding: last });
    const usual = AXES.map((axis) => Math.max(strides[axis] - kernel[axis], 0));
    const differs = !same && !alike(more, usual);
    const body = lines(
      whyFlipped(plan, "Keras 3"),
      layout(plan, "keras3"),
      differs && note("default", { usual: one(usual) }),
      call("x = ops.conv_transpose", [
        `y.${LAST}`,
        `${flipped(asked)}.${TO_LAST}`,
        option("strides", strides),
        same && 'padding="same"',
        differs && `output_padding=${one(more)}`,
      ]),
    );
    const result = inGroups(
      plan,
      "conv_transpose",
      ["y", weights],
      body,
      `ops.convert_to_numpy(x).${BACK}`,
    );
    return [...spread, ...result, ...finished(plan, same ? NO_CUT : plan.sides)];
  },
  pooling(plan) {
    const [asked, before, after] = negated(plan, "Keras 3"), { kernel, divides } = asked;
    const { strides } = laidApart(asked), rounds = !divides && asked.dtype === "float64";
    const isSame = plan.pads("same_upper") && !plan.dilated && (!divides || !plan.counts);
    const pool = (x) =>
      call(`ops.${divides ? "average_pool" : "max_pool"}`, [
        rounds ? `ops.convert_to_tensor(${x}.${LAST})` : `${x}.${LAST}`,
        one(kernel),
        option("strides", strides, kernel),
        isSame && 'padding="same"',
      ]);
    const back = [`y = ops.convert_to_numpy(y).${BACK}`];
    const head = lines(before, rounds && note("max_pool rounds"), note("channels last"));
    const body = isSame
      ? [...head, `y = ${pool(asked.input)}`, ...back]
      : pooledByHand(asked, "Keras 3", pool, { head, back });
    return [...body, ...after];
  },
};

// -- PyTorch ---------------------------------------------------------------------------------------

const torch = {
  name: "PyTorch",
  // F.pad repeats the image once at most.
  knows({ border, sides, size }) {
    const { torch: mode } = borderOf({ border }).names ?? { torch: "constant" };
    const most = { circular: 0, reflect: -1 }[mode] ?? Infinity;
    return mode && AXES.every((axis) => Math.max(...sides[axis]) <= size[axis] + most);
  },
  header: () => ["import numpy as np", "import torch", "import torch.nn.functional as F"],
  convolution(plan) {
    const own = even(plan.sides) && !plan.bordered;
    return lines(
      !own && torchPad(plan),
      whyFlipped(plan, "PyTorch"),
      call(
        "y = F.conv2d",
        torchArguments(plan, own ? `torch.tensor(${plan.input})` : "padded", own),
        ".numpy()",
      ),
    );
  },
  transposed(plan) {
    const own = even(plan.sides);
    return lines(
      whyFlipped(plan, "PyTorch"),
      call("x = F.conv_transpose2d", torchArguments(plan, "torch.tensor(y)", own), ".numpy()"),
      !own && finished({ output: "x" }, plan.sides, "cut evenly"),
    );
  },
  pooling(plan) {
    const [asked, head, after] = negated(plan, "PyTorch"), { divides, divisor, sides } = asked;
    const isHalf = even(sides) && AXES.every((axis) => 2 * sides[axis][0] <= asked.kernel[axis]);
    const own = isHalf && !(divides && asked.dilated),
      { kernel, strides } = own ? asked : laidApart(asked);
    const pool = (x) =>
      call(`F.${divides ? "avg" : "max"}_pool2d`, [
        `torch.tensor(${x})`,
        one(kernel),
        option("stride", strides, kernel),
        own && option("padding", before(sides), NONE),
        own && option("dilation", asked.dilation),
        own && asked.ceil_mode && "ceil_mode=True",
        own && asked.padded && divides && !asked.counts && "count_include_pad=False",
        own && divisor !== null && `divisor_override=${divisor}`,
      ], ".numpy()");
    const why = isHalf ? undefined : note("torch pooling");
    const body = own
      ? [...head, `y = ${pool(asked.input)}`]
      : pooledByHand(asked, "PyTorch", pool, { head, why });
    return [...body, ...after];
  },
};

// F.pad for what conv2d does not pad by itself.
function torchPad({ input, border, bordered, sides: [rows, columns] }) {
  const { value, names } = borderOf({ border });
  return [
    note(bordered ? "conv2d border" : "conv2d"),
    call("padded = F.pad", [
      `torch.tensor(${input})`,
      tuple([...columns, ...rows]),
      names && `mode="${names.torch}"`,
      value !== 0 && `value=${value}`,
    ]),
  ];
}

const torchArguments = (
  { turned, bias, strides, sides, more, groups, dilation, output },
  input,
  own,
) => [
  input,
  `torch.tensor(w)${turned ? ".flip(2, 3)" : ""}`,
  bias && "torch.tensor(b)",
  option("stride", strides),
  own && option("padding", before(sides), NONE),
  output === "x" && option("output_padding", more, NONE),
  groups > 1 && `groups=${groups}`,
  option("dilation", dilation),
];

// -- JAX -------------------------------------------------------------------------------------------

const jax = {
  name: "JAX",
  header: ({ dtype }) =>
    dtype === "float32" ? ["import numpy as np", "from jax import lax"] : [
      "import jax",
      "import numpy as np",
      "from jax import lax",
      "",
      `jax.config.update("jax_enable_x64", True)  ${note("jax x64")}`,
    ],
  convolution(plan) {
    const { strides, dilation, dilated, groups } = plan;
    return lines(
      whyFlipped(plan, "JAX"),
      call("y = lax.conv_general_dilated", [
        plan.input,
        flipped(plan),
        tuple(strides),
        jaxPadding(plan, plan.sides),
        dilated && `rhs_dilation=${tuple(dilation)}`,
        groups > 1 && `feature_group_count=${groups}`,
      ]),
      "y = np.asarray(y)",
      finished(plan),
    );
  },
  transposed(plan) { // lax.conv_transpose has no groups
    const { strides, strided, dilation, dilated, groups, sides, more } = plan;
    const full = dilatedKernel(plan).map((k) => k - 1);
    const zeros = AXES.map((axis) => {
      const [first, last] = sides[axis].map((cut) => full[axis] - cut);
      return [first, last + more[axis]];
    });
    return lines(
      note("jax back"),
      groups > 1 && note("jax groups"),
      call("x = lax.conv_general_dilated", [
        "y",
        groups > 1 ? `np.concatenate(np.split(w, ${groups}), axis=1)` : "w",
        "(1, 1)",
        `[${zeros.map(tuple).join(", ")}]`,
        strided && `lhs_dilation=${tuple(strides)}`,
        dilated && `rhs_dilation=${tuple(dilation)}`,
        'dimension_numbers=("NCHW", "IOHW", "NCHW")',
        groups > 1 && `feature_group_count=${groups}`,
      ]),
      "x = np.asarray(x)",
      finished(plan),
    );
  },
  pooling(plan) {
    const { kind, kernel, strides, dilation, divides, shared } = plan;
    const [asked, hand, rest] = shared ? counted(plan) : [plan, [], plan.reached];
    const windows = [
      tuple([1, 1, ...kernel]),
      tuple([1, 1, ...strides]),
      jaxPadding(asked, around(rest)),
      plan.dilated && `window_dilation=${tuple([1, 1, ...dilation])}`,
    ];
    const begin = JAX[divides ? "sum" : kind];
    const pool = (x) => call("lax.reduce_window", [x, ...begin, ...windows]);
    if (shared) return [...hand, ...quotient(pool, asked.input), "y = np.asarray(y)"];
    const share = plan.divisor ?? product(kernel);
    return lines(
      plan.padded && !divides && note("jax lowest", { value: begin[0] }),
      `y = ${pool("x")}${divides ? ` / ${share}` : ""}`,
      "y = np.asarray(y)",
    );
  },
};

// What a reduction begins with, and how it joins two numbers.
const JAX = {
  sum: ["0.0", "lax.add"],
  max: ["-np.inf", "lax.max"],
  min: ["np.inf", "lax.min"],
};

function jaxPadding(plan, sides) {
  if (!isSome(sides)) return '"VALID"';
  const mode = ["same_upper", "same_lower"].find((name) => plan.pads(name));
  const words = { same_upper: '"SAME"', same_lower: '"SAME_LOWER"' };
  return words[mode] ?? `[${sides.map(tuple).join(", ")}]`;
}

// -- SciPy -----------------------------------------------------------------------------------------

const scipy = {
  name: "SciPy",
  knows({ border, sides, size, ...plan }) {
    const { names } = borderOf({ border });
    const isOnce = AXES.every((axis) => Math.max(...sides[axis]) <= size[axis]);
    return scipyMode(plan) !== "valid" && (!names || (names.scipy && isOnce));
  },
  header: (plan) => [
    "import numpy as np",
    `from ${isPooling(plan) ? "scipy import ndimage" : `scipy.signal import ${scipyName(plan)}`}`,
  ],
  convolution(plan) {
    const { padded, strided, strides } = plan, mode = scipyMode(plan);
    const [asked, spread] = spreadOut(plan, plan.dilated, "scipy dilation");
    const [{ input }, hand] = byHand(plan, padded && mode === "valid");
    return lines(
      spread,
      hand,
      scipyPlanes({ ...asked, input }, mode),
      strided &&
        `y = y${slices(NO_CUT, strides)}  ${note("scipy strides")}`,
      finished(plan),
    );
  },
  transposed(plan) {
    const [asked, spread] = spreadOut(plan, plan.dilated, "scipy dilation");
    const { size, strides, strided, more, samples, channels, sides } = plan;
    const apart = AXES.map((axis) => strides[axis] * (size[axis] - 1) + 1 + more[axis]);
    return lines(
      spread,
      strided && [
        note("a stride"),
        `stretched = np.zeros(${tuple([samples, channels, ...apart])}, y.dtype)`,
        `stretched${slices(NO_CUT, strides)} = y`,
      ],
      scipyPlanes({ ...asked, input: strided ? "stretched" : "y" }, "full"),
      finished(plan, sides),
    );
  },
  pooling(plan) {
    const { kind, strides, divides, shared, reached } = plan, spread = dilatedKernel(plan);
    const own = plan.pads("same"), [name, value] = SCIPY[divides ? "sum" : kind];
    const rim = spread.map((k) => [Math.floor(k / 2), Math.floor((k - 1) / 2)]);
    const kept = slices(own ? NO_CUT : rim, strides), size = tuple([1, 1, ...plan.kernel]);
    const [window, dilated] = divides ? [`np.ones(${size})`, "window"] : [size, "footprint=window"];
    const zeros = own && `mode="constant"${value ? `, cval=${value}` : ""}`;
    const pool = (x) => call(`ndimage.${name}`, [x, plan.dilated ? dilated : window, zeros], kept);
    const [{ input }, hand, rest] = shared
      ? counted(plan)
      : byHand(plan, isSome(reached) && !own, !divides && note("lowest"), value);
    const share = plan.divisor ?? product(plan.kernel);
    return lines(
      plan.dilated && scipyWindow(spread, plan.dilation),
      hand,
      kept !== "" && note("scipy windows"),
      shared
        ? quotient(pool, input, own ? NO_CUT : rest)
        : `y = ${pool(input)}${divides ? ` / ${share}` : ""}`,
    );
  },
};

// The filters of ndimage, and what they may read beyond the image, so that it changes nothing.
const SCIPY = {
  sum: ["correlate", 0],
  max: ["maximum_filter", "-np.inf"],
  min: ["minimum_filter", "np.inf"],
};

const scipyWindow = (spread, dilation) => [
  note("scipy window"),
  `window = np.zeros(${tuple([1, 1, ...spread])})`,
  `window${slices(NO_CUT, dilation)} = 1`,
];

// Its word for a padding. Of an even kernel convolve2d has the odd zero before the image, correlate2d
// behind it.
function scipyMode({ kind, pads }) {
  const isSame = kind === "convolution" ? pads("same") : pads("same_upper", { strides: ONES });
  return isSame ? "same" : pads("full") ? "full" : "valid";
}

const scipyName = ({ kind }) => (kind === "convolution" ? "convolve2d" : "correlate2d");

// For each sample and filter, the planes of all channels, summed up.
function scipyPlanes(plan, mode) {
  const { kind, samples, channels, filters, groups, input, output, weights } = plan;
  const name = scipyName(plan), back = kind === "transposed", { value, names } = borderOf(plan);
  const how = lines(
    "",
    mode !== "full" && `"${mode}"`,
    plan.bordered && (names ? `boundary="${names.scipy}"` : `fillvalue=${value}`),
  ).join(", ");
  const why = back && note("scipy back");
  if (samples * channels * filters === 1) {
    return lines(why, `${output} = ${name}(${input}[0, 0], ${weights}[0, 0]${how})[None, None]`);
  }
  const sum = channels > groups && note("scipy planes", { name });
  const result = [
    "np.array([",
    `    [sum(${name}(*planes${how}) for planes in zip(sample, bank))`,
    `     for bank in ${weights}${back ? ".swapaxes(0, 1)" : ""}]`,
    `    for sample in ${input}`,
    "])",
  ];
  return inGroups(plan, "SciPy", [input, weights], lines(why, sum), result.join("\n"));
}

// --------------------------------------------------------------------------------------------------

const WRITERS = { convdoc, keras2, keras3, torch, jax, scipy };
