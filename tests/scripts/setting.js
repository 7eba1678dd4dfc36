// A setting of one channel, a 5×5 image and a 3×3 kernel, with what is different; and its numbers.
import { settled } from "../../docs/_explorer/arithmetic.js";
import { computation, convolve } from "../../docs/_explorer/convolve.js";
import { START } from "../../docs/_explorer/state.js";

export const setting = (changes = {}) => settled({ ...START, ...changes });

export const planned = computation;

// What is shown of a setting and its numbers.
export function shown(asked, { x, w = null, b = null }) {
  const typed = (values) => values && Float64Array.from(values);
  const arrays = { x: typed(x), w: typed(w), b: typed(b) }, plan = planned(asked);
  return { ...arrays, plan, y: convolve(plan, arrays.x, arrays.w, arrays.b) };
}

export const spaced = (html) => html.replaceAll("\u00a0", " ");

// The message of the error that a function ends in.
export function messageOf(act) {
  try {
    act();
  } catch (error) {
    return error.message;
  }
  throw new Error("it ended without an error");
}
