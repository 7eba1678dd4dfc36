// What is written into cells; blocks that are read are in test_explorer.py.
import { deepStrictEqual as equal } from "node:assert/strict";
import { blockOf, numberOf, numbersOf } from "../../docs/_explorer/entries.js";
import { messageOf } from "./setting.js";

Deno.test("numbers are read as people write them", () => {
  equal(["3", " −1.5 ", "2e-3", ".5", "+4.", "-0"].map(numberOf), [3, -1.5, 0.002, 0.5, 4, 0]);
  equal(numbersOf("1, 2;3\n4"), [1, 2, 3, 4]);
  equal(numberOf("1000000000"), 1e9);
});

Deno.test("fractions are numbers", () => {
  equal(["1/9", "-1/3", "−1 / 4", "1//8", "1.5/3", "0/7"].map(numberOf), [
    1 / 9,
    -1 / 3,
    -0.25,
    0.125,
    0.5,
    0,
  ]);
  equal(numbersOf("1/2 -1/4"), [0.5, -0.25]);
  for (const text of ["1/0", "1/", "/9", "1/2/3"]) {
    const words = `“${text}” is not a number: write 3, −1.5, 1/9 or 2e-3.`;
    equal(messageOf(() => numberOf(text)), words);
  }
});

const ROWS = [[1, 2, 3], [4, -5, 6.5]];
const BINOMIAL = [[0.0625, 0.125], [0.125, 0.25]];

// Each of these languages writes, or prints, ROWS so.
const WRITTEN = {
  MATLAB: [
    "A = [1 2 3; 4 -5 6.5];",
    "[1, 2, 3; 4, -5, 6.5]",
    "A = [1 2 3\n     4 -5 6.5];", // a new line is a new row
    "A = [1 2 ...\n     3; 4 -5 6.5]", // and goes on after three dots
    "A =\n\n    1.0000    2.0000    3.0000\n    4.0000   -5.0000    6.5000\n\n",
    "A =\n\n   1.0e+03 *\n\n    0.0010    0.0020    0.0030\n    0.0040   -0.0050    0.0065\n",
  ],
  Octave: [
    "A =\n\n   1.0000   2.0000   3.0000\n   4.0000  -5.0000   6.5000\n\n",
    "ans =\n   1   2   3\n   4  -5   6.5\n",
  ],
  Julia: [
    "A = [1 2 3; 4 -5 6.5]",
    "Float32[1.0f0 2.0f0 3.0f0; 4.0f0 -5.0f0 6.5f0]",
    "2×3 Matrix{Float64}:\n 1.0   2.0  3.0\n 4.0  -5.0  6.5",
    "2×3 Matrix{Rational{Int64}}:\n 1//1   2//1   3//1\n 4//1  -5//1  13//2",
    "2×3 Array{Float64,2}:\n 1.0   2.0  3.0\n 4.0  -5.0  6.5", // before Julia 1.6
  ],
  R: [
    "     [,1] [,2] [,3]\n[1,]    1    2  3.0\n[2,]    4   -5  6.5",
    "matrix(c(1, 4, 2, -5, 3, 6.5), nrow = 2)", // column by column
    "m <- matrix(c(1, 4, 2, -5, 3, 6.5), 2, 3)",
    "matrix(c(1, 2, 3, 4, -5, 6.5), ncol = 3, byrow = TRUE)",
    "rbind(c(1, 2, 3), c(4, -5, 6.5))",
  ],
  LaTeX: [
    "\\begin{bmatrix} 1 & 2 & 3 \\\\ 4 & -5 & 6.5 \\end{bmatrix}",
    "\\begin{pmatrix}\n1 & 2 & 3 \\\\\n4 & -5 & \\frac{13}{2}\n\\end{pmatrix}",
    "\\left[\\begin{array}{rrr} 1&2&3\\\\[2pt] 4&-5&6{,}5 \\\\ \\end{array}\\right]",
  ],
  CSV: [
    "1,2,3\n4,-5,6.5\n",
    '"1","2","3"\r\n"4","-5","6.5"\r\n',
    "1,0;2,0;3,0\n4,0;-5,0;6,5\n", // where the comma is decimal
  ],
  "a spreadsheet": ["1\t2\t3\n4\t-5\t6.5", "1\t2\t3\r\n4\t−5\t6,5\r\n"],
};
for (const [language, texts] of Object.entries(WRITTEN)) {
  Deno.test(`a matrix is read as it is in ${language}`, () => {
    for (const text of texts) equal(blockOf(text), ROWS, text);
  });
}

Deno.test("a matrix is multiplied and divided by the number beside it", () => {
  const texts = [
    "[1 2; 2 4] / 16",
    "A = [1 2; 2 4]./16;",
    "1/16 * [1 2; 2 4]",
    "(1/16) * np.array([[1, 2], [2, 4]])",
    "np.array([[1, 2], [2, 4]]) / 16",
    "\\frac{1}{16} \\begin{bmatrix} 1 & 2 \\\\ 2 & 4 \\end{bmatrix}",
    "$\\dfrac1{16}\\left(\\begin{matrix} 1 & 2 \\\\ 2 & 4 \\end{matrix}\\right)$",
    "0.0625 * [1 2; 2 4]",
    "[1/16, 2/16; 1/8 1 / 4]",
  ];
  for (const text of texts) equal(blockOf(text), BINOMIAL, text);
  equal(blockOf("[1 1]/3"), [[1 / 3, 1 / 3]]); // divided, which is more exact than times 1/3
});

Deno.test("a row that NumPy breaks is one row", () => {
  const first = Array.from({ length: 25 }, (_, at) => String(at).padStart(2)).join(" ");
  equal(blockOf(`[${first}\n 25 26]`), [Array.from({ length: 27 }, (_, at) => at)]);
});

Deno.test("without brackets, a semicolon ends a row where its numbers have spaces or commas", () => {
  equal(blockOf("1 2; 3 4"), [[1, 2], [3, 4]]);
  equal(blockOf("1, -2; 3, .5"), [[1, -2], [3, 0.5]]);
  equal(blockOf("1;2;3"), [[1, 2, 3]]);
});

Deno.test("beside tabs a comma is decimal, unless it may part thousands", () => {
  equal(blockOf("1234,567\t2"), [[1234.567, 2]]);
  equal(blockOf("1,23\t2"), [[1.23, 2]]);
  equal(blockOf("0,1234\t2"), [[0.1234, 2]]);
});

Deno.test("a printout in several parts is refused", () => {
  const parts =
    "What was pasted is printed in several parts, or its rows and columns do not make " +
    "up its numbers: paste rows of numbers.";
  const not = (text) => `“${text}” is not a number: write 3, −1.5, 1/9 or 2e-3.`;
  const refused = {
    "     [,1]\n[1,]    1\n     [,2]\n[1,]    2": parts, // R, of a narrow console
    " Columns 1 through 2:\n\n   1   2\n": not("Columns"), // Octave
    "matrix(c(1, 2, 3), nrow = 2)": parts,
    "matrix(c(1, 2, 3, 4), 2, 3)": parts,
    "2×9 Matrix{Int64}:\n 1  2  …  9\n 1  2  …  9": not("…"),
    "[[0 1]\n ...\n [8 9]]": not("..."),
  };
  for (const [text, words] of Object.entries(refused)) equal(messageOf(() => blockOf(text)), words);
});

Deno.test("what is no number says so", () => {
  equal(messageOf(() => numberOf("1x")), "“1x” is not a number: write 3, −1.5, 1/9 or 2e-3.");
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
