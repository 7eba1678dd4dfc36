// Puts questions on a sheet: a reader ticks them in the list of all, and the link to the sheet names
// them, as in `exercises/?q=a,b,c`. There the page shows them, in this order, and nothing else.
(() => {
  // A sentence with its parts put in by their names.
  const fill = (sentence, parts) => sentence.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
  const counted = ([one, several], count) => count === 1 ? one : fill(several, { count });
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  class Chosen extends HTMLElement {
    connectedCallback() {
      this.words = JSON.parse(this.dataset.words);
      const asked = new URLSearchParams(location.search).get("q") ?? "";
      const names = new Set(asked.split(",").map((name) => name.trim()).filter(Boolean));
      if (names.size) this.showSheet([...names]);
      else this.offer(this.nextElementSibling.querySelectorAll("li"));
    }

    // A box to tick before each question of the list, and above it the link to their sheet.
    offer(items) {
      const { words } = this;
      const boxes = [...items].map((item) => {
        const link = item.querySelector("a");
        const label = fill(words["choose one"], { title: link.textContent });
        const box = make("input", {
          type: "checkbox",
          value: link.hash.replace("#exercise-", ""),
          ariaLabel: label,
        });
        item.prepend(box);
        return box;
      });
      const line = this.querySelector("p");
      const update = () => {
        const names = boxes.filter((box) => box.checked).map((box) => box.value);
        const text = counted(words.open, names.length);
        line.replaceChildren(
          names.length ? make("a", { href: `?q=${names}`, textContent: text }) : words.choose,
        );
      };
      this.nextElementSibling.addEventListener("change", update);
      addEventListener("pageshow", update); // back from a sheet, a browser ticks the same boxes
      update();
    }

    async showSheet(names) {
      const { words } = this;
      const questions = await Promise.all(names.map((name) => this.load(name)));
      const found = names.filter((_, k) => questions[k]);
      const [section, buttons] = ["article > section", ".convdoc-paper"].map((selector) =>
        document.querySelector(selector)
      );
      const progress = document.querySelector("convdoc-progress").cloneNode(true);
      const plan = { ...JSON.parse(progress.dataset.plan), names: found };
      progress.dataset.plan = JSON.stringify(plan);
      const sheet = document.querySelector("convdoc-sheet").cloneNode(); // with its attributes
      sheet.innerHTML = questions.filter(Boolean).join("");
      sheet.prepend(progress);
      document.title = counted(words.sheet, found.length);
      section.replaceChildren(
        make("h1", { textContent: document.title }),
        ...names.filter((name) => !found.includes(name)).map((name) =>
          make("p", { textContent: fill(words.unknown, { name }) })
        ),
        make("p", {}, make("a", { href: location.pathname, textContent: words["all questions"] })),
        ...(found.length ? [buttons, sheet] : []),
      );
      document.querySelector(".bd-sidebar-secondary")?.remove(); // it lists what is gone
      document.querySelector(".convdoc-address")?.append(location.search);
    }

    // The HTML of a question, or nothing if there is none of this name.
    load(name) {
      if (!/^[\w-]+$/.test(name)) return;
      return new Promise((resolve) => {
        const script = make("script", { src: `${this.dataset.folder}${name}.js` });
        script.onload = () => resolve(globalThis.convdocQuestions[name]);
        script.onerror = () => resolve();
        document.head.append(script);
      });
    }
  }

  customElements.define("convdoc-chosen", Chosen);
})();
