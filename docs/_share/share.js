// What a reader can take along of a figure: a link, the HTML that embeds it, pictures. stepper.js
// loads this when it is asked for.
import data from "explorer/data";
import { pngOf, svgOf } from "./drawing.js";
import { drawnOn, Gif, paletteOf } from "./gif.js";

const { share: words } = data.words;
const LINE = 7, CHARACTER = 2.3; // of the sum, in units of the drawing
const DELAY = 140, LAST_DELAY = 300; // hundredths of a second
const MOST_STEPS = 100, WIDEST = 1280; // of an animation, and its pixels

const ACTIONS = {
  link: (figure, say) => copy(linkTo(location.href, figure.id, figure.at), words.copied, say),
  embed: (figure, say) => copy(htmlOf(figure), words["embed copied"], say),
  svg: (figure) => download(figure, "svg", new Blob([picture(figure)], { type: "image/svg+xml" })),
  png: async (figure) => download(figure, "png", await pngOf(picture(figure))),
  gif: async (figure, say) => {
    say(words.drawing);
    download(figure, "gif", await animation(figure));
    say("");
  },
};

// Show or put away the actions of a figure, below the line with this button.
globalThis.convdocShare = (figure, button) => {
  const menu = figure.querySelector(".share") ?? makeMenu(figure, button);
  menu.hidden = !menu.hidden;
  button.setAttribute("aria-expanded", !menu.hidden);
  if (menu.hidden) return;
  menu.querySelector("button").focus({ preventScroll: true });
  menu.scrollIntoView({ block: "nearest" });
};

function makeMenu(figure, button) {
  const menu = document.createElement("div"), status = document.createElement("p");
  Object.assign(menu, { className: "share", hidden: true });
  status.setAttribute("role", "status");
  const say = (text) => (status.textContent = text);
  for (const [name, act] of Object.entries(ACTIONS)) {
    if (name === "gif" && figure.count > MOST_STEPS) continue;
    const choice = document.createElement("button");
    choice.textContent = words[name];
    choice.addEventListener("click", () => act(figure, say));
    menu.append(choice);
  }
  menu.append(status);
  button.parentElement.append(menu);
  return menu;
}

function linkTo(page, id, step) {
  const address = new URL(page);
  address.hash = `${id}.${step + 1}`;
  return address.href;
}

// A frame of a page by itself, and a script that gives it its height: the message must come from
// that frame. A sandbox hides the frame's origin, so that its window is compared.
function htmlOf(figure) {
  const { embed } = figure.querySelector("[data-embed]").dataset;
  const address = linkTo(new URL(embed, location.href), figure.id, figure.at);
  const title = figure.getAttribute("aria-label").replaceAll("&", "&amp;").replaceAll(
    '"',
    "&quot;",
  );
  return `<iframe src="${address}" title="${title}" width="100%" height="${figure.offsetHeight}"
  loading="lazy" style="border: 0" sandbox="allow-scripts allow-popups" allowfullscreen></iframe>
<script>
  addEventListener("message", ({ source, data }) => {
    for (const frame of document.querySelectorAll("iframe")) {
      const height = frame.contentWindow === source && Number(data?.convdocHeight);
      if (height > 0 && height < 10000) frame.height = height;
    }
  });
</script>
`;
}

async function copy(text, message, say) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // on a site that is not served safely
    const before = document.activeElement;
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    before.focus();
  }
  say(message);
}

function download(figure, kind, blob) {
  const page = location.pathname.split("/").pop().replace(/\.html$/, "") || "convdoc";
  const step = kind === "gif" ? "" : `-step-${figure.at + 1}`;
  const href = URL.createObjectURL(blob);
  const name = `${page}-${figure.id}${step}.${kind}`;
  Object.assign(document.createElement("a"), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

// -- Pictures --------------------------------------------------------------------------------------

// The figure at its step with its sum below, as an SVG document. A picture of an animation has room
// for the longest sum.
function picture(figure, least = 0) {
  const svg = new DOMParser().parseFromString(svgOf(figure), "image/svg+xml").documentElement;
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const lines = linesOf(figure, width);
  const tall = height + LINE * (Math.max(lines.length, least) + 0.5);
  const scale = svg.getAttribute("width") / width;
  svg.setAttribute("viewBox", `0 0 ${width} ${tall}`);
  svg.setAttribute("height", Math.round(tall * scale));
  lines.forEach((line, k) => {
    const text = document.createElementNS(svg.namespaceURI, "text");
    text.setAttribute("x", width / 2);
    text.setAttribute("y", height + LINE * (k + 0.75));
    text.textContent = line;
    svg.append(text);
  });
  return new XMLSerializer().serializeToString(svg);
}

// What is said of the step, in lines that fit.
function linesOf(figure, width) {
  const most = Math.floor(width / CHARACTER), said = figure.querySelector(".now").cloneNode(true);
  for (const end of said.querySelectorAll("br")) end.replaceWith("\n");
  for (const place of said.querySelectorAll("small")) place.prepend("\n");
  return said.textContent.trim().split("\n").flatMap((line) => {
    const lines = [""];
    for (const word of line.trim().split(/\s+/)) {
      const longer = `${lines.at(-1)} ${word}`.trim();
      if (longer.length <= most) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines.filter(Boolean);
  });
}

// All steps, each as long as it plays at normal speed; the last one longer.
async function animation(figure) {
  const now = figure.at, steps = [...Array(figure.count).keys()];
  figure.pause();
  const at = (step, draw) => {
    figure.show(step);
    return draw(figure);
  };
  const room = (shown) => {
    const [, width] = /viewBox="0 0 ([\d.]+)/.exec(svgOf(shown));
    return linesOf(shown, Number(width)).length;
  };
  const most = Math.max(...steps.map((step) => at(step, room)));
  const pictures = steps.map((step) => at(step, (shown) => picture(shown, most)));
  figure.show(now);

  const first = await drawnOn(pictures[0], WIDEST), { width, height } = first;
  const samples = [first];
  for (const step of [Math.floor(figure.count / 2), figure.count - 1]) {
    samples.push(await drawnOn(pictures[step], WIDEST));
  }
  const gif = new Gif(width, height, paletteOf(samples));
  for (const [step, svg] of pictures.entries()) {
    gif.add(await drawnOn(svg, WIDEST), step < figure.count - 1 ? DELAY : LAST_DELAY);
  }
  return gif.blob();
}
