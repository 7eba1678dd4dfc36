// What can be taken along: the link, code in six libraries, the figure, the arrays.
import { inputShape, kernelShape, outputShape } from "./arithmetic.js";
import { isTransposed } from "./kinds.js";
import { LARGEST, LIBRARIES, npy, numpyArray, snippet } from "./code.js";
import { names, pngOf, svgOf } from "./drawing.js";
import { write } from "./links.js";
import { sentence } from "./words.js";

const LINK_DELAY = 250; // milliseconds; browsers slow down pages that change their address often

export class Share {
  constructor(app) {
    this.app = app;
    this.library = "convdoc"; // on show
    this.timer = null;
    this.tabs = [...LIBRARIES, "arrays"].map((name) => tab(name));
    app.find(".tabs").append(...this.tabs);
    app.find(".tabs").addEventListener("keydown", (event) => this.onKey(event));
    this.clicks = {
      library: (button) => this.choose(button),
      link: (button) => this.copyLink(button),
      copy: (button) => this.copyCode(button),
      svg: () => download("convolution.svg", svgOf(app.stage.stepper), "image/svg+xml"),
      png: async () => download("convolution.png", await this.picture()),
      "npy-x": (button) => {
        const { x, setting } = app.now;
        download(button.textContent, npy(x, inputShape(setting)));
      },
      "npy-w": () => download("w.npy", npy(app.now.w, kernelShape(app.now.setting))),
    };
  }

  // What the buttons save of the figure on show.
  name() {
    const { board, stepper } = this.app.stage, svg = this.app.find('[data-do="svg"]');
    svg.hidden = !stepper;
    svg.textContent = sentence(board ? "share.window as svg" : "share.svg");
    const png = sentence(board ? "share.output as png" : "share.png");
    this.app.find('[data-do="png"]').textContent = png;
  }

  // What need not be in the frame in which a number changes.
  showLater() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.showCode();
      this.putLink();
    }, LINK_DELAY);
  }

  putLink() {
    const fragment = write(this.app.now);
    if (location.hash.slice(1) !== fragment) history.replaceState(null, "", `#${fragment}`);
  }

  showCode() {
    const { setting, x, w, b } = this.app.now, { library } = this;
    for (const button of this.tabs) {
      const isChosen = button.value === library;
      button.setAttribute("aria-selected", isChosen);
      button.tabIndex = isChosen ? 0 : -1;
    }
    const isCode = library !== "arrays", place = this.app.find("#code");
    const text = isCode ? snippet(library, setting, { x, w, b }) : written(this.app.stage.shown);
    place.setAttribute("aria-labelledby", `tab-${library}`);
    place.querySelector("code").textContent = text;
    this.app.find('[data-do="npy-x"]').textContent = isTransposed(setting) ? "y.npy" : "x.npy";
    this.app.find('[data-do="npy-w"]').hidden = !w;
  }

  // -- What the reader does ------------------------------------------------------------------------

  choose({ value }) {
    this.library = value;
    this.showCode();
  }

  onKey(event) {
    const at = this.tabs.indexOf(event.target), last = this.tabs.length - 1;
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    const button = this.tabs[(next + this.tabs.length) % this.tabs.length];
    button.focus();
    button.click();
  }

  copyLink(button) {
    this.putLink();
    const said = [sentence(this.app.form.refused ? "share.link of legal" : "share.link copied")];
    if (this.app.now.picture?.startsWith("own")) said.push(sentence("share.no picture"));
    this.copy(location.href, said.join(" "), button);
  }

  copyCode(button) {
    this.showCode();
    this.copy(this.app.find("#code code").textContent, sentence("share.code copied"), button);
  }

  async copy(text, message, button) {
    try {
      await navigator.clipboard.writeText(text);
    } catch { // on a site that is not served safely
      const area = Object.assign(document.createElement("textarea"), { value: text });
      this.app.root.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    this.app.say(message);
  }

  // The output of a picture, else the figure.
  picture() {
    const { board, stepper } = this.app.stage;
    if (!board) return pngOf(svgOf(stepper));
    const canvas = board.here.querySelector("canvas");
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }
}

function tab(name) {
  const button = document.createElement("button"), label = sentence(`libraries.${name}`);
  Object.assign(button, { id: `tab-${name}`, value: name, textContent: label });
  button.dataset.do = "library";
  button.setAttribute("role", "tab");
  button.setAttribute("aria-controls", "code");
  return button;
}

function download(name, data, type) {
  const blob = data instanceof Blob ? data : new Blob([data], { type });
  const href = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

// All arrays of a state as Python.
function written({ setting, x, w, b, y }) {
  const [here, there] = names(setting).map((name) => name.replace("′", ""));
  const arrays = [
    [there, x, inputShape(setting)],
    ["w", w, kernelShape(setting)],
    ["b", b, [setting.filters]],
    [here, y, outputShape(setting)],
  ];
  const lines = arrays.filter(([, values]) => values).map(([name, values, shape]) => {
    if (values.length <= LARGEST) return numpyArray(name, values, shape);
    const why = name === here ? "share.too large output" : "share.too large";
    return `# ${sentence(why, { name, shape: `(${shape.join(", ")})` })}`;
  });
  return ["import numpy as np", "", ...lines].join("\n");
}
