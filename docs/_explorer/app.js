// The explorer: its parts, and the states from one change to the next. The form is in form.js, the
// figure in stage.js and editor.js, what is said of a setting in answers.js, and what can be taken
// along in share.js. Each part is given the app, which knows the state and the other parts.
import { Answers } from "./answers.js";
import { followed } from "./arithmetic.js";
import { Computer, isQuick } from "./computer.js";
import { answerer, computation, convolve } from "./convolve.js";
import { Editor } from "./editor.js";
import { faults } from "./faults.js";
import { Form } from "./form.js";
import { read, write } from "./links.js";
import { numbers, Pictures } from "./pictures.js";
import { PRESETS } from "./presets.js";
import { Share } from "./share.js";
import { Stage } from "./stage.js";
import { changed, History, isPicture, isSame, made, rings } from "./state.js";
import { sentence } from "./words.js";

class App {
  constructor(root) {
    this.root = root;
    root.append(root.querySelector("template").content);
    this.status = this.find(".status");
    this.turn = 0; // what the reader asks for last counts, also where it comes first
    this.isOpen = false; // whether the address has been read
    this.offered = null; // what the message offers to do
    this.history = new History(PRESETS.notebook.film());
    this.pictures = new Pictures();
    this.computer = new Computer();
    this.stage = new Stage(this);
    this.form = new Form(this);
    this.answers = new Answers(this);
    this.share = new Share(this);
    this.editor = new Editor(this);
    this.listen();
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  findAll(selector) {
    return [...this.root.querySelectorAll(selector)];
  }

  get now() {
    return this.history.now;
  }

  async open() {
    this.render();
    await this.openLink(location.hash.slice(1));
    this.isOpen = true;
    this.share.showLater();
    addEventListener("hashchange", ({ newURL }) => this.openLink(new URL(newURL).hash.slice(1)));
  }

  // The state of the page's address. Addresses of places on the page are ignored.
  async openLink(fragment) {
    if (!fragment || document.getElementById(fragment)) return;
    if (fragment === write(this.now)) return this.say("");
    const mine = (this.turn += 1);
    try {
      const state = read(fragment), { setting } = state;
      if (state.x) return this.take(state);
      const isOwn = state.picture === "own";
      const found = isOwn ? null : await this.pictures.photograph(state.picture);
      if (mine !== this.turn) return;
      if (found) return this.take({ ...state, x: numbers(found, setting) });
      const picture = isPicture(setting) ? "zones" : null;
      const arrays = { x: rings(setting), w: state.w, b: state.b ?? undefined };
      this.take({ ...made(setting, arrays), picture });
      this.say(sentence("app.own picture"));
    } catch ({ message: why }) {
      const instead = sentence(this.isOpen ? "app.all as it was" : "app.first example");
      this.say(sentence("app.link refused", { why, instead }));
    }
  }

  // -- From one state to the next ------------------------------------------------------------------

  // Another state; one that is the same is ignored.
  take(state) {
    this.turn += 1;
    this.say("");
    if (!isSame(state, this.now)) this.history.push(state);
    this.render();
  }

  // Another setting, if it is legal; else what is wrong with it, and the figure stays.
  set(change) {
    const before = this.now, asked = followed(before.setting, { ...before.setting, ...change });
    const wrong = faults(asked);
    if (wrong.length) {
      this.form.refuse(asked, wrong);
      return false;
    }
    const next = changed(before, asked, (name, setting) => this.pictures.named(name, setting));
    this.take(next);
    if (!isPicture(before.setting) && isPicture(next.setting)) {
      this.say(sentence("app.becomes picture"));
    }
    return true;
  }

  // To the state before, or to the one that was undone: `where` is "undo" or "redo".
  travel(where) {
    this.editor.close();
    this.say("");
    this.form.typing = null;
    this.history[where]();
    this.render();
  }

  // A message, which may offer something to do.
  say(words, offer, act) {
    const line = this.status.firstElementChild; // wherever it is: in full screen, in the figure
    const button = line.querySelector('[data-do="offer"]');
    line.hidden = !words;
    line.querySelector("span").textContent = words;
    button.hidden = !offer;
    button.textContent = offer ?? "";
    this.offered = act;
  }

  // -- Show a state --------------------------------------------------------------------------------

  render() {
    const state = this.now;
    this.form.fill(state);
    const plan = computation(state.setting);
    if (!isQuick(plan)) return this.renderLater(state, plan);
    this.computer.stop();
    this.find(".progress").hidden = true;
    this.renderWith(state, plan, convolve(plan, state.x, state.w, state.b));
  }

  // What is shown stays as it is until the worker has the answer.
  async renderLater(state, plan) {
    const line = this.find(".progress"), bar = line.querySelector("progress");
    line.hidden = false;
    bar.value = 0;
    try {
      const y = await this.computer.convolve(plan, state, (done) => (bar.value = done));
      if (!y || this.now !== state) return;
      this.renderWith(state, plan, y);
    } catch (error) {
      this.say(error.message);
    }
    line.hidden = true;
  }

  renderWith(state, plan, y) {
    this.find(".work").classList.remove("stale");
    const isAnew = this.stage.show(state, plan, y);
    if (isAnew) this.answers.show(state);
    if (isAnew) this.share.name();
    if (this.isOpen) this.share.showLater();
    else this.share.showCode();
  }

  // -- Pictures ------------------------------------------------------------------------------------

  // A picture as the input. In colour, each channel is convolved by itself, so that colours stay.
  usePicture(found, more = {}) {
    const { next, wrong, asked } = this.pictures.asInput(this.now, found, more);
    const retry = (remedy) => this.usePicture(found, { ...more, ...remedy });
    if (wrong) return this.form.refuse(asked, wrong, retry);
    this.take(next);
    const size = found.own.join("×"), shown = found.size.join("×");
    if (!isPicture(next.setting)) {
      this.say(sentence("app.picture as numbers", { size: next.setting.size.join("×") }));
    } else if (size !== shown) this.say(sentence("app.picture scaled", { size, shown }));
  }

  // A picture that is still to be loaded; of several, the last that was asked for counts.
  async load(picture) {
    const mine = (this.turn += 1);
    try {
      const found = await picture;
      if (mine === this.turn) this.usePicture(found);
    } catch (error) {
      this.say(error.message);
    }
  }

  bring(blob, title) {
    return this.load(this.pictures.bring(blob, title));
  }

  // -- What the reader does ------------------------------------------------------------------------

  listen() {
    const clicks = {
      undo: () => this.travel("undo"),
      redo: () => this.travel("redo"),
      dismiss: () => this.leaveMessage(() => this.say("")),
      offer: () => this.leaveMessage(() => this.offered()),
      ...this.form.clicks,
      ...this.answers.clicks,
      ...this.share.clicks,
    };
    this.root.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (button?.getAttribute("aria-disabled") !== "true") clicks[button?.dataset.do]?.(button);
    });
    this.root.addEventListener("dragover", (event) => event.preventDefault());
    this.root.addEventListener("drop", (event) => {
      event.preventDefault();
      const [file] = event.dataTransfer.files;
      if (file) this.bring(file, file.name);
    });
    document.addEventListener("keydown", (event) => this.onUndoKey(event));
    document.addEventListener(
      "fullscreenchange",
      () => (document.fullscreenElement ?? this.root).append(this.status),
    );
  }

  // The focus was in a message that is gone then.
  leaveMessage(act) {
    act();
    const figure = this.find('.board [role="gridcell"][tabindex="0"], .board canvas');
    figure?.focus({ preventScroll: true });
  }

  onUndoKey(event) {
    const key = event.key.toLowerCase(),
      isCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
    if (!isCommand || !["z", "y"].includes(key)) return;
    if (event.target.closest("input, textarea")) return;
    event.preventDefault();
    this.travel(key === "y" || event.shiftKey ? "redo" : "undo");
  }
}

if (globalThis.document) {
  customElements.whenDefined("convdoc-stepper")
    .then(() => new App(document.getElementById("convdoc-explorer")).open());
} else { // the same script as a worker
  const answer = answerer(postMessage);
  onmessage = ({ data }) => answer(data);
}
