// How a sentence is taken from the table; that the table has all of them is tested in Python.
import { deepStrictEqual as equal } from "node:assert/strict";
import { grouped, sentence } from "../../docs/_explorer/words.js";
import { messageOf } from "./setting.js";

Deno.test("a count chooses the form, and has commas", () => {
  equal(sentence("facts.bytes", { count: 1 }), "1 byte");
  equal(sentence("facts.bytes", { count: 0 }), "0 bytes");
  equal(sentence("captions.more", { count: 1234 }), "… and 1,234 more");
  equal(grouped(1e6), "1,000,000");
});

Deno.test("what is put in is not read as a hole", () => {
  equal(sentence("libraries.torch"), "PyTorch");
  equal(sentence("answers.range", { first: "{last}", last: "$&" }), "{last} to $&");
});

Deno.test("a hole that nothing is for is an error", () => {
  equal(
    messageOf(() => sentence("answers.range", { first: 1 })),
    "“answers.range” has nothing for {last}",
  );
});
