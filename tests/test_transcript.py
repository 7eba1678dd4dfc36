"""Steps in words, by hand: lines as text and as HTML, and where windows lie."""

import numpy as np
import pytest

from convdoc import steps
from convdoc.draw.transcript import (
    Span,
    element,
    fill,
    html,
    joined,
    label,
    minus,
    name_there,
    of_count,
    of_window,
    place,
    places,
    text,
    windows,
)
from convdoc.draw.words import WORDS


def taken(take, x, w, **settings):
    """Steps over arrays of these shapes; what they hold does not matter."""
    return take(np.zeros(x), np.zeros(w), **settings)


#: Two images of 4×5 as rings, with a row above and two columns on the right; windows of 3×2.
RING = taken(
    steps.convolution,
    (2, 1, 4, 5),
    (1, 1, 3, 2),
    border_mode=((1, 0), (0, 2)),
    border="circular",
)
#: A row of two weights, three columns apart.
HOLES = taken(
    steps.convolution,
    (1, 1, 4, 5),
    (1, 1, 1, 2),
    dilation=(1, 3),
    border_mode=(0, 1),
    border="reflect",
)
COLUMN = taken(steps.convolution, (1, 1, 2, 1), (1, 1, 2, 1), border_mode=1)
PIXEL = taken(steps.convolution, (1, 1, 2, 1), (1, 1, 1, 1))
SCATTER = taken(steps.transposed, (1, 1, 2, 2), (1, 1, 3, 3), strides=2)
GATHER = taken(steps.transposed, (1, 1, 2, 2), (1, 1, 3, 3), strides=(2, 1), view="gather")


def test_lines_as_text_and_as_html():
    lines = [[Span("a & b = "), Span("3", "b")], [Span("c"), Span("d > 0", "small"), Span("e")]]
    assert text(lines) == "a & b = 3\n   c; d > 0e"
    assert html(lines) == "a &amp; b = <b>3</b><br>c <small>d &gt; 0</small>e"


def test_lines_are_filled_and_joined():
    assert fill("{a} of {b}.", a="x", b=[Span("y", "b"), Span("z")]) == [
        *(Span("x"), Span(" of "), Span("y", "b"), Span("z"), Span(".")),
    ]
    assert joined([]) == []
    assert joined([[Span("a")], [Span("b"), Span("c", "b")], [Span("d")]]) == [
        *(Span("a"), Span(", "), Span("b"), Span("c", "b"), Span(", "), Span("d")),
    ]


def test_an_element_has_all_indices_where_there_are_several_slices():
    assert element(PIXEL.here, (0, 0, 1, 0)) == "y[1, 0]"
    assert element(RING.here, (1, 0, 2, 3)) == "y[1, 0, 2, 3]"
    filters = taken(steps.convolution, (1, 1, 2, 2), (2, 1, 1, 1))
    assert element(filters.here, (0, 1, 0, 1)) == "y[0, 1, 0, 1]"


def test_a_label_names_what_there_are_several_of():
    axes = ("sample", "filter")
    assert label(axes, (1, 1), (0, 0)) == ""
    assert label(axes, (2, 1), (1, 0)) == "sample 1"
    assert label(axes, (1, 2), (0, 1)) == "filter 1"
    assert label(("sample", "channel"), (3, 2), (2, 1)) == "sample 2, channel 1"


def test_an_array_with_zeros_between_its_pixels_is_spread_out():
    assert (name_there(RING), name_there(SCATTER)) == ("x", "x′")
    assert name_there(GATHER) == "y spread out"
    both = taken(steps.transposed, (1, 1, 2, 2), (1, 1, 3, 3), strides=2, view="gather")
    assert name_there(both) == "y spread out"


@pytest.mark.parametrize(
    ("of", "step", "words"),
    [
        (RING, 0, "rows −1 to 1, columns 0 to 1 of x (row −1 repeats row 3)"),
        (
            RING,
            5,
            "rows −1 to 1, columns 5 to 6 of x (row −1 repeats row 3, "
            "column 5 repeats column 0, column 6 repeats column 1)",
        ),
        (RING, 6, "rows 0 to 2, columns 0 to 1 of x"),
        (HOLES, 0, "row 0, columns −1, 2 of x (column −1 repeats column 1)"),
        (HOLES, 3, "row 0, columns 2, 5 of x (column 5 repeats column 3)"),
        (HOLES, 5, "row 1, columns 0, 3 of x"),
        (COLUMN, 0, "rows −1 to 0, column −1 of x"),  # which holds zeros
        (PIXEL, 1, "row 1, column 0 of x"),
        (SCATTER, 1, "rows 0 to 2, columns 2 to 4 of x′"),
        (GATHER, 0, "rows −2 to 0, columns −2 to 0 of y spread out"),
    ],
)
def test_where_a_window_lies(of, step, words):
    assert place(of, step) == words


def test_rows_and_columns_of_a_window():
    assert (places(RING, 0, 2), places(RING, 1, 0)) == ("1 to 3", "0 to 1")
    assert (places(HOLES, 0, 3), places(HOLES, 1, 3)) == ("3", "2, 5")
    assert minus(-12) == "−12"


def test_all_windows_of_each_row_and_column():
    assert windows(HOLES) == [
        "row 0 of y: row 0 of x",
        "row 1 of y: row 1 of x",
        "row 2 of y: row 2 of x",
        "row 3 of y: row 3 of x",
        "column 0 of y: columns −1, 2 of x",
        "column 1 of y: columns 0, 3 of x",
        "column 2 of y: columns 1, 4 of x",
        "column 3 of y: columns 2, 5 of x",
    ]
    assert windows(COLUMN) == [
        "row 0 of y: rows −1 to 0 of x",
        "row 1 of y: rows 0 to 1 of x",
        "row 2 of y: rows 1 to 2 of x",
        "column 0 of y: column −1 of x",
        "column 1 of y: column 0 of x",
        "column 2 of y: column 1 of x",
    ]
    assert windows(GATHER)[0] == "row 0 of x′: rows −2 to 0 of y spread out"


def test_a_sentence_is_chosen_by_what_it_counts():
    chosen = [of_window("place", of) for of in (PIXEL, HOLES, COLUMN, RING)]
    assert chosen == [
        "row {rows}, column {columns} of {name}",
        "row {rows}, columns {columns} of {name}",
        "rows {rows}, column {columns} of {name}",
        "rows {rows}, columns {columns} of {name}",
    ]
    assert [of_count("windows", n) for n in (0, 1, 2)] == [WORDS["windows"][n] for n in (1, 0, 1)]
