// Words that name a part of a figure become links to the nearest figure, and light it up: the word
// and the part, whichever of the two is pointed at or focused. The look is in parts.css.
(() => {
  const HOLDERS = {
    image: ".stage svg.input",
    kernel: ".stage svg.kernel",
    output: ".stage svg.output",
    window: ".stage svg:has(> .o)",
    padding: ".stage svg:has(> .p)",
  };
  const figures = [...document.querySelectorAll("convdoc-stepper")].filter((figure) =>
    !figure.closest("convdoc-question")
  );
  const words = [...document.querySelectorAll("span.part")].map((word) => {
    const link = document.createElement("a");
    link.className = word.className;
    link.append(...word.childNodes);
    word.replaceWith(link);
    return link;
  });
  const partOf = (word) => word.className.match(/part-(\w+)/)[1];

  // By the distance up or down the page; undefined where no figure has the part.
  const nearest = (word) => {
    const { top, bottom } = word.getBoundingClientRect();
    const distance = (figure) => {
      const box = figure.getBoundingClientRect();
      return Math.max(box.top - bottom, top - box.bottom);
    };
    return figures
      .filter((figure) => figure.querySelector(HOLDERS[partOf(word)]))
      .sort((one, other) => distance(one) - distance(other))[0];
  };

  const light = (figure, parts) => {
    for (const word of words) {
      const lit = parts.includes(partOf(word)) && nearest(word) === figure;
      word.classList.toggle("lit", lit);
    }
  };

  words.forEach((word) => {
    const figure = nearest(word), part = partOf(word);
    if (!figure) return;
    figure.id ||= `figure-${figures.indexOf(figure)}`;
    word.href = `#${figure.id}`;
    const show = () => {
      nearest(word).dataset.lit = part;
      light(nearest(word), [part]);
    };
    const hide = () => {
      for (const figure of figures) delete figure.dataset.lit;
      light(null, []);
    };
    word.addEventListener("pointerenter", show);
    word.addEventListener("focus", show);
    word.addEventListener("pointerleave", hide);
    word.addEventListener("blur", hide);
    word.addEventListener("click", (event) => {
      event.preventDefault(); // which would take the focus, and with it the light, from the word
      nearest(word).querySelector(HOLDERS[part]).scrollIntoView({ block: "nearest" });
    });
  });

  // What is drawn at a place of the screen, such as the window and the padding under it.
  const partsAt = (svg, x, y) => {
    const isIn = (path) => {
      const place = new DOMPoint(x, y).matrixTransform(path.getScreenCTM().inverse());
      return path.isPointInFill(place);
    };
    const window = svg.querySelector(".o .k"), image = svg.querySelector(":scope > .p + .b");
    return Object.keys(HOLDERS).filter((part) =>
      svg.matches(HOLDERS[part]) &&
      (part !== "window" || isIn(window)) &&
      (part !== "padding" || !isIn(image))
    );
  };

  for (const figure of figures) {
    const point = ({ target, clientX, clientY }) => {
      const svg = target.closest(".stage svg");
      light(figure, svg ? partsAt(svg, clientX, clientY) : []);
    };
    figure.addEventListener("pointermove", point);
    figure.addEventListener("pointerleave", () => light(null, []));
    figure.addEventListener("focusin", ({ target }) => {
      const { left, top, width, height } = target.getBoundingClientRect();
      point({ target, clientX: left + width / 2, clientY: top + height / 2 });
    });
    figure.addEventListener("focusout", () => light(null, []));
  }
})();
