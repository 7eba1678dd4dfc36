// What is written into cells; blocks that are read are in test_explorer.py.
import { deepStrictEqual as equal } from "node:assert/strict";
import { blockOf, numberOf, numbersOf } from "../../docs/_explorer/entries.js";
import { messageOf } from "./setting.js";

Deno.test("numbers are read as people write them", () => {
  equal(["3", " −1.5 ", "2e-3", ".5", "+4.", "-0"].map(numberOf), [3, -1.5, 0.002, 0.5, 4, 0]);
  equal(numbersOf("1, 2;3\n4"), [1, 2, 3, 4]);
  equal(numberOf("1000000000"), 1e9);
});

Deno.test("what is no number says so", () => {
  equal(messageOf(() => numberOf("1x")), "“1x” is not a number: write 3, −1.5 or 2e-3.");
  const words = "1000000001 is too large: numbers go up to 1,000,000,000.";
  equal(messageOf(() => numberOf("1000000001")), words);
});

Deno.test("what is no block says so", () => {
  const refused = {
    "": "There are no numbers in what was pasted.",
    "1 2\n3": "The rows that were pasted differ in length: 2, 1.",
    "[[[1]], [[2]], [[3]]]": "What was pasted has 3 slices: paste one at a time.",
    "1,234\t2":
      "It is not clear whether a comma in what was pasted is a decimal one: write 1.234 or 1234.",
  };
  for (const [text, words] of Object.entries(refused)) equal(messageOf(() => blockOf(text)), words);
});
