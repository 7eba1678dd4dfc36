// Checks answers. Right and wrong ones, and all words, are in the page: question.py wrote them.
(() => {
  if (customElements.get("convdoc-question")) return; // a notebook loads this once for each box

  const HINTS = 2;
  const LONGEST = 20_000; // characters of an answer: more are not read, and not kept
  const DEEPEST = 8; // lists within lists
  const CHANGED = "convdoc-answers"; // an event of the document, for lines that count what is done

  // What a reader wrote, {text, hints, right} for a question's name: kept in this browser, or, where
  // it keeps nothing or has no room, as long as the page is open.
  const kept = {
    here: new Map(),
    key: (name) => `convdoc-exercise:${name}`,
    read(name) {
      try {
        const found = JSON.parse(this.here.get(name) ?? localStorage.getItem(this.key(name)));
        if (typeof found.text === "string" && found.text.length <= LONGEST) return found;
      } catch {
        // nothing is kept, or the entry is not an answer
      }
      return { text: "", hints: 0, right: false };
    },
    write(name, state) {
      const text = JSON.stringify(state);
      this.here.delete(name);
      try {
        if (state) localStorage.setItem(this.key(name), text);
        else localStorage.removeItem(this.key(name));
        // A page may put an object that forgets in the place of a storage that is denied.
        if (state && !(localStorage instanceof Storage)) this.here.set(name, text);
      } catch {
        if (state) this.here.set(name, text);
      }
      document.dispatchEvent(new CustomEvent(CHANGED, { detail: { name, cleared: !state } }));
    },
    lasts: (name) => !kept.here.has(name),
  };

  const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
  const toNumber = (text) => (NUMBER.test(text) ? Number(text) : NaN);
  const tidy = (text) => text.replaceAll("−", "-").trim();
  // 96_040_000, 96,040,000 and 96 040 000 are one number; 1,5 is none.
  const ungrouped = (
    text,
  ) => (/^[+-]?\d{1,3}([,_\s]\d{3})+(\.\d+)?$/.test(text) ? text.replace(/[,_\s]/g, "") : text);
  const shapeOf = (value) => (Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : []);
  // The lists within lists that tokens stand for; null if a bracket has no other, or all are too deep.
  const nested = (tokens) => {
    const open = [[]];
    for (const token of tokens) {
      if (token === "]") open.pop();
      else {
        const item = token === "[" ? [] : toNumber(token);
        open.at(-1).push(item);
        if (token === "[") open.push(item);
      }
      if (!open.length || open.length > DEEPEST) return null;
    }
    return open.length === 1 ? open[0] : null;
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
      const found = nested(tokens);
      const value = found && squeezed(found);
      if (!value?.length || value.flat(Infinity).some(Number.isNaN)) return "not array";
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

  // A question's form, and what the page says to an answer.
  class Box {
    constructor(element) {
      this.element = element;
      this.plan = JSON.parse(element.dataset.plan);
      this.words = JSON.parse(element.closest("[data-words]").dataset.words);
      this.form = element.querySelector("form");
      this.field = this.form.querySelector("input, textarea");
      this.said = element.querySelector(".said");
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
      this.form.hidden = false;
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
      if (!text) return this.tell("open", this.words.empty);
      if (text.length > LONGEST) {
        return this.tell("open", fill(this.words["too long"], { most: LONGEST }));
      }
      const again = text === this.state.text;
      this.state.text = text;
      if (this.judge(text) === "unknown" && !again) {
        this.state.hints = Math.min(this.state.hints + 1, HINTS + 1);
        this.judge(text);
      }
      kept.write(this.plan.name, this.state);
      if (!kept.lasts(this.plan.name)) {
        this.said.insertAdjacentHTML("beforeend", `<br><small>${this.words["not kept"]}</small>`);
      }
    }
    // Say what is to be said about an answer; an unknown one is given the hint that is its turn.
    judge(text) {
      const { plan, state, words } = this;
      const answer = READ[plan.kind](tidy(text));
      state.right = false;
      if (typeof answer === "string") return this.tell("open", words[answer]);
      if (agree(answer, plan.right, plan.tolerance)) {
        state.right = true;
        return this.tell("right", words.right);
      }
      const known = plan.wrong.find(([wrong, , near]) => agree(answer, wrong, near));
      if (known) return this.tell("open", known[1]);
      if (!state.hints) return "unknown";
      const [given, right] = [shapeOf(answer), shapeOf(plan.right)].map(asTuple);
      const aside = plan.kind === "array" && given !== right
        ? `${fill(words.shape, { given, right })} `
        : "";
      const hint = plan.hints[state.hints - 1];
      this.tell(
        "open",
        aside + (hint ? fill(words["wrong, with hint"][state.hints - 1], { hint }) : words.end),
      );
      return "unknown";
    }
    hint() {
      this.state.hints = Math.min(this.state.hints + 1, HINTS + 1);
      const which = this.state.hints - 1, hint = this.plan.hints[which];
      this.tell(
        "open",
        hint ? fill(this.words.hints[which], { hint }) : this.words["no more hints"],
      );
    }
    clear() {
      kept.write(this.plan.name, null);
      this.field.focus();
    }
    tell(state, html) {
      this.element.dataset.state = state;
      this.said.innerHTML = html; // of the page's own words, never the reader's
      this.element.querySelector(".done").hidden = state !== "right";
      this.form.querySelector("[data-do=hint]").hidden = state === "right";
      this.form.querySelector("[data-do=clear]").hidden = !state;
    }
  }

  class Question extends Whole {
    #box;
    begin() {
      this.#box ??= new Box(this); // it may only have moved within the page
    }
  }

  class Progress extends Whole {
    begin() {
      const { names, words } = JSON.parse(this.dataset.plan);
      const count = () => {
        const done = names.filter((name) => kept.read(name).right).length;
        Object.assign(this.querySelector("progress"), { max: names.length, value: done });
        this.querySelector("span").textContent = fill(words.progress, { done, all: names.length });
        this.querySelector("button").hidden = !names.some((name) => kept.read(name).text);
        this.querySelector("small").textContent =
          words[names.every(kept.lasts) ? "kept" : "some not kept"];
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

  // A figure of a solution, which a site writes into a <noscript>: it is not drawn before it comes near
  // the screen, or is needed all the same, for paper or for the browser's search.
  class Later extends Whole {
    begin() {
      if (this.querySelector(":scope > noscript")) near.observe(this);
    }
    draw() {
      near.unobserve(this);
      const source = this.querySelector(":scope > noscript");
      if (source) this.innerHTML = source.textContent;
    }
  }
  const near = new IntersectionObserver(
    (seen) => seen.forEach(({ isIntersecting, target }) => isIntersecting && target.draw()),
    { rootMargin: "50%" },
  );
  const drawAll = () =>
    document.querySelectorAll("convdoc-later").forEach((figure) => figure.draw());
  addEventListener("beforeprint", drawAll);
  addEventListener("keydown", ({ key, ctrlKey, metaKey }) => {
    if (key === "F3" || (key === "f" && (ctrlKey || metaKey))) drawAll();
  }, { capture: true });

  customElements.define("convdoc-later", Later);
  customElements.define("convdoc-question", Question);
  customElements.define("convdoc-done", Done);
  customElements.define("convdoc-progress", Progress);
})();
