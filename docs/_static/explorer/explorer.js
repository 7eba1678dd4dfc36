// The explorer: the form, the states from one change to the next, and what can be taken along. What is
// shown of a state is in stage.js, what is said of it in telling.js.
import { LIMITS, faults, inputShape, isPooling, isTransposed, kernelShape, outputShape, outputSize, padding, settled, windowAlong } from "explorer/arithmetic";
import { close, listenToCells } from "explorer/cells";
import { LARGEST, LIBRARIES, npy, numpyArray, snippet } from "explorer/code";
import { computation, convolve } from "explorer/convolve";
import { escaped, names, pngOf, svgOf } from "explorer/drawing";
import * as pictures from "explorer/picture";
import { PRESETS } from "explorer/presets";
import { setStage, show, stage } from "explorer/stage";
import { History, changed, edited, isPicture, isSame, made, numbersOf, randomized, read, rings, write as linkOf } from "explorer/state";
import { facts, inverse } from "explorer/telling";

const LINK_DELAY = 250; // milliseconds; browsers slow down pages that change their address all the time

const $ = (selector) => root.querySelector(selector);
const $$ = (selector) => [...root.querySelectorAll(selector)];
const part = (name) => $(`[data-of="${name}"]`);
const now = () => history.now;

let root, history, status, linkTimer, shownCode = "convdoc";
let refused = null; // the setting in the form, while it is not legal
let turn = 0; // what the reader asks for last counts, also where it comes first
let isOpen = false; // whether the address has been read
let typing = null; // the field that is being typed in, and the state that it has led to

// -- The page --------------------------------------------------------------------------------------

async function begin() {
  root = document.getElementById("convdoc-explorer");
  root.append(root.querySelector("template").content);
  status = $(".status");
  furnish();
  setStage(root);
  listen();
  history = new History(PRESETS["The notebook"]["The animated figure"]());
  render();
  await openLink(location.hash.slice(1));
  isOpen = true;
  showLater();
  addEventListener("hashchange", ({ newURL }) => openLink(new URL(newURL).hash.slice(1)));
}

// What the page's HTML leaves to be filled in: limits, presets and libraries, from where they are known.
function furnish() {
  for (const input of $$("[data-set]")) {
    const [min, max] = LIMITS[input.dataset.set];
    Object.assign(input, { min, max, step: 1, inputMode: "numeric", required: true });
  }
  $('[data-do="preset"]').insertAdjacentHTML("beforeend", Object.entries(PRESETS).map(([group, all]) =>
    `<optgroup label="${group}">${Object.keys(all).map((name) => `<option value="${group}/${name}">${name}</option>`).join("")}</optgroup>`).join(""));
  $(".tabs").innerHTML = [...LIBRARIES, { name: "arrays", label: "the arrays" }].map(({ name, label }) =>
    `<button role="tab" id="tab-${name}" data-library="${name}" aria-controls="code">${label}</button>`).join("");
}

// The state of the page's address. Addresses of places on the page are left alone.
async function openLink(fragment) {
  if (!fragment || document.getElementById(fragment)) return;
  if (fragment === linkOf(now())) return say("");
  const mine = (turn += 1);
  try {
    const state = read(fragment);
    if (state.x) return take(state);
    const found = state.picture === "own" ? null : await pictures.photograph(state.picture);
    if (mine !== turn) return;
    if (found) return take({ ...state, x: pictures.numbers(found, state.setting) });
    take({ ...made(state.setting, { x: rings(state.setting), w: state.w, b: state.b ?? undefined }), picture: isPicture(state.setting) ? "zones" : null });
    say("This link was made with somebody's own picture, which does not travel with it. Here are rings in its place. Bring the picture again, with this setting, to see it.");
  } catch (error) {
    const instead = isOpen ? "All is as it was." : "Here is the first example instead.";
    say(`This link cannot be opened: ${error.message.replace(/\.$/, "")}. ${instead}`);
  }
}

// -- From one state to the next --------------------------------------------------------------------

// Another state; one that is the same is none.
function take(state) {
  turn += 1;
  say("");
  if (!isSame(state, now())) history.push(state);
  render();
}

// Another setting, if it is legal; else what is wrong with it, and the figure stays.
function set(change) {
  const asked = { ...now().setting, ...change }, wrong = faults(asked);
  if (wrong.length) {
    complain(asked, wrong);
    return false;
  }
  const before = now(), next = changed(before, change, pictured);
  take(next);
  if (!isPicture(before.setting) && isPicture(next.setting)) say("Above 32 rows or columns the input is a picture: rings stand in the place of your numbers. Undo brings them back.");
  return true;
}

function pictured(name, setting) {
  const found = pictures.brought.get(name);
  return found ? pictures.numbers(found, setting) : rings(setting);
}

// Why a setting is not legal, at the field that it is about, with what would be; `retry` takes one of
// these changes.
function complain(asked, wrong, retry = (change) => set({ ...asked, ...change })) {
  const box = $(".faults");
  refused = asked;
  box.innerHTML = wrong.map(({ why, remedies }, at) =>
    `<p>${escaped(why)}</p><p class="buttons">${remedies.map(([words], k) => `<button type="button" data-remedy="${at},${k}">${escaped(words)}</button>`).join("")}</p>`).join("") +
    "<p><small>The figure and all below still show the last setting that was legal.</small></p>";
  box.remedies = wrong.map(({ remedies }) => remedies.map(([, change]) => () => retry(change)));
  for (const input of $$("[data-set]")) {
    const { set: key, index } = input.dataset;
    const about = wrong.some(({ about: name, places }) => name === key && (!places || places.includes(Number(index ?? 0))));
    input.setAttribute("aria-invalid", about);
    if (about) input.setAttribute("aria-describedby", box.id);
    const value = key === "border_mode" ? [asked[key]].flat(2)[index] : index === undefined ? asked[key] : asked[key][index];
    if (typeof value === "number" && !Number.isNaN(value) && input !== document.activeElement) input.value = value;
  }
  $(`[data-set="${wrong[0].about}"]`).closest("fieldset").after(box);
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
  $(".work").classList.add("stale");
}

function travel(where) {
  close();
  say("");
  typing = null;
  history[where]();
  render();
}

// A line for the reader, which may offer something to do.
function say(words, offer, act) {
  const line = status.firstElementChild; // wherever it is: in full screen, in the figure
  line.hidden = !words;
  line.querySelector("span").textContent = words;
  line.querySelector('[data-do="offer"]').hidden = !offer;
  line.querySelector('[data-do="offer"]').textContent = offer ?? "";
  line.act = act;
}

// -- Show a state ----------------------------------------------------------------------------------

function render() {
  const state = now(), { setting } = state;
  $(".faults").hidden = true;
  refused = null;
  fillForm(state);
  const plan = computation(setting, { padding: padding(setting), out: outputSize(setting), windowAlong });
  if (!pictures.isQuick(plan)) return renderLater(state, plan);
  pictures.stop();
  $(".progress").hidden = true;
  renderWith(state, plan, convolve(plan, state.x, state.w, state.b));
}

// What is shown stays as it is until the worker has the answer.
async function renderLater(state, plan) {
  const line = $(".progress"), bar = line.querySelector("progress");
  line.hidden = false;
  bar.value = 0;
  try {
    const y = await pictures.computed(plan, state, (done) => (bar.value = done));
    if (!y || now() !== state) return;
    renderWith(state, plan, y);
  } catch (error) {
    say(error.message);
  }
  line.hidden = true;
}

function renderWith(state, plan, y) {
  $(".work").classList.remove("stale");
  if (show(state, plan, y)) {
    $(".facts dl").innerHTML = facts(state.setting).map(([name, told]) => `<div><dt>${name}</dt><dd>${told}</dd></div>`).join("");
    for (const axis of [0, 1]) $(`[data-inverse="${axis}"]`).value = outputSize(state.setting)[axis];
    answer();
    describe(state);
  }
  if (isOpen) showLater();
  else showCode();
}

// What need not be in the frame in which a number changes.
function showLater() {
  clearTimeout(linkTimer);
  linkTimer = setTimeout(() => {
    showCode();
    putLink();
  }, LINK_DELAY);
}

function putLink() {
  const fragment = linkOf(now());
  if (location.hash.slice(1) !== fragment) window.history.replaceState(null, "", `#${fragment}`);
}

function fillForm({ setting, b, picture: name }) {
  const put = (element, value) => {
    if (element.value !== String(value)) element.value = value;
    element.removeAttribute("aria-invalid");
    element.removeAttribute("aria-describedby");
  };
  const sides = padding(setting).flat(), pooling = isPooling(setting), transposed = isTransposed(setting);
  for (const input of $$("[data-set]")) {
    const { set: key, index } = input.dataset;
    put(input, key === "border_mode" ? sides[index] : index === undefined ? setting[key] : setting[key][index]);
  }
  put($('[data-do="kind"]'), setting.kind);
  put($('[data-do="mode"]'), Array.isArray(setting.border_mode) ? "sides" : setting.border_mode);
  put($('[data-do="source"]'), name?.startsWith("own") ? "own" : (name ?? "cells"));
  $('[data-do="source"] [value="own"]').hidden = !name?.startsWith("own");
  $('[data-do="bias"]').checked = setting.bias;
  $('[data-do="biases"]').hidden = !setting.bias;
  put($('[data-do="biases"]'), b ? [...b].join(" ") : "");
  $('[data-do="undo"]').setAttribute("aria-disabled", !history.before.length);
  $('[data-do="redo"]').setAttribute("aria-disabled", !history.after.length);
  for (const key of ["filters", "groups", "bias", "dilation"]) part(key).hidden = pooling;
  part("output_padding").hidden = !transposed;
  part("kernel").textContent = pooling ? "Window" : "Kernel";
  part("with").textContent = pooling ? "window and stride" : "kernel, stride and dilation";
  part("filters").firstChild.textContent = transposed ? "channels out" : "filters";
  part("padding").textContent = transposed ? "Padding, cut off" : "Padding";
}

// All fields as they stand, which may be more than was legal so far.
function readForm() {
  const setting = structuredClone(refused ?? now().setting);
  for (const input of $$("[data-set]")) {
    const { set: key, index } = input.dataset, value = input.value === "" ? NaN : Number(input.value);
    if (key === "border_mode" || input.closest("[hidden]")) continue;
    if (index === undefined) setting[key] = value;
    else setting[key][index] = value;
  }
  return setting;
}

// What is said under a figure: how to use it, and how a picture came to its shape.
function describe({ setting, picture: name }) {
  const { board, stepper } = stage, [samples, channels, ...size] = inputShape(setting), way = $(".shape-way");
  $('[data-for="cells"]').hidden = Boolean(board);
  $('[data-for="pixels"]').hidden = !board;
  $('[data-for="kernel"]').hidden = !board || !stepper || isPooling(setting);
  $('[data-for="many"]').hidden = !board || Boolean(name);
  way.hidden = !name;
  const many = samples > 1 || (channels !== 1 && channels !== 3);
  way.innerHTML = (channels === 3
    ? `picture (${size.join(", ")}, 3) <code>.transpose(2, 0, 1)</code> → (3, ${size.join(", ")}) <code>[None]</code> → x (1, 3, ${size.join(", ")})`
    : `picture (${size.join(", ")}) <code>[None, None]</code> → x (1, 1, ${size.join(", ")})`) +
    (many ? `, repeated to (${samples}, ${channels}, ${size.join(", ")})` : "");
  $('[data-do="svg"]').textContent = board ? "Window as SVG" : "Figure as SVG";
  $('[data-do="png"]').textContent = board ? "Output as PNG" : "Figure as PNG";
  $('[data-do="svg"]').hidden = !stepper;
}

// -- Pictures --------------------------------------------------------------------------------------

// A picture as the input. In colour, each channel is convolved by itself, so that colours stay.
function usePicture(found, more = {}) {
  const { setting, w } = now(), channels = found.colour ? 3 : 1;
  const apart = found.colour ? { filters: 3, groups: 3 } : { filters: 1, groups: 1 };
  const change = { size: found.size, channels, samples: 1, ...(isPooling(setting) || setting.channels === channels ? {} : apart), ...more };
  const asked = settled({ ...setting, ...change }), wrong = faults(asked);
  if (wrong.length) return complain(asked, wrong, (remedy) => usePicture(found, { ...more, ...remedy }));
  const next = changed(now(), change, () => pictures.numbers(found, asked));
  const x = pictures.numbers(found, asked), slice = asked.kernel[0] * asked.kernel[1];
  const spread = next.w && w && asked.groups === 3 && setting.groups !== 3;
  take({ ...next, x, w: spread ? Float64Array.from(next.w, (_, at) => w[at % slice] ?? 0) : next.w, picture: isPicture(asked) ? found.name : null });
  if (!isPicture(asked)) say(`The picture has ${asked.size.join("×")} pixels: here are their numbers.`);
  else if (String(found.own) !== String(found.size)) say(`The picture has ${found.own.join("×")} pixels, and is shown with ${found.size.join("×")}, the most that this page takes.`);
}

async function bring(blob, title) {
  const mine = (turn += 1);
  try {
    const found = await pictures.bring(blob, title);
    if (mine === turn) usePicture(found);
  } catch (error) {
    say(error.message);
  }
}

async function choosePicture(name) {
  const { setting } = now(), large = isPicture(setting);
  if (name === "cells") return large && set({ size: setting.size.map((length) => Math.min(length, 16)) });
  if (name === "own") return fillForm(now());
  if (name === "zones") {
    const size = large ? setting.size : [256, 256], wrong = faults({ ...setting, size });
    if (wrong.length) return complain({ ...setting, size }, wrong);
    return take({ ...changed(now(), { size }), picture: "zones", x: rings({ ...setting, size }) });
  }
  const mine = (turn += 1);
  try {
    const found = await pictures.photograph(name);
    if (mine === turn) usePicture(found);
  } catch (error) {
    say(error.message);
  }
}

// -- What is told below ----------------------------------------------------------------------------

function answer() {
  const { setting } = now(), asked = [0, 1].map((axis) => Number($(`[data-inverse="${axis}"]`).value)), place = $(".answers");
  if (!asked.every((o) => Number.isInteger(o) && o >= 1 && o <= LIMITS.size[1])) {
    place.textContent = `An output has whole numbers of rows and columns; ask for 1 to ${LIMITS.size[1]}.`;
    return;
  }
  const rows = inverse(setting, asked), sizes = ([first, last]) => (first === last ? `${first}` : `${first} to ${last}`);
  place.answers = rows;
  place.innerHTML = rows.length
    ? `<div class="scroller" tabindex="0" role="region" aria-label="Inputs and paddings"><table><thead><tr><th scope="col">padding</th><th scope="col">input height</th><th scope="col">input width</th><td></td></tr></thead><tbody>${rows
        .map(([words, , height, width], at) => `<tr><th scope="row">${escaped(words)}</th><td>${sizes(height)}</td><td>${sizes(width)}</td><td><button data-answer="${at}" aria-label="Show it: padding ${escaped(words)}">Show it</button></td></tr>`)
        .join("")}</tbody></table></div>`
    : "None: no input of this page gives that output so.";
}

function showCode() {
  const { setting, x, w, b } = now();
  for (const tab of $$("[role=tab]")) {
    const chosen = tab.dataset.library === shownCode;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
  $("#code").setAttribute("aria-labelledby", `tab-${shownCode}`);
  $("#code code").textContent = shownCode === "arrays" ? arraysAsCode() : snippet(shownCode, setting, { x, w, b });
  $('[data-do="npy-x"]').textContent = isTransposed(setting) ? "y.npy" : "x.npy";
  $('[data-do="npy-w"]').hidden = !w;
}

function arraysAsCode() {
  const { setting, x, w, b, y } = stage.shown, [here, there] = names(setting).map((name) => name.replace("′", ""));
  const arrays = [[there, x, inputShape(setting)], ["w", w, kernelShape(setting)], ["b", b, [setting.filters]], [here, y, outputShape(setting)]];
  const written = arrays.filter(([, values]) => values).map(([name, values, shape]) => {
    if (values.length <= LARGEST) return numpyArray(name, values, shape);
    return `# ${name}, of shape (${shape.join(", ")}), is too large to write out: ${name === here ? "a library computes it" : `download ${name}.npy`}.`;
  });
  return ["import numpy as np", "", ...written].join("\n");
}

// -- What can be taken along -----------------------------------------------------------------------

async function copy(text, told, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // on a site that is not served safely
    const area = Object.assign(document.createElement("textarea"), { value: text });
    root.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  say(told);
}

function download(name, data, type) {
  const address = URL.createObjectURL(data instanceof Blob ? data : new Blob([data], { type }));
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

const outputPicture = () => new Promise((resolve) => stage.board.here.querySelector("canvas").toBlob(resolve, "image/png"));

// -- What the reader does --------------------------------------------------------------------------

const CLICKS = {
  undo: () => travel("undo"),
  redo: () => travel("redo"),
  link(button) {
    putLink();
    const own = now().picture?.startsWith("own") ? " Your picture is not in it: it stays here." : "";
    const legal = $(".faults").hidden ? "It opens this page as it is now." : "It is of the last setting that was legal.";
    copy(location.href, `The link is copied. ${legal}${own}`, button);
  },
  file: () => $('input[type="file"]').click(),
  random: () => take(randomized(now(), Math.trunc(Number($('[data-do="seed"]').value)) || 0)),
  copy(button) {
    showCode();
    copy($("#code code").textContent, "The code is copied.", button);
  },
  svg: () => download("convolution.svg", svgOf(stage.stepper), "image/svg+xml"),
  png: async () => download("convolution.png", await (stage.board ? outputPicture() : pngOf(svgOf(stage.stepper)))),
  "npy-x": (button) => download(button.textContent, npy(now().x, inputShape(now().setting))),
  "npy-w": () => download("w.npy", npy(now().w, kernelShape(now().setting))),
  dismiss() {
    say("");
    backToFigure();
  },
  offer() {
    status.firstElementChild.act();
    backToFigure();
  },
};

// The focus was in a message that is gone.
const backToFigure = () => $('.board [role="gridcell"][tabindex="0"], .board canvas')?.focus({ preventScroll: true });

const CHANGES = {
  kind: (kind) => set({ ...readForm(), kind, output_padding: [0, 0], ...(isPooling(now().setting) && kind !== now().setting.kind && { filters: 1, groups: 1 }) }),
  preset(value, select) {
    const [group, name] = value.split("/");
    select.value = "";
    const state = PRESETS[group][name](now()), wrong = faults(state.setting);
    if (wrong.length) complain(state.setting, wrong);
    else take(state);
  },
  source: choosePicture,
  mode: (mode) => set({ ...readForm(), border_mode: mode === "sides" ? padding(now().setting) : mode }),
  bias: (_, box) => set({ ...readForm(), bias: box.checked }),
  biases(text) {
    const { filters } = now().setting;
    try {
      const numbers = numbersOf(text);
      if (numbers.length !== filters) throw new Error(`There ${numbers.length === 1 ? "is 1 bias" : `are ${numbers.length} biases`} for ${filters} filter${filters > 1 ? "s" : ""}: write one for each.`);
      take(edited(now(), "b", numbers.map((value, f) => [f, value])));
    } catch (error) {
      fillForm(now());
      say(error.message);
    }
  },
};

// A field of the setting. However much is typed, it is one step from the state before.
function onField({ target: field }) {
  const { set: key } = field.dataset;
  if (!key) return;
  const after = typing?.field === field && typing.after === now() ? now() : null;
  if (after) history.now = history.before.pop();
  const sides = $$('[data-set="border_mode"]').map(({ value }) => (value === "" ? NaN : Number(value)));
  const change = { ...readForm(), ...(key === "border_mode" && { border_mode: [sides.slice(0, 2), sides.slice(2)] }) };
  const before = now();
  if (set(change)) typing = now() === before ? null : { field, after: now() };
  else if (after) history.push(after); // what was legal stays on show
}

function listen() {
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const { do: name, remedy, library, answer: row } = button.dataset;
    if (remedy) {
      const [at, k] = remedy.split(","), field = $('[aria-invalid="true"]');
      $(".faults").remedies[at][k]();
      ($('.faults:not([hidden]) button') ?? field)?.focus({ preventScroll: true });
    } else if (library) {
      shownCode = library;
      showCode();
    } else if (row) {
      const [, mode, [height], [width]] = $(".answers").answers[row];
      set({ size: [height, width], border_mode: mode });
      $('[data-inverse="0"]').focus({ preventScroll: true });
      $(".work").scrollIntoView({ block: "nearest" });
    } else CLICKS[name]?.(button);
  });
  root.addEventListener("change", ({ target }) => CHANGES[target.dataset.do]?.(target.value, target));
  root.addEventListener("input", ({ target }) => "inverse" in target.dataset && answer());
  $(".settings").addEventListener("submit", (event) => event.preventDefault());
  $(".settings").addEventListener("input", onField);
  $(".settings").addEventListener("focusout", () => (typing = null));
  $('input[type="file"]').addEventListener("change", ({ target }) => {
    const [file] = target.files;
    if (file) bring(file, file.name);
    target.value = "";
  });
  root.addEventListener("dragover", (event) => event.preventDefault());
  root.addEventListener("drop", (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    if (file) bring(file, file.name);
  });
  root.addEventListener("keydown", onTabKey);
  document.addEventListener("keydown", onUndoKey);
  document.addEventListener("fullscreenchange", () => (document.fullscreenElement ?? root).append(status));
  listenToCells($(".board"), { now, take, say, bring });
}

function onTabKey(event) {
  const tabs = $$("[role=tab]"), at = tabs.indexOf(event.target);
  const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  const tab = tabs[(next + tabs.length) % tabs.length];
  tab.focus();
  tab.click();
}

function onUndoKey(event) {
  const key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || event.altKey || !["z", "y"].includes(key) || event.target.closest("input, textarea")) return;
  event.preventDefault();
  travel(key === "y" || event.shiftKey ? "redo" : "undo");
}

await customElements.whenDefined("convdoc-stepper");
begin();
