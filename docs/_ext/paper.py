"""Questions on paper: buttons that print them, and a sheet of the questions that a link names.

The page of all exercises shows the questions a, b and c if its address ends in ``?q=a,b,c``. Each
question is a script of its own in _static/questions, since a page in a folder may read no file but
scripts.
"""

import json
import re
from html import escape
from pathlib import Path

from convdoc.draw.words import QUESTIONS as WORDS

QUESTION = re.compile(r'<convdoc-question id="exercise-([\w-]+)".*?</convdoc-question>', re.S)
SHEET = "<convdoc-sheet"
LISTS = '<div class="convdoc-lists">'  # of all questions by chapter
CHOICE = ("choose", "choose one", "open", "sheet", "all questions", "unknown")
#: What the page of a chosen sheet needs, whatever its questions.
FILES = ("question.css", "question.js", "cells.css", "stepper.css", "stepper.js", "chosen.js")


def _equip(app, pagename, templatename, context, doctree):
    body = context.get("body", "")
    if pagename.startswith("exercises/"):
        _write_questions(body, Path(app.outdir, "_static/questions"))
    if LISTS in body:
        body = body.replace(LISTS, _choice(context["pathto"]) + LISTS, 1)
        for name in FILES:
            if name.endswith(".css"):
                app.add_css_file(name)
            else:
                app.add_js_file(name, loading_method="defer")
    context["body"] = body.replace(SHEET, _buttons() + SHEET, 1)


def _write_questions(body, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for question in QUESTION.finditer(body):
        name, html = question[1], json.dumps(question[0], ensure_ascii=False)
        script = f'(globalThis.convdocQuestions ??= {{}})["{name}"] = {html};\n'
        Path(folder, f"{name}.js").write_text(script, "utf-8")


def _choice(pathto):
    words = json.dumps({word: WORDS[word] for word in CHOICE}, ensure_ascii=False)
    folder = pathto("_static/questions/", resource=True)
    return (
        f'<convdoc-chosen data-words="{escape(words)}" data-folder="{folder}">'
        f'<p role="status">{escape(WORDS["choose"])}</p></convdoc-chosen>'
    )


def _buttons():
    """For the whole page; its style hides them where no script prints."""
    return (
        f'<p class="convdoc-paper"><button>{escape(WORDS["print"])}</button>'
        f'<button data-key="{escape(WORDS["key"])}">{escape(WORDS["print with key"])}</button></p>'
    )


def setup(app):
    """Connect to the writing of each page, after steppers have their links to the explorer."""
    app.connect("html-page-context", _equip, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
