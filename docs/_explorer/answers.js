// What follows from a setting, below the figure: its facts, and the question the other way round.
import { AXES, LIMITS, outputSize } from "./arithmetic.js";
import { facts, inverse } from "./captions.js";
import { escaped } from "./drawing.js";
import { sentence } from "./words.js";

const MOST = LIMITS.size[1];

export class Answers {
  constructor(app) {
    this.app = app;
    this.rows = []; // the answers on show, as captions.js gives them
    this.fields = AXES.map((axis) => app.find(`[data-inverse="${axis}"]`));
    for (const field of this.fields) field.addEventListener("input", () => this.answer());
    this.clicks = { answer: ({ value }) => this.use(this.rows[value]) };
  }

  show({ setting }) {
    const written = facts(setting).map(([name, fact]) =>
      `<div><dt>${name}</dt><dd>${fact}</dd></div>`
    );
    this.app.find(".facts dl").innerHTML = written.join("");
    outputSize(setting).forEach((length, axis) => (this.fields[axis].value = length));
    this.answer();
  }

  answer() {
    const asked = this.fields.map(({ value }) => Number(value));
    const isSize = asked.every((o) => Number.isInteger(o) && o >= 1 && o <= MOST);
    this.rows = isSize ? inverse(this.app.now.setting, asked) : [];
    const place = this.app.find(".answers");
    if (this.rows.length) place.innerHTML = table(this.rows);
    else if (isSize) place.textContent = sentence("answers.none");
    else place.textContent = sentence("answers.not whole", { most: MOST });
  }

  // The smallest inputs of an answer.
  use([, border_mode, [height], [width]]) {
    this.app.set({ size: [height, width], border_mode });
    this.fields[0].focus({ preventScroll: true });
    this.app.find(".work").scrollIntoView({ block: "nearest" });
  }
}

function table(rows) {
  const head = ["padding", "height", "width"].map((name) =>
    `<th scope="col">${sentence(`answers.${name}`)}</th>`
  );
  const body = rows.map(([padding, , height, width], at) => {
    const label = escaped(sentence("answers.button label", { padding }));
    const button = sentence("answers.button");
    return (
      `<tr><th scope="row">${escaped(padding)}</th><td>${sizes(height)}</td>` +
      `<td>${sizes(width)}</td><td><button data-do="answer" value="${at}" ` +
      `aria-label="${label}">${button}</button></td></tr>`
    );
  });
  return (
    '<div class="scroller" tabindex="0" role="region" ' +
    `aria-label="${sentence("answers.caption")}"><table><thead><tr>${head.join("")}<td></td></tr>` +
    `</thead><tbody>${body.join("")}</tbody></table></div>`
  );
}

const sizes = ([first, last]) =>
  first === last ? `${first}` : sentence("answers.range", { first, last });
