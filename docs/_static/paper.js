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

  // The page's address, where it has one and the foot has none.
  const addAddress = () => {
    if (document.querySelector(".convdoc-address") || !location.protocol.startsWith("http")) return;
    const address = document.createElement("span");
    address.className = "convdoc-address";
    address.textContent = ` ${location.href.replace(location.hash, "")}`;
    [...document.querySelectorAll(".bd-footer p")].at(-1).append(address);
    undo.push(() => address.remove());
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

  // What the text needs of what is folded on screen: tables, and the code of an example. In chapters
  // the code of a figure is an aside and stays folded.
  const open = (article) => {
    const folds =
      ":is(.sphx-glr-example-title .convdoc-code, details:has(> .convdoc-table-scroller)):not([open])";
    for (const fold of article.querySelectorAll(folds)) {
      fold.open = true;
      undo.push(() => (fold.open = false));
    }
  };

  // Answers at the end: of an example, and of questions if they are asked for.
  const addKey = (article) => {
    const questions = key ? "convdoc-question > details, " : "";
    const folds = article.querySelectorAll(`${questions}.convdoc-answer`);
    if (!folds.length) return;
    const section = document.createElement("section"), heading = document.createElement("h2");
    section.className = "convdoc-key";
    heading.textContent = key || folds[0].querySelector("summary").textContent;
    section.append(heading);
    for (const fold of folds) {
      const solution = [...fold.childNodes].slice(1); // after the summary
      const title = fold.closest("convdoc-question")?.querySelector("h3").cloneNode(true);
      for (const aside of title?.querySelectorAll("small, .done") ?? []) aside.remove();
      section.append(...title ? [title] : [], ...solution);
      undo.push(() => fold.append(...solution));
    }
    article.append(section);
    undo.push(() => section.remove());
  };

  addEventListener("beforeprint", () => {
    const article = document.querySelector("article");
    if (!article || undo.length) return;
    lighten();
    addAddress();
    addFoot();
    open(article);
    addKey(article);
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
