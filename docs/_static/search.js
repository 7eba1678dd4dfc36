// What the search page shows of a page that it found, and which pages come first. By default an
// excerpt has the texts of drawings and buttons, and pages of one score come in the order of the
// alphabet.
(() => {
  const FOLDERS = { guide: 4, about: -3 }; // added to the score of what is found there
  const NOT_PROSE = "h1, svg, style, script, noscript, form, convdoc-stepper, convdoc-chosen," +
    ".headerlink, .done, .convdoc-lab, .convdoc-code, .sphx-glr-download-link-note, .sphx-glr-footer";
  const BLOCKS = ["p, li, dd, td", "pre"]; // prose first
  const LENGTH = 240, BEFORE = 100; // letters in all, and before the word where the sentence is long

  Scorer.score = ([page, , , , score]) => score + (FOLDERS[page.split("/")[0]] ?? 0);

  Search.makeSearchSummary = (html, words, anchor) => {
    const article = articleOf(html);
    const place = anchor && article.querySelector(`#${CSS.escape(anchor.slice(1))}`);
    const texts = textsOf(place || article);
    const placesIn = (text) =>
      [...words].map((word) => text.toLowerCase().indexOf(word)).filter((at) => at >= 0);
    const most = Math.max(...texts.map((text) => placesIn(text).length));
    const text = texts.find((text) => placesIn(text).length === most);
    if (!text) return null;
    const textContent = excerpt(text, most ? Math.min(...placesIn(text)) : 0);
    return Object.assign(document.createElement("p"), { className: "context", textContent });
  };

  function articleOf(html) {
    const article = new DOMParser().parseFromString(html, "text/html").querySelector("article");
    for (const part of article.querySelectorAll(NOT_PROSE)) part.remove();
    // Formulas in a line of text.
    for (const hat of article.querySelectorAll("mover > :last-child")) hat.textContent = "\u0302";
    for (const base of article.querySelectorAll("msup > :first-child")) base.append("^");
    for (const above of article.querySelectorAll("mfrac > :first-child")) above.append("/");
    return article;
  }

  // A term of the glossary comes with its definition.
  function textsOf(place) {
    const plain = (element) => element.textContent.trim().replace(/\s+/g, " ");
    if (place.localName !== "dt") {
      const all = [place, ...place.querySelectorAll("*")];
      return BLOCKS.flatMap((kind) => all.filter((element) => element.matches(kind)))
        .map(plain).filter(Boolean);
    }
    let definition = place;
    while (definition.localName === "dt") definition = definition.nextElementSibling;
    return [`${plain(place)}: ${plain(definition)}`];
  }

  // From the sentence that has the word, or from a word close before it.
  function excerpt(text, at) {
    let start = [...text.slice(0, at).matchAll(/[.?!:] /g)].at(-1)?.index + 2 || 0;
    if (at - start > BEFORE) start = text.indexOf(" ", at - BEFORE) + 1;
    const end = start + LENGTH < text.length ? text.lastIndexOf(" ", start + LENGTH) : text.length;
    return (start ? "… " : "") + text.slice(start, end) + (end < text.length ? " …" : "");
  }
})();
