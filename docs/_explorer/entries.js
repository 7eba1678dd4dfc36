// What a reader writes: a number in a cell, numbers in a row, a block from a spreadsheet or from Python.
import { grouped, refuse } from "./words.js";

export const LARGEST = 1e9; // of a number in a cell
const PART = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[ef][+-]?\d+)?`; // f in Julia's Float32
const NUMBER = new RegExp(`^(${PART})(?:\\s*//?\\s*(${PART}))?$`, "i"); // 1//9 in Julia
const partOf = (text) => Number(text.replace(/f/i, "e"));

// A number from a cell, which may be a fraction, or an error that says what is wrong.
export function numberOf(text) {
  const [, over, under = "1"] = NUMBER.exec(text.trim().replaceAll("−", "-")) ?? [];
  if (!over || !partOf(under)) refuse("numbers.not", { text: text.trim().slice(0, 40) });
  const value = partOf(over) / partOf(under);
  if (!(Math.abs(value) <= LARGEST)) {
    refuse("numbers.large", { text: text.trim().slice(0, 40), most: grouped(LARGEST) });
  }
  return value || 0; // and −0 is 0
}

// Numbers in a row.
export const numbersOf = (text) => text.split(/[\s,;]+/).filter(Boolean).map(numberOf);

// Rows of numbers: from a spreadsheet, lines of text, or a matrix as Python, MATLAB, Octave, Julia, R
// or LaTeX write it. A factor before it, or a divisor behind it, counts: [1 2 1; 2 4 2; 1 2 1] / 16.
export function blockOf(text) {
  const { matrix, times, by } = scaled(withFractions(text));
  const dialect = [fromLatex, fromR].find((read) => read.knows.test(matrix));
  const rows = rowsOf(dialect ? dialect(matrix) : matrix);
  return rows.map((row) => row.map((value) => numberOf(String((value * times) / by))));
}

// LaTeX's fractions as 1/9, and no space about a stroke.
const withFractions = (text) =>
  text.replace(
    /\\[dt]?frac\s*(?:\{([^{}]*)\}|(\d))\s*(?:\{([^{}]*)\}|(\d))/g,
    (_, a, b, c, d) => `${a ?? b}/${c ?? d}`,
  ).replace(/[ \t]*(\/\/?)[ \t]*/g, "$1");

// What a matrix is multiplied and divided by; MATLAB prints a factor in a line of its own.
function scaled(text) {
  const before = new RegExp(
    String
      .raw`^\s*(?:\w+\s*=)?\s*[$(]*(${PART})(?://?(${PART}))?\)?\s*(?:\.?\*|\\cdot|\\times)?\s*` +
      String.raw`(?=\[|(?:np\.|numpy\.)?array\(|\\left|\\begin)`,
    "i",
  );
  const alone = new RegExp(String.raw`^[ \t]*(${PART})[ \t]*\*[ \t]*$`, "im");
  const behind = new RegExp(String.raw`(?<=[\])])\.?/(${PART})\s*;?\s*$`, "i");
  let times = 1, by = 1;
  const matrix = text
    .replace(before, (_, over, under = "1") => ((times *= partOf(over)), (by *= partOf(under)), ""))
    .replace(alone, (_, factor) => ((times *= partOf(factor)), ""))
    .replace(behind, (_, under) => ((by *= partOf(under)), ""));
  if (!by) refuse("numbers.not", { text: text.trim().slice(-40) });
  return { matrix, times, by };
}

// Cells between &, rows between \\, as lines with tabs.
function fromLatex(text) {
  const body = text.replace(/^.*?\\begin\{\w+\*?\}(?:\{[lcr|\s]*\})?|\\end\{[^]*$/gs, "");
  return body.replace(/\\hline|\s+/g, " ").replaceAll("{,}", ".")
    .replace(/\\\\(?:\[[^\]]*\])?/g, "\n").replace(/ *& */g, "\t");
}
fromLatex.knows = /\\\\|\\begin/;

// R's printout, with [1,] before each row; rows that are bound; or numbers column by column.
function fromR(text) {
  const heads = text.match(/^\s*\[,\d+\].*$/gm) ?? [];
  if (heads.length > 1) refuse("numbers.parts");
  if (heads.length) return text.replace(heads[0], "").replace(/^\s*\[\d+,\]/gm, "");
  const lists = [...text.matchAll(/\bc\(([^()]*)\)/g)].map(([, list]) => list.split(","));
  if (/\brbind\(/.test(text)) return lists.map((row) => row.join("\t")).join("\n");
  const [numbers] = lists, rest = text.slice(text.indexOf(")") + 1);
  const asked = (name, place) =>
    Number(rest.match(new RegExp(`${name}\\s*=\\s*(\\d+)`))?.[1] ?? rest.match(place)?.[1]);
  const columns = asked("nc(?:ol)?", /^\s*,\s*\d+\s*,\s*(\d+)/);
  const rows = asked("nr(?:ow)?", /^\s*,\s*(\d+)/) || numbers.length / (columns || numbers.length);
  const width = numbers.length / rows, isByRow = /byrow\s*=\s*T/.test(rest);
  if (!Number.isInteger(width) || (columns && width !== columns)) refuse("numbers.parts");
  return Array.from(
    { length: rows },
    (_, i) =>
      Array.from({ length: width }, (_, j) => numbers[isByRow ? i * width + j : j * rows + i])
        .join("\t"),
  ).join("\n");
}
fromR.knows = /^\s*\[,\d+\]|\bmatrix\(\s*c\(|\brbind\(\s*c\(/m;

// What Octave and Julia print over a matrix: A =, or 3×3 Matrix{Int64}:
const HEAD = /^[ \t]*(?:[\w.]+[ \t]*=|\d+×\d+ .*:)[ \t]*$/gm;
const NARROW = 60; // characters; NumPy breaks rows that are longer, others write a row in a line

// What stands in brackets, a row in a line.
function inBrackets(text) {
  const isNested = /\[\s*\[/.test(text),
    slices = (text.match(/\]\s*\]\s*,?\s*\[\s*\[/g) ?? []).length;
  if (slices) refuse("numbers.slices", { slices: slices + 1 });
  if (isNested) {
    return text.replace(/\s+/g, " ").replace(/\] ?,? ?\[/g, "\n").replace(/[[\]]/g, " ");
  }
  const inside = text.slice(1, -1).replace(/\.\.\.[ \t]*\r?\n/g, " "); // as MATLAB goes on
  const isBroken = !inside.includes(";") && inside.split("\n").some((line) => line.length > NARROW);
  return (isBroken ? inside.replace(/\s+/g, " ") : inside).replaceAll(";", "\n").replaceAll(
    "\t",
    " ",
  );
}

function rowsOf(text) {
  const brackets = /\[.*\]/s.exec(text)?.[0], tabs = !brackets && text.includes("\t");
  if (tabs && /(^|\t)[+-]?\d{1,3},\d{3}($|\s)/m.test(text)) refuse("numbers.ambiguous");
  const rows = (brackets ? inBrackets(brackets) : linesOf(text, tabs)).split(/\r?\n/)
    .map((line) => line.split(tabs ? /[\t;]/ : /[\s,;]+/))
    .map((row) => row.map((cell) => cell.trim()).filter((cell) => tabs || cell))
    .filter((row) => row.some(Boolean))
    .map((row) => row.map(numberOf));
  if (!rows.length) refuse("numbers.none");
  if (rows.some((row) => row.length !== rows[0].length)) {
    refuse("numbers.lengths", { lengths: rows.map((row) => row.length).join(", ") });
  }
  return rows;
}

// Without brackets. Commas are decimal beside tabs, and beside semicolons in a file of several rows.
function linesOf(text, tabs) {
  const plain = text.replace(HEAD, "").replaceAll('"', "");
  const lines = plain.trim().split(/\r?\n/), decimal = /^[^;\s]+(;[^;\s]+)+$/;
  const isDecimal = lines.length > 1 && lines.every((line) => decimal.test(line));
  if (tabs || (isDecimal && /\d,\d/.test(plain))) return plain.replace(/(\d),(\d)/g, "$1.$2");
  return /\d[ ,]+[-+.\d]/.test(plain) ? plain.replaceAll(";", "\n") : plain; // rows, as in 1 2; 3 4
}
