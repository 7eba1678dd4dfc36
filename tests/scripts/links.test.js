// Links by hand, at the edge of what has a letter. Random states are restored in test_explorer.py.
import { deepStrictEqual as equal } from "node:assert/strict";
import { read, write } from "../../docs/_explorer/links.js";
import { made } from "../../docs/_explorer/state.js";
import { messageOf, setting } from "./setting.js";

const ONE = { size: [1, 8], kernel: [1, 1] };
const link = (x) => write(made(setting({ ...ONE, size: [1, x.length] }), { x, w: [1] }));

Deno.test("−26 to 35 are letters, all others stand in parentheses", () => {
  equal(
    link([9, 10, 35, 36, -1, -26, -27, 0.5]),
    "v1&x=1,1,1,8&kernel=1,1&X=9az(36)AZ(-27)(0.5)&W=1",
  );
  equal(link([1e21, 1e-7]), "v1&x=1,1,1,2&kernel=1,1&X=(1e21)(1e-7)&W=1");
});

Deno.test("numbers are read as they are written", () => {
  const values = [9, 10, 35, 36, 36, 36, -1, -26, -27, 0.5, 0, 0, 0, 0, 0, 1e-7];
  equal([...read(link(values)).x], values);
  const { x, w, b } = read("v1&x=1,1,1,3&kernel=1,2&X=2*2.&W=(-1.5)A&B=(1e3)");
  equal([[...x], [...w], [...b]], [[2, 2, 2], [-1.5, -1], [1000]]);
  const two = read("v1&kind=average&x=2,3,1,1&kernel=1,1&X=123456").setting;
  equal([two.samples, two.channels, two.size], [2, 3, [1, 1]]);
});

Deno.test("of what is long, a message has the beginning", () => {
  const long = "abcdefghijklmnopqrstuvwxyz";
  const refused = {
    [long]: "Its version is “abcdefghijkl”, and this page reads v1.",
    [`v1&q=${long}`]: "It has the unknown part “q=abcdefghijklmnopqrstuv”.",
    [`v1&kind=${long}`]: "The value of “kind” cannot be “abcdefghijklmnopqrstuvwx”.",
    [`v1&picture=${long}&W=0*8.`]:
      "It wants a picture “abcdefghijklmnopqrstuvwx”, which is not here.",
  };
  for (const [text, words] of Object.entries(refused)) equal(messageOf(() => read(text)), words);
});

Deno.test("a number that comes again is counted where that is shorter", () => {
  equal(link([0, 0, 0, 0]), "v1&x=1,1,1,4&kernel=1,1&X=0000&W=1");
  equal(link([0, 0, 0, 0, 0]), "v1&x=1,1,1,5&kernel=1,1&X=0*4.&W=1");
  equal(link([36, 36]), "v1&x=1,1,1,2&kernel=1,1&X=(36)*1.&W=1");
});

Deno.test("what differs from the start is written, and read", () => {
  const asked = setting({
    kind: "transposed",
    channels: 2,
    filters: 4,
    groups: 2,
    strides: [2, 3],
    dilation: [1, 2],
    border_mode: [[1, 0], [0, 2]],
    output_padding: [1, 2],
    bias: true,
  });
  const text = write(made(asked, { b: [1, 2, 3, 4] }));
  const [head] = text.split("&X=");
  equal(
    head,
    "v1&kind=transposed&x=1,2,5,5&filters=4&groups=2&strides=2,3&dilation=1,2&pad=1,0,0,2&more=1,2",
  );
  equal(read(text).setting, asked);
  equal(read(text.replace("pad=1,0,0,2", "pad=same")).setting.border_mode, "same");
});

Deno.test("a picture is named and not written", () => {
  const state = { ...made(setting({ size: [40, 40] })), picture: "own 3" };
  equal(write(state).split("&W=")[0], "v1&x=1,1,40,40&picture=own");
  equal(read(write({ ...state, picture: "camera" })).x, null);
  equal(read("v1&x=1,1,40,40&picture=zones&W=0*8.").x.length, 1600);
});

Deno.test("a link that is wrong says why", () => {
  const refused = {
    "v2&X=1": "Its version is “v2”, and this page reads v1.",
    "v1&q=1": "It has the unknown part “q=1”.",
    "v1&W=1&W=1": "It has the key “W” twice.",
    "v1&x=1,1,5&X=0*24.&W=0*8.": "The value of “x” cannot be “1,1,5”.",
    "v1&strides=1,1,1&X=0*24.&W=0*8.": "The value of “strides” cannot be “1,1,1”.",
    "v1&strides=1,b&X=0*24.&W=0*8.": "The value of “strides” cannot be “1,b”.",
    "v1&kind=none": "The value of “kind” cannot be “none”.",
    "v1&strides=0,1&X=0*24.&W=0*8.":
      "It describes an invalid setting. A stride must be a whole number from 1 to 32; it is 0.",
    "v1&W=0*8.": "It has no numbers of the input.",
    "v1&X=0*24.": "It has no numbers of the kernel.",
    "v1&X=0*24.&W=0*8.&picture=zones": "It has both a picture and numbers for the input.",
    "v1&picture=moon&W=0*8.": "It wants a picture “moon”, which is not here.",
    "v1&kind=max&X=0*24.&W=0*8.": "It has numbers of a kernel, and a pooling has none.",
    "v1&kind=max&X=0*24.&B=0": "It has a bias, and a pooling has none.",
    "v1&X=0*24.&W=0*7.": "The kernel has less numbers, 8, than its shape, 9.",
    "v1&X=0*25.&W=0*8.": "The input has more than the 25 numbers that its shape has.",
    "v1&X=0*24.&W=0*8.&B=!": "The numbers of the bias cannot be read from their character 1 on.",
    "v1&X=(1000000001)*24.&W=0*8.": "The input has a number that is too large.",
    "%": "It is damaged: a % stands where none belongs.",
  };
  for (const [text, words] of Object.entries(refused)) equal(messageOf(() => read(text)), words);
  equal(read("v1&X=(1000000000)*24.&W=0*8.").x[0], 1e9);
});

Deno.test("borders and all of poolings are in a link", () => {
  const head = (changes) => {
    const text = write(made(setting(changes)));
    equal(read(text).setting, setting(changes));
    return text.split("&X=")[0];
  };
  equal(
    head({ border: "circular", border_mode: "same_lower" }),
    "v1&pad=same_lower&border=circular",
  );
  equal(head({ border: -0.25 }), "v1&border=-0.25");
  equal(head({ border: 1e9 }), "v1&border=1000000000");
  const pooled = { kind: "average", dilation: [2, 1], ceil_mode: true, divisor: 12 };
  equal(head(pooled), "v1&kind=average&dilation=2,1&ceil=1&divisor=12");
  equal(read("v1&kind=max&ceil=0&X=0*24.").setting.ceil_mode, false);
  const wrong = {
    border: ["ring", "1e10", "NaN", "", "toString"],
    ceil: ["2", ""],
    divisor: ["", "a"],
  };
  for (const [key, values] of Object.entries(wrong)) {
    for (const value of values) {
      equal(
        messageOf(() => read(`v1&${key}=${value}&X=0*24.&W=0*8.`)),
        `The value of “${key}” cannot be “${value}”.`,
      );
    }
  }
});
