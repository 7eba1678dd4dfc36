// What a reader writes: a number in a cell, numbers in a row, a block from a spreadsheet or from Python.
import { grouped, refuse } from "./words.js";

export const LARGEST = 1e9; // of a number in a cell
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

// A number from a cell, or an error that says what is wrong.
export function numberOf(text) {
  const tidy = text.trim().replaceAll("−", "-");
  if (!NUMBER.test(tidy)) {
    refuse("numbers.not", { text: text.trim().slice(0, 40) });
  }
  const value = Number(tidy);
  if (Math.abs(value) > LARGEST) {
    refuse("numbers.large", { text: text.trim().slice(0, 40), most: grouped(LARGEST) });
  }
  return value + 0 || 0; // and −0 is 0
}

// Numbers in a row.
export const numbersOf = (text) => text.split(/[\s,;]+/).filter(Boolean).map(numberOf);

// Rows of numbers, from a spreadsheet, lines of text, or what stands in brackets in Python.
export function blockOf(text) {
  const tabs = text.includes("\t"), brackets = /\[.*\]/s.exec(text)?.[0].replace(/\s+/g, " "); // NumPy breaks long rows
  const slices = (brackets?.match(/\] ?\] ?,? ?\[ ?\[/g) ?? []).length + 1;
  if (slices > 1) refuse("numbers.slices", { slices });
  if (tabs && /(^|\t)[+-]?\d{1,3},\d{3}($|\s)/m.test(text)) {
    refuse("numbers.ambiguous");
  }
  const lines = /\d[ ,]+[-+.\d]/.test(text) && !tabs ? text.replaceAll(";", "\n") : text; // rows, as in 1 2; 3 4
  const inner = brackets ? brackets.replace(/\] ?,? ?\[/g, "\n").replace(/[[\]]/g, " ") : lines;
  const rows = inner.split(/\r?\n/)
    .map((line) =>
      (tabs ? line.replace(/(\d),(\d)/g, "$1.$2") : line).split(tabs ? /[\t;]/ : /[\s,;]+/)
    )
    .map((row) => row.map((cell) => cell.trim()).filter((cell) => tabs || cell))
    .filter((row) => row.some(Boolean))
    .filter((row) => row.length)
    .map((row) => row.map(numberOf));
  if (!rows.length) refuse("numbers.none");
  if (rows.some((row) => row.length !== rows[0].length)) {
    refuse("numbers.lengths", { lengths: rows.map((row) => row.length).join(", ") });
  }
  return rows;
}
