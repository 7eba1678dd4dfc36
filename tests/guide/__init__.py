"""The built chapters of the guide: their numbers against printed ones and other libraries."""

import re


def numbers_drawn(page, *words):
    """The numbers in the cells of the only figure whose description has all these words."""
    (figure,) = (
        figure
        for figure in page.select("svg.convdoc-figure[aria-label]")
        if all(word in figure["aria-label"] for word in words)
    )
    texts = [text.get_text().replace("−", "-") for text in figure.select("text")]
    return [float(text) for text in texts if re.fullmatch(r"-?\d+(\.\d+)?", text)]
