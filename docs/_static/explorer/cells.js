// Numbers changed by the reader: typed into a cell, deleted, pasted as a block, copied.
import { LIMITS, faults, inputShape, kernelShape } from "explorer/arithmetic";
import { cellAt, cellInFocus, focus, stage } from "explorer/stage";
import { CELLS, blockOf, changed, edited, numberOf } from "explorer/state";

let page, editor = null; // page: { now, take, say, bring } of explorer.js

const range = (length) => [...Array(length).keys()];

export function listenToCells(place, its) {
  page = its;
  let before = null; // the cell that had the focus before a pointer came down
  place.addEventListener("pointerdown", () => (before = cellInFocus()), true);
  place.addEventListener("click", () => {
    const found = cellInFocus();
    if (found && before && found.panel === before.panel && found.cell === before.cell) edit(found);
  });
  place.addEventListener("keydown", onKey, true);
  document.addEventListener("paste", onPaste);
  document.addEventListener("copy", onCopy);
  addEventListener("resize", () => editor && putInPlace());
}

function onKey(event) {
  const found = event.target !== editor && cellInFocus();
  if (!found || event.ctrlKey || event.metaKey || event.altKey) return;
  const types = /^[-+−.\d]$/.test(event.key), deletes = ["Delete", "Backspace"].includes(event.key);
  if (!types && !deletes && event.key !== "Enter" && event.key !== "F2") return;
  event.preventDefault();
  event.stopPropagation();
  if (deletes && found.at !== null) replace(found, [[found.at, 0]]);
  else edit(found, types ? event.key.replace("-", "−") : undefined);
}

// Whether the figure is still that of the setting before, so that its cells are others.
const isOld = () => stage.shown.setting !== page.now().setting;
const WAIT = "The figure is still that of the setting before: wait until this one is computed.";

function replace(found, numbers) {
  if (isOld()) return page.say(WAIT);
  page.take(edited(page.now(), found.array, numbers));
  focus(found);
}

// -- The editor: an input over a cell --------------------------------------------------------------

function edit(found, start) {
  close();
  if (found.at === null) {
    return page.say("Numbers of the input and of the kernel can be changed; padding and output follow from them.");
  }
  if (isOld()) return page.say(WAIT);
  editor = document.createElement("input");
  const value = start ?? String(page.now()[found.array][found.at]).replace("-", "−");
  Object.assign(editor, { className: "editor", type: "text", autocomplete: "off", value, cell: found });
  editor.setAttribute("aria-label", `New ${found.array === "w" ? "weight" : "number"} in row ${found.row}, column ${found.column} of this slice`);
  editor.addEventListener("keydown", onEditorKey);
  editor.addEventListener("focusout", ({ target }) => setTimeout(() => target === editor && document.hasFocus() && leave()));
  stage.stepper.append(editor); // there it is seen in full screen too
  putInPlace();
  editor.focus({ preventScroll: true });
  if (start === undefined) editor.select();
}

function putInPlace() {
  const { panel, row, column } = editor.cell, { left, top, width } = panel.svg.getBoundingClientRect();
  const outer = stage.stepper.getBoundingClientRect(), unit = width / panel.svg.viewBox.baseVal.width;
  const side = Math.max(10 * unit, 44), middle = (index) => unit * (6 + 10 * index);
  Object.assign(editor.style, {
    left: `${Math.max(0, left - outer.left + middle(column) - side / 2 - 8)}px`,
    top: `${top - outer.top + middle(row) - Math.max(5 * unit, 14) + stage.stepper.scrollTop}px`,
    width: `${side + 16}px`, height: `${Math.max(10 * unit, 28)}px`,
  });
}

function onEditorKey(event) {
  event.stopPropagation();
  const steps = { Enter: [1, 0], ArrowDown: [1, 0], ArrowUp: [-1, 0], Tab: [0, event.shiftKey ? -1 : 1] };
  if (event.key === "Escape") {
    const { cell } = editor;
    close();
    page.say("");
    focus(cell);
  } else if (steps[event.key]) commit(beside(editor.cell, steps[event.key]));
  else return;
  event.preventDefault();
}

// Take what was written; then to the next cell, if there is one to go to.
function commit(next) {
  const { cell: found, value } = editor;
  try {
    const written = numberOf(value);
    close();
    page.take(edited(page.now(), found.array, [[found.at, written]]));
    if (next) focus(next);
    return true;
  } catch (error) {
    editor.setAttribute("aria-invalid", "true");
    page.say(error.message);
    return false;
  }
}

// The focus has gone elsewhere: take the number, or, where it is none, come back.
function leave() {
  if (!editor.isConnected) close(); // another figure is there
  else if (!commit(null)) editor.focus();
}

export function close() {
  const old = editor;
  editor = null;
  old?.remove();
}

function beside({ part, k, panel, row, column }, [down, across]) {
  const inside = (index, length) => Math.max(0, Math.min(length - 1, index));
  return { part, k, cell: inside(row + down, panel.rows) * panel.columns + inside(column + across, panel.columns) };
}

// -- Blocks ----------------------------------------------------------------------------------------

function onPaste(event) {
  const found = editor?.cell ?? cellInFocus(), text = event.clipboardData.getData("text/plain").replace(/^[\r\n]+|[\r\n]+$/g, "");
  const image = [...event.clipboardData.items].find(({ type }) => type.startsWith("image/"));
  if (image && !(found && text) && !event.target.closest("input, textarea")) { // a spreadsheet brings both
    event.preventDefault();
    page.bring(image.getAsFile(), "The picture that was pasted");
  } else if (found && text.trim() && (!editor || /[\s,;]/.test(text.trim()))) {
    event.preventDefault();
    close();
    focus(found);
    try {
      if (found.at === null) throw new Error("Choose a cell of the input or of the kernel to paste into.");
      if (isOld()) throw new Error(WAIT);
      paste(found, blockOf(text));
    } catch (error) {
      page.say(error.message);
    }
  }
}

// From a cell on. A block that is too large changes nothing, and may be given room.
function paste(found, rows) {
  const lines = range(rows.length), columns = range(rows[0].length), { panel } = found;
  const cell = (i, j) => (found.row + i < panel.rows && found.column + j < panel.columns
    ? cellAt(found.part, found.k, (found.row + i) * panel.columns + found.column + j)
    : null);
  const stride = found.part === "there" ? stage.stepper.plan.spread : [1, 1]; // a transposed input is spread out
  const numbers = lines.flatMap((i) => columns.map((j) => [cell(i * stride[0], j * stride[1])?.at ?? null, rows[i][j]]));
  if (numbers.every(([at]) => at !== null)) return replace(found, numbers);
  offerRoom(found, rows);
}

function offerRoom(found, rows) {
  const { setting } = page.now(), key = found.array === "x" ? "size" : "kernel", size = setting[key];
  const start = [Math.floor(found.at / size[1]) % size[0], found.at % size[1]], block = [rows.length, rows[0].length];
  const turned = key === "kernel" && stage.stepper.control("stored") && !stage.stepper.isStored();
  const larger = size.map((length, axis) => Math.max(length, start[axis] + block[axis]));
  const what = key === "size" ? "input" : "kernel";
  const told = `What was pasted has ${block.join("×")} numbers, and from this cell on there is room for ${size.map((length, axis) => length - start[axis]).join("×")}. Nothing was changed.`;
  const most = key === "size" ? CELLS : LIMITS.kernel[1];
  if (turned || Math.max(...larger) > most || faults({ ...setting, [key]: larger }).length) return page.say(told);
  page.say(told, `Make the ${what} ${larger.join("×")} and paste`, () => {
    const next = changed(page.now(), { [key]: larger }), shape = key === "size" ? inputShape(next.setting) : kernelShape(next.setting);
    const first = Math.floor(found.at / (size[0] * size[1])) * shape[2] * shape[3];
    page.take(edited(next, found.array, rows.flatMap((row, i) => row.map((value, j) => [first + (start[0] + i) * shape[3] + start[1] + j, value]))));
  });
}

function onCopy(event) {
  const found = editor ? null : cellInFocus();
  if (!found || String(getSelection())) return;
  const { panel, part, k } = found, { x, y } = stage.board ? stage.stepper.small : stage.shown;
  const value = (row, column) => {
    const cell = row * panel.columns + column, { array, at } = cellAt(part, k, cell);
    if (part === "here") return y[k * panel.rows * panel.columns + cell];
    if (part === "there" && stage.board) return x[k * panel.rows * panel.columns + cell];
    return at === null ? null : page.now()[array][at];
  };
  const rows = range(panel.rows).map((row) => range(panel.columns).map((column) => value(row, column)).filter((number) => number !== null));
  event.clipboardData.setData("text/plain", rows.filter((row) => row.length).map((row) => row.join("\t")).join("\n"));
  event.preventDefault();
  page.say("The numbers of this slice are copied, in rows and columns as a spreadsheet takes them.");
}
