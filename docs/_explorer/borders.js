// How many places lie around an image, and what they hold: convdoc/borders.py for the reader's
// browser. Names and words come from there; another padding or border is another row here.
import data from "explorer/data";

const modulo = (a, b) => ((a % b) + b) % b;

// -- How many --------------------------------------------------------------------------------------

// What an image of n lacks for one output for each stride: the larger half comes first.
function lacking(k, s, n) {
  const total = Math.max((Math.ceil(n / s) - 1) * s + k - n, 0);
  return [Math.ceil(total / 2), Math.floor(total / 2)];
}

// By the name of a border mode: from the size k of the dilated kernel, the stride s and the size n of
// the image to the places [before, behind] it.
export const PADDINGS = {
  valid: () => [0, 0],
  full: (k) => [k - 1, k - 1],
  half: (k) => [Math.floor(k / 2), Math.floor(k / 2)],
  same: (k) => [Math.floor(k / 2), Math.floor((k - 1) / 2)],
  same_upper: (k, s, n) => lacking(k, s, n).reverse(),
  same_lower: lacking,
};

// Whether a padding depends on the size of the image.
export const fits = (mode) => data.paddings[mode]?.fits ?? false;

// -- What they hold --------------------------------------------------------------------------------

// A border:
//   at      from a place, counted from the first of n pixels, to the pixel that it holds; null where
//           it holds `value`
//   value   what a place holds that holds no pixel
//   repeats whether every place holds a pixel
//   names   what np.pad, PyTorch's F.pad and SciPy's signal call it, where they know it
const constant = (value) => ({
  at: (place, n) => place >= 0 && place < n ? place : null,
  value,
  repeats: false,
});
const repeated = (names, at) => ({ at, value: 0, repeats: true, names });

export const BORDERS = {
  zeros: constant(0),
  circular: repeated(
    { numpy: "wrap", torch: "circular", scipy: "wrap" },
    (place, n) => modulo(place, n),
  ),
  reflect: repeated({ numpy: "reflect", torch: "reflect" }, (place, n) => {
    const turn = modulo(place, 2 * n - 2 || 1);
    return Math.min(turn, 2 * n - 2 - turn);
  }),
  symmetric: repeated({ numpy: "symmetric", scipy: "symm" }, (place, n) => {
    const turn = modulo(place, 2 * n);
    return Math.min(turn, 2 * n - 1 - turn);
  }),
  replicate: repeated(
    { numpy: "edge", torch: "replicate" },
    (place, n) => Math.min(Math.max(place, 0), n - 1),
  ),
};

// The border of a setting, which is a name or a number.
export const borderOf = ({ border }) => BORDERS[border] ?? constant(border);

// What a border that repeats pixels does, in words.
export const wordsOf = ({ border }) => data.borders[border];
