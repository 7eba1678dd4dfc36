// The explorer: controls, cells that can be edited, what is told of them, and what can be taken along.
// One state at a time is shown; whatever the reader does makes another (state.js).
import { LIMITS, faults, inputShape, isPooling, isTransposed, kernelShape, outputShape, outputSize, padding, settled, windowAlong } from "explorer/arithmetic";
import { Board, loupe } from "explorer/board";
import { LIBRARIES, npy, numpyArray, snippet } from "explorer/code";
import { computation, convolve } from "explorer/convolve";
import { escaped, figure, isDrawable, names, number, placesOfSlice, plan as planOf, pngOf, svgOf, write as writeNumbers } from "explorer/drawing";
import * as pictures from "explorer/picture";
import { PRESETS } from "explorer/presets";
import { CELLS, History, START, blockOf, changed, edited, isPicture, made, numberOf, randomized, read, write as linkOf } from "explorer/state";
import { facts, inverse, output, outputs, weight } from "explorer/telling";

const LINK_DELAY = 250; // milliseconds; browsers slow down pages that change their address all the time

const range = (length) => [...Array(length).keys()];
const $ = (selector) => root.querySelector(selector);

let root, history, stepper, board, drawn, y, plan; // drawn: the setting that the figure shows, as text
let shownCode = "convdoc", editor = null, linkTimer, slice = 0;

// -- The page --------------------------------------------------------------------------------------

// What the page's HTML leaves to be filled in: limits, presets and libraries, from where they are known.
function furnish() {
  for (const input of root.querySelectorAll("[data-set]")) {
    const [min, max] = LIMITS[input.dataset.set];
    Object.assign(input, { min, max, step: 1, inputMode: "numeric", required: true });
  }
  $('[data-do="preset"]').insertAdjacentHTML("beforeend", Object.entries(PRESETS).map(([group, all]) =>
    `<optgroup label="${group}">${Object.keys(all).map((name) => `<option value="${group}/${name}">${name}</option>`).join("")}</optgroup>`).join(""));
  $(".tabs").innerHTML = [...LIBRARIES, { name: "arrays", label: "the arrays" }].map(({ name, label }) =>
    `<button role="tab" id="tab-${name}" data-library="${name}" aria-controls="code">${label}</button>`).join("");
}

function begin() {
  root = document.getElementById("convdoc-explorer");
  root.append(root.querySelector("template").content);
  furnish();
  history = new History(made(START));
  listen();
  openLink(location.hash.slice(1)).then(() => root.dispatchEvent(new Event("ready")));
  addEventListener("hashchange", () => location.hash.slice(1) !== linkOf(history.now) && openLink(location.hash.slice(1)));
}

async function openLink(fragment) {
  const first = PRESETS["The notebook"]["The animated figure"]();
  say("");
  if (!fragment) return show(first);
  try {
    const state = read(fragment);
    if (state.x) return show(state);
    const found = await picture(state.picture);
    show(found ? { ...state, x: pictures.numbers(found, state.setting) } : withoutPicture(state));
  } catch (error) {
    show(first);
    say(`This link cannot be opened: ${error.message}. Here is the first example instead.`);
  }
}

function withoutPicture(state) {
  say("This link was made with somebody's own picture, which does not travel with it. Here are rings in its place: bring the picture again, and all is as it was.");
  return made(state.setting, { w: state.w, b: state.b ?? undefined });
}

// -- From one state to the next --------------------------------------------------------------------

function show(state) {
  history = Object.assign(history, { now: state, before: [], after: [] });
  render();
}

function take(state) {
  say("");
  history.push(state);
  render();
}

// Another setting, if it is legal; else what is wrong with it, and the figure stays.
function set(change) {
  const asked = { ...history.now.setting, ...change }, wrong = faults(asked);
  if (wrong.length) return complain(asked, wrong);
  const give = (name, setting) => {
    const found = pictures.brought.get(name);
    return found ? pictures.numbers(found, setting) : made(setting).x;
  };
  take(changed(history.now, change, give));
}

function complain(asked, wrong) {
  const box = $(".faults");
  box.hidden = false;
  box.innerHTML =
    wrong.map(({ why, remedies }, at) =>
      `<p>${escaped(why)}</p><p class="buttons">${remedies.map(([words], k) => `<button data-remedy="${at},${k}">${escaped(words)}</button>`).join("")}</p>`).join("") +
    "<p><small>The figure still shows the last setting that was legal.</small></p>";
  box.remedies = wrong.map(({ remedies }) => remedies.map(([, change]) => ({ ...asked, ...change })));
  const about = new Set(wrong.flatMap(({ about }) => about));
  for (const input of root.querySelectorAll("[data-set]")) input.setAttribute("aria-invalid", about.has(input.dataset.set));
  $(".work").classList.add("stale");
}

function say(words) {
  const line = $(".message");
  line.hidden = !words;
  line.textContent = words;
}

// -- Show a state ----------------------------------------------------------------------------------

function render() {
  const state = history.now;
  $(".faults").hidden = true;
  $(".work").classList.remove("stale");
  fillForm(state);
  plan = computation(state.setting, { padding: padding(state.setting), out: outputSize(state.setting), windowAlong });
  if (isPicture(state.setting) && !pictures.isQuick(plan)) renderLater(state);
  else {
    pictures.stop();
    $(".progress").hidden = true;
    renderWith(state, convolve(plan, state.x, state.w, state.b));
  }
}

async function renderLater(state) {
  const line = $(".progress"), bar = line.querySelector("progress");
  line.hidden = false;
  bar.value = 0;
  try {
    const found = await pictures.computed(plan, state, (part) => (bar.value = part));
    if (!found || history.now !== state) return;
    renderWith(state, found);
  } catch (error) {
    say(error.message);
  }
  line.hidden = true;
}

function renderWith(state, values) {
  y = values;
  const key = JSON.stringify(state.setting), anew = key !== drawn;
  const keep = anew ? null : whereFocusIs();
  if (anew) draw(state.setting);
  drawn = key;
  if (stepper && !board) writeNumbers(stepper, state.setting, { ...state, y });
  if (board) board.show({ ...state, y });
  if (board) lookAt(board.at);
  else if (!keep) stepper.show(stepper.at);
  if (keep) refocus(keep);
  tell(state, anew);
}

// What does not change within the frame in which a number does.
function tell(state, anew) {
  if (anew) {
    $(".facts dl").innerHTML = facts(state.setting).map(([name, told]) => `<div><dt>${name}</dt><dd>${told}</dd></div>`).join("");
    [0, 1].forEach((axis) => ($(`[data-inverse="${axis}"]`).value = outputSize(state.setting)[axis]));
    answer();
  }
  clearTimeout(linkTimer);
  linkTimer = setTimeout(() => {
    showCode();
    putLink();
  }, LINK_DELAY);
}

function putLink() {
  const fragment = linkOf(history.now);
  if (location.hash.slice(1) !== fragment) window.history.replaceState(null, "", `#${fragment}`);
}

function fillForm({ setting, b, picture: name }) {
  const put = (element, value) => {
    if (element.value !== String(value)) element.value = value;
    element.removeAttribute("aria-invalid");
  };
  const sides = padding(setting).flat();
  for (const input of root.querySelectorAll("[data-set]")) {
    const { set: key, index } = input.dataset;
    put(input, key === "border_mode" ? sides[index] : index === undefined ? setting[key] : setting[key][index]);
  }
  put($('[data-do="kind"]'), setting.kind);
  put($('[data-do="mode"]'), Array.isArray(setting.border_mode) ? "sides" : setting.border_mode);
  put($('[data-do="source"]'), name ?? "cells");
  $('[data-do="source"] [value="own"]').hidden = !pictures.brought.has("own") && name !== "own";
  $('[data-do="bias"]').checked = setting.bias;
  $('[data-do="biases"]').hidden = !setting.bias;
  put($('[data-do="biases"]'), b ? [...b].join(" ") : "");
  $('[data-do="undo"]').disabled = !history.before.length;
  $('[data-do="redo"]').disabled = !history.after.length;
  const pooling = isPooling(setting), transposed = isTransposed(setting);
  for (const key of ["filters", "groups", "bias", "dilation"]) part(key).hidden = pooling;
  part("output_padding").hidden = !transposed;
  part("kernel").textContent = pooling ? "Window" : "Kernel";
  part("filters").firstChild.textContent = transposed ? "channels out" : "filters";
  part("padding").textContent = transposed ? "Padding, cut off" : "Padding";
}

const part = (name) => $(`[data-of="${name}"]`);

// -- The figure ------------------------------------------------------------------------------------

function draw(setting) {
  const place = $(".board");
  stepper = board = null;
  slice = 0;
  place.replaceChildren();
  if (isDrawable(setting) && !isPicture(setting)) {
    place.append(newStepper(setting, teller(setting)));
    storedFirst();
    hideSlices(setting);
  } else {
    $(".slices").hidden = true;
    board = new Board(place, setting, (at) => lookAt(at));
  }
  $('[data-for="cells"]').hidden = Boolean(board);
  $('[data-for="pixels"]').hidden = !board;
  const [samples, channels, ...size] = inputShape(setting), way = $(".shape-way");
  way.hidden = !board;
  way.innerHTML = channels === 3
    ? `picture (${size.join(", ")}, 3) <code>.transpose(2, 0, 1)</code> → (3, ${size.join(", ")}) <code>[None]</code> → x (1, 3, ${size.join(", ")})`
    : `picture (${size.join(", ")}) <code>[None, None]</code> → x (1, 1, ${size.join(", ")})`;
  if (samples > 1 || (channels !== 1 && channels !== 3)) way.innerHTML += `, repeated to (${samples}, ${channels}, ${size.join(", ")})`;
}

function newStepper(setting, told) {
  stepper = document.createElement("convdoc-stepper");
  stepper.teller = told;
  stepper.setAttribute("role", "figure");
  const [here, there] = names(setting), shape = (values) => `(${values.join(", ")})`;
  const how = isPooling(setting) ? "" : ` and W ${shape(kernelShape(setting))}`;
  stepper.setAttribute("aria-label", `${there} ${shape(inputShape(setting))}${how} give ${here} ${shape(outputShape(setting))}, step by step`);
  stepper.dataset.plan = JSON.stringify(planOf(setting));
  stepper.innerHTML = figure(setting);
  return stepper;
}

// The kernel as it is stored, and edited; how it lies stands beside the numbers under the window.
const storedFirst = () => stepper.control("stored") && stepper.turnStamp();

const indexOf = (panel, shape) => [Math.floor(panel / shape[1]), panel % shape[1]];
const sliceOfStamp = (setting, panel) => {
  const slices = setting.channels / setting.groups;
  return [Math.floor(panel / slices), panel % slices];
};

// The row and column of a kernel's cell as it lies on the image, and its place in w.
function weightAt(setting, panel, cell) {
  const lies = stepper.asItLies(stepper.stamp[panel], cell);
  const place = placesOfSlice(setting, ...sliceOfStamp(setting, panel))[lies[0] * setting.kernel[1] + lies[1]];
  return { lies, place };
}

// What the stepper says of its cells.
function teller(setting) {
  return {
    step: (at) => output(setting, plan, { ...history.now, y }, at),
    there: (told, steps) => outputs(setting, told, steps),
    stamp(panel, cell) {
      const { lies, place } = weightAt(setting, panel, cell), [filter, at] = sliceOfStamp(setting, panel);
      return weight(setting, plan, history.now, stepper.index(stepper.at)[0], filter, at, lies, place);
    },
    nameStamp: (panel, cell) => nameOfWeight(setting, weightAt(setting, panel, cell).place),
  };
}

function nameOfWeight(setting, place) {
  const shape = kernelShape(setting), at = [];
  for (const length of [...shape].reverse()) {
    at.unshift(place % length);
    place = Math.floor(place / length);
  }
  return `W[${(shape[0] * shape[1] === 1 ? at.slice(2) : at).join(", ")}]`;
}

// Many tall slices are shown one at a time.
function hideSlices(setting) {
  const tall = setting.channels > 1 && setting.channels * stepper.there[0].rows > 18;
  const line = $(".slices");
  line.hidden = !tall;
  line.querySelector("select").innerHTML = range(setting.channels).map((c) => `<option>${c}</option>`).join("");
  const many = setting.filters > 1 && setting.filters * stepper.here[0].rows > 18;
  const away = () => {
    const [, f] = stepper.index(stepper.at);
    stepper.there.forEach((panel, k) => panel.slice.classList.toggle("away", tall && k % setting.channels !== slice));
    stepper.here.forEach((panel, k) => panel.slice.classList.toggle("away", many && k % setting.filters !== f));
    if (!tall || isPooling(setting)) return;
    const slices = setting.channels / setting.groups;
    stepper.stamp.forEach((panel, k) => panel.slice.classList.toggle("away", slices > 1 && stepper.plan.reach[Math.floor(k / slices)][k % slices] !== slice));
  };
  stepper.addEventListener("step", away);
  stepper.arrange = away;
  away();
}

// The window of a place of a picture's output, as a stepper of one step.
function lookAt([i, j]) {
  const { setting } = history.now, state = { ...history.now, y };
  const f = Number(board.here.querySelector("select")?.value) || 0, n = 0, at = [n, f, i, j];
  const small = loupe(setting, state, at), place = board.loupe;
  board.reading.innerHTML = "";
  if (!isDrawable(small.setting)) {
    stepper = null;
    place.replaceChildren();
    board.reading.innerHTML = output(setting, plan, state, at);
    return;
  }
  const key = JSON.stringify([small.setting, f]);
  if (place.dataset.key !== key || !stepper) {
    const told = { step: () => "", there: (words) => escaped(words), stamp: () => "", nameStamp: () => "" };
    place.replaceChildren(newStepper(small.setting, told));
    storedFirst();
    place.dataset.key = key;
  }
  const [here, there] = names(setting);
  Object.assign(stepper.teller, {
    step: () => output(setting, plan, { ...history.now, y }, [n, f, ...board.at]),
    there: escaped,
    name: (array, [, c, row, column]) => (array ? `${there}[${[n, small.read[c], small.rows[row], small.columns[column]].join(", ")}]` : `${here}[${[n, f, i, j].join(", ")}]`),
    stamp: (panel, cell) => `${stepper.teller.nameStamp(panel, cell)} = ${number(state.w[small.places[weightAt(small.setting, panel, cell).place]])}`,
    nameStamp: (panel, cell) => nameOfWeight(setting, small.places[weightAt(small.setting, panel, cell).place]),
  });
  stepper.small = small;
  writeNumbers(stepper, small.setting, small);
  stepper.show(0);
}

// -- Cells -----------------------------------------------------------------------------------------

// The cell of the input or the kernel that has the focus: where it is drawn, and where its number stands.
function cellInFocus() {
  const text = document.activeElement;
  if (!stepper || text?.getAttribute("role") !== "gridcell") return null;
  for (const part of board ? ["stamp"] : ["there", "stamp"]) {
    const k = stepper[part].findIndex(({ texts }) => texts.includes(text));
    if (k >= 0) return cellAt(part, k, stepper[part][k].texts.indexOf(text));
  }
  return null;
}

function cellAt(part, k, cell) {
  const panel = stepper[part][k], at = [Math.floor(cell / panel.columns), cell % panel.columns], { setting } = history.now;
  if (part === "stamp") {
    const { place } = board ? { place: stepper.small.places[weightAt(stepper.small.setting, k, at).place] } : weightAt(setting, k, at);
    return { part, k, cell, panel, at, array: "w", place };
  }
  const { around, spread, size } = stepper.plan;
  const real = at.map((index, axis) => (index - around[axis]) / spread[axis]);
  if (!real.every((index, axis) => Number.isInteger(index) && index >= 0 && index < size[axis + 2])) return null;
  const [n, c] = indexOf(k, size);
  return { part, k, cell, panel, at, real, array: "x", place: ((n * size[1] + c) * size[2] + real[0]) * size[3] + real[1] };
}

const whereFocusIs = () => {
  const found = cellInFocus();
  return found && { part: found.part, k: found.k, cell: found.cell };
};

function refocus({ part, k, cell }) {
  const text = stepper?.[part][k]?.texts[cell];
  if (!text) return;
  if (document.activeElement === text) text.blur();
  text.focus({ preventScroll: true });
}

// The cell beside one, within its panel.
function beside({ part, k, panel, at }, [down, across]) {
  const row = at[0] + down, column = at[1] + across;
  const inside = row >= 0 && column >= 0 && row < panel.rows && column < panel.columns;
  return { part, k, cell: (inside ? row : at[0]) * panel.columns + (inside ? column : at[1]) };
}

function edit(found, start) {
  close();
  const { left, top, width, height } = found.panel.texts[found.cell].ownerSVGElement.getBoundingClientRect();
  const outer = root.getBoundingClientRect(), unit = width / found.panel.svg.viewBox.baseVal.width;
  editor = document.createElement("input");
  Object.assign(editor, { className: "editor", type: "text", inputMode: "decimal", autocomplete: "off", value: start ?? String(history.now[found.array][found.place]).replace("-", "−") });
  editor.setAttribute("aria-label", `${found.array === "w" ? "weight" : "number"} in row ${found.at[0]}, column ${found.at[1]}`);
  const side = unit * 10;
  Object.assign(editor.style, {
    left: `${left - outer.left + unit * (1 + 10 * found.at[1]) - 8}px`, top: `${top - outer.top + unit * (1 + 10 * found.at[0])}px`,
    width: `${Math.max(side, 44) + 16}px`, height: `${Math.max(side, 24)}px`,
  });
  editor.cell = found;
  root.append(editor);
  editor.focus({ preventScroll: true });
  if (start === undefined) editor.select();
}

// Take what was written, and go on to the cell beside.
function commit(step) {
  const { cell: found, value } = editor;
  try {
    const next = beside(found, step), written = numberOf(value);
    close();
    if (written !== history.now[found.array][found.place]) take(edited(history.now, found.array, [[found.place, written]]));
    refocus(next);
  } catch (error) {
    editor?.setAttribute("aria-invalid", "true");
    say(error.message);
    return false;
  }
  return true;
}

function close() {
  const old = editor;
  editor = null;
  old?.remove();
}

// A block of numbers into the cells from one on. One that is too large says how large it is.
function pasteInto(found, text) {
  try {
    const rows = blockOf(text), { setting } = history.now, own = found.array === "x" ? found.real : found.at;
    const size = found.array === "x" ? setting.size : setting.kernel, needed = own.map((at, axis) => at + [rows.length, rows[0].length][axis]);
    if (needed.some((length, axis) => length > size[axis])) return offerRoom(found, text, rows, needed, size);
    const numbers = rows.flatMap((row, i) => row.map((value, j) => {
      const at = (found.at[0] + i) * found.panel.columns + found.at[1] + j;
      return [found.array === "x" ? found.place + i * size[1] + j : cellAt("stamp", found.k, at).place, value];
    }));
    take(edited(history.now, found.array, numbers));
  } catch (error) {
    say(error.message);
  }
}

function offerRoom(found, text, rows, needed, size) {
  const key = found.array === "x" ? "size" : "kernel", larger = needed.map((length, axis) => Math.max(length, size[axis]));
  const most = key === "size" ? CELLS : LIMITS.kernel[1], what = key === "size" ? "input" : "kernel";
  const wrong = faults({ ...history.now.setting, [key]: larger });
  say(`What was pasted has ${rows.length}×${rows[0].length} numbers, and from this cell on the ${what} has room for ${size.map((length, axis) => length - (found.array === "x" ? found.real : found.at)[axis]).join("×")}. Nothing was changed.`);
  if (Math.max(...larger) > most || wrong.length) return;
  const button = Object.assign(document.createElement("button"), { textContent: `Make the ${what} ${larger.join("×")} and paste` });
  button.onclick = () => {
    const next = changed(history.now, { [key]: larger }), shape = key === "size" ? inputShape(next.setting) : kernelShape(next.setting);
    const first = Math.floor(found.place / (size[0] * size[1])) * shape[2] * shape[3];
    const start = key === "size" ? found.real : storedStart(found);
    take(edited(next, found.array, rows.flatMap((row, i) => row.map((value, j) => [first + (start[0] + i) * shape[3] + start[1] + j, value]))));
  };
  $(".message").append(" ", button);
}

const storedStart = ({ place, panel }) => [Math.floor(place / panel.columns) % panel.rows, place % panel.columns];

function listenToCells(place) {
  let before = null; // the cell that had the focus before a pointer came down
  place.addEventListener("pointerdown", () => (before = whereFocusIs()), true);
  place.addEventListener("click", () => {
    const found = cellInFocus();
    if (found && before && found.part === before.part && found.k === before.k && found.cell === before.cell) edit(found);
  });
  place.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const found = cellInFocus();
    if (!found) return;
    if (event.key === "Enter" || event.key === "F2") edit(found);
    else if (event.key === "Delete" || event.key === "Backspace") take(edited(history.now, found.array, [[found.place, 0]]));
    else if (/^[-+−.\d]$/.test(event.key)) edit(found, event.key.replace("-", "−"));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("paste", (event) => {
    const found = editor?.cell ?? cellInFocus(), text = event.clipboardData.getData("text/plain");
    const image = [...event.clipboardData.items].find((item) => item.type.startsWith("image/"));
    if (image && !event.target.closest("input, textarea")) {
      event.preventDefault();
      bring(image.getAsFile(), "The picture that was pasted");
    } else if (found && text.trim() && (!editor || /[\s,;]/.test(text.trim()))) {
      event.preventDefault();
      close();
      pasteInto(found, text);
    }
  });
  document.addEventListener("copy", (event) => {
    const found = editor ? null : cellInFocus();
    if (!found || String(getSelection())) return;
    const rows = range(found.panel.rows).map((r) => range(found.panel.columns).map((c) => cellAt(found.part, found.k, r * found.panel.columns + c)).filter(Boolean));
    event.clipboardData.setData("text/plain", rows.filter((row) => row.length).map((row) => row.map(({ array, place: at }) => history.now[array][at]).join("\t")).join("\n"));
    event.preventDefault();
    say("The numbers of this slice are copied, as a spreadsheet takes them.");
  });
  root.addEventListener("keydown", (event) => {
    if (event.target !== editor) return;
    event.stopPropagation();
    const steps = { Enter: [1, 0], ArrowDown: [1, 0], ArrowUp: [-1, 0], Tab: [0, event.shiftKey ? -1 : 1] };
    if (event.key === "Escape") {
      const at = { part: editor.cell.part, k: editor.cell.k, cell: editor.cell.cell };
      close();
      say("");
      refocus(at);
    } else if (steps[event.key]) commit(steps[event.key]);
    else return;
    event.preventDefault();
  });
  root.addEventListener("focusout", (event) => {
    if (editor && event.target === editor) setTimeout(() => editor === event.target && document.hasFocus() && document.activeElement !== editor && !commit([0, 0]) && editor.focus());
  });
}

// -- Pictures --------------------------------------------------------------------------------------

async function picture(name) {
  if (name === "own") return pictures.brought.get("own");
  return pictures.photograph(name);
}

function usePicture(found) {
  const { setting } = history.now, size = found.size.map((length) => Math.max(length, 1));
  const channels = found.colour ? 3 : 1;
  const change = { size, channels, samples: 1, ...(isPooling(setting) || setting.channels === channels ? {} : found.colour ? apart(setting, channels) : { filters: 1, groups: 1 }) };
  const asked = settled({ ...setting, ...change }), wrong = faults(asked);
  if (wrong.length) return complain(asked, wrong);
  const x = pictures.numbers(found, asked), next = changed(history.now, change, () => x);
  const w = next.w && history.now.w && asked.groups === 3 ? Float64Array.from(next.w, (_, at) => history.now.w[at % (setting.kernel[0] * setting.kernel[1])]) : next.w;
  take({ ...next, x, w, picture: isPicture(asked) ? found.name : null });
  if (String(found.own) !== String(found.size)) say(`The picture has ${found.own.join("×")} pixels and is shown with ${found.size.join("×")}, the most that this page takes.`);
}

// Colours stay apart: each channel has the filter's first slice for itself.
const apart = (setting, channels) => ({ filters: channels, groups: channels });

async function bring(blob, title) {
  try {
    usePicture(await pictures.bring(blob, title));
  } catch (error) {
    say(error.message);
  }
}

async function choosePicture(name) {
  if (name === "cells") return set({ size: history.now.setting.size.map((n) => Math.min(n, 8)) });
  if (name === "zones") {
    const size = isPicture(history.now.setting) ? history.now.setting.size : [256, 256];
    return take({ ...changed(history.now, { size }, (_, setting) => made(setting).x), picture: "zones", x: made({ ...history.now.setting, size }).x });
  }
  try {
    usePicture(await picture(name));
  } catch (error) {
    say(error.message);
  }
}

// -- What is told below ----------------------------------------------------------------------------

function answer() {
  const { setting } = history.now, asked = [0, 1].map((axis) => Number($(`[data-inverse="${axis}"]`).value));
  const place = $(".answers");
  if (!asked.every((o) => Number.isInteger(o) && o >= 1 && o <= LIMITS.size[1])) {
    place.textContent = `An output has whole numbers of rows and columns, from 1 to ${LIMITS.size[1]}.`;
    return;
  }
  const rows = inverse(setting, asked), sizes = ([first, last]) => (first === last ? `${first}` : `${first} to ${last}`);
  place.answers = rows;
  place.innerHTML = rows.length
    ? `<div class="scroller" tabindex="0" role="region" aria-label="Inputs and paddings"><table><thead><tr><th scope="col">padding</th><th scope="col">input height</th><th scope="col">input width</th><td></td></tr></thead><tbody>${rows
        .map(([words, , height, width], at) => `<tr><th scope="row">${escaped(words)}</th><td>${sizes(height)}</td><td>${sizes(width)}</td><td><button data-answer="${at}" aria-label="Show it: padding ${escaped(words)}">Show it</button></td></tr>`)
        .join("")}</tbody></table></div>`
    : "None: no input of this page gives that output with this kernel, stride and dilation.";
}

function showCode() {
  const { setting, x, w, b } = history.now;
  for (const tab of root.querySelectorAll("[role=tab]")) {
    const chosen = tab.dataset.library === shownCode;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
  $("#code").setAttribute("aria-labelledby", `tab-${shownCode}`);
  $("#code code").textContent = shownCode === "arrays" ? arraysAsCode() : snippet(shownCode, setting, { x, w, b });
  $('[data-do="npy-x"]').textContent = isTransposed(setting) ? "y.npy" : "x.npy";
  $('[data-do="npy-w"]').hidden = !w;
  for (const kind of ["svg", "png"]) $(`[data-do="${kind}"]`).disabled = !stepper;
}

function arraysAsCode() {
  const { setting, x, w, b } = history.now, [here, there] = names(setting), plain = (name) => name.replace("x′", "x");
  const arrays = [[plain(there), x, inputShape(setting)], ...(w ? [["w", w, kernelShape(setting)]] : []), ...(b ? [["b", b, [setting.filters]]] : []), [plain(here), y, outputShape(setting)]];
  return ["import numpy as np", "", ...arrays.map(([name, values, shape]) =>
    values.length > 2000 ? `# ${name}: (${shape.join(", ")}), too large to write out; ${name}.npy has it` : numpyArray(name, values, shape))].join("\n");
}

async function copy(text, told) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = Object.assign(document.createElement("textarea"), { value: text });
    root.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(told);
}

function download(name, data, type) {
  const address = URL.createObjectURL(data instanceof Blob ? data : new Blob([data], { type }));
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// -- What the reader does --------------------------------------------------------------------------

const CLICKS = {
  undo: () => travel("undo"),
  redo: () => travel("redo"),
  async link() {
    putLink();
    await copy(location.href, history.now.picture === "own" ? "The link is copied. Your picture is not in it: it stays here." : "The link is copied. It opens this page as it is now.");
  },
  file: () => $('input[type="file"]').click(),
  random: () => take(randomized(history.now, Number($('[data-do="seed"]').value) || 0)),
  copy: () => copy($("#code code").textContent, "The code is copied."),
  svg: () => download("convolution.svg", svgOf(stepper), "image/svg+xml"),
  png: async () => download("convolution.png", await pngOf(svgOf(stepper))),
  "npy-x": () => download($('[data-do="npy-x"]').textContent, npy(history.now.x, inputShape(history.now.setting))),
  "npy-w": () => download("w.npy", npy(history.now.w, kernelShape(history.now.setting))),
};

const CHANGES = {
  kind: (value) => set({ kind: value, ...(value !== "transposed" && { output_padding: [0, 0] }), ...(history.now.setting.kind !== value && isPooling(history.now.setting) && { filters: 1, groups: 1 }) }),
  preset(value, select) {
    const [group, name] = value.split("/");
    select.value = "";
    take(PRESETS[group][name](history.now));
  },
  source: choosePicture,
  mode: (value) => set({ border_mode: value === "sides" ? padding(history.now.setting) : value }),
  bias: (_, box) => set({ bias: box.checked }),
  biases(text) {
    const { setting } = history.now;
    try {
      const numbers = blockOf(text).flat();
      if (numbers.length !== setting.filters) throw new Error(`There are ${numbers.length} biases for ${setting.filters} filter${setting.filters > 1 ? "s" : ""}: write one for each.`);
      take(edited(history.now, "b", numbers.map((value, f) => [f, value])));
    } catch (error) {
      say(error.message);
    }
  },
  slice(value) {
    slice = Number(value);
    stepper.arrange();
  },
};

function travel(where) {
  say("");
  history[where]();
  render();
}

function listen() {
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const { do: name, remedy, library, answer: row } = button.dataset;
    if (remedy) {
      const [at, k] = remedy.split(",");
      set($(".faults").remedies[at][k]);
    } else if (library) {
      shownCode = library;
      showCode();
    } else if (row) {
      const [, mode, [height], [width]] = $(".answers").answers[row];
      set({ size: [height, width], border_mode: mode });
    } else CLICKS[name]?.();
  });
  root.addEventListener("change", ({ target }) => CHANGES[target.dataset.do]?.(target.value, target));
  $(".settings").addEventListener("submit", (event) => event.preventDefault());
  $(".settings").addEventListener("input", ({ target }) => {
    const { set: key, index } = target.dataset;
    if (!key) return;
    const value = target.value === "" ? NaN : Number(target.value), { setting } = readForm();
    if (index === undefined) set({ ...setting, [key]: value });
    else if (key === "border_mode") {
      const sides = [0, 1, 2, 3].map((at) => Number($(`[data-set="border_mode"][data-index="${at}"]`).value || NaN));
      set({ ...setting, border_mode: [sides.slice(0, 2), sides.slice(2)] });
    } else set(setting);
  });
  root.addEventListener("input", ({ target }) => "inverse" in target.dataset && answer());
  $('input[type="file"]').addEventListener("change", ({ target }) => {
    const [file] = target.files;
    target.value = "";
    if (file) bring(file, file.name);
  });
  root.addEventListener("dragover", (event) => event.preventDefault());
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) bring(file, file.name);
  });
  root.addEventListener("keydown", (event) => {
    const tabs = [...root.querySelectorAll("[role=tab]")], at = tabs.indexOf(event.target);
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    const tab = tabs[(next + tabs.length) % tabs.length];
    tab.focus();
    tab.click();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest("input, textarea")) return;
    const key = event.key.toLowerCase(), again = key === "y" || (key === "z" && event.shiftKey);
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    travel(again ? "redo" : "undo");
  });
  listenToCells($(".board"));
}

// All fields as they stand, which may be more than was legal so far.
function readForm() {
  const setting = structuredClone(history.now.setting);
  for (const input of root.querySelectorAll("[data-set]")) {
    const { set: key, index } = input.dataset, value = input.value === "" ? NaN : Number(input.value);
    if (key === "border_mode" || input.closest("[hidden]")) continue;
    if (index === undefined) setting[key] = value;
    else setting[key][index] = value;
  }
  return { setting };
}

await customElements.whenDefined("convdoc-stepper");
begin();
