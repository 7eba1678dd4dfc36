"""A stepper as HTML: the drawing at its last step, controls, and all steps in words.

Without scripts that is what a reader sees. `stepper.js` finds here all that it needs to show
another step; it computes nothing and says nothing of its own.
"""

import json
from html import escape
from pathlib import Path

from convdoc.draw import palette
from convdoc.draw.blocks import blocks_at
from convdoc.draw.cells import STYLE, UNIT
from convdoc.draw.kinds import look
from convdoc.draw.link import link
from convdoc.draw.transcript import html, of_count, windows
from convdoc.draw.words import WORDS
from convdoc.steps import Steps

#: What a notebook needs with each figure. A site loads the same once for a page and drops these.
ASSETS = (
    '<style class="convdoc-assets">'
    + palette.css("convdoc-stepper")
    + STYLE
    + Path(__file__).with_name("stepper.css").read_text("utf-8")
    + '</style><script class="convdoc-assets">'
    + Path(__file__).with_name("stepper.js").read_text("utf-8")
    + "</script>"
)


def figure(steps: Steps, start: int) -> str:
    """Write the figure.

    Parameters
    ----------
    steps : convdoc.steps.Steps
    start : int
        The step that is shown first, where scripts run; elsewhere it is the last.

    Returns
    -------
    str
        A ``<convdoc-stepper>`` element.
    """
    kind = look(steps)
    blocks = blocks_at(kind, len(steps) - 1)
    sentences = _sentences(kind)
    plan = json.dumps({"start": start} | kind.plan(), ensure_ascii=False, separators=(",", ":"))
    plan = escape(plan, quote=False).replace("'", "&#39;")
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in kind.notes())
    place = f'data-link="{escape(found)}" ' if (found := link(steps)) else ""
    return (
        f'<convdoc-stepper role="figure" aria-label="{escape(kind.title())}" {place}'
        f"data-plan='{plan}'>"
        f'<div class="stage" style="{_measures(blocks, steps)}">'
        f"{_stage(blocks, kind)}</div>{_controls(kind)}"
        f'<p class="now" aria-live="polite">{sentences[-1] if steps.numbered else ""}</p>'
        f'{_caption(kind)}{notes}<div class="actions">{_list(steps, sentences)}</div>'
        "</convdoc-stepper>"
    )


def _sentences(kind):
    """A sentence for each step; without numbers, for each row and column of windows."""
    if kind.steps.numbered:
        return [html(kind.lines(step)) for step in range(len(kind.steps))]
    return [escape(sentence, quote=False) for sentence in windows(kind.steps)]


def _caption(kind):
    """What a reader can do with the cells; its style hides it where no script runs."""
    sentence = WORDS["try"]["scatter" if kind.scatters else "gather"]
    steps = kind.steps
    caption = sentence.format(here=steps.here.name, there=steps.there.name)
    return f'<p class="note try">{escape(caption)}</p>'


def _measures(blocks, steps):
    """Columns side by side, of the widest block, rows of the highest; the least size of a cell."""
    widths = [max(piece.panel.size[1] for piece in block.slices) / UNIT for block in blocks]
    heights = [
        sum(piece.panel.size[0] / UNIT + bool(piece.label) for piece in block.slices if piece.shown)
        for block in blocks
    ]
    least = 2.5 if steps.numbered else 0.9  # rem
    return (
        f"--all:{sum(widths):g};--widest:{max(widths):g};--rows:{max(heights):g};--least:{least}rem"
    )


def _stage(blocks, kind):
    signs = (f'<span class="operator" aria-hidden="true">{sign}</span>' for sign in kind.signs)
    ways = {"stamp": _way(kind)}
    return "".join(_block(block, ways.get(block.part, "")) + next(signs, "") for block in blocks)


def _way(kind):
    """How the kernel lies; nothing for a stamp that is not a kernel."""
    flipped, turned = kind.way(), kind.steps.turned
    if flipped is None:
        return ""
    flipped = f"<span>{escape(flipped)}</span>" if turned else ""
    stored = f"<span{' hidden' * turned}>{escape(WORDS['as stored'])}</span>"
    return f'<p class="way">{flipped}{stored}</p>'


def _block(block, way):
    return (
        f'<div class="block {block.part}"><p><b>{block.name}</b> {block.shape}</p>{way}'
        f"{''.join(_slice(block, piece) for piece in block.slices)}</div>"
    )


def _slice(block, piece):
    rows, columns = piece.panel.grid.size
    name = f"{block.name} {piece.label}".strip()
    words = escape(WORDS["panel"].format(name=name, rows=rows, columns=columns))
    svg = piece.panel.svg(
        f'role="img" aria-label="{words}" style="--w:{piece.panel.size[1] / UNIT:g}"'
    )
    label = f"<span>{escape(piece.label)}</span>" if piece.label else ""
    state = f'class="slice{" idle" * piece.idle}"{" hidden" * (not piece.shown)}'
    return f"<div {state}>{label}{svg}</div>"


def _controls(kind):
    steps = kind.steps
    several = zip(kind.axes(steps.here), steps.here.values.shape, strict=False)
    choices = "".join(
        _choice(axis, WORDS[name], {at: at for at in range(length)})
        for axis, (name, length) in enumerate(several)
        if length > 1
    )
    stored = _button("stored", WORDS["stored"], 'aria-pressed="false"') if steps.turned else ""
    last = len(steps) - 1
    return (
        '<div class="controls" hidden>'
        + _button("back", "←", f'aria-label="{escape(WORDS["back"])}"')
        + _button("play", WORDS["play"])
        + _button("forward", "→", f'aria-label="{escape(WORDS["forward"])}"')
        + f'<input type="range" max="{last}" aria-label="{escape(WORDS["slider"])}">'
        + '<span class="count"></span>'
        + choices
        + _choice("speed", WORDS["speed"], WORDS["speeds"])
        + stored
        + _button("full", "", f'aria-label="{escape(WORDS["full screen"])}"')
        + "</div>"
    )


def _button(name, text, more=""):
    return f'<button data-do="{name}"{more and " "}{more}>{escape(text)}</button>'


def _choice(name, word, options):
    options = "".join(
        f'<option value="{value}">{escape(str(text))}</option>' for value, text in options.items()
    )
    return f'<label>{escape(word)} <select data-do="{name}">{options}</select></label>'


def _list(steps, sentences):
    items = "ol" if steps.numbered else "ul"
    summary = of_count("transcript" if steps.numbered else "windows", len(steps))
    return (
        f"<details><summary>{escape(summary.format(count=len(steps)))}</summary>"
        f"<{items}>{''.join(f'<li>{sentence}</li>' for sentence in sentences)}</{items}></details>"
    )
