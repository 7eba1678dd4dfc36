// The form: a setting as its fields show it, what is wrong with one, and how fields change it.
import { LIMITS, padding } from "./arithmetic.js";
import { isPooling, isTransposed, kindOf } from "./kinds.js";
import { escaped, number } from "./drawing.js";
import { LARGEST, numberOf, numbersOf } from "./entries.js";
import { faults } from "./faults.js";
import { PRESETS } from "./presets.js";
import { changed, divided, edited, isPicture, randomized, rings, sums } from "./state.js";
import { refuse, sentence } from "./words.js";

const SMALL = 16; // rows and columns, when a picture becomes numbers in cells
const LARGE = [256, 256]; // when numbers in cells become a picture

const numberIn = ({ value }) => (value === "" ? NaN : Number(value));
const FREE = { border: [-LARGEST, LARGEST, "any"] }; // fields that take more than whole numbers

export class Form {
  constructor(app) {
    this.app = app;
    this.fields = app.findAll("[data-set]");
    this.box = app.find(".faults");
    this.refused = null; // the setting in the form, while it is not legal
    this.remedies = []; // of what is refused, each a function
    this.typing = null; // the field that is being typed in, and the state that it has led to
    this.furnish();
    this.clicks = {
      file: () => app.find('input[type="file"]').click(),
      random: () => {
        const seed = Math.trunc(Number(this.control("seed").value)) || 0;
        app.take(randomized(app.now, seed));
      },
      normalize: () => app.take(divided(app.now, sums(app.now))),
      remedy: ({ value }) => this.mend(Number(value)),
    };
    this.listen();
  }

  control(name) {
    return this.app.find(`[data-do="${name}"]`);
  }

  part(name) {
    return this.app.find(`[data-of="${name}"]`);
  }

  // What the page's HTML leaves to be filled in: limits and presets, from where they are known.
  furnish() {
    for (const field of this.fields) {
      const { set: key } = field.dataset, [min, max, step = 1] = FREE[key] ?? LIMITS[key];
      Object.assign(field, { min, max, step, required: key !== "divisor" });
      if (min >= 0) field.inputMode = "numeric"; // such keyboards have no minus
    }
    const groups = Object.entries(PRESETS).map(([group, all]) => {
      const options = Object.keys(all).map((name) =>
        `<option value="${group}/${name}">${sentence(`presets.${group}.${name}`)}</option>`
      );
      const label = sentence(`presets.groups.${group}`);
      return `<optgroup label="${label}">${options.join("")}</optgroup>`;
    });
    this.control("preset").insertAdjacentHTML("beforeend", groups.join(""));
  }

  // -- From a setting to the fields ----------------------------------------------------------------

  fill(state) {
    const { setting, b, picture: name } = state;
    const pooling = isPooling(setting), transposed = isTransposed(setting);
    const isOwn = name?.startsWith("own"), { border_mode: mode, border } = setting;
    const isNumber = typeof border === "number", { hasBorder, divides } = kindOf(setting);
    this.box.hidden = true;
    this.refused = null;
    for (const field of this.fields) put(field, valueOf(setting, field));
    put(this.control("kind"), setting.kind);
    put(this.control("mode"), Array.isArray(mode) ? "sides" : mode);
    put(this.control("border"), isNumber ? "number" : border);
    this.control("ceil_mode").checked = setting.ceil_mode;
    put(this.control("source"), isOwn ? "own" : (name ?? "cells"));
    this.control("source").querySelector('[value="own"]').hidden = !isOwn;
    this.control("bias").checked = setting.bias;
    this.control("biases").hidden = !setting.bias;
    put(this.control("biases"), b ? [...b].join(" ") : "");
    this.control("undo").setAttribute("aria-disabled", !this.app.history.before.length);
    this.control("redo").setAttribute("aria-disabled", !this.app.history.after.length);
    for (const key of ["filters", "groups", "bias", "divide"]) this.part(key).hidden = pooling;
    this.control("normalize").hidden = pooling || transposed; // whose filters do not come first
    if (!pooling && !transposed) this.offerSums(sums(state));
    this.part("output_padding").hidden = !transposed;
    this.part("ceil_mode").hidden = !pooling;
    this.part("divisor").hidden = !divides;
    this.part("border").hidden = !hasBorder || !padding(setting).flat().some(Boolean);
    this.part("border number").hidden = !isNumber;
    this.part("kernel").textContent = sentence(pooling ? "form.window" : "form.kernel");
    const filters = sentence(transposed ? "form.channels out" : "form.filters");
    this.part("filters").firstChild.textContent = filters;
    const sides = sentence(transposed ? "form.cut padding" : "form.padding");
    this.part("padding").textContent = sides;
  }

  // To divide each filter by the sum of its weights, where that is not 0 or 1 already.
  offerSums(found) {
    const button = this.control("normalize"), different = new Set(found);
    const shown = different.size > 3 ? "…" : [...different].map(number).join(", ");
    button.textContent = sentence("form.divide by sum", { count: found.length, sums: shown });
    const isUseful = found.every((sum) => Math.abs(sum) > 1e-9) &&
      found.some((sum) => Math.abs(sum - 1) > 1e-9);
    button.setAttribute("aria-disabled", !isUseful);
  }

  // Why a setting is not legal, at the field that it is about, with what would be; `retry` takes one
  // of these changes.
  refuse(asked, wrong, retry = (change) => this.app.set({ ...asked, ...change })) {
    this.refused = asked;
    this.remedies = [];
    const paragraphs = wrong.map(({ why, remedies }) => {
      const buttons = remedies.map(([words, change]) => {
        const at = this.remedies.push(() => retry(change)) - 1;
        return `<button type="button" data-do="remedy" value="${at}">${escaped(words)}</button>`;
      });
      return `<p>${escaped(why)}</p><p class="buttons">${buttons.join("")}</p>`;
    });
    const last = `<p><small>${sentence("form.last legal")}</small></p>`;
    this.box.innerHTML = paragraphs.join("") + last;
    for (const field of this.fields) this.mark(field, asked, wrong);
    const [first] = this.fields.filter(({ dataset }) => dataset.set === wrong[0].about);
    first.closest(".settings > *").after(this.box);
    this.box.hidden = false;
    this.box.scrollIntoView({ block: "nearest" });
    this.app.find(".work").classList.add("stale");
  }

  // A field, as one of those that are wrong or as another.
  mark(field, asked, wrong) {
    const { set: key, index } = field.dataset;
    const isWrong = wrong.some(({ about, places }) =>
      about === key && (!places || places.includes(Number(index ?? 0)))
    );
    field.setAttribute("aria-invalid", isWrong);
    if (isWrong) field.setAttribute("aria-describedby", this.box.id);
    const isNamed = key === "border_mode" && typeof asked[key] === "string";
    if (isNamed || field === document.activeElement) return;
    const value = valueOf(asked, field);
    if (!Number.isNaN(value)) field.value = value;
  }

  // Take one of the changes that would be legal.
  mend(at) {
    const field = this.app.find('[aria-invalid="true"]');
    this.remedies[at]();
    const next = this.app.find(".faults:not([hidden]) button") ?? field;
    next?.focus({ preventScroll: true });
  }

  // -- From the fields to a setting ----------------------------------------------------------------

  // All fields as they stand, which may be more than was legal so far.
  read() {
    const setting = structuredClone(this.refused ?? this.app.now.setting);
    for (const field of this.fields) {
      const { set: key, index } = field.dataset;
      if (key === "border_mode" || field.closest("[hidden]")) continue;
      if (key === "divisor") setting[key] = field.value === "" ? null : Number(field.value);
      else if (index === undefined) setting[key] = numberIn(field);
      else setting[key][index] = numberIn(field);
    }
    return setting;
  }

  // A field of the setting. However much is typed, it is one step from the state before.
  onField(field) {
    const { set: key } = field.dataset, { app, typing } = this;
    if (!key) return;
    const after = typing?.field === field && typing.after === app.now ? app.now : null;
    if (after) app.history.takeBack();
    const change = this.read();
    if (key === "border_mode") {
      const sides = this.fields.filter(({ dataset }) => dataset.set === key).map(numberIn);
      change.border_mode = [sides.slice(0, 2), sides.slice(2)];
    }
    const before = app.now;
    if (app.set(change)) this.typing = app.now === before ? null : { field, after: app.now };
    else if (after) app.history.push(after); // what was legal stays on show
  }

  listen() {
    const settings = this.app.find(".settings"), file = this.app.find('input[type="file"]');
    settings.addEventListener("submit", (event) => event.preventDefault());
    settings.addEventListener("input", ({ target }) => this.onField(target));
    settings.addEventListener("focusout", () => (this.typing = null));
    const changes = {
      kind: ({ value }) => this.chooseKind(value),
      preset: (select) => this.choosePreset(select),
      source: ({ value }) => this.chooseSource(value),
      mode: ({ value }) => this.chooseMode(value),
      bias: ({ checked }) => this.app.set({ ...this.read(), bias: checked }),
      border: ({ value }) => this.chooseBorder(value),
      ceil_mode: ({ checked }) => this.app.set({ ...this.read(), ceil_mode: checked }),
      divide: (field) => this.divide(field),
      biases: ({ value }) => this.writeBiases(value),
    };
    this.app.root.addEventListener("change", ({ target }) => changes[target.dataset.do]?.(target));
    file.addEventListener("change", () => {
      if (file.files.length) this.app.bring(file.files[0], file.files[0].name);
      file.value = "";
    });
  }

  // -- Choices -------------------------------------------------------------------------------------

  chooseKind(kind) {
    const { setting } = this.app.now;
    const isNew = isPooling(setting) && kind !== setting.kind; // which has filters of its own
    const filters = isNew ? { filters: 1, groups: 1 } : {};
    this.app.set({ ...this.read(), kind, output_padding: [0, 0], ...filters });
  }

  choosePreset(select) {
    const [group, name] = select.value.split("/");
    select.value = "";
    const state = PRESETS[group][name](this.app.now), wrong = faults(state.setting);
    if (wrong.length) this.refuse(state.setting, wrong);
    else this.app.take(state);
  }

  chooseMode(mode) {
    const sides = padding(this.app.now.setting);
    this.app.set({ ...this.read(), border_mode: mode === "sides" ? sides : mode });
  }

  chooseBorder(name) {
    this.app.set({ ...this.read(), border: name === "number" ? 1 : name });
  }

  chooseSource(name) {
    const { setting } = this.app.now, isLarge = isPicture(setting);
    if (name === "own") return this.fill(this.app.now);
    if (name === "zones") return this.takeRings(isLarge ? setting.size : LARGE);
    if (name !== "cells") return this.app.load(this.app.pictures.photograph(name));
    const size = setting.size.map((length) => Math.min(length, SMALL));
    if (isLarge) this.app.set({ size });
  }

  takeRings(size) {
    const { now } = this.app, asked = { ...now.setting, size }, wrong = faults(asked);
    if (wrong.length) return this.refuse(asked, wrong);
    this.app.take({ ...changed(now, { size }), picture: "zones", x: rings(asked) });
  }

  divide(field) {
    const { app } = this, { value } = field;
    field.value = "";
    if (!value.trim()) return;
    try {
      const by = numberOf(value);
      if (!by || app.now.w.some((weight) => Math.abs(weight / by) > LARGEST)) {
        refuse("form.not divided", { by: value.trim() });
      }
      app.take(divided(app.now, [by]));
    } catch (error) {
      app.say(error.message);
    }
  }

  writeBiases(text) {
    const { now } = this.app, { filters } = now.setting;
    try {
      const numbers = numbersOf(text);
      if (numbers.length !== filters) refuse("form.biases", { given: numbers.length, filters });
      this.app.take(edited(now, "b", numbers.map((value, f) => [f, value])));
    } catch (error) {
      this.fill(now);
      this.app.say(error.message);
    }
  }
}

// What a field shows of a setting.
function valueOf(setting, { dataset: { set: key, index } }) {
  if (key === "border_mode") return padding(setting).flat()[index];
  if (key === "border") return typeof setting.border === "number" ? setting.border : "";
  if (key === "divisor") return setting.divisor ?? "";
  return index === undefined ? setting[key] : setting[key][index];
}

function put(element, value) {
  if (element.value !== String(value)) element.value = value;
  element.removeAttribute("aria-invalid");
  element.removeAttribute("aria-describedby");
}
