"""The guide's index: each chapter with a picture of what it is about and the time that it takes.

The page is a list of definitions. Here each entry gets its picture, computed by the library, and
the minutes that its words take, counted when the site is built.
"""

import re

import inline_figures
import numpy as np
from docutils import nodes

from convdoc import draw
from convdoc.draw import palette

PAGE = "guide/index"
TIME = "{minutes} min"
WORDS_PER_MINUTE = 180  # of prose with formulas; figures take as long as one likes
PROSE = (nodes.paragraph, nodes.title, nodes.entry)


def minutes(document):
    """Count the words of a page's prose, and return the whole minutes that they take."""
    prose = [node.astext() for node in document.findall() if isinstance(node, PROSE)]
    return max(1, round(sum(len(text.split()) for text in prose) / WORDS_PER_MINUTE))


# -- Pictures -----------------------------------------------------------------------------------


def pictures():
    """Draw for each chapter its case, as small as that can be.

    Returns
    -------
    dict of str to str
        SVG in the light colours, by the chapter's name.
    """
    cross = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
    ramp = np.array([[4, 3, 2], [3, 2, 1], [2, 1, 0]])
    hill = np.array([[0, 1, 0, 1], [1, 3, 2, 0], [0, 2, 3, 1], [1, 0, 1, 2]])
    plain = np.array(
        [[2, 1, 0, 3, 1], [1, 3, 2, 0, 1], [0, 2, 3, 1, 2], [1, 0, 1, 2, 3], [3, 1, 2, 0, 1]]
    )
    chosen = {
        "what-a-convolution-is": draw.stepper(_four(plain), _four(cross), "valid").at(4),
        "padding": draw.stepper(_four(hill), _four(cross), border_mode=1).at(0),
        "strides": draw.stepper(_four(plain), _four(cross), "valid", strides=2).at(1),
        "pooling": draw.pool_stepper(_four(hill), 2).at(1),
        "dilation": draw.stepper(_four(plain), _four(ramp[:2, :2]), "valid", dilation=3).at(3),
        "transposed-convolution": draw.transpose_stepper(
            _four(hill[1:3, 1:3]), _four(cross), strides=2
        ).at(1),
        "the-backward-pass": draw.stepper(_four(ramp), _four(cross), "full").at(6),
    }
    found = {name: stepper.svg() for name, stepper in chosen.items()}
    corner = np.array([[[4, 4, 4], [4, 2, 0], [4, 0, 0]]])
    found["flip-or-no-flip"] = _stack([("kernel", corner), ("kernel", corner[:, ::-1, ::-1])])
    slices = np.random.default_rng(1).integers(0, 5, (4, 4, 4))
    found["arrays"] = _stack([("input", slices[:3]), ("kernel", slices[:2, :2, :2])])
    found["channels-and-filters"] = _stack(
        [("input", slices[:3]), ("kernel", slices[1:, :2, :2]), ("output", slices[:1, :3, :3])]
    )
    found["groups"] = _stack(
        [("input", slices), ("kernel", slices[:, :1, :1]), ("output", slices[:, :4, :4])]
    )
    found["matrix-and-spectrum"] = _drawing([(0, 0, "kernel", _matrix())])
    found["reading-a-network"] = _stack(
        [("output" if n < 5 else "input", np.full((1, n, n), 5 - n)) for n in (5, 4, 3, 2, 1)]
    )
    return found


def _four(plane):
    return plane[None, None].astype(float)


def _matrix():
    """A kernel of 2 x 2 on 3 x 3 pixels as a matrix: strengths, and -1 where it is empty."""
    rows = np.full((4, 9), -1)
    for row, start in enumerate((0, 1, 3, 4)):
        rows[row, [start, start + 1, start + 3, start + 4]] = [4, 2, 1, 3]
    return rows


def _stack(arrays):
    """Draw arrays of (slices, height, width) beside each other, slices one behind the other."""
    tallest = max(planes.shape[1] + 0.8 * len(planes) for _, planes in arrays)
    parts, left = [], 0
    for role, planes in arrays:
        count, height, width = planes.shape
        top = (tallest - height - 0.8 * (count - 1)) / 2
        for place, plane in enumerate(planes):
            parts.append((top + 0.8 * place, left + 0.8 * place, role, plane))
        left += width + 0.8 * (count - 1) + 1.2
    return _drawing(parts)


def _drawing(parts):
    """Draw planes of strengths from 0 to 4, each at a row and a column, the last one in front."""
    boxes, height, width = [], 0, 0
    for top, left, role, plane in parts:
        for (row, column), strength in np.ndenumerate(plane):
            place = f"M{10 * (left + column):g} {10 * (top + row):g}h10v10h-10z"
            line = f'd="{place}" stroke="{palette.LIGHT["line"]}" stroke-width="0.5"'
            boxes.append(f'<path {line} fill="{palette.LIGHT["ground"]}"/>')
            if strength >= 0:
                colour = palette.LIGHT[role]
                fill = f'fill="{colour}" fill-opacity="{0.1 + 0.11 * strength:g}"'
                boxes.append(f'<path d="{place}" {fill}/>')
        height, width = max(height, top + plane.shape[0]), max(width, left + plane.shape[1])
    size = f'viewBox="-1 -1 {10 * width + 2:g} {10 * height + 2:g}" width="{10 * width:g}pt"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(boxes)}</svg>'


# -- The page -----------------------------------------------------------------------------------


def _inline(svg, name):
    """Make a picture part of the page, without numbers, which nobody could read there."""
    svg = re.sub(r"<(text|title|style).*?</\1>", "", svg, flags=re.S)
    if 'class="cells' in svg:  # the page has the style of cells
        return re.sub(
            r'role="img" (.*?)width="\d+" height="\d+"', r'aria-hidden="true" \1', svg, count=1
        )
    return inline_figures.inline_svg(svg, "", f"{name}-")


def _illustrate(app, doctree, docname):
    if docname != PAGE or app.builder.format != "html":
        return
    drawings = pictures()
    for item in list(doctree.findall(nodes.definition_list_item)):
        name = next(iter(item.findall(nodes.reference)))["refuri"].removesuffix(".html")
        if name not in drawings:
            continue
        time = TIME.format(minutes=minutes(app.env.get_doctree(f"guide/{name}")))
        term, definition = item.children[0], item.children[-1]
        picture = f'<span class="picture">{_inline(drawings[name], name)}</span>'
        term.insert(0, nodes.raw("", picture, format="html"))
        definition += nodes.paragraph("", time, classes=["time"])
        item.parent["classes"] = ["chapters"]
        place = item.parent.index(item)
        item.parent.insert(place + 1, nodes.raw("", "</div>", format="html"))
        item.parent.insert(place, nodes.raw("", '<div class="chapter">', format="html"))


def _equip(app, pagename, templatename, context, doctree):
    if pagename == PAGE:
        app.add_css_file("cells.css")


def setup(app):
    """Connect to the writing of the page."""
    app.connect("doctree-resolved", _illustrate)
    app.connect("html-page-context", _equip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
