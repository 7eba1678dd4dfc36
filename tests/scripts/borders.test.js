// Paddings and borders by hand; test_explorer.py compares them with convdoc's.
import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { borderOf, BORDERS, fits, PADDINGS, wordsOf } from "../../docs/_explorer/borders.js";

Deno.test("a padding by name counts places before and behind", () => {
  const sides = (k, s, n) => Object.values(PADDINGS).map((padding) => padding(k, s, n));
  // valid, full, half, same, same_upper, same_lower
  equal(sides(3, 1, 5), [[0, 0], [2, 2], [1, 1], [1, 1], [1, 1], [1, 1]]);
  equal(sides(4, 1, 5), [[0, 0], [3, 3], [2, 2], [2, 1], [1, 2], [2, 1]]);
  // Three windows of 4 in steps of 2 reach over 8 of the 6 pixels; one of 1 over fewer than 2.
  equal(sides(4, 2, 6).slice(4), [[1, 1], [1, 1]]);
  equal(sides(1, 2, 2).slice(4), [[0, 0], [0, 0]]);
});

Deno.test("some paddings depend on the size of the image", () => {
  equal(Object.keys(PADDINGS).filter(fits), ["same_upper", "same_lower"]);
  ok(!fits([[1, 1], [1, 1]]));
});

Deno.test("a border repeats pixels, or holds a number", () => {
  const text = (name) =>
    [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5].map((place) => "abc"[BORDERS[name].at(place, 3)] ?? "0")
      .join("");
  equal(text("zeros"), "00000abc000");
  equal(text("circular"), "bcabcabcabc");
  equal(text("reflect"), "babcbabcbab");
  equal(text("symmetric"), "bccbaabccba");
  equal(text("replicate"), "aaaaaabcccc");
  equal([-2, 0, 2].map((place) => BORDERS.reflect.at(place, 1)), [0, 0, 0]);
  ok(!BORDERS.zeros.repeats && BORDERS.replicate.repeats);
  equal(Object.values(BORDERS).map((border) => border.value), [0, 0, 0, 0, 0]);
});

Deno.test("a number is a border", () => {
  const border = borderOf({ border: -2.5 });
  equal([border.value, border.repeats, border.at(-1, 3), border.at(0, 3), border.at(2, 3)], [
    -2.5,
    false,
    null,
    0,
    2,
  ]);
  equal(borderOf({ border: "circular" }), BORDERS.circular);
  equal(wordsOf({ border: "replicate" }), "the last pixel again");
});
