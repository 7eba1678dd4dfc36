"""Figures come before the code that made them, which is folded below them.

In chapters these are the cells tagged ``hide-input``: MyST-NB folds the code, too, but above the
figure. The words of the fold are its setting ``nb_code_prompt_show``.

In examples of the gallery the first figure stands under the first sentence, where a reader sees it
without scrolling; all code up to it is folded below it, so that it can be copied and run as one.
The code of a folded answer is folded with it.
"""

import itertools
import re
from html import escape

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

MYST_NB = 199  # the priority by which it folds the cells that are left
CODE_LINKS = 5  # that by which sphinx-gallery puts links into code, and makes it nodes of its own
SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
STEPPER = "<convdoc-stepper"
ANSWER = '<details class="convdoc-answer">'


class FoldedCode(nodes.Element):
    """The code of a figure, to be opened."""


class FiguresFirst(SphinxPostTransform):
    """Put the code of each such cell after its output."""

    formats = ("html",)
    default_priority = MYST_NB - 1

    def run(self, **kwargs):
        """Go through the cells of a page."""
        for cell in list(self.document.findall(nodes.container)):
            if cell.get("hide_mode") == "input" and len(cell) == 2:  # a dry build has no output
                code, output = cell
                del cell["hide_mode"]
                cell[:] = [output, FoldedCode("", code, words=cell["prompt_show"])]


class ExampleFiguresFirst(SphinxPostTransform):
    """Put the code of each figure of an example after it, and the first figure at the top."""

    formats = ("html",)
    default_priority = CODE_LINKS - 1

    def run(self, **kwargs):
        """Go through the code of a page that sphinx-gallery has written."""
        pages = (s for s in self.document.findall(nodes.section) if _is_example(s))
        if page := next(pages, None):
            for comment in list(page.findall(nodes.comment)):  # where each piece comes from
                comment.parent.remove(comment)
            blocks = [(code, _outputs(code)) for code in page.findall(_is_code)]
            ends = [k for k, (_, outputs) in enumerate(blocks) if any(map(_is_figure, outputs))]
            if ends:
                self._put_first(page, blocks[: ends[0] + 1])
            for end in ends[1:]:
                code, outputs = blocks[end]
                code.parent.remove(code)
                self._insert_after(outputs[-1], self._fold(code))
            for code, outputs in blocks:
                for answer in filter(_is_answer, outputs):
                    self._put_into(answer, code)

    def _put_first(self, page, blocks):
        """The first figure, the last output of these blocks, and their code in one piece."""
        codes, outputs = zip(*blocks, strict=True)
        figures = [output for output in outputs[-1] if _is_figure(output)]
        whole = "\n\n".join(code.astext() for code in codes)
        code = nodes.literal_block(whole, whole, **codes[0].attributes)
        for node in figures:
            node.parent.remove(node)
        for removed in codes:
            before = removed.previous_sibling()
            following = removed.next_node(descend=False, siblings=True)
            removed.parent.remove(removed)
            if not _is_output(following):
                _end_sentence(before)
        lead = page.next_node(nodes.paragraph)
        rest = _split_sentence(lead)
        self._insert_after(lead, *figures, self._fold(code), *rest)

    def _put_into(self, answer, code):
        start, end, rest = answer.astext().rpartition("</details>")
        code.parent.remove(code)
        self._insert_after(answer, code, nodes.raw("", end + rest, format="html"))
        answer.parent.replace(answer, nodes.raw("", start, format="html"))

    def _fold(self, code):
        return FoldedCode("", code, words=self.config.nb_code_prompt_show)

    @staticmethod
    def _insert_after(node, *added):
        at = node.parent.index(node) + 1
        node.parent[at:at] = added


def _is_example(section):
    return "sphx-glr-example-title" in section["classes"]


def _is_code(node):
    return isinstance(node, nodes.literal_block) and node.get("language") == "Python"


def _is_figure(node):
    return isinstance(node, nodes.image) or (
        isinstance(node, nodes.raw) and STEPPER in node.astext()
    )


def _is_answer(node):
    return isinstance(node, nodes.raw) and ANSWER in node.astext()


def _is_output(node):
    printed = isinstance(node, nodes.literal_block) and "sphx-glr-script-out" in node["classes"]
    return printed or isinstance(node, nodes.image | nodes.raw)


def _outputs(code):
    """What a piece of code has shown or printed."""
    following = code.parent[code.parent.index(code) + 1 :]
    return list(itertools.takewhile(_is_output, following))


def _end_sentence(paragraph):
    """A colon that nothing follows any more becomes a full stop."""
    if isinstance(paragraph, nodes.paragraph) and paragraph.astext().endswith(":"):
        text = list(paragraph.findall(nodes.Text))[-1]
        text.parent.replace(text, nodes.Text(text.removesuffix(":") + "."))


def _split_sentence(paragraph):
    """Leave a paragraph its first sentence, and give a list of one paragraph with the others."""
    for at, child in enumerate(paragraph):
        if isinstance(child, nodes.Text) and (end := SENTENCE_END.search(child)):
            rest = nodes.paragraph("", "", nodes.Text(child[end.end() :]), *paragraph[at + 1 :])
            paragraph[at:] = [nodes.Text(child[: end.start()])]
            return [rest] if rest.astext() else []
    return []


def _visit(self, node):
    self.body.append(f'<details class="convdoc-code"><summary>{escape(node["words"])}</summary>\n')


def _depart(self, node):
    self.body.append("</details>\n")


def setup(app):
    """Register the transforms and what they write."""
    app.add_node(FoldedCode, html=(_visit, _depart))
    app.add_post_transform(FiguresFirst)
    app.add_post_transform(ExampleFiguresFirst)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
