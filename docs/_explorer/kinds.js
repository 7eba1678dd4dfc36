// The operations, and all in which they differ that is no formula. Another one is another row.
//   isPooling      whether it has a window without weights, of each channel by itself
//   isTransposed   whether it is the way back of a convolution
//   isTurned       whether its kernel lies turned on the image
//   hasZeros       whether what is beyond the image counts, as zeros
//   names          of its output, its input and its kernel
//   signs          what stands between them, by its name in convdoc/draw/words.py
//   what, beside, padded, field, products    the words of it, by their names in words.json
const convolved = {
  isPooling: false,
  isTransposed: false,
  isTurned: false,
  hasZeros: true,
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
  names: ["x′", "y", "W"],
  signs: "transposed",
  beside: "weights",
  padded: "padded cut",
  field: "field at most",
  products: "input products",
};
const pooled = { ...convolved, isPooling: true, signs: "pooling", what: "window", beside: "cells" };
const uncounted = { ...pooled, hasZeros: false, padded: "padded uncounted" };

export const KINDS = {
  convolution: { ...convolved, isTurned: true, signs: "convolution" },
  correlation: { ...convolved, signs: "correlation" },
  transposed,
  max: uncounted,
  average: pooled,
  average_no_pad: uncounted,
};

export const kindOf = ({ kind }) => KINDS[kind];
export const isPooling = (setting) => kindOf(setting).isPooling;
export const isTransposed = (setting) => kindOf(setting).isTransposed;
