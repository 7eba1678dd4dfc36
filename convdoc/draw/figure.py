"""A stepper as HTML: the drawing at its last step, controls, and all steps in words.

Without scripts that is what a reader sees. `stepper.js` finds here all that it needs to show
another step; it computes nothing and says nothing of its own.
"""

import json
from html import escape
from pathlib import Path

from convdoc.draw import palette
from convdoc.draw.blocks import blocks_at, corners
from convdoc.draw.canvas import number
from convdoc.draw.cells import STYLE, UNIT
from convdoc.draw.link import link
from convdoc.draw.transcript import (
    WORDS,
    axes,
    name_there,
    notes,
    operators,
    places,
    title,
    transcript,
)
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
    blocks = blocks_at(steps, len(steps) - 1)
    sentences = transcript(steps)
    plan = json.dumps(_plan(steps, start), ensure_ascii=False, separators=(",", ":"))
    plan = escape(plan, quote=False).replace("'", "&#39;")
    left_over = "".join(f'<p class="note">{escape(note)}</p>' for note in notes(steps))
    place = f'data-link="{escape(found)}" ' if (found := link(steps)) else ""
    return (
        f'<convdoc-stepper role="figure" aria-label="{escape(title(steps))}" {place}'
        f"data-plan='{plan}'>"
        f'<div class="stage" style="{_measures(blocks, steps)}">'
        f"{_stage(blocks, steps)}</div>{_controls(steps)}"
        f'<p class="now" aria-live="polite">{sentences[-1] if steps.numbered else ""}</p>'
        f"{left_over}{_list(steps, sentences)}</convdoc-stepper>"
    )


def _plan(steps, start):
    """What the script must know: where each step's window lies, and what it writes there."""
    plan = {
        "start": start,
        "shape": steps.here.values.shape,
        "starts": steps.starts,
        "window": steps.window,
        "dilation": steps.dilation,
        "reach": steps.reach,
        "scatters": steps.scatters,
        "around": [before for before, _ in steps.there.around],
        "spread": steps.there.spread,
        "size": steps.there.values.shape,
        "names": [steps.here.name, steps.there.name],
        "words": {name: WORDS[name] for name in ("step", "meets")},
    }
    around = "cut" if steps.scatters else "spread" if steps.spec.transposed else "padding"
    plan["words"]["surround"] = WORDS[f"{around} cell"]
    if not steps.numbered:
        window = WORDS["writes" if steps.scatters else "reads"]
        plan["words"]["window"] = window.replace("{name}", name_there(steps))
        plan["places"] = {
            name: [places(steps, axis, at) for at in range(steps.here.values.shape[2 + axis])]
            for axis, name in enumerate(("rows", "columns"))
        }
    elif steps.scatters:
        plan["empty"] = [number(value) for value in steps.state(0, -1)[:, 0, 0]]
        plan["added"] = [" ".join(corners(steps, step)) for step in range(len(steps))]
    return plan


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


def _stage(blocks, steps):
    signs = (
        f'<span class="operator" aria-hidden="true">{sign}</span>' for sign in operators(steps)
    )
    return "".join(_block(block, steps) + next(signs, "") for block in blocks)


def _block(block, steps):
    way = ""
    if block.part == "stamp" and steps.rule != "shift":
        lies = WORDS["as it lands" if steps.scatters else "as it lies"].format(steps.there.name)
        flipped = f"<span>{escape(lies)}</span>" if steps.turned else ""
        stored = f"<span{' hidden' * steps.turned}>{escape(WORDS['as stored'])}</span>"
        way = f'<p class="way">{flipped}{stored}</p>'
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


def _controls(steps):
    several = zip(axes(steps, steps.here), steps.here.values.shape, strict=False)
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
        + _button("play", WORDS["play"], f'data-other="{escape(WORDS["pause"])}"')
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
    return f'<button data-do="{name}" {more}>{escape(text)}</button>'


def _choice(name, word, options):
    options = "".join(
        f'<option value="{value}">{escape(str(text))}</option>' for value, text in options.items()
    )
    return f'<label>{escape(word)} <select data-do="{name}">{options}</select></label>'


def _list(steps, sentences):
    kind = "ol" if steps.numbered else "ul"
    summary = WORDS["transcript" if steps.numbered else "windows"].format(count=len(steps))
    items = "".join(f"<li>{sentence}</li>" for sentence in sentences)
    return f"<details><summary>{escape(summary)}</summary><{kind}>{items}</{kind}></details>"
