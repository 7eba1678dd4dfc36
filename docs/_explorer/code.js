// Python code for a setting, in six libraries: each script gives the array that convdoc gives. A
// reader is to see by it what is different in a library, so there is nothing in it that a library
// does by itself.
import { AXES, dilatedKernel, inputShape, kernelShape, outputSize, padding } from "./arithmetic.js";
import { isPooling, isTransposed } from "./kinds.js";
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
  const parts = [writer.header(plan), "", written, "", writer[task](plan), `print(${plan.output})`];
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
    more: AXES.map((a) =>
      out[a] - (strides[a] * (size[a] - 1) + spread[a] - sides[a][0] - sides[a][1])
    ),
    // Whether it puts the same zeros as a mode would, if any.
    pads: (mode, changes) =>
      padded && alike(sides, padding({ ...setting, ...changes, border_mode: mode })),
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
  const whole = [x, w, b].every((values) => !values || values.every(Number.isInteger));
  const inside = w ? setting.channels / setting.groups : 1, weight = w ? largest(w) : 1;
  const terms = setting.kind === "max" ? 1 : inside * setting.kernel[0] * setting.kernel[1];
  return whole && Math.max(largest(x) * weight * terms + largest(b), largest(x), weight) < 2 ** 24;
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

// Padding by hand, where it is needed, with a comment why; and what is to be read then.
function byHand(plan, needed, why, value) {
  if (!needed) return [plan, []];
  const line = call("padded = np.pad", [
    plan.input,
    tuple(around(plan.sides)),
    value && `constant_values=${value}`,
  ]);
  return [{ ...plan, input: "padded" }, lines(why && note(why), line)];
}
const LOWEST = { max: ["lowest", "-np.inf"] };

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

// A pooling with zeros for the padding, over the same of ones.
const quotient = (pool, sides) =>
  lines(
    sides && `sides = ${tuple(around(sides))}`,
    note("divided"),
    "y, part = (",
    indented(pool(sides ? "np.pad(each, sides)" : "each")),
    "    for each in (x, np.ones_like(x))",
    ")",
    "y = y / part",
  );

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
  ({ convolution: "conv4d", correlation: "correlate4d", transposed: "conv4d_transpose" })[kind] ??
    "pool4d";

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
      "floatx",
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
    const { kind, kernel, strides, padded } = plan, predict = (x) => `model.predict(${x})`;
    const layer = [kind === "max" ? "MaxPooling2D" : "AveragePooling2D", [
      one(kernel),
      option("strides", strides, kernel),
    ]];
    const [asked, hand] = byHand(plan, padded, ...(LOWEST[kind] ?? []));
    const model = keras2Model(asked, [layer]);
    if (padded && kind === "average_no_pad") return [...model, ...quotient(predict, plan.sides)];
    return [...hand, ...model, `y = ${predict(asked.input)}`];
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
  const { input, channels, groups, size, sides } = plan;
  const image = input === "padded"
    ? AXES.map((axis) => size[axis] + sides[axis][0] + sides[axis][1])
    : size;
  const shape = tuple([isPooling(plan) ? channels : channels / groups, ...image]);
  const written = layers.map(([name, args], at) => {
    const first = at === 0 && `input_shape=${shape}`;
    return `${call(`keras.layers.${name}`, [...args, 'data_format="channels_first"', first])},`;
  });
  return ["model = keras.models.Sequential([", ...written.map(indented), "])"];
}

// -- Keras 3, on TensorFlow, whose convolutions on a processor have channels last ------------------

const LAST = "transpose(0, 2, 3, 1)", BACK = "transpose(0, 3, 1, 2)";

const keras3 = {
  header: () => ["import numpy as np", "from keras import ops"],
  convolution(plan) {
    const { dilated, strided, padded, strides, bias } = plan, same = plan.pads("same_upper");
    const [asked, spread] = spreadOut(
      plan,
      dilated && strided,
      "tensorflow strides",
    );
    const [{ input }, hand] = byHand(plan, padded && !same, "not same");
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
    const { kind, kernel, strides, padded, dtype } = plan,
      name = kind === "max" ? "max_pool" : "average_pool";
    const same = kind !== "average" && plan.pads("same_upper"),
      rounds = kind === "max" && dtype === "float64";
    const pool = (x) =>
      call(`ops.${name}`, [
        rounds ? `ops.convert_to_tensor(${x}.${LAST})` : `${x}.${LAST}`,
        one(kernel),
        option("strides", strides, kernel),
        same && 'padding="same"',
      ]);
    const back = `y = ops.convert_to_numpy(y).${BACK}`;
    if (padded && !same && kind === "average_no_pad") return [...quotient(pool, plan.sides), back];
    const [{ input }, hand] = byHand(plan, padded && !same, ...(LOWEST[kind] ?? []));
    return lines(
      hand,
      rounds && note("max_pool rounds"),
      note("channels last"),
      `y = ${pool(input)}`,
      back,
    );
  },
};

// -- PyTorch ---------------------------------------------------------------------------------------

const torch = {
  header: () => ["import numpy as np", "import torch", "import torch.nn.functional as F"],
  convolution(plan) {
    const own = even(plan.sides);
    return lines(
      !own && torchPad(plan.sides, "conv2d"),
      whyFlipped(plan, "PyTorch"),
      call(
        "y = F.conv2d",
        torchArguments(plan, own ? "torch.tensor(x)" : "padded", own),
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
    if (kind !== "average_no_pad") {
      const hand = torchPad(sides, "torch pooling pad", kind === "max" && "-torch.inf");
      return [...hand, `y = ${pool("padded")}.numpy()`];
    }
    return [
      note("torch pooling"),
      ...quotient((x) => pool(`torch.tensor(${x})`), sides),
      "y = y.numpy()",
    ];
  },
};

const torchPad = ([rows, columns], why, value) => [
  note(why),
  call("padded = F.pad", [
    "torch.tensor(x)",
    tuple([...columns, ...rows]),
    value && `value=${value}`,
  ]),
];

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
        "x",
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
    const { kind, kernel, strides, sides, padded } = plan;
    const windows = [
      tuple([1, 1, ...kernel]),
      tuple([1, 1, ...strides]),
      jaxPadding(plan, around(sides)),
    ];
    const begin = kind === "max" ? ["-np.inf", "lax.max"] : ["0.0", "lax.add"];
    const pool = (x) => call("lax.reduce_window", [x, ...begin, ...windows]);
    const lowest = padded && kind === "max" &&
      note("jax lowest");
    if (padded && kind === "average_no_pad") return [...quotient(pool), "y = np.asarray(y)"];
    return lines(
      lowest,
      `y = ${pool("x")}${kind === "max" ? "" : ` / ${kernel[0] * kernel[1]}`}`,
      "y = np.asarray(y)",
    );
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
    const { kind, padded, strided, strides } = plan,
      [asked, spread] = spreadOut(plan, plan.dilated, "scipy dilation");
    // Of an even kernel convolve2d has the odd zero before the image, correlate2d behind it.
    const same = kind === "convolution"
      ? plan.pads("same")
      : plan.pads("same_upper", { strides: ONES });
    const mode = same ? "same" : plan.pads("full") ? "full" : "valid";
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
    const { kind, kernel, strides, padded, sides } = plan,
      max = kind === "max",
      own = plan.pads("same");
    const [{ input }, hand] = byHand(plan, padded && !own, ...(LOWEST[kind] ?? []));
    const rim = kernel.map((k) => [Math.floor(k / 2), Math.floor((k - 1) / 2)]);
    const kept = slices(own ? NO_CUT : rim, strides), window = tuple([1, 1, ...kernel]);
    const zeros = own && `mode="constant"${max ? ", cval=-np.inf" : ""}`;
    const pool = (x) =>
      max
        ? call("ndimage.maximum_filter", [x, window, zeros], kept)
        : call("ndimage.correlate", [x, `np.ones(${window})`, zeros], kept);
    const why = kept !== "" &&
      note("scipy windows");
    if (padded && kind === "average_no_pad") return lines(why, quotient(pool, !own && sides));
    return lines(hand, why, `y = ${pool(input)}${max ? "" : ` / ${kernel[0] * kernel[1]}`}`);
  },
};

const scipyName = ({ kind }) => (kind === "convolution" ? "convolve2d" : "correlate2d");

// For each sample and filter, the planes of all channels, summed up.
function scipyPlanes(plan, mode) {
  const { kind, samples, channels, filters, groups, input, output, weights } = plan;
  const name = scipyName(plan),
    back = kind === "transposed",
    how = mode === "full" ? "" : `, "${mode}"`;
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
