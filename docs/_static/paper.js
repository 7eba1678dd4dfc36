// Makes a page ready for paper when it is printed, and puts it back afterwards.
(() => {
  const root = document.documentElement;
  const undo = []; // what puts the page back, last first
  let key = ""; // the heading of the key, if solutions are asked for

  // Paper is light, whatever the screen is.
  const lighten = () => {
    const { theme } = root.dataset;
    root.dataset.theme = "light";
    undo.push(() => (root.dataset.theme = theme));
  };

  // The page's foot on every sheet, where the browser can put it there.
  const addFoot = () => {
    const text = document.querySelector(".bd-footer").textContent.trim().replace(/\s+/g, " ");
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`@page { @bottom-left { content: ${JSON.stringify(text)} } }`);
    if (!sheet.cssRules[0].cssRules?.length) return;
    sheet.insertRule(".bd-footer { display: none }");
    document.adoptedStyleSheets.push(sheet);
    undo.push(() =>
      document.adoptedStyleSheets.splice(document.adoptedStyleSheets.indexOf(sheet), 1)
    );
  };

  // Each line of code as an element of its own: print.css marks where a long one continues.
  const cutLines = (pre) => {
    const paper = pre.cloneNode(true), range = document.createRange(), lines = [];
    const next = () => {
      const texts = document.createTreeWalker(paper, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const end = texts.currentNode.data.indexOf("\n");
        if (end >= 0) return [texts.currentNode, end + 1];
      }
      return [paper, paper.childNodes.length];
    };
    while (paper.textContent) {
      range.setStart(paper, 0);
      range.setEnd(...next());
      const line = document.createElement("span"), code = document.createElement("span");
      line.className = "paper-line";
      line.append(code);
      code.append(range.extractContents());
      lines.push(line);
    }
    paper.replaceChildren(...lines);
    pre.replaceWith(paper);
    undo.push(() => paper.replaceWith(pre));
  };

  // The code of an example, which is folded on screen; in chapters it is an aside and stays so.
  const openCode = (article) => {
    const folds = ".sphx-glr-example-title .convdoc-code:not([open])";
    for (const fold of article.querySelectorAll(folds)) {
      fold.open = true;
      undo.push(() => (fold.open = false));
    }
  };

  // The solutions of all questions, at the end.
  const addKey = (article) => {
    const section = document.createElement("section");
    section.className = "convdoc-key";
    section.append(Object.assign(document.createElement("h2"), { textContent: key }));
    for (const question of article.querySelectorAll("convdoc-question")) {
      const fold = question.querySelector("details");
      const solution = [...fold.childNodes].slice(1); // after the summary
      const title = question.querySelector("h3").cloneNode(true);
      for (const aside of title.querySelectorAll("small, .done")) aside.remove();
      section.append(title, ...solution);
      undo.push(() => fold.append(...solution));
    }
    article.append(section);
    undo.push(() => section.remove());
  };

  addEventListener("beforeprint", () => {
    const article = document.querySelector("article");
    if (!article || undo.length) return;
    lighten();
    addFoot();
    openCode(article);
    if (key) addKey(article);
    article.querySelectorAll("pre").forEach(cutLines); // tabs that are closed on screen, too
  });
  addEventListener("afterprint", () => {
    while (undo.length) undo.pop()();
    key = "";
  });

  document.querySelector(".convdoc-paper")?.addEventListener("click", ({ target }) => {
    if (!target.matches("button")) return;
    key = target.dataset.key ?? "";
    print();
  });
})();
