// The figure: a stepper of cells, or pictures with a loupe. It shows one state at a time, with its
// output, and says of each cell where its number comes from and where it goes.
import { inputShape, isPooling, kernelShape, outputShape } from "explorer/arithmetic";
import { Board, loupe } from "explorer/board";
import { escaped, figure, isDrawable, names, placesOfSlice, plan as planOf, write } from "explorer/drawing";
import { isPicture } from "explorer/state";
import { element, long, output, outputs, weight } from "explorer/telling";

// What is on show: the state, its plan and output; the stepper; the board, where there are pictures.
export const stage = { shown: null, stepper: null, board: null };

let place, slices, drawn, slice = 0, asStored = true; // drawn: the setting that was drawn, as text

const range = (length) => [...Array(length).keys()];
const told = (shape) => `(${shape.join(", ")})`;

export function setStage(root) {
  place = root.querySelector(".board");
  slices = root.querySelector(".slices");
  slices.addEventListener("change", ({ target }) => {
    slice = Number(target.value);
    stage.stepper.arrange();
  });
}

// Show a state with its output; gives whether it had to be drawn anew.
export function show(state, plan, y) {
  const key = JSON.stringify([state.setting, Boolean(state.picture)]), anew = key !== drawn;
  stage.shown = { ...state, plan, y };
  if (anew) draw(state);
  drawn = key;
  if (stage.board) {
    stage.board.show(stage.shown);
    lookAt(stage.board.at);
  } else {
    const chosen = cellInFocus();
    write(stage.stepper, state.setting, stage.shown);
    stage.stepper.show(stage.stepper.at);
    if (chosen) focus(chosen); // what is said of it may be old
  }
  return anew;
}

function draw(state) {
  const { setting } = state;
  if (stage.stepper?.control("stored")) asStored = stage.stepper.isStored();
  place.replaceChildren();
  slices.hidden = true;
  stage.stepper = stage.board = null;
  if (isDrawable(setting) && !isPicture(setting)) {
    stage.stepper = newStepper(setting, teller(setting));
    place.append(stage.stepper);
    turn();
    showSlicesApart(setting);
  } else stage.board = new Board(place, state, lookAt);
}

function newStepper(setting, said, titles = names(setting)) {
  const stepper = document.createElement("convdoc-stepper");
  const [here, there] = titles, how = isPooling(setting) ? "" : ` and W ${told(kernelShape(setting))}`;
  stepper.teller = said;
  stepper.setAttribute("role", "figure");
  stepper.setAttribute("aria-label", `${there} ${told(inputShape(setting))}${how} give ${here} ${told(outputShape(setting))}, step by step`);
  stepper.dataset.plan = JSON.stringify(planOf(setting));
  stepper.innerHTML = figure(setting, titles);
  return stepper;
}

// The kernel as it is stored, and edited, unless the reader wants it as it lies. How it lies stands
// beside the numbers under the window too.
function turn() {
  if (asStored && stage.stepper.control("stored")) stage.stepper.turnStamp();
}

const sliceOfStamp = (setting, panel) => {
  const inside = setting.channels / setting.groups;
  return [Math.floor(panel / inside), panel % inside];
};

// The row and column of a kernel's cell as it lies on the image, and its place in w.
function weightAt(setting, panel, cell) {
  const lies = stage.stepper.asItLies(stage.stepper.stamp[panel], cell);
  const at = placesOfSlice(setting, ...sliceOfStamp(setting, panel))[lies[0] * setting.kernel[1] + lies[1]];
  return { lies, at };
}

const nameOfWeight = (setting, at) => element("W", kernelShape(setting), at);

// What the stepper says of its cells.
function teller(setting) {
  return {
    step: (at) => output(setting, stage.shown, at),
    there: (said, steps) => outputs(setting, said, steps),
    stamp(panel, cell) {
      const { lies, at } = weightAt(setting, panel, cell), [filter, slot] = sliceOfStamp(setting, panel);
      return weight(setting, stage.shown, stage.stepper.index(stage.stepper.at)[0], filter, slot, lies, at);
    },
    nameStamp: (panel, cell) => nameOfWeight(setting, weightAt(setting, panel, cell).at),
  };
}

// Many tall slices are shown one at a time: of the input the chosen one, of the output the step's.
function showSlicesApart(setting) {
  const { stepper } = stage, { channels, filters, groups } = setting, inside = channels / groups;
  const tall = (count, panels) => count > 1 && count * panels[0].rows > 18;
  const apart = tall(channels, stepper.there), away = tall(filters, stepper.here);
  slice = Math.min(slice, channels - 1);
  slices.hidden = !apart;
  slices.querySelector("span").textContent = names(setting)[1];
  slices.querySelector("select").innerHTML = range(channels).map((c) => `<option${c === slice ? " selected" : ""}>${c}</option>`).join("");
  stepper.arrange = () => {
    const [, f] = stepper.index(stepper.at), hide = (panel, hidden) => panel.slice.classList.toggle("away", hidden);
    stepper.there.forEach((panel, k) => hide(panel, apart && k % channels !== slice));
    stepper.here.forEach((panel, k) => hide(panel, away && k % filters !== f));
    stepper.stamp.forEach((panel, k) => {
      const read = stepper.plan.reach[Math.floor(k / inside)];
      hide(panel, apart && read.includes(slice) && read[k % inside] !== slice);
    });
  };
  stepper.addEventListener("step", stepper.arrange);
  stepper.arrange();
}

// The window of a place of a picture's output, as a stepper of one step.
function lookAt([i, j]) {
  const { board, shown } = stage, { setting } = shown, f = board.filter, n = 0;
  const small = loupe(setting, shown, [n, f, i, j]), [here, there] = names(setting);
  board.read("");
  if (!isDrawable(small.setting)) {
    stage.stepper = null;
    board.loupe.replaceChildren();
    board.read(output(setting, shown, [n, f, i, j]));
    return;
  }
  const key = JSON.stringify([small.setting, f]);
  if (board.loupe.dataset.key !== key || !stage.stepper) {
    if (stage.stepper?.control("stored")) asStored = stage.stepper.isStored();
    stage.stepper = newStepper(small.setting, {}, [`one of ${here}`, `window of ${there}`]);
    Object.assign(stage.stepper.teller, { step: () => "" });
    board.loupe.replaceChildren(stage.stepper);
    board.loupe.dataset.key = key;
    stage.stepper.plan.words.meets = "{element}"; // the steps are those of the whole
    turn();
  }
  const { stepper } = stage;
  stepper.small = small;
  Object.assign(stepper.teller, {
    step: () => output(setting, stage.shown, [n, f, ...board.at]),
    there: escaped,
    name(array, [, c, row, column]) {
      if (!array) return element(here, outputShape(setting), [n, f, i, j]);
      const place = [small.rows[row], small.columns[column]].map((cell, axis) => cell / small.spread[axis]);
      const real = place.every((at, axis) => Number.isInteger(at) && at >= 0 && at < setting.size[axis]);
      return real ? element(there, inputShape(setting), [n, small.read[c], ...place]) : stepper.plan.words.surround;
    },
    stamp: (panel, cell) => `${stepper.teller.nameStamp(panel, cell)} = ${long(stage.shown.w[small.places[weightAt(small.setting, panel, cell).at]])}`,
    nameStamp: (panel, cell) => nameOfWeight(setting, small.places[weightAt(small.setting, panel, cell).at]),
  });
  write(stepper, small.setting, small);
  stepper.show(0);
}

// -- Cells that can be edited ----------------------------------------------------------------------

// A cell of a part's panel: where it is, and where its number stands in x or w; `at` is null where
// the reader cannot change it: padding, the output, and the window of a picture.
export function cellAt(part, k, cell) {
  const { stepper, board, shown } = stage, panel = stepper[part][k];
  const found = { part, k, cell, panel, row: Math.floor(cell / panel.columns), column: cell % panel.columns, at: null };
  const place = [found.row, found.column];
  if (part === "stamp") {
    const setting = board ? stepper.small.setting : shown.setting, { at } = weightAt(setting, k, place);
    return { ...found, array: "w", at: board ? stepper.small.places[at] : at };
  }
  if (part === "here" || board) return found;
  const { around, spread, size } = stepper.plan;
  const real = place.map((index, axis) => (index - around[axis]) / spread[axis]);
  if (!real.every((index, axis) => Number.isInteger(index) && index >= 0 && index < size[axis + 2])) return found;
  return { ...found, array: "x", at: (k * size[2] + real[0]) * size[3] + real[1] };
}

// The cell that has the focus.
export function cellInFocus() {
  const text = document.activeElement, { stepper } = stage;
  if (text?.getAttribute("role") !== "gridcell" || !stepper?.contains(text)) return null;
  for (const part of ["there", "stamp", "here"]) {
    const k = stepper[part].findIndex(({ texts }) => texts.includes(text));
    if (k >= 0) return cellAt(part, k, stepper[part][k].texts.indexOf(text));
  }
  return null;
}

// Give a cell the focus, as if for the first time: what is said of it has changed.
export function focus({ part, k, cell }) {
  const text = stage.stepper?.[part][k]?.texts[cell];
  if (document.activeElement === text) text?.blur();
  text?.focus({ preventScroll: true });
}
