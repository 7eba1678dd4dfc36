// The operations, and all in which they differ that is no formula. Another one is another row.
//   isPooling      whether it has a window without weights, of each channel by itself
//   isTransposed   whether it is the way back of a convolution
//   isTurned       whether its kernel lies turned on the image
//   hasBorder      whether the places around its input may hold something else than zeros
//   countsPadding  whether what is beyond the image counts
//   join, start    how a pooling takes two numbers together, and what it begins with
//   divides        whether it divides by the number of cells that count
//   names          of its output, its input and its kernel
//   signs          what stands between them, by its name in convdoc/draw/words.py
//   what, beside, padded, field, products    the words of it, by their names in words.json
const convolved = {
  isPooling: false,
  isTransposed: false,
  isTurned: false,
  hasBorder: true,
  countsPadding: true,
  names: ["y", "x", "W"],
  what: "kernel",
  beside: "products",
  padded: "padded",
  field: "field",
  products: "output products",
};
const transposed = {
  ...convolved,
  isTransposed: true,
  hasBorder: false, // where it repeated pixels, several windows would give to each
  names: ["x′", "y", "W"],
  signs: "transposed",
  beside: "weights",
  padded: "padded cut",
  field: "field at most",
  products: "input products",
};
const pooled = {
  ...convolved,
  isPooling: true,
  hasBorder: false,
  countsPadding: false,
  signs: "pooling",
  what: "window",
  beside: "cells",
  padded: "padded uncounted",
  divides: false,
};
const mean = { ...pooled, join: (a, b) => a + b, start: 0, divides: true };

export const KINDS = {
  convolution: { ...convolved, isTurned: true, signs: "convolution" },
  correlation: { ...convolved, signs: "correlation" },
  transposed,
  max: { ...pooled, join: Math.max, start: -Infinity },
  min: { ...pooled, join: Math.min, start: Infinity },
  average: { ...mean, countsPadding: true, padded: "padded" },
  average_no_pad: mean,
};

export const kindOf = ({ kind }) => KINDS[kind];
export const isPooling = (setting) => kindOf(setting).isPooling;
export const isTransposed = (setting) => kindOf(setting).isTransposed;
