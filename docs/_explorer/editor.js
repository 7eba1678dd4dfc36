// Numbers changed by the reader: typed into a cell, deleted, pasted as a block, copied.
import { inputShape, kernelShape, LIMITS, range } from "./arithmetic.js";
import { blockOf, numberOf } from "./entries.js";
import { faults } from "./faults.js";
import { CELLS, changed, edited } from "./state.js";
import { refuse, sentence } from "./words.js";

export class Editor {
  constructor(app) {
    this.app = app;
    this.stage = app.stage;
    this.input = null; // over a cell, while one is edited
    this.cell = null;
    const place = app.find(".board");
    let before = null; // the cell that had the focus before a pointer came down
    place.addEventListener("pointerdown", () => (before = this.stage.cellInFocus()), true);
    place.addEventListener("click", () => {
      const found = this.stage.cellInFocus();
      const isSame = before && before.panel === found?.panel && before.cell === found.cell;
      if (isSame) this.edit(found);
    });
    place.addEventListener("keydown", (event) => this.onKey(event), true);
    document.addEventListener("paste", (event) => this.onPaste(event));
    document.addEventListener("copy", (event) => this.onCopy(event));
    addEventListener("resize", () => this.input && this.putInPlace());
  }

  onKey(event) {
    const found = event.target !== this.input && this.stage.cellInFocus();
    if (!found || event.ctrlKey || event.metaKey || event.altKey) return;
    const types = /^[-+−.\d]$/.test(event.key),
      deletes = ["Delete", "Backspace"].includes(event.key);
    if (!types && !deletes && event.key !== "Enter" && event.key !== "F2") return;
    event.preventDefault();
    event.stopPropagation();
    if (deletes && found.at !== null) this.replace(found, [[found.at, 0]]);
    else this.edit(found, types ? event.key.replace("-", "−") : undefined);
  }

  // Whether the figure is still that of the setting before, so that its cells are others.
  get isOld() {
    return this.stage.shown.setting !== this.app.now.setting;
  }

  replace(found, numbers) {
    if (this.isOld) return this.app.say(sentence("cells.wait"));
    this.app.take(edited(this.app.now, found.array, numbers));
    this.stage.focus(found);
  }

  // -- The input over a cell -----------------------------------------------------------------------

  edit(found, start) {
    this.close();
    if (found.at === null) return this.app.say(sentence("cells.fixed"));
    if (this.isOld) return this.app.say(sentence("cells.wait"));
    const input = document.createElement("input"), { row, column, array } = found;
    const value = start ?? String(this.app.now[array][found.at]).replace("-", "−");
    const label = array === "w" ? "cells.new weight" : "cells.new number";
    Object.assign(input, { className: "editor", type: "text", autocomplete: "off", value });
    input.setAttribute("aria-label", sentence(label, { row, column }));
    input.addEventListener("keydown", (event) => this.onEditorKey(event));
    input.addEventListener("focusout", () => setTimeout(() => this.leave(input)));
    [this.input, this.cell] = [input, found];
    this.stage.stepper.append(input); // there it is seen in full screen too
    this.putInPlace();
    input.focus({ preventScroll: true });
    if (start === undefined) input.select();
  }

  putInPlace() {
    const { panel, row, column } = this.cell, { stepper } = this.stage;
    const { left, top, width } = panel.svg.getBoundingClientRect();
    const outer = stepper.getBoundingClientRect(), unit = width / panel.svg.viewBox.baseVal.width;
    const side = Math.max(10 * unit, 44), middle = (index) => unit * (6 + 10 * index);
    const x = left - outer.left + middle(column) - side / 2 - 8;
    const y = top - outer.top + middle(row) - Math.max(5 * unit, 14) + stepper.scrollTop;
    Object.assign(this.input.style, {
      left: `${Math.max(0, x)}px`,
      top: `${y}px`,
      width: `${side + 16}px`,
      height: `${Math.max(10 * unit, 28)}px`,
    });
  }

  onEditorKey(event) {
    event.stopPropagation();
    const across = [0, event.shiftKey ? -1 : 1];
    const steps = { Enter: [1, 0], ArrowDown: [1, 0], ArrowUp: [-1, 0], Tab: across };
    if (event.key === "Escape") {
      const { cell } = this;
      this.close();
      this.app.say("");
      this.stage.focus(cell);
    } else if (steps[event.key]) this.commit(beside(this.cell, steps[event.key]));
    else return;
    event.preventDefault();
  }

  // Take what was written; then to the next cell, if there is one to go to.
  commit(next) {
    const { cell, input } = this;
    try {
      const written = numberOf(input.value);
      this.close();
      this.app.take(edited(this.app.now, cell.array, [[cell.at, written]]));
      if (next) this.stage.focus(next);
      return true;
    } catch (error) {
      input.setAttribute("aria-invalid", "true");
      this.app.say(error.message);
      return false;
    }
  }

  // The focus has gone elsewhere: take the number, or, where it is none, come back.
  leave(input) {
    if (input !== this.input || !document.hasFocus()) return;
    if (!input.isConnected) this.close(); // another figure is there
    else if (!this.commit(null)) input.focus();
  }

  close() {
    const { input } = this;
    this.input = this.cell = null;
    input?.remove();
  }

  // -- Blocks --------------------------------------------------------------------------------------

  onPaste(event) {
    const found = this.cell ?? this.stage.cellInFocus(), { items } = event.clipboardData;
    const text = event.clipboardData.getData("text/plain").replace(/^[\r\n]+|[\r\n]+$/g, "");
    const image = [...items].find(({ type }) => type.startsWith("image/"));
    const isBlock = found && text.trim() && (!this.input || /[\s,;]/.test(text.trim()));
    if (image && !(found && text) && !event.target.closest("input, textarea")) { // a sheet has both
      event.preventDefault();
      this.app.bring(image.getAsFile(), sentence("cells.pasted picture"));
    } else if (isBlock) {
      event.preventDefault();
      this.close();
      this.stage.focus(found);
      try {
        if (found.at === null) refuse("cells.choose first");
        if (this.isOld) refuse("cells.wait");
        this.paste(found, blockOf(text));
      } catch (error) {
        this.app.say(error.message);
      }
    }
  }

  // From a cell on. A block that is too large changes nothing, and may be given room.
  paste(found, rows) {
    const { panel, part, k } = found, { stage } = this;
    const steps = part === "there" ? stage.stepper.plan.spread : [1, 1]; // between its real cells
    const placeOf = (i, j) => {
      const row = found.row + i * steps[0], column = found.column + j * steps[1];
      if (row >= panel.rows || column >= panel.columns) return null;
      return stage.cellAt(part, k, row * panel.columns + column).at;
    };
    const numbers = rows.flatMap((row, i) => row.map((value, j) => [placeOf(i, j), value]));
    if (numbers.every(([at]) => at !== null)) this.replace(found, numbers);
    else this.offerRoom(found, rows);
  }

  offerRoom(found, rows) {
    const { stepper } = this.stage, { setting } = this.app.now, isInput = found.array === "x";
    const key = isInput ? "size" : "kernel",
      size = setting[key],
      block = [rows.length, rows[0].length];
    const start = [Math.floor(found.at / size[1]) % size[0], found.at % size[1]];
    const isTurned = !isInput && stepper.control("stored") && !stepper.isStored();
    const larger = size.map((length, axis) => Math.max(length, start[axis] + block[axis]));
    const room = size.map((length, axis) => length - start[axis]);
    const said = sentence("cells.no room", { block: block.join("×"), room: room.join("×") });
    const isBeyond = Math.max(...larger) > (isInput ? CELLS : LIMITS.kernel[1]);
    if (isTurned || isBeyond || faults({ ...setting, [key]: larger }).length) {
      return this.app.say(said);
    }
    const offer = isInput ? "cells.enlarge input" : "cells.enlarge kernel";
    this.app.say(said, sentence(offer, { size: larger.join("×") }), () => {
      const next = changed(this.app.now, { [key]: larger });
      const shape = isInput ? inputShape(next.setting) : kernelShape(next.setting);
      const slice = Math.floor(found.at / (size[0] * size[1]));
      const placeOf = (i, j) => (slice * shape[2] + start[0] + i) * shape[3] + start[1] + j;
      const numbers = rows.flatMap((row, i) => row.map((value, j) => [placeOf(i, j), value]));
      this.app.take(edited(next, found.array, numbers));
    });
  }

  onCopy(event) {
    const found = this.input ? null : this.stage.cellInFocus();
    if (!found || String(getSelection())) return;
    const { panel, part, k } = found, { board, small, shown } = this.stage;
    const { x, y } = board ? small : shown, first = k * panel.rows * panel.columns;
    const value = (cell) => {
      if (part === "here") return y[first + cell];
      if (part === "there" && board) return x[first + cell];
      const { array, at } = this.stage.cellAt(part, k, cell);
      return at === null ? null : this.app.now[array][at];
    };
    const rows = range(panel.rows)
      .map((row) => range(panel.columns).map((column) => value(row * panel.columns + column)))
      .map((row) => row.filter((number) => number !== null))
      .filter((row) => row.length);
    event.clipboardData.setData("text/plain", rows.map((row) => row.join("\t")).join("\n"));
    event.preventDefault();
    this.app.say(sentence("cells.block copied"));
  }
}

function beside({ part, k, panel, row, column }, [down, across]) {
  const inside = (index, length) => Math.max(0, Math.min(length - 1, index));
  const next = [inside(row + down, panel.rows), inside(column + across, panel.columns)];
  return { part, k, cell: next[0] * panel.columns + next[1] };
}
