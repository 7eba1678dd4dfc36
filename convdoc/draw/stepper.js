// Moves steppers from step to step. It computes places only: all numbers and words are in the plan
// of each figure and in its still picture, which figure.py wrote.
(() => {
  if (customElements.get("convdoc-stepper")) return; // a notebook loads this once for each figure

  const UNIT = 10; // of the drawings, along one side of a cell
  const PAUSE = 1400; // milliseconds from step to step at normal speed
  const MOST_FRAMES = 9; // on paper, of a figure
  const TALL = 12, WIDE = 14, FEW_FRAMES = 4; // of one with more rows of cells, or more columns
  const LEAST_CELL = 8, MOST_CELL = 160; // pixels on a full screen
  const SVG = "http://www.w3.org/2000/svg";

  const box = (row, column, height, width) =>
    `M${column * UNIT} ${row * UNIT}h${width * UNIT}v${height * UNIT}h-${width * UNIT}z`;
  const boxes = (cells) => cells.map(([row, column]) => box(row, column, 1, 1)).join("");
  const range = (length) => [...Array(length).keys()];
  // A number of the plan as text: it is rounded already, and a text where digits do not suffice.
  const written = (value) => String(value).replace("-", "−");
  const signed = (text) => (text.startsWith("−") ? text : `+${text}`);
  // A sentence with its parts put in by their names.
  const fill = (sentence, parts) => sentence.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
  const add = (parent, name, attributes) => {
    const child = parent.appendChild(document.createElementNS(SVG, name));
    for (const [key, value] of Object.entries(attributes)) child.setAttribute(key, value);
    return child;
  };

  // What a browser keeps of a reader; one that keeps nothing forgets.
  const TRIED = "convdoc-tried";
  const isKept = (name) => {
    try {
      return localStorage.getItem(name) !== null;
    } catch {
      return false;
    }
  };
  const keep = (name) => {
    try {
      localStorage.setItem(name, "1");
    } catch {
      // then the next page gives the hint again
    }
  };

  // One slice of an array: its drawing, and the cells in it.
  class Panel {
    constructor(slice) {
      this.slice = slice;
      this.svg = slice.querySelector("svg");
      const { width, height } = this.svg.viewBox.baseVal;
      this.columns = Math.floor(width / UNIT);
      this.rows = Math.floor(height / UNIT);
      this.texts = [...this.svg.querySelectorAll(".t text")];
      this.todo = this.svg.querySelector(".c");
      this.filled = this.svg.querySelector("[class^=f]");
      this.window = [...this.svg.querySelectorAll(".o, .w")];
      this.corners = [...this.svg.querySelectorAll(".w text")];
      for (const mark of this.svg.querySelectorAll(".l, .hint")) mark.remove(); // of a saved page
      this.lit = add(this.svg, "path", { class: "l" });
      this.stop = 0; // the cell that the tabulator key reaches
    }
    // Cells as the grid of a table, of which one can be reached by the tabulator key.
    becomeGrid(name) {
      const rows = this.svg.querySelector(".t");
      if (!this.texts.length) {
        for (const row of range(this.rows)) {
          const group = add(rows, "g", {});
          for (const column of range(this.columns)) {
            this.texts.push(add(group, "text", { x: column * UNIT + 5, y: row * UNIT + 5 }));
          }
        }
      }
      this.svg.setAttribute("role", "grid");
      for (const row of rows.children) row.setAttribute("role", "row");
      this.texts.forEach((text, cell) => {
        text.setAttribute("role", "gridcell");
        text.setAttribute("tabindex", cell ? -1 : 0);
        text.addEventListener("focus", () => {
          this.moveTabStop(cell);
          const called = name(Math.floor(cell / this.columns), cell % this.columns);
          text.setAttribute(
            "aria-label",
            text.textContent ? `${called} = ${text.textContent}` : called,
          );
        });
      });
    }
    moveTabStop(cell) {
      this.texts[this.stop].setAttribute("tabindex", -1);
      this.texts[cell].setAttribute("tabindex", 0);
      this.stop = cell;
    }
    cellAt(event) {
      const { left, top, width } = this.svg.getBoundingClientRect();
      const { x, y, width: units } = this.svg.viewBox.baseVal;
      const place = (pixels, start) => Math.floor(((pixels * units) / width + start) / UNIT);
      const row = place(event.clientY - top, y), column = place(event.clientX - left, x);
      const inside = row >= 0 && column >= 0 && row < this.rows && column < this.columns;
      return inside ? [row, column] : null;
    }
    put(shown, row, column) {
      for (const part of this.window) {
        part.setAttribute("transform", `translate(${column * UNIT} ${row * UNIT})`);
        part.setAttribute("visibility", shown ? "visible" : "hidden");
      }
    }
  }

  class Stepper extends HTMLElement {
    static speed = "1"; // chosen once for all steppers of the page
    // Who makes a stepper while a page is open may set a teller before it is put there. It has the
    // sentences that are in no list: step(at), there(text, steps) and stamp(k, cell), all as HTML,
    // and the name of a kernel's cell: nameStamp(k, cell). Where it has name(array, index), it names
    // the other cells, too.
    teller = null;
    stored = false; // whether the kernel is shown as it is stored

    connectedCallback() {
      if (document.readyState === "loading") {
        document.addEventListener("DOMContentLoaded", () => this.begin(), { once: true });
      } else this.begin();
    }

    disconnectedCallback() {
      this.pause();
    }

    begin() {
      if (this.plan) return; // only moved to another place of the page
      this.plan = JSON.parse(this.dataset.plan);
      const panels = (part) =>
        [...this.querySelectorAll(`.${part} > .slice`)].map((slice) => new Panel(slice));
      [this.here, this.there, this.stamp] = ["here", "there", "stamp"].map(panels);
      this.now = this.querySelector(".now");
      this.controls = this.querySelector(".controls");
      // The kernel as it lies; who makes a stepper while a page is open writes it afterwards.
      this.texts = this.stamp.map((panel, k) =>
        this.plan.weights?.[k].map(written) ?? panel.texts.map(() => "")
      );
      this.sentences = [...this.querySelectorAll("details ol > li")];
      this.slider = this.controls.querySelector("input");
      this.resetControls();
      this.count = this.plan.shape.reduce((a, b) => a * b);
      this.makeCellsReachable();
      this.listen();
      this.controls.hidden = false;
      this.control("full").hidden = !document.fullscreenEnabled;
      this.control("speed").value = Stepper.speed;
      const [, id, step] = linked();
      this.show(id && id === this.id ? step - 1 : this.plan.start);
      this.hint();
      this.offerShare();
    }

    // A link, pictures and more, on a site that has the script for them.
    offerShare() {
      const button = this.querySelector("[data-do=share]");
      if (!button) return;
      button.hidden = false;
      button.setAttribute("aria-expanded", false);
      this.querySelector(".share")?.remove(); // of a page that was saved with it
      button.addEventListener("click", () => {
        if (globalThis.convdocShare) return globalThis.convdocShare(this, button);
        button.disabled = true; // while it loads
        const script = document.createElement("script");
        script.src = button.dataset.script;
        script.addEventListener("load", () => {
          button.disabled = false;
          globalThis.convdocShare(this, button);
        });
        script.addEventListener("error", () => (button.disabled = false));
        document.head.append(script);
      });
    }

    // A cell to click, on the first figure of a page, for readers who have clicked none so far.
    hint() {
      if (this.teller || this.count === 1 || isKept(TRIED)) return;
      if (document.querySelector("convdoc-stepper") !== this) return;
      const [n, c, i, j] = this.index(this.at + (this.at < this.count - 1 ? 1 : -1));
      const panel = this.here[n * this.plan.shape[1] + c];
      const mark = add(panel.svg, "path", { class: "hint", d: box(i, j, 1, 1) });
      const take = (event) => {
        if (!event.target.closest(".slice")) return;
        keep(TRIED);
        mark.remove();
        this.removeEventListener("click", take);
      };
      this.addEventListener("click", take);
    }

    // A page may have been saved while it played, or with the kernel turned.
    resetControls() {
      this.querySelector(".frames")?.remove();
      this.setPlaying(false);
      if (this.control("stored")?.getAttribute("aria-pressed") === "true") {
        this.stored = true;
        this.turnStamp();
      }
    }

    control(name) {
      return this.controls.querySelector(`[data-do="${name}"]`);
    }

    // -- Steps and what belongs to them ---------------------------------------------------------

    index(step) {
      const [, channels, rows, columns] = this.plan.shape;
      const cell = Math.floor(step / columns);
      const channel = Math.floor(cell / rows);
      return [Math.floor(channel / channels), channel % channels, cell % rows, step % columns];
    }

    step([n, c, i, j]) {
      const [, channels, rows, columns] = this.plan.shape;
      return ((n * channels + c) * rows + i) * columns + j;
    }

    // The cell of the pixel that a cell holds: another one where a border repeats pixels.
    home([row, column]) {
      const { homes } = this.plan;
      return homes ? [homes[0][row], homes[1][column]] : [row, column];
    }

    // A pixel's cell and those beyond the border that repeat it; of such a cell, itself alone.
    copies(cell) {
      const { homes } = this.plan;
      if (!homes || String(this.home(cell)) !== String(cell)) return [cell];
      const [rows, columns] = homes.map((along, axis) =>
        range(along.length).filter((at) => along[at] === cell[axis])
      );
      return rows.flatMap((row) => columns.map((column) => [row, column]));
    }

    start(step) {
      const [, , i, j] = this.index(step);
      return [this.plan.starts[0][i], this.plan.starts[1][j]];
    }

    // Cells of the window, counted from its first.
    offsets() {
      const [height, width] = this.plan.window, [down, across] = this.plan.dilation;
      return range(height).flatMap((u) => range(width).map((v) => [u * down, v * across]));
    }

    // Steps of the sample on show whose window holds a cell of a channel there.
    stepsOver(channel, [row, column]) {
      const covers = (axis, start, cell) => {
        const place = (cell - start) / this.plan.dilation[axis];
        return Number.isInteger(place) && place >= 0 && place < this.plan.window[axis];
      };
      const [n] = this.index(this.at);
      const along = (axis, cell) =>
        range(this.plan.shape[axis + 2]).filter((at) =>
          covers(axis, this.plan.starts[axis][at], cell)
        );
      const channels = range(this.plan.shape[1]).filter((c) =>
        this.plan.reach[c].includes(channel)
      );
      return channels.flatMap((c) =>
        along(0, row).flatMap((i) => along(1, column).map((j) => this.step([n, c, i, j])))
      );
    }

    // -- Show a step ----------------------------------------------------------------------------

    show(step) {
      this.at = Math.max(0, Math.min(this.count - 1, step));
      const [n, c, i, j] = this.index(this.at);
      this.unlight();
      this.here.forEach((panel, k) => {
        const mine = this.indexOfPanel(k, this.plan.shape);
        panel.slice.hidden = mine[0] !== n;
        panel.put(mine[0] === n && mine[1] === c, i, j);
        panel.moveTabStop(i * panel.columns + j);
        if (!this.plan.scatters) panel.todo?.setAttribute("d", this.stillToCome(mine));
      });
      const [row, column] = this.start(this.at);
      this.there.forEach((panel, k) => {
        const [sample, channel] = this.indexOfPanel(k, this.plan.size);
        const slot = this.plan.reach[c].indexOf(channel);
        panel.slice.hidden = sample !== n;
        panel.slice.classList.toggle("idle", slot < 0);
        panel.put(sample === n && slot >= 0, row, column);
        if (this.plan.scatters) this.addUp(panel, n, channel, slot);
        else if (slot >= 0) this.weigh(panel, c, slot);
      });
      this.showStamp(c);
      this.say();
      this.dispatchEvent(new Event("step"));
    }

    indexOfPanel(k, shape) {
      return [Math.floor(k / shape[1]), k % shape[1]];
    }

    // The rest of the row, and all rows below it.
    stillToCome([n, c]) {
      const [, , rows, columns] = this.plan.shape;
      const done = Math.max(0, Math.min(rows * columns, this.at + 1 - this.step([n, c, 0, 0])));
      const row = Math.floor(done / columns), column = done % columns;
      const below = column ? row + 1 : row;
      return (column ? box(row, column, 1, columns - column) : "") +
        box(below, 0, rows - below, columns);
    }

    // The output of a scattering: the sums of all steps of this sample up to now.
    addUp(panel, n, channel, slot) {
      const { window, dilation, reach, empty, added, sums, homes } = this.plan;
      const offsets = this.offsets();
      const whole = !homes && dilation.every((step) => step === 1);
      const parts = whole ? [[0, 0, ...window]] : offsets.map((offset) => [...offset, 1, 1]);
      const numbers = panel.texts.map(() => empty?.[channel]);
      let path = "";
      for (let step = this.step([n, 0, 0, 0]); step <= this.at; step += 1) {
        const which = reach[this.index(step)[1]].indexOf(channel);
        if (which < 0) continue;
        const [row, column] = this.start(step);
        for (const [u, v, height, width] of parts) {
          path += homes
            ? boxes(this.copies(this.home([row + u, column + v])))
            : box(row + u, column + v, height, width);
        }
        offsets.forEach(([u, v], k) => {
          for (const [r, c] of this.copies(this.home([row + u, column + v]))) {
            numbers[r * panel.columns + c] = sums?.[step][which * offsets.length + k];
          }
        });
      }
      panel.filled?.setAttribute("d", path);
      if (!sums) return;
      panel.texts.forEach((text, cell) => (text.textContent = written(numbers[cell])));
      if (slot < 0) return;
      const first = slot * offsets.length;
      panel.corners.forEach((text, k) => {
        text.textContent = signed(written(added[this.at][first + k]));
      });
    }

    // The corners under a window that reads: the kernel as it lies there.
    weigh(panel, channel, slot) {
      const stamp = this.texts[channel * this.plan.reach[channel].length + slot];
      if (stamp) panel.corners.forEach((text, k) => (text.textContent = `×${stamp[k]}`));
    }

    // Other numbers in a panel; those of the kernel are given as it lies.
    write(part, k, texts) {
      const panel = this[part][k];
      if (part === "stamp") this.texts[k] = texts;
      const shown = part === "stamp" && this.isStored() ? texts.toReversed() : texts;
      panel.texts.forEach((text, cell) =>
        text.textContent !== shown[cell] && (text.textContent = shown[cell])
      );
    }

    showStamp(channel) {
      const slices = this.stamp.length / this.plan.shape[1];
      this.stamp.forEach((panel, k) => (panel.slice.hidden = Math.floor(k / slices) !== channel));
    }

    say() {
      const { words } = this.plan;
      const count = fill(words.step, { step: this.at + 1, count: this.count });
      const sentence = this.sentence();
      if (this.now.innerHTML !== sentence) this.now.innerHTML = sentence; // else it would be said again
      this.slider.value = this.at;
      this.slider.setAttribute("aria-valuetext", count);
      this.controls.querySelector(".count").textContent = count;
      this.index(this.at).slice(0, 2).forEach((value, axis) => {
        const choice = this.control(axis);
        if (choice) choice.value = value;
      });
    }

    sentence() {
      if (this.teller) return this.teller.step(this.index(this.at));
      if (this.sentences.length) return this.sentences[this.at].innerHTML;
      const at = this.index(this.at), [rows, columns] = this.plan.places;
      const element = this.name(0, at);
      return fill(this.plan.words.window, { element, rows: rows[at[2]], columns: columns[at[3]] });
    }

    // Such as y[0, 2], of the array here (0) or there (1).
    name(array, at) {
      if (this.teller?.name) return this.teller.name(array, at);
      const shape = array ? this.plan.size : this.plan.shape;
      const index = shape[0] * shape[1] === 1 ? at.slice(2) : at;
      return `${this.plan.names[array]}[${index.join(", ")}]`;
    }

    // -- Which steps a cell takes part in -------------------------------------------------------

    light(k, cell) {
      const [n, channel] = this.indexOfPanel(k, this.plan.size);
      const cells = this.copies(cell), home = this.home(cell);
      const steps = [...new Set(cells.flatMap((cell) => this.stepsOver(channel, cell)))];
      const lit = String(home) === String(cell) ? cells : [cell, home];
      this.here.forEach((panel, which) => {
        const mine = this.indexOfPanel(which, this.plan.shape);
        const cells = steps.map((step) => this.index(step)).filter((at) =>
          at[0] === mine[0] && at[1] === mine[1]
        );
        panel.lit.setAttribute("d", boxes(cells.map((at) => at.slice(2))));
      });
      this.there.forEach((panel, which) =>
        panel.lit.setAttribute("d", which === k ? boxes(lit) : "")
      );
      const text = fill(this.plan.words.meets, {
        element: this.nameThere(n, channel, ...cell),
        count: steps.length,
        all: this.count / this.plan.shape[0],
      });
      if (!this.teller) this.now.textContent = text;
      else this.now.innerHTML = this.teller.there(text, steps.map((step) => this.index(step)));
    }

    // The cells that a kernel cell lies on, at all steps of the filter on show.
    lightStamp(k, cell) {
      const slices = this.stamp.length / this.plan.shape[1];
      const channel = Math.floor(k / slices), [n] = this.index(this.at);
      const [u, v] = this.asItLies(this.stamp[k], cell).map((at, axis) =>
        at * this.plan.dilation[axis]
      );
      const [rows, columns] = this.plan.starts;
      this.unlight();
      this.there.forEach((panel, which) => {
        const [sample, at] = this.indexOfPanel(which, this.plan.size);
        const under = sample === n && this.plan.reach[channel][k % slices] === at;
        panel.lit.setAttribute(
          "d",
          under ? boxes(rows.flatMap((row) => columns.map((column) => [row + u, column + v]))) : "",
        );
      });
      this.stamp[k].lit.setAttribute("d", boxes([cell]));
      this.now.innerHTML = this.teller.stamp(k, cell);
    }

    isStored() {
      return this.stored;
    }

    // Turned back, where the kernel is shown as it is stored.
    asItLies(panel, [row, column]) {
      return this.isStored() ? [panel.rows - 1 - row, panel.columns - 1 - column] : [row, column];
    }

    unlight() {
      for (const panel of [...this.here, ...this.there, ...this.stamp]) {
        panel.lit.setAttribute("d", "");
      }
    }

    nameThere(n, channel, row, column) {
      const { around, spread, size, homes, missing, words } = this.plan;
      const placeOf = (cell) => cell.map((at, axis) => (at - around[axis]) / spread[axis]);
      const place = placeOf([row, column]);
      const real = place.every((at, axis) =>
        Number.isInteger(at) && at >= 0 && at < size[axis + 2]
      );
      if (real) return this.name(1, [n, channel, ...place]);
      if (homes) {
        const pixel = this.name(1, [n, channel, ...placeOf(this.home([row, column]))]);
        return fill(words.copy, { pixel, row: written(place[0]), column: written(place[1]) });
      }
      const [{ rows, columns }] = this.there;
      const isMissing = missing && (row >= rows - missing[0] || column >= columns - missing[1]);
      return isMissing ? words.nothing : words.surround;
    }

    // -- Mouse, finger, keys --------------------------------------------------------------------

    makeCellsReachable() {
      this.here.forEach((panel, k) => {
        const at = this.indexOfPanel(k, this.plan.shape);
        panel.becomeGrid((row, column) => this.name(0, [...at, row, column]));
        const go = (cell) => {
          const step = this.step([...at, ...cell]);
          if (step !== this.at) this.jump(step);
        };
        this.react(panel, go, () => {});
      });
      this.there.forEach((panel, k) => {
        const at = this.indexOfPanel(k, this.plan.size);
        panel.becomeGrid((row, column) => this.nameThere(...at, row, column));
        this.react(panel, (cell) => this.light(k, cell), () => this.show(this.at));
      });
      if (!this.teller) return;
      this.stamp.forEach((panel, k) => {
        panel.becomeGrid((row, column) => this.teller.nameStamp(k, [row, column]));
        this.react(panel, (cell) => this.lightStamp(k, cell), () => this.show(this.at));
      });
    }

    // Not on the drawing itself: an SVG that listens for focus could be focused as a whole.
    react(panel, enter, leave) {
      let last = "";
      const visit = (cell) => {
        if (cell && String(cell) !== last) enter(cell);
        last = String(cell);
      };
      panel.slice.addEventListener("pointermove", (event) => {
        if (event.pointerType !== "touch") visit(panel.cellAt(event));
      });
      panel.slice.addEventListener("pointerleave", (event) => {
        last = "";
        if (event.pointerType === "touch") return;
        const focused = document.activeElement; // a cell that was chosen tells again
        if (focused?.matches("[role=gridcell]") && this.contains(focused)) {
          focused.dispatchEvent(new FocusEvent("focusin", { bubbles: true }));
        } else leave();
      });
      panel.slice.addEventListener("click", (event) => {
        const cell = panel.cellAt(event);
        if (!cell) return;
        const text = panel.texts[cell[0] * panel.columns + cell[1]];
        if (document.activeElement === text) enter(cell);
        else text.focus({ preventScroll: true }); // which enters; arrow keys go on from there
      });
      panel.slice.addEventListener("focusin", (event) => {
        const cell = panel.texts.indexOf(event.target);
        enter([Math.floor(cell / panel.columns), cell % panel.columns]);
      });
      panel.slice.addEventListener("focusout", leave);
      panel.slice.addEventListener("keydown", (event) => {
        const moves = {
          ArrowLeft: [0, -1],
          ArrowRight: [0, 1],
          ArrowUp: [-1, 0],
          ArrowDown: [1, 0],
        };
        const cell = panel.texts.indexOf(event.target);
        if (!moves[event.key] || cell < 0) return;
        event.preventDefault();
        event.stopPropagation();
        const row = Math.floor(cell / panel.columns) + moves[event.key][0];
        const column = (cell % panel.columns) + moves[event.key][1];
        if (row >= 0 && row < panel.rows && column >= 0 && column < panel.columns) {
          panel.texts[row * panel.columns + column].focus();
        }
      });
    }

    listen() {
      const actions = {
        back: () => this.jump(this.at - 1),
        forward: () => this.jump(this.at + 1),
        play: () => (this.timer ? this.pause() : this.play()),
        stored: () => this.turnStamp(),
        full:
          () => (this.isFull()
            ? document.exitFullscreen()
            : this.requestFullscreen().catch(() => {})),
      };
      this.controls.addEventListener("click", (event) => actions[event.target.dataset.do]?.());
      this.slider.addEventListener("input", () => this.jump(Number(this.slider.value)));
      this.controls.addEventListener("change", ({ target }) => {
        if (target.dataset.do === "speed") {
          Stepper.speed = target.value;
          for (const other of document.querySelectorAll("convdoc-stepper [data-do=speed]")) {
            other.value = target.value;
          }
        } else if (target.matches("select")) {
          const at = this.index(this.at);
          at[target.dataset.do] = Number(target.value);
          this.jump(this.step(at));
        }
      });
      this.listenInFullScreen();
      this.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
        event.stopPropagation(); // or a notebook would take keys for its own commands
        if (event.target.closest("input, select, details")) return;
        const steps = {
          ArrowLeft: this.at - 1,
          ArrowRight: this.at + 1,
          Home: 0,
          End: this.count - 1,
        };
        if (!(event.key in steps)) return;
        event.preventDefault();
        this.jump(steps[event.key]);
        if (event.target.closest(".here")) this.focusHere();
      });
    }

    // -- Full screen, in class --------------------------------------------------------------------

    isFull() {
      return document.fullscreenElement === this;
    }

    // From the first step, as large as the screen allows.
    listenInFullScreen() {
      this.addEventListener("fullscreenchange", () => {
        this.blank = false;
        if (this.isFull()) {
          this.jump(0);
          this.fit();
          this.tabIndex = -1;
          this.focus(); // or Space would press the button that was clicked
        } else this.unfit();
      });
      addEventListener("resize", () => this.isFull() && this.fit());
      for (const type of ["keydown", "keyup"]) {
        this.addEventListener(type, (event) => this.present(event), { capture: true });
      }
    }

    set blank(on) {
      this.classList.toggle("blank", on);
    }

    // Keys of a presenter. A button hears Space when the key goes up, so that both are taken.
    present(event) {
      if (!this.isFull() || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) {
        return;
      }
      const isArrow = event.key.startsWith("Arrow");
      if (isArrow && event.target.closest("select, input, [role=gridcell]")) return;
      if (event.key === " " && event.target.closest("select")) return;
      const forward = ["PageDown", " ", "ArrowRight", "ArrowDown"].includes(event.key);
      const back = ["PageUp", "ArrowLeft", "ArrowUp"].includes(event.key);
      const ends = { Home: 0, End: this.count - 1 };
      const isBlank = event.key.toLowerCase() === "b";
      if (!forward && !back && !isBlank && !(event.key in ends)) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.type === "keyup") return;
      if (isBlank) {
        this.blank = !this.classList.contains("blank");
        return;
      }
      this.blank = false;
      this.jump(ends[event.key] ?? this.at + (forward ? 1 : -1));
    }

    // The largest cells with which the figure, its controls and its longest sum are on the screen:
    // the slices of each array side by side or one below the other, and so are the arrays.
    fit() {
      this.unfit();
      const stage = this.querySelector(".stage"), now = this.now.innerHTML;
      const longest = this.sentences.reduce(
        (most, item) => item.textContent.length > most.textContent.length ? item : most,
        this.now,
      );
      this.now.innerHTML = longest.innerHTML;
      this.now.style.minHeight = `${this.now.offsetHeight}px`; // so that no step moves the figure
      this.now.innerHTML = now;
      const parts = [stage, ...stage.querySelectorAll(".block")].filter((part) => {
        const shown = [...part.children].filter((child) =>
          child.matches(".block, .slice:not([hidden])")
        );
        part.style.setProperty("--slices", shown.length);
        return shown.length > 1;
      });
      const arrange = (choice) =>
        parts.forEach((part, k) => part.classList.toggle("turned", Boolean(choice & (1 << k))));
      const fits = (cell) => {
        stage.style.setProperty("--cell", `${cell}px`);
        return stage.scrollWidth <= stage.clientWidth && stage.scrollHeight <= stage.clientHeight;
      };
      const best = { cell: LEAST_CELL, choice: 0 };
      for (const choice of range(1 << parts.length)) {
        arrange(choice);
        if (!fits(best.cell + 1)) continue;
        let [low, high] = [best.cell + 1, MOST_CELL];
        while (low < high) {
          const middle = Math.ceil((low + high) / 2);
          if (fits(middle)) low = middle;
          else high = middle - 1;
        }
        Object.assign(best, { cell: low, choice });
      }
      arrange(best.choice);
      stage.style.setProperty("--cell", `${best.cell}px`);
    }

    unfit() {
      this.now.style.minHeight = "";
      this.querySelector(".stage").style.removeProperty("--cell");
      for (const part of this.querySelectorAll(".turned")) part.classList.remove("turned");
    }

    // After Home or End on a cell: to the cell of that step.
    focusHere() {
      const [n, c, i, j] = this.index(this.at), [, channels] = this.plan.shape;
      const panel = this.here[n * channels + c];
      panel.texts[i * panel.columns + j].focus();
    }

    jump(step) {
      this.pause();
      this.show(step);
    }

    play() {
      if (this.at === this.count - 1) this.show(0);
      this.setPlaying(true);
      const next = () => {
        this.show(this.at + 1);
        this.timer = this.at < this.count - 1
          ? setTimeout(next, PAUSE / Stepper.speed)
          : this.setPlaying(false);
      };
      this.timer = setTimeout(next, PAUSE / Stepper.speed);
    }

    pause() {
      if (!this.timer) return;
      clearTimeout(this.timer);
      this.timer = undefined;
      this.setPlaying(false);
    }

    // A screen reader hears each step that is asked for, not those that run past.
    setPlaying(playing) {
      const { words } = this.plan;
      this.control("play").textContent = playing ? words.pause : words.play;
      this.now.setAttribute("aria-live", playing ? "off" : "polite");
    }

    // The kernel as it is stored, or again as it lies on the image.
    turnStamp() {
      this.stored = !this.stored;
      const { stored } = this;
      this.control("stored").setAttribute("aria-pressed", stored);
      const [flipped, asStored] = this.querySelectorAll(".way > span");
      [flipped.hidden, asStored.hidden] = [stored, !stored];
      this.stamp.forEach((panel, which) => {
        const texts = stored ? this.texts[which].toReversed() : this.texts[which];
        panel.texts.forEach((text, k) => (text.textContent = texts[k]));
        const middle = `${(panel.columns * UNIT) / 2} ${(panel.rows * UNIT) / 2}`;
        for (const fill of panel.svg.querySelectorAll(":scope > [class^=f]")) {
          fill.setAttribute("transform", stored ? `rotate(180 ${middle})` : "");
        }
      });
    }

    // -- Paper: steps side by side --------------------------------------------------------------

    // The steps that paper shows: the first, the one that a screen shows first, the last, some whose
    // windows reach beyond the border, and others, evenly spread.
    framed() {
      const { style } = this.querySelector(".stage");
      const [rows, columns] = ["--rows", "--all"].map((name) => style.getPropertyValue(name));
      const most = rows > TALL || columns > WIDE ? FEW_FRAMES : MOST_FRAMES;
      const chosen = new Set([0, this.plan.start, this.count - 1]);
      const add = (count, isMeant) => {
        const steps = range(this.count).filter((step) => !chosen.has(step) && isMeant(step));
        const some = Math.min(count, steps.length);
        for (const k of range(some)) {
          chosen.add(steps[Math.floor(((k + 0.5) * steps.length) / some)]);
        }
      };
      add(Math.ceil((most - chosen.size) / 2), (step) => this.isAtBorder(step));
      add(most - chosen.size, (step) => !this.isAtBorder(step));
      add(most - chosen.size, () => true);
      return [...chosen].sort((a, b) => a - b);
    }

    isAtBorder(step) {
      const { window, dilation, around, spread, size } = this.plan;
      return this.start(step).some((start, axis) => {
        const end = start + (window[axis] - 1) * dilation[axis];
        return start < around[axis] || end > around[axis] + (size[axis + 2] - 1) * spread[axis];
      });
    }

    makeFrames() {
      // What is folded is not printed, and what was folded is printed as one picture.
      if (!this.plan || this.closest("details") || this.querySelector(".frames")) return;
      this.pause();
      const now = this.at;
      const frames = document.createElement("ol");
      frames.className = "frames";
      frames.style = this.querySelector(".stage").getAttribute("style");
      for (const step of this.framed()) {
        this.show(step);
        const frame = frames.appendChild(document.createElement("li"));
        frame.append(
          ...[".count", ".stage", ".now"].map((part) => this.querySelector(part).cloneNode(true)),
        );
        frame.querySelector(".now").removeAttribute("aria-live");
      }
      this.now.after(frames);
      this.show(now);
    }
  }

  // A link to a figure at a step, as in #stepper-2.5, where the first step is 1.
  const linked = () => /^#(stepper-\d+)\.(\d{1,6})$/.exec(location.hash) ?? [];
  const visit = () => {
    const [, id, step] = linked(), figure = id && document.getElementById(id);
    if (!figure?.plan) return;
    figure.jump(step - 1);
    figure.scrollIntoView();
  };
  addEventListener("load", visit);
  addEventListener("hashchange", visit);

  const all = () => document.querySelectorAll("convdoc-stepper");
  addEventListener("beforeprint", () => all().forEach((stepper) => stepper.makeFrames()));
  addEventListener(
    "afterprint",
    () => all().forEach((stepper) => stepper.querySelector(".frames")?.remove()),
  );
  customElements.define("convdoc-stepper", Stepper);
})();
