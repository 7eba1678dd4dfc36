// Python code for a setting, in six libraries: each script gives the array that convdoc gives. A
// reader is to see by it what is different in a library, so there is nothing in it that a library
// does by itself.
import { dilatedKernel, inputShape, isPooling, isTransposed, kernelShape, outputSize, padding } from "explorer/arithmetic";

export const LIBRARIES = [
  { name: "convdoc", label: "convdoc" },
  { name: "keras2", label: "Keras 2 on Theano" },
  { name: "keras3", label: "Keras 3" },
  { name: "torch", label: "PyTorch" },
  { name: "jax", label: "JAX" },
  { name: "scipy", label: "SciPy" },
];
const LARGEST = 2000; // numbers of an array that is written out
const WIDTH = 96; // of a line

// A whole script. It leaves the result as a NumPy array: y, or x of a transposed convolution.
export function snippet(library, setting, arrays) {
  const plan = planned(setting, arrays), writer = WRITERS[library];
  const task = isPooling(setting) ? "pooling" : isTransposed(setting) ? "transposed" : "convolution";
  const written = named(setting, arrays).map((array) => given(array, plan, library));
  const parts = [writer.header(plan), "", written, "", writer[task](plan), `print(${plan.output})`];
  return `${lines(...parts).join("\n")}\n`;
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
    for (let at = 0; at < texts.length; at += each) rows.push(texts.slice(at, at + each).join(", "));
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
  const { kind, size, kernel, strides, dilation } = setting, spread = dilatedKernel(setting);
  const padded = sides.flat().some(Boolean);
  return {
    ...setting,
    sides,
    padded,
    input: transposed ? "y" : "x",
    output: transposed ? "x" : "y",
    weights: "w",
    dtype: exactIn32(setting, arrays) ? "float32" : "float64",
    dilated: dilation.some((d) => d > 1),
    strided: strides.some((s) => s > 1),
    turned: kind !== "correlation" && kernel.some((k) => k > 1), // where a library correlates
    // Rows and columns beyond what the padding leaves: "same_upper" has cut off less instead.
    more: AXES.map((a) => out[a] - (strides[a] * (size[a] - 1) + spread[a] - sides[a][0] - sides[a][1])),
    // Whether it puts the same zeros as a mode would, if any.
    pads: (mode, changes) => padded && alike(sides, padding({ ...setting, ...changes, border_mode: mode })),
  };
}

const named = (setting, { x, w, b }) =>
  [
    { name: isTransposed(setting) ? "y" : "x", values: x, shape: inputShape(setting) },
    { name: "w", values: w, shape: kernelShape(setting) },
    { name: "b", values: b, shape: [setting.filters] },
  ].filter(({ values }) => values);

// Libraries compute in float32 unless told otherwise. That is exact where all sums are integers
// below 2²⁴; elsewhere it would round what convdoc does not.
function exactIn32(setting, { x, w, b }) {
  const largest = (values) => (values ?? [0]).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const whole = [x, w, b].every((values) => !values || values.every(Number.isInteger));
  const inside = w ? setting.channels / setting.groups : 1, weight = w ? largest(w) : 1;
  const terms = setting.kind === "max" ? 1 : inside * setting.kernel[0] * setting.kernel[1];
  return whole && Math.max(largest(x) * weight * terms + largest(b), largest(x), weight) < 2 ** 24;
}

// An array as a script is given it. convdoc takes integers as float32 by itself.
function given({ name, values, shape }, { dtype }, library) {
  const short = dtype === "float32";
  if (values.length > LARGEST) return `${name} = np.load("${name}.npy")${short ? '.astype("float32")' : ""}`;
  const told = short ? library !== "convdoc" : values.every(Number.isInteger);
  return numpyArray(name, values, shape, told && dtype);
}

// -- Python ----------------------------------------------------------------------------------------

const AXES = [0, 1], ONES = [1, 1], NONE = [0, 0];
const FLIP = "[:, :, ::-1, ::-1]", BIAS = "b.reshape(-1, 1, 1)";
const alike = (a, b) => String(a) === String(b);
const lines = (...parts) => parts.flat().filter((line) => typeof line === "string");
const tuple = (values) => `(${values.map((v) => (Array.isArray(v) ? tuple(v) : v)).join(", ")})`;
const one = ([a, b]) => (a === b ? `${a}` : tuple([a, b])); // a number for both axes, or a pair
const option = (name, pair, standard = ONES) => !alike(pair, standard) && `${name}=${one(pair)}`;
const indented = (text) => text.replace(/^(?=.)/gm, "    ");
const around = (sides) => [NONE, NONE, ...sides]; // of all four axes
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

// Padding by hand, told why; and what is to be read then.
function byHand(plan, why, value) {
  const line = call("padded = np.pad", [plan.input, tuple(around(plan.sides)), value && `constant_values=${value}`]);
  return [{ ...plan, input: "padded" }, lines(why && `# ${why}`, line)];
}
// The same for poolings that do not divide by what lies on the image.
const POOLED = { max: ["Zeros would win over negative numbers: the padding is -inf.", "-np.inf"], average: [] };

// The kernel with the zeros of its dilation in it; and what is to be asked for then.
function spreadOut(plan, why) {
  const kernel = dilatedKernel(plan), shape = [...kernelShape(plan).slice(0, 2), ...kernel];
  return [{ ...plan, weights: "spread", kernel, dilation: ONES, dilated: false }, [
    `# ${why}: zeros spread the kernel out instead.`,
    `spread = np.zeros(${tuple(shape)}, w.dtype)`,
    `spread${slices([NONE, NONE], plan.dilation)} = w`,
  ]];
}

// A result; for groups, of a function that is called for each of them.
function inGroups({ groups, input, output }, library, names, body, result) {
  if (groups === 1) return [...body, `${output} = ${result}`];
  const parts = names.map((name) => `np.split(${name}, ${groups}${name === input ? ", axis=1" : ""})`);
  return [
    "",
    `def convolve(${names.join(", ")}):`,
    ...[...body, `return ${result}`].map(indented),
    "",
    "",
    `# ${library} has no groups here: each part of the channels has its own part of w.`,
    call("parts = map", ["convolve", ...parts]),
    `${output} = np.concatenate(list(parts), axis=1)`,
  ];
}

// The mean with zeros for the padding, over the part of each window that lies on the image.
function quotient({ sides }, pool, ...between) {
  return [
    `sides = ${tuple(around(sides))}`,
    "padded, ones = np.pad(x, sides), np.pad(np.ones_like(x), sides)",
    ...between,
    "# The mean of ones is the part of a window that lies on the image.",
    `y = ${pool("padded")} / ${pool("ones")}`,
  ];
}

// For libraries that correlate.
const flipped = ({ weights, turned }) => (turned ? `${weights}${FLIP}` : weights);
const whyFlipped = ({ turned, kind }, library) =>
  turned &&
  (kind === "transposed"
    ? `# ${library} goes back from a correlation; with the kernel flipped, from a convolution.`
    : `# ${library} correlates; a convolution flips the kernel.`);

// -- convdoc ---------------------------------------------------------------------------------------

const convdoc = {
  header: (plan) => ["import numpy as np", `from convdoc import ${convdocName(plan)}`],
  convolution(plan) {
    const { input, output, strides, dilation, groups, bias, output_padding: more } = plan;
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
      ]),
    ];
  },
  transposed: (plan) => convdoc.convolution(plan),
  pooling(plan) {
    const { kind, kernel, strides } = plan, mode = convdocMode(plan);
    return [
      call("y = pool4d", [
        "x",
        one(kernel),
        option("strides", strides, kernel),
        mode !== '"valid"' && `border_mode=${mode}`,
        kind !== "max" && `mode="${kind}"`,
      ]),
    ];
  },
};

const convdocName = ({ kind }) =>
  ({ convolution: "conv4d", correlation: "correlate4d", transposed: "conv4d_transpose" })[kind] ?? "pool4d";

function convdocMode({ border_mode: mode, sides, padded }) {
  if (typeof mode === "string") return `"${mode}"`;
  if (!padded) return '"valid"';
  return even(sides) ? one(before(sides)) : tuple(sides);
}

// -- Keras 2 on Theano: it flips, as convdoc does --------------------------------------------------

const keras2 = {
  header: ({ dtype }) =>
    lines(
      "import numpy as np",
      "from convdoc.engines import load_keras",
      "",
      "keras = load_keras()  # on Python 3.7, `import keras` does",
      dtype === "float64" && 'keras.backend.set_floatx("float64")',
    ),
  convolution(plan) {
    const { kind, kernel, strides, dilation, dilated, strided, sides } = plan, same = plan.pads("same");
    const rounds = plan.padded && !same && plan.dtype === "float64", layered = plan.padded && !same && !rounds;
    const [asked, hand] = rounds ? byHand(plan, "ZeroPadding2D would round to float32, Theano's floatX.") : [plan, []];
    const back = kind === "correlation" && kernel.some((k) => k > 1);
    const layer = keras2Layer(plan, [same && 'padding="same"', option("dilation_rate", dilation)]);
    const layers = [layered && ["ZeroPadding2D", [tuple(sides)]], ["Conv2D", layer]];
    return [
      ...hand,
      ...keras2Trained(asked, layers, `w${back ? FLIP : ""}`, [
        dilated && strided && "# Its documentation excludes strides with dilation; on Theano they work.",
        back && "# It flips the kernel, and a correlation does not: flipped twice, it is as it was.",
      ]),
    ];
  },
  transposed(plan) {
    const { kernel, strides, dilation, more, sides, padded } = plan, spread = dilatedKernel(plan);
    const same = kernel.every((k) => k % 2) && plan.pads("half"), cut = padded && !same;
    const usual = AXES.map((a) => (same ? strides[a] - 1 : Math.max(strides[a] - spread[a], 0)));
    const layer = keras2Layer(plan, [
      same && 'padding="same"',
      !alike(more, usual) && `output_padding=${one(more)}`,
      option("dilation_rate", dilation),
    ]);
    return keras2Trained(plan, [["Conv2DTranspose", layer], cut && ["Cropping2D", [tuple(sides)]]], "w", [
      !alike(more, usual) && `# If not given, output_padding is ${one(usual)}.`,
    ]);
  },
  pooling(plan) {
    const { kind, kernel, strides, padded } = plan;
    const layers = [[kind === "max" ? "MaxPooling2D" : "AveragePooling2D", [one(kernel), option("strides", strides, kernel)]]];
    const predict = (x) => `model.predict(${x})`;
    if (padded && kind === "average_no_pad") return quotient(plan, predict, ...keras2Model("padded", layers));
    const [{ input }, hand] = padded ? byHand(plan, ...POOLED[kind]) : [plan, []];
    return [...hand, ...keras2Model(input, layers), `y = ${predict(input)}`];
  },
};

const keras2Layer = ({ filters, groups, kernel, strides, bias }, more) =>
  [`${filters / groups}`, tuple(kernel), option("strides", strides), ...more, !bias && "use_bias=False"];

function keras2Trained(plan, layers, weights, notes) {
  const { input, bias } = plan;
  const body = lines(
    notes,
    keras2Model(input, layers.filter(Boolean)),
    "# Kernels are (kernel height, kernel width, channels, filters).",
    `model.set_weights([${weights}.transpose(2, 3, 1, 0)${bias ? ", b" : ""}])`,
  );
  return inGroups(plan, "Keras 2", lines(input, "w", bias && "b"), body, `model.predict(${input})`);
}

function keras2Model(input, layers) {
  const written = layers.map(([name, args], at) => {
    const first = at === 0 && `input_shape=${input}.shape[1:]`;
    return `${call(`keras.layers.${name}`, [...args, 'data_format="channels_first"', first])},`;
  });
  return ["model = keras.models.Sequential([", ...written.map(indented), "])"];
}

// -- Keras 3, on TensorFlow, which has channels last on a processor --------------------------------

const LAST = "transpose(0, 2, 3, 1)", BACK = "transpose(0, 3, 1, 2)";
const LAYOUT = "# Channels are last; kernels are (kernel height, kernel width, channels, filters).";

const keras3 = {
  header: () => ["import numpy as np", "from keras import ops"],
  convolution(plan) {
    const { dilated, strided, padded, strides, bias } = plan, same = plan.pads("same_upper");
    const [asked, spread] = dilated && strided ? spreadOut(plan, "TensorFlow has no strides with dilation") : [plan, []];
    const [{ input }, hand] = padded && !same ? byHand(plan, 'Not the zeros of "same".') : [plan, []];
    return lines(
      spread,
      hand,
      whyFlipped(plan, "Keras 3"),
      LAYOUT,
      call("y = ops.conv", [
        `${input}.${LAST}`,
        `${flipped(asked)}.transpose(2, 3, 1, 0)`,
        option("strides", strides),
        same && 'padding="same"',
        option("dilation_rate", asked.dilation),
      ]),
      `y = ops.convert_to_numpy(y${bias ? " + b" : ""}).${BACK}`,
    );
  },
  transposed(plan) {
    const [asked, spread] = plan.dilated ? spreadOut(plan, "TensorFlow has no dilation here") : [plan, []];
    const { strides, kernel, weights, size, more } = asked, last = strides.map((s) => s - 1);
    const whole = alike(outputSize(plan), AXES.map((axis) => strides[axis] * size[axis]));
    const same = whole && plan.pads("same_upper", { output_padding: last });
    const usual = AXES.map((axis) => Math.max(strides[axis] - kernel[axis], 0));
    const told = !same && !alike(more, usual);
    const body = lines(
      whyFlipped(plan, "Keras 3"),
      LAYOUT,
      told && `# If not given, output_padding is ${one(usual)}.`,
      call("x = ops.conv_transpose", [
        `y.${LAST}`,
        `${flipped(asked)}.transpose(2, 3, 1, 0)`,
        option("strides", strides),
        same && 'padding="same"',
        told && `output_padding=${one(more)}`,
      ]),
    );
    const result = inGroups(plan, "Keras 3", ["y", weights], body, `ops.convert_to_numpy(x).${BACK}`);
    return [...spread, ...result, ...finished(plan, same ? [NONE, NONE] : plan.sides)];
  },
  pooling(plan) {
    const { kind, kernel, strides, padded, dtype } = plan, name = kind === "max" ? "max_pool" : "average_pool";
    const same = kind !== "average" && plan.pads("same_upper"), rounds = kind === "max" && dtype === "float64";
    const pool = (x) =>
      call(`ops.${name}`, [
        rounds ? `ops.convert_to_tensor(${x}.${LAST})` : `${x}.${LAST}`,
        one(kernel),
        option("strides", strides, kernel),
        same && 'padding="same"',
      ]);
    const back = `y = ops.convert_to_numpy(y).${BACK}`;
    if (padded && !same && kind === "average_no_pad") return [...quotient(plan, pool), back];
    const [{ input }, hand] = padded && !same ? byHand(plan, ...POOLED[kind]) : [plan, []];
    return lines(
      hand,
      rounds && "# TensorFlow's max_pool may round an array, but no tensor, to float32.",
      `y = ${pool(input)}`,
      back,
    );
  },
};

// What a result is still without: the padding cut off, the bias.
const finished = ({ output, bias }, cut, why = "") =>
  lines(
    slices(cut) && `${output} = ${output}${slices(cut)}${why}`,
    bias && `${output} = ${output} + ${BIAS}`,
  ).filter(Boolean);

// -- PyTorch ---------------------------------------------------------------------------------------

const torch = {
  header: () => ["import numpy as np", "import torch", "import torch.nn.functional as F"],
  convolution(plan) {
    const own = even(plan.sides);
    return lines(
      !own && torchPad(plan.sides, "conv2d pads evenly."),
      whyFlipped(plan, "PyTorch"),
      call("y = F.conv2d", torchArguments(plan, own ? "torch.tensor(x)" : "padded", own), ".numpy()"),
    );
  },
  transposed(plan) {
    const own = even(plan.sides);
    return lines(
      whyFlipped(plan, "PyTorch"),
      call("x = F.conv_transpose2d", torchArguments(plan, "torch.tensor(y)", own), ".numpy()"),
      !own && finished({ output: "x" }, plan.sides, "  # unevenly, which it cannot do itself"),
    );
  },
  pooling(plan) {
    const { kind, kernel, strides, sides, padded } = plan;
    const own = even(sides) && AXES.every((axis) => 2 * sides[axis][0] <= kernel[axis]);
    const pool = (x) =>
      call(`F.${kind === "max" ? "max" : "avg"}_pool2d`, [
        x,
        one(kernel),
        option("stride", strides, kernel),
        own && option("padding", before(sides), NONE),
        own && padded && kind === "average_no_pad" && "count_include_pad=False",
      ]);
    if (own) return [`y = ${pool("torch.tensor(x)")}.numpy()`];
    const why = "A pooling pads evenly, half a window at most.";
    if (kind !== "average_no_pad") {
      const hand = torchPad(sides, why, kind === "max" && "-torch.inf");
      return [...hand, `y = ${pool("padded")}.numpy()`];
    }
    return [`# ${why}`, ...quotient(plan, (x) => pool(`torch.tensor(${x})`)), "y = y.numpy()"];
  },
};

const torchPad = ([rows, columns], why, value) => [
  `# ${why} F.pad takes left, right, top, bottom.`,
  call("padded = F.pad", ["torch.tensor(x)", tuple([...columns, ...rows]), value && `value=${value}`]),
];

const torchArguments = ({ turned, bias, strides, sides, more, groups, dilation, output }, input, own) => [
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
  header: ({ dtype }) =>
    dtype === "float32"
      ? ["import numpy as np", "from jax import lax"]
      : [
          "import jax",
          "import numpy as np",
          "from jax import lax",
          "",
          'jax.config.update("jax_enable_x64", True)  # otherwise it rounds to float32',
        ],
  convolution(plan) {
    const { strides, dilation, dilated, groups } = plan;
    return lines(
      whyFlipped(plan, "JAX"),
      call("y = lax.conv_general_dilated", [
        "x",
        flipped(plan),
        tuple(strides),
        jaxPadding(plan, plan.sides),
        dilated && `rhs_dilation=${tuple(dilation)}`,
        groups > 1 && `feature_group_count=${groups}`,
      ]),
      "y = np.asarray(y)",
      finished(plan, [NONE, NONE]),
    );
  },
  transposed(plan) { // lax.conv_transpose has no groups
    const { strides, strided, dilation, dilated, groups, sides, more } = plan;
    const full = dilatedKernel(plan).map((k) => k - 1);
    const zeros = AXES.map((axis) => [full[axis] - sides[axis][0], full[axis] - sides[axis][1] + more[axis]]);
    return lines(
      "# A convolution flips, so going back does not: a correlation of y, zeros between its pixels.",
      groups > 1 && "# JAX has filters in groups, not channels: the parts of w come side by side.",
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
      finished(plan, [NONE, NONE]),
    );
  },
  pooling(plan) {
    const { kind, kernel, strides, sides, padded } = plan;
    const windows = [tuple([1, 1, ...kernel]), tuple([1, 1, ...strides]), jaxPadding(plan, around(sides))];
    const begin = kind === "max" ? ["-np.inf", "lax.max"] : ["0.0", "lax.add"];
    const pool = (x, where) => call("lax.reduce_window", [x, ...begin, ...where]);
    const shared = ["*windows"], number = kernel[0] * kernel[1];
    const result = {
      max: [padded && "# The padding counts as -inf, from which the largest is sought.", `y = ${pool("x", windows)}`],
      average: [`y = ${pool("x", windows)} / ${number}`],
      average_no_pad: [
        `windows = ${tuple(windows)}  # size, strides, padding`,
        "# The sum of ones is the number of pixels that lie on the image.",
        `y = ${pool("x", shared)} / ${pool("np.ones_like(x)", shared)}`,
      ],
    };
    return lines(result[padded || kind === "max" ? kind : "average"], "y = np.asarray(y)");
  },
};

function jaxPadding(plan, sides) {
  if (!plan.padded) return '"VALID"';
  return plan.pads("same_upper") ? '"SAME"' : `[${sides.map(tuple).join(", ")}]`;
}

// -- SciPy -----------------------------------------------------------------------------------------

const scipy = {
  header: (plan) => [
    "import numpy as np",
    `from ${isPooling(plan) ? "scipy import ndimage" : `scipy.signal import ${scipyName(plan)}`}`,
  ],
  convolution(plan) {
    const [asked, spread] = plan.dilated ? spreadOut(plan, "SciPy has no dilation") : [plan, []];
    // correlate2d has the odd zero of an even kernel behind, convolve2d before.
    const same = plan.kind === "convolution" ? plan.pads("same") : plan.pads("same_upper", { strides: ONES });
    const mode = same ? "same" : plan.pads("full") ? "full" : "valid";
    const [{ input }, hand] = plan.padded && mode === "valid" ? byHand(plan) : [plan, []];
    const strides = slices([NONE, NONE], plan.strides);
    return lines(
      spread,
      hand,
      scipyPlanes({ ...asked, input }, mode),
      plan.strided && `y = y${strides}  # SciPy has no strides: what lies between is left out`,
      finished(plan, [NONE, NONE]),
    );
  },
  transposed(plan) {
    const [asked, spread] = plan.dilated ? spreadOut(plan, "SciPy has no dilation") : [plan, []];
    const { size, strides, strided, more, samples, channels, sides } = plan;
    const apart = AXES.map((axis) => strides[axis] * (size[axis] - 1) + 1 + more[axis]);
    return lines(
      spread,
      strided && [
        "# A stride puts zeros between the pixels.",
        `stretched = np.zeros(${tuple([samples, channels, ...apart])}, y.dtype)`,
        `stretched${slices([NONE, NONE], strides)} = y`,
      ],
      "# A convolution flips, so going back does not: a full correlation.",
      scipyPlanes({ ...asked, input: strided ? "stretched" : "y" }, "full"),
      finished(plan, sides, "  # without the padding"),
    );
  },
  pooling(plan) {
    const { kind, kernel, strides, padded } = plan, window = tuple([1, 1, ...kernel]);
    const own = plan.pads("same"), lowest = kind === "max" ? ", cval=-np.inf" : "";
    const [{ input }, hand] = padded && !own ? byHand(plan, ...(POOLED[kind] ?? [])) : [plan, []];
    const rim = kernel.map((k) => [Math.floor(k / 2), Math.floor((k - 1) / 2)]);
    const kept = slices(own ? [NONE, NONE] : rim, strides), zeros = own && `mode="constant"${lowest}`;
    const name = kind === "max" ? "maximum_filter" : "correlate";
    const pool = (x) => call(`ndimage.${name}`, [x, kind === "max" ? window : `np.ones(${window})`, zeros], kept);
    const why = kept && "# ndimage has a window around every pixel; those that are asked for are kept.";
    const number = kernel[0] * kernel[1];
    if (padded && kind === "average_no_pad" && !own) return lines(why || null, quotient(plan, pool));
    const over = { max: "", average: ` / ${number}`, average_no_pad: padded ? ` / ${pool("np.ones_like(x)")}` : ` / ${number}` };
    return lines(hand, why || null, `y = ${pool(input)}${over[kind]}`);
  },
};

const scipyName = ({ kind }) => (kind === "convolution" ? "convolve2d" : "correlate2d");

// For each sample and filter, the planes of all channels, summed up.
function scipyPlanes(plan, mode) {
  const { samples, channels, filters, groups, input, output, weights } = plan;
  const name = scipyName(plan), how = mode === "full" ? "" : `, "${mode}"`;
  if (samples * channels * filters === 1) {
    return [`${output} = ${name}(${input}[0, 0], ${weights}[0, 0]${how})[None, None]`];
  }
  const banks = isTransposed(plan) ? `${weights}.swapaxes(0, 1)` : weights;
  const result = [
    "np.array([",
    `    [sum(${name}(*planes${how}) for planes in zip(sample, bank)) for bank in ${banks}]`,
    `    for sample in ${input}`,
    "])",
  ];
  const why = channels > groups ? ["# It takes planes: those of all channels are summed up."] : [];
  return inGroups(plan, "SciPy", [input, weights], why, result.join("\n"));
}

// --------------------------------------------------------------------------------------------------

const WRITERS = { convdoc, keras2, keras3, torch, jax, scipy };
