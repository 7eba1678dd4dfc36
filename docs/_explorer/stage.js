// The figure: a stepper of cells, or pictures with a loupe. It shows one state at a time, with its
// output, and says of each cell where its number comes from and where it goes.
import { inputShape, kernelShape, outputShape, range } from "./arithmetic.js";
import { isPooling } from "./kinds.js";
import { Board, loupe } from "./board.js";
import { element, long, output, outputs, weight } from "./captions.js";
import { borderOf } from "./borders.js";
import {
  escaped,
  figure,
  filled,
  isDrawable,
  names,
  number,
  placesOfSlice,
  plan as planOf,
  write,
} from "./drawing.js";
import { isPicture } from "./state.js";
import { sentence } from "./words.js";

const TALL = 18; // rows of several slices, of which then one is shown at a time

export class Stage {
  constructor(app) {
    this.place = app.find(".board");
    this.slices = app.find(".slices");
    this.hints = app.findAll("[data-for]");
    this.way = app.find(".shape-way");
    this.shown = null; // the state on show, with its plan and output
    this.stepper = null;
    this.board = null; // where there are pictures
    this.small = null; // the problem of the loupe, as board.js gives it
    this.drawn = ""; // what was drawn: the setting as text
    this.slice = 0; // of the input, where one is shown at a time
    this.asStored = true; // whether the reader wants the kernel as it is stored
    // Where the figure is longer than what can stay in sight on a phone, it scrolls with the page.
    const work = app.find(".work"),
      most = () => Math.max(innerHeight / 2, 22.5 * 16);
    new ResizeObserver(() => work.classList.toggle("tall", this.place.offsetHeight > most()))
      .observe(this.place);
    this.slices.addEventListener("change", ({ target }) => {
      this.slice = Number(target.value);
      this.arrange();
    });
  }

  // Show a state with its output; gives whether it had to be drawn anew.
  show(state, plan, y) {
    const key = JSON.stringify([state.setting, Boolean(state.picture)]),
      isAnew = key !== this.drawn;
    this.shown = { ...state, plan, y };
    if (isAnew) this.draw(state);
    this.drawn = key;
    if (this.board) {
      this.board.show(this.shown);
      this.lookAt(this.board.at);
    } else {
      const chosen = this.cellInFocus();
      write(this.stepper, state.setting, this.shown);
      this.stepper.show(this.stepper.at);
      if (chosen) this.focus(chosen); // what is said of it may be old
    }
    if (isAnew) this.describe(state);
    return isAnew;
  }

  draw(state) {
    const { setting } = state;
    this.rememberTurn();
    this.place.replaceChildren();
    this.slices.hidden = true;
    this.stepper = this.board = this.small = null;
    if (isDrawable(setting) && !isPicture(setting)) {
      this.stepper = newStepper(setting, this.teller(setting));
      this.place.append(this.stepper);
      this.turn();
      this.showSlicesApart(setting);
    } else this.board = new Board(this.place, state, (place) => this.lookAt(place));
  }

  // How to use the figure, and how a picture came to its shape.
  describe({ setting, picture }) {
    const { board, stepper } = this, shape = inputShape(setting);
    const isShown = {
      cells: !board,
      pixels: board,
      kernel: board && stepper && !isPooling(setting),
      many: board && !picture,
    };
    for (const hint of this.hints) hint.hidden = !isShown[hint.dataset.for];
    const [samples, channels, ...size] = shape;
    const kind = channels === 3 ? "colour" : "grey";
    const isRepeated = samples > 1 || (channels !== 1 && channels !== 3);
    this.way.hidden = !picture;
    this.way.innerHTML = sentence(`stage.${kind}.${isRepeated ? "repeated" : "once"}`, {
      size: size.join(", "),
      shape: shape.join(", "),
      transpose: "<code>.transpose(2, 0, 1)</code>",
      none: `<code>${channels === 3 ? "[None]" : "[None, None]"}</code>`,
    });
  }

  // -- The kernel ----------------------------------------------------------------------------------

  // It is shown as it is stored, and edited, unless the reader wants it as it lies. How it lies stands
  // beside the numbers under the window too.
  turn() {
    if (this.asStored && this.stepper.control("stored")) this.stepper.turnStamp();
  }

  rememberTurn() {
    if (this.stepper?.control("stored")) this.asStored = this.stepper.isStored();
  }

  // The row and column of a kernel's cell as it lies on the image, and its place in w.
  weightAt(setting, panel, cell) {
    const lies = this.stepper.asItLies(this.stepper.stamp[panel], cell);
    const places = placesOfSlice(setting, ...sliceOfStamp(setting, panel));
    return { lies, at: places[lies[0] * setting.kernel[1] + lies[1]] };
  }

  // What the stepper says of its cells.
  teller(setting) {
    return {
      step: (at) => output(setting, this.shown, at),
      there: (said, steps) => outputs(setting, said, steps),
      stamp: (panel, cell) => {
        const { lies, at } = this.weightAt(setting, panel, cell);
        const [filter, slot] = sliceOfStamp(setting, panel);
        const [sample] = this.stepper.index(this.stepper.at);
        return weight(setting, this.shown, sample, filter, slot, lies, at);
      },
      nameStamp: (panel, cell) => nameOfWeight(setting, this.weightAt(setting, panel, cell).at),
    };
  }

  // -- Many slices ---------------------------------------------------------------------------------

  // Many tall slices are shown one at a time: of the input the chosen one, of the output the step's.
  showSlicesApart(setting) {
    const { channels } = setting, isApart = isTall(channels, this.stepper.there);
    this.slice = Math.min(this.slice, channels - 1);
    this.slices.hidden = !isApart;
    this.slices.querySelector("span").textContent = names(setting)[1];
    const options = range(channels).map((c) => new Option(c, c, false, c === this.slice));
    this.slices.querySelector("select").replaceChildren(...options);
    this.stepper.addEventListener("step", () => this.arrange());
    this.arrange();
  }

  arrange() {
    const { stepper, slice } = this, { channels, filters, groups } = this.shown.setting;
    const [, f] = stepper.index(stepper.at), inside = channels / groups;
    const isApart = isTall(channels, stepper.there), isAway = isTall(filters, stepper.here);
    const hide = (panel, isHidden) => panel.slice.classList.toggle("away", isHidden);
    stepper.there.forEach((panel, k) => hide(panel, isApart && k % channels !== slice));
    stepper.here.forEach((panel, k) => hide(panel, isAway && k % filters !== f));
    stepper.stamp.forEach((panel, k) => {
      const read = stepper.plan.reach[Math.floor(k / inside)];
      hide(panel, isApart && read.includes(slice) && read[k % inside] !== slice);
    });
  }

  // -- The window of a place of a picture's output, as a stepper of one step -------------------------

  lookAt([i, j]) {
    const { board, shown } = this, { setting } = shown, at = [0, board.filter, i, j];
    const small = loupe(setting, shown, at);
    this.small = small;
    board.read("");
    if (!isDrawable(small.setting)) {
      this.stepper = null;
      board.loupe.replaceChildren();
      board.read(output(setting, shown, at));
      return;
    }
    const key = JSON.stringify([small.setting, board.filter]);
    if (board.loupe.dataset.key !== key || !this.stepper) {
      this.rememberTurn();
      this.stepper = loupeStepper(setting, small.setting);
      board.loupe.replaceChildren(this.stepper);
      board.loupe.dataset.key = key;
      this.turn();
    }
    this.stepper.teller = this.loupeTeller(setting, small, at);
    write(this.stepper, small.setting, small);
    this.stepper.show(0);
  }

  // Cells of the loupe have the names that they have in the whole.
  loupeTeller(setting, small, at) {
    const [here, there] = names(setting), shape = inputShape(setting);
    const weightOf = (panel, cell) => small.places[this.weightAt(small.setting, panel, cell).at];
    const nameStamp = (panel, cell) => nameOfWeight(setting, weightOf(panel, cell));
    return {
      nameStamp,
      step: () => output(setting, this.shown, at),
      there: escaped,
      stamp: (panel, cell) =>
        `${nameStamp(panel, cell)} = ${long(this.shown.w[weightOf(panel, cell)])}`,
      name: (array, [, c, row, column]) => {
        if (!array) return element(here, outputShape(setting), at);
        const cells = [small.rows[row], small.columns[column]];
        const place = cells.map((cell, axis) => cell / small.spread[axis]);
        return nameOfPlace(
          setting,
          place,
          this.stepper.plan.words.surround,
          (pixel) => element(there, shape, [at[0], small.read[c], ...pixel]),
        );
      },
    };
  }

  // -- Cells that can be edited --------------------------------------------------------------------

  // A cell of a part's panel: where it is, and where its number stands in x or w; `at` is null where
  // the reader cannot change it: padding, the output, and the window of a picture.
  cellAt(part, k, cell) {
    const { stepper, board, shown, small } = this, panel = stepper[part][k];
    const place = [Math.floor(cell / panel.columns), cell % panel.columns];
    const found = { part, k, cell, panel, row: place[0], column: place[1], at: null };
    if (part === "stamp") {
      const { at } = this.weightAt(board ? small.setting : shown.setting, k, place);
      return { ...found, array: "w", at: board ? small.places[at] : at };
    }
    if (part === "here" || board) return found;
    const { around, spread, size } = stepper.plan;
    const real = place.map((index, axis) => (index - around[axis]) / spread[axis]);
    const isReal = real.every((index, axis) =>
      Number.isInteger(index) && index >= 0 && index < size[axis + 2]
    );
    if (!isReal) return found;
    return { ...found, array: "x", at: (k * size[2] + real[0]) * size[3] + real[1] };
  }

  // The cell that has the focus.
  cellInFocus() {
    const text = document.activeElement, { stepper } = this;
    if (text?.getAttribute("role") !== "gridcell" || !stepper?.contains(text)) return null;
    for (const part of ["there", "stamp", "here"]) {
      const k = stepper[part].findIndex(({ texts }) => texts.includes(text));
      if (k >= 0) return this.cellAt(part, k, stepper[part][k].texts.indexOf(text));
    }
    return null;
  }

  // Give a cell the focus, as if for the first time: what is said of it has changed.
  focus({ part, k, cell }) {
    const text = this.stepper?.[part][k]?.texts[cell];
    if (document.activeElement === text) text?.blur();
    text?.focus({ preventScroll: true });
  }
}

const isTall = (count, panels) => count > 1 && count * panels[0].rows > TALL;

const nameOfWeight = (setting, at) => element("W", kernelShape(setting), at);

// What a place of the input is called, counted from the first pixel.
function nameOfPlace({ size, ...setting }, place, surround, nameOf) {
  const { at, repeats } = borderOf(setting);
  const isOn = place.every((index, axis) =>
    Number.isInteger(index) && index >= 0 && index < size[axis]
  );
  if (isOn) return nameOf(place);
  if (!repeats) return surround;
  const [row, column] = place.map(number);
  const pixel = nameOf(place.map((index, axis) => at(index, size[axis])));
  return filled("copied cell", { pixel, row, column });
}

// The filter of a panel of the kernel, and its slice of it.
function sliceOfStamp(setting, panel) {
  const inside = setting.channels / setting.groups;
  return [Math.floor(panel / inside), panel % inside];
}

function newStepper(setting, teller, titles = names(setting), plan = planOf(setting)) {
  const stepper = document.createElement("convdoc-stepper"), kernel = kernelShape(setting);
  const shape = (lengths) => `(${lengths.join(", ")})`;
  const label = sentence(kernel ? "stage.product" : "stage.pooling", {
    here: titles[0],
    there: titles[1],
    input: shape(inputShape(setting)),
    kernel: shape(kernel ?? []),
    output: shape(outputShape(setting)),
  });
  stepper.teller = teller;
  stepper.setAttribute("role", "figure");
  stepper.setAttribute("aria-label", label);
  stepper.dataset.plan = JSON.stringify(plan);
  stepper.innerHTML = figure(setting, titles);
  return stepper;
}

// Its steps are those of the whole, and so its cells have names alone.
function loupeStepper(setting, small) {
  const [here, there] = names(setting), plan = planOf(small);
  const titles = [
    sentence("stage.one of", { name: here }),
    sentence("stage.window of", { name: there }),
  ];
  const words = { ...plan.words, meets: "{element}" };
  return newStepper(small, { step: () => "" }, titles, { ...plan, words });
}
