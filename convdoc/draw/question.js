// Checks answers. Right and wrong ones, and all words, are in the page: question.py wrote them.
(() => {
  if (customElements.get("convdoc-question")) return; // a notebook loads this once for each box

  const HINTS = 2;
  const CHANGED = "convdoc-answers"; // an event of the document, for lines that count what is done

  // What a reader wrote, {text, hints, right} for a question's name: kept in this browser, or, where
  // it keeps nothing, as long as the page is open.
  const kept = {
    here: new Map(),
    key: (name) => `convdoc-exercise:${name}`,
    read(name) {
      let text;
      try {
        text = localStorage.getItem(this.key(name));
      } catch {
        text = this.here.get(name);
      }
      try {
        const found = JSON.parse(text);
        if (typeof found.text === "string") return found;
      } catch {
        // nothing is kept, or something else lies there
      }
      return { text: "", hints: 0, right: false };
    },
    write(name, state) {
      const text = JSON.stringify(state);
      try {
        if (state) localStorage.setItem(this.key(name), text);
        else localStorage.removeItem(this.key(name));
      } catch {
        this.here.set(name, text);
      }
      document.dispatchEvent(new CustomEvent(CHANGED, { detail: { name, cleared: !state } }));
    },
  };

  const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  const toNumber = (text) => (NUMBER.test(text) ? Number(text) : NaN);
  const tidy = (text) => text.replaceAll("−", "-").trim();
  // 96_040_000, 96,040,000 and 96 040 000 are one number; 1,5 is none.
  const ungrouped = (
    text,
  ) => (/^[+-]?\d{1,3}([,_\s]\d{3})+(\.\d+)?$/.test(text) ? text.replace(/[,_\s]/g, "") : text);
  const shapeOf = (value) => (Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : []);
  // Lists within lists, until the bracket that closes this one; takes from the tokens what it reads.
  const nested = (tokens) => {
    const items = [];
    for (let token; (token = tokens.shift()) !== undefined && token !== "]";) {
      items.push(token === "[" ? nested(tokens) : toNumber(token));
    }
    return items;
  };
  const squeezed = (
    value,
  ) => (value.length === 1 && Array.isArray(value[0]) ? squeezed(value[0]) : value);
  const isEven = (value) =>
    !Array.isArray(value) ||
    value.every((part) => isEven(part) && `${shapeOf(part)}` === `${shapeOf(value[0])}`);

  // Each kind of answer, read from what was written; a string is the name of what is wrong with it.
  const READ = {
    integer(text) {
      const value = toNumber(ungrouped(text));
      return Number.isInteger(value) ? value : "not integer";
    },
    number(text) {
      const [, above, below] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [, text, "1"];
      const value = toNumber(ungrouped(above.trim())) / toNumber(ungrouped(below.trim()));
      return Number.isFinite(value) ? value : "not number";
    },
    shape(text) {
      const values = text.replace(/^[([]|[)\]]$/g, "").split(/[\s,×x]+/).filter(Boolean).map(
        toNumber,
      );
      return values.length && values.every(Number.isInteger) ? values : "not shape";
    },
    array(text) {
      const inner = text.replace(/^(array|np\.array|tensor)\(/, "").replace(
        /(,\s*dtype=[\w.]+)?\)$/,
        (end) => (text.startsWith("(") ? end : ""),
      )
        .replaceAll("(", "[")
        .replaceAll(")", "]");
      const rows = inner.includes("[")
        ? [inner]
        : inner.split("\n").filter((row) => row.trim()).map((row) => `[${row}]`);
      const tokens = rows.join(" ").match(/[[\]]|[^\s,;[\]]+/g) ?? [];
      const balanced = tokens.filter((token) => token === "[").length ===
        tokens.filter((token) => token === "]").length;
      const value = squeezed(nested(tokens));
      if (tokens.length || !balanced || !value.length || value.flat(Infinity).some(Number.isNaN)) {
        return "not array";
      }
      return isEven(value) ? value : "ragged";
    },
  };

  const asTuple = (shape) => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`; // as Python
  const agree = (a, b, tolerance) =>
    Array.isArray(a) && Array.isArray(b)
      ? a.length === b.length && a.every((part, at) => agree(part, b[at], tolerance))
      : Math.abs(a - b) <= tolerance; // of an array and a number: NaN, never at most that
  // A sentence with its parts put in by their names.
  const fill = (sentence, parts) => sentence.replace(/\{(\w+)\}/g, (_, name) => parts[name]);

  // An element that begins when what it holds is there: while a page is read, that is later.
  class Whole extends HTMLElement {
    connectedCallback() {
      if (document.readyState !== "loading") this.begin();
      else document.addEventListener("DOMContentLoaded", () => this.begin(), { once: true });
    }
  }

  class Question extends Whole {
    begin() {
      if (this.plan) return; // moved within the page
      this.plan = JSON.parse(this.dataset.plan);
      this.form = this.querySelector("form");
      this.field = this.form.querySelector("input, textarea");
      this.said = this.querySelector(".said");
      this.form.hidden = false;
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.check();
      });
      this.form.addEventListener("click", ({ target }) => {
        if (target.dataset.do === "hint") this.hint();
        if (target.dataset.do === "clear") this.clear();
      });
      this.field.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.form.requestSubmit();
      });
      document.addEventListener(CHANGED, ({ detail }) => {
        if (detail.cleared && detail.name === this.plan.name) this.restore();
      });
      this.restore();
      this.said.setAttribute("role", "status"); // from now on: what was said before is not news
    }
    // What was answered at an earlier visit is judged again: the question may be another one now.
    restore() {
      this.state = kept.read(this.plan.name);
      this.field.value = this.state.text;
      this.tell("", "");
      const { text, right } = this.state;
      if (text) this.judge(text);
      if (this.state.right !== right) kept.write(this.plan.name, this.state);
    }
    check() {
      const text = this.field.value.trim();
      if (!text) return this.tell("open", this.plan.words.empty);
      const again = text === this.state.text;
      this.state.text = text;
      if (this.judge(text) === "unknown" && !again) {
        this.state.hints = Math.min(this.state.hints + 1, HINTS + 1);
        this.judge(text);
      }
      kept.write(this.plan.name, this.state);
    }
    // Say what is to be said about an answer; an unknown one is given the hint that is its turn.
    judge(text) {
      const { plan, state } = this;
      const { words, said, tolerance } = plan;
      const answer = READ[plan.kind](tidy(text));
      state.right = false;
      if (typeof answer === "string") return this.tell("open", words[answer]);
      if (agree(answer, plan.right, tolerance)) {
        state.right = true;
        return this.tell("right", said.right);
      }
      const known = plan.wrong.find(([wrong, , near]) => agree(answer, wrong, near));
      if (known) return this.tell("open", known[1]);
      if (!state.hints) return "unknown";
      const [given, right] = [shapeOf(answer), shapeOf(plan.right)].map(asTuple);
      const aside = plan.kind === "array" && given !== right
        ? `${fill(said.shape, { given, right })} `
        : "";
      const hint = plan.hints[state.hints - 1];
      this.tell("open", aside + (hint ? fill(plan.hinted[state.hints - 1], { hint }) : said.end));
      return "unknown";
    }
    hint() {
      this.state.hints = Math.min(this.state.hints + 1, HINTS + 1);
      const hint = this.plan.hints[this.state.hints - 1];
      this.tell(
        "open",
        hint
          ? fill(this.plan.hinted[HINTS + this.state.hints - 1], { hint })
          : this.plan.words["no more hints"],
      );
    }
    clear() {
      kept.write(this.plan.name, null);
      this.field.focus();
    }
    tell(state, html) {
      this.dataset.state = state;
      this.said.innerHTML = html; // of the page's own words, never the reader's
      this.querySelector(".done").hidden = state !== "right";
      this.form.querySelector("[data-do=hint]").hidden = state === "right";
      this.form.querySelector("[data-do=clear]").hidden = !state;
    }
  }

  class Progress extends Whole {
    begin() {
      const { names, words } = JSON.parse(this.dataset.plan);
      const count = () => {
        const done = names.filter((name) => kept.read(name).right).length;
        Object.assign(this.querySelector("progress"), { max: names.length, value: done });
        this.querySelector("span").textContent = fill(words, { done, all: names.length });
        this.querySelector("button").hidden = !names.some((name) => kept.read(name).text);
      };
      this.querySelector("button").addEventListener(
        "click",
        () => names.forEach((name) => kept.write(name, null)),
      );
      document.addEventListener(CHANGED, count);
      globalThis.addEventListener("pageshow", count); // back from a page where something was answered
      count();
      this.hidden = false;
    }
  }

  // A mark beside the name of a question that is done.
  class Done extends Whole {
    begin() {
      const show = () => (this.firstElementChild.hidden = !kept.read(this.dataset.name).right);
      document.addEventListener(CHANGED, show);
      globalThis.addEventListener("pageshow", show);
      show();
    }
  }

  customElements.define("convdoc-question", Question);
  customElements.define("convdoc-done", Done);
  customElements.define("convdoc-progress", Progress);
})();
