"""A question as HTML: what is asked, a box for the answer, and the solution, folded.

Without scripts there is no box. `question.js` finds here all answers, right and wrong, that it
recognises, with what to say to each; it computes nothing and says nothing of its own.
"""

import json
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

import numpy as np

from convdoc.draw import palette
from convdoc.draw.canvas import number
from convdoc.draw.words import QUESTIONS as WORDS
from convdoc.exercises.questions import WORDS as SAID
from convdoc.exercises.questions import Array, Code, Question

MOST_CELLS = 20  # along a side of an array that is drawn

#: What a notebook needs with each box. A site loads the same once for a page and drops these.
ASSETS = (
    '<style class="convdoc-assets">'
    + palette.css(":is(convdoc-sheet, convdoc-question)")
    + Path(__file__).with_name("question.css").read_text("utf-8")
    + '</style><script class="convdoc-assets">'
    + Path(__file__).with_name("question.js").read_text("utf-8")
    + "</script>"
)


def sheet(questions: Iterable[Question]) -> str:
    """Write several questions, under a line that says how many are done.

    Parameters
    ----------
    questions : iterable of convdoc.exercises.Question

    Returns
    -------
    str
        A ``<convdoc-sheet>`` element, and the assets.
    """
    boxes = "".join(map(_question, questions))
    return (
        f"{ASSETS}<convdoc-sheet data-words='{_json(_words())}'>{progress(questions)}{boxes}"
        "</convdoc-sheet>"
    )


def question_box(question: Question) -> str:
    """Write one question.

    Parameters
    ----------
    question : convdoc.exercises.Question

    Returns
    -------
    str
        A ``<convdoc-question>`` element, and the assets.
    """
    return ASSETS + _question(question, f" data-words='{_json(_words())}'")


def progress(questions: Iterable[Question]) -> str:
    """Write a line that says how many of `questions` are done, where scripts run.

    Parameters
    ----------
    questions : iterable of convdoc.exercises.Question

    Returns
    -------
    str
        A ``<convdoc-progress>`` element.
    """
    names = [question.name for question in questions]
    words = {name: WORDS[name] for name in ("progress", "kept", "some not kept")}
    none = escape(WORDS["progress"].format(done=0, all=len(names)))
    return (
        f"<convdoc-progress data-plan='{_json({'names': names, 'words': words})}' hidden>"
        f'<progress max="1" value="0" aria-hidden="true"></progress> <span role="status">{none}'
        f"</span> <button hidden>{escape(WORDS['clear all'])}</button> "
        f"<small>{escape(WORDS['kept'])}</small></convdoc-progress>"
    )


def done(question: Question) -> str:
    """Write the mark of a question that is done, where scripts run and it is.

    Parameters
    ----------
    question : convdoc.exercises.Question

    Returns
    -------
    str
        A ``<convdoc-done>`` element.
    """
    return (
        f'<convdoc-done data-name="{question.name}"><span class="done" hidden>'
        f"✓ {escape(WORDS['done'])}</span></convdoc-done>"
    )


def _question(question, words=""):
    name = f"exercise-{question.name}"
    given = "".join(_given(label, value) for label, value in question.given.items())
    return (
        f"<convdoc-question id=\"{name}\" data-plan='{_json(_plan(question))}'{words}>"
        f"<h3>{prose(question.title)} <small>{question.difficulty()}</small>"
        f'<span class="done" hidden>✓ {escape(WORDS["done"])}</span></h3>'
        f"<p>{prose(question.text)}</p>{given}{_form(question, name)}"
        '<p class="said"></p>'
        f"<details><summary>{escape(WORDS['solution'])}</summary>{_solution(question)}</details>"
        "</convdoc-question>"
    )


def _plan(question):
    """What the script must know: every answer that it recognises, and what to say to it."""
    kind = question.kind
    trial = (lambda value: value[0]) if isinstance(kind, Code) else (lambda value: value)
    return {
        "name": question.name,
        "kind": "array" if isinstance(kind, Code) else kind.name,
        "tolerance": kind.tolerance,
        "right": _plain(trial(question.right())),
        "wrong": [
            [_plain(trial(value)), prose(mistake.tell), max(kind.tolerance, mistake.near)]
            for value, mistake in zip(question.wrong(), question.mistakes, strict=True)
        ],
        "hints": [prose(hint) for hint in question.hints],
    }


def _words():
    """The words that the script says to any answer, once for all boxes of a sheet."""
    faults = ("not array", "not integer", "not number", "not shape", "ragged", "too long")
    names = ("empty", "hints", "no more hints", "not kept", *faults)
    return {
        **{name: WORDS[name] for name in names},
        **{name: SAID[name] for name in ("right", "end", "shape")},
        "wrong, with hint": SAID["hints"],
    }


def _form(question, name):
    """The box, hidden until a script can read what is written in it."""
    kind = question.kind
    form = escape(WORDS[kind.name])
    if isinstance(kind, Array | Code):
        size = question.right()[0] if isinstance(kind, Code) else question.right()
        rows = min(12, max(2, len(np.atleast_2d(size))))
        field = f'<textarea id="{name}-answer" rows="{rows}" spellcheck="false"></textarea>'
    else:
        field = f'<input id="{name}-answer"{_keyboard(question)} autocomplete="off">'
    note = ""
    if isinstance(kind, Code):
        call = f'check("{question.name}", {kind.signature.partition("(")[0]})'
        note = f"<p><small>{prose(WORDS['code note'].format(call=f'`{call}`'))}</small></p>"
    return (
        f'<form hidden><label for="{name}-answer">{escape(WORDS["answer"])} <small>({form})</small>'
        f'</label>{field}<button data-do="check">{escape(WORDS["check"])}</button>'
        f'<button type="button" data-do="hint">{escape(WORDS["hint"])}</button>'
        f'<button type="button" data-do="clear" hidden>{escape(WORDS["clear"])}</button>'
        f"{note}</form>"
    )


def _keyboard(question):
    """Ask a phone for its keyboard of digits, unless an answer has a sign, which that may lack."""
    mode = {"integer": "numeric", "number": "decimal"}.get(question.kind.name)
    has_sign = mode and min(question.right(), *question.wrong()) < 0
    return f' inputmode="{mode}"' if mode and not has_sign else ""


def _given(label, value):
    value = np.asarray(value)
    return (
        f'<div class="given" tabindex="0" role="group" aria-label="{escape(label)}">'
        f"<b>{escape(label)}</b> <small>{value.shape}</small>"
        f"<pre>{escape(_printed(value))}</pre></div>"
    )


def _solution(question):
    pieces = []
    for piece in question.solution():
        if isinstance(piece, str):
            pieces.append(f"<p>{prose(piece)}</p>")
        elif isinstance(piece, np.ndarray):
            pieces.append(_later(_cells(piece)))
        else:
            pieces.append(_later(_scroller(piece._repr_html_())))
    return "".join(pieces)


def _cells(array):
    """Draw an array as cells, the stronger the farther from zero; as text if it is no picture."""
    if array.ndim > 2 or max(array.shape) > MOST_CELLS:
        return f"<pre>{escape(_printed(array))}</pre>"
    rows = [[number(value) for value in row] for row in np.atleast_2d(array).tolist()]
    strength = 45 * np.abs(array).ravel() / (np.abs(array).max() or 1)  # per cent of the colour
    texts = [text for row in rows for text in row]
    cells = "".join(
        f'<span style="--s:{share:.0f}%">{text}</span>' if share else f"<span>{text}</span>"
        for share, text in zip(strength, texts, strict=True)
    )
    label = "; ".join(", ".join(row) for row in rows)
    columns, width = len(rows[0]), max(2.2, 0.7 * max(map(len, texts)) + 0.6)
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="{escape(WORDS["numbers"])}">'
        f'<div class="cells" role="img" aria-label="{label}" '
        f'style="grid-template-columns:repeat({columns},{width:g}em)">{cells}</div></div>'
    )


def _scroller(html):
    """A table that is wider than a phone moves sideways by itself; steppers fit."""
    if not html.startswith("<table"):
        return html
    words = escape(WORDS["numbers"])
    return f'<div class="wide" tabindex="0" role="group" aria-label="{words}">{html}</div>'


def _later(figure):
    """A figure that a site draws when it comes near the screen: see its custom_elements.py."""
    return f"<convdoc-later>{figure}</convdoc-later>"


def prose(text: str) -> str:
    """Text as HTML: words between backticks are code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def _printed(array):
    """Numbers as NumPy prints them, whatever its options are."""
    return np.array2string(array, precision=4, suppress_small=True, threshold=10_000)


def _plain(value):
    return value.tolist() if isinstance(value, np.ndarray) else value


def _json(plan):
    text = json.dumps(plan, ensure_ascii=False, separators=(",", ":"))
    return escape(text, quote=False).replace("'", "&#39;")
