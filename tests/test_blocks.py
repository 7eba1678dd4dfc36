"""Blocks: the integers of each, and images larger than memory computed by them."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convdoc import ConvSpec
from convdoc.borders import BORDERS, PADDINGS

# -- The plan -----------------------------------------------------------------------------------

lengths = st.tuples(st.integers(1, 5), st.integers(1, 5))
specs = st.builds(
    ConvSpec,
    kernel=lengths,
    strides=lengths,
    dilation=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    border_mode=st.one_of(
        st.sampled_from(list(PADDINGS)),
        st.tuples(*[st.tuples(st.integers(0, 4), st.integers(0, 4))] * 2),
    ),
    border=st.sampled_from(list(BORDERS)),
)


@st.composite
def divisions(draw):
    """A convolution, the size of an image that it fits, and the size of a block."""
    spec = draw(specs)
    least = (
        max(k - sum(sides), 1)
        for k, sides in zip(spec.dilated_kernel, spec.padding(1), strict=True)
    )
    return spec, tuple(n + draw(st.integers(0, 11)) for n in least), draw(lengths)


def outputs(spec, size, each):
    """The blocks of a plan, those of each output together."""
    blocks = spec.blocks(size, each)
    return [list(group) for _, group in itertools.groupby(blocks, lambda block: block.output)]


def test_a_block_reads_what_its_windows_cover():
    """Rows 0 to 2 and 3 to 4 of 5; in steps of 2 from one place above, windows of 3."""
    spec = ConvSpec(3, strides=2, border_mode=((1, 2), (0, 0)))
    first, second = spec.blocks((9, 3), each=(3, 1))
    assert first.output == (slice(0, 3), slice(0, 1))
    assert first.input == (slice(0, 6), slice(0, 3))
    assert first.padding == ((1, 0), (0, 0))
    assert first.places == (range(-1, 6), range(0, 3))
    assert second.output == (slice(3, 5), slice(0, 1))
    assert second.input == (slice(5, 9), slice(0, 3))
    assert second.padding == ((0, 1), (0, 0))


def test_a_block_that_is_on_the_border_alone_reads_nothing():
    above, image, below = ConvSpec((1, 1), border_mode=((2, 2), (0, 0))).blocks((2, 1), (2, 1))
    assert [above.input[0], above.padding[0]] == [slice(0, 0), (2, 0)]
    assert [image.input[0], image.padding[0]] == [slice(0, 2), (0, 0)]
    assert [below.input[0], below.padding[0]] == [slice(2, 2), (0, 2)]


def test_a_transposed_block_reads_the_windows_that_cover_it():
    """Windows of 3 in steps of 2 begin at 0, 2 and 4; rows 4 to 6 are in the last two."""
    spec = ConvSpec(3, strides=2, transposed=True)
    first, second = spec.blocks((3, 1), each=(4, 3))
    assert [first.input[0], first.padding[0]] == [slice(0, 2), (0, 1)]
    assert [second.input[0], second.padding[0]] == [slice(1, 3), (2, 0)]
    assert second.output[0] == slice(4, 7)
    assert second.places[0] == range(4, 7)


def test_a_transposed_block_that_no_window_covers_reads_one_all_the_same():
    """Windows of 1 in steps of 3 begin at 0 and 3; rows 1 and 2 are between them."""
    spec = ConvSpec((1, 1), strides=(3, 1), transposed=True)
    blocks = list(spec.blocks((2, 1), each=1))
    assert [block.input[0] for block in blocks] == [slice(0, 1)] * 3 + [slice(1, 2)]
    assert [block.padding[0] for block in blocks] == [(0, 0), (1, 0), (2, 0), (0, 0)]


def test_what_a_transposed_convolution_gives_places_of_a_ring_comes_to_their_pixels():
    """Of 6 pixels, the place before the first holds pixel 5, and that after the last pixel 0."""
    spec = ConvSpec((3, 1), border_mode=((1, 1), (0, 0)), border="circular", transposed=True)
    first, second = outputs(spec, (6, 1), each=(3, 1))
    assert [block.places[0] for block in first] == [range(0, 3), range(6, 7)]
    assert [block.input[0] for block in first] == [slice(0, 4), slice(5, 6)]
    assert [block.padding[0] for block in first] == [(1, 2), (2, 0)]
    assert [block.places[0] for block in second] == [range(3, 6), range(-1, 0)]
    assert [block.input[0] for block in second] == [slice(2, 6), slice(0, 1)]
    assert [block.padding[0] for block in second] == [(2, 1), (0, 2)]


@settings(deadline=None)
@given(divisions())
def test_blocks_of_a_convolution_are_what_their_windows_say(division):
    spec, size, each = division
    height, width = spec.output_size(size)
    found = np.zeros((height, width), int)
    for block in spec.blocks(size, each):
        found[block.output] += 1
        corners = [(part.start, part.stop - 1) for part in block.output]
        for axis in (0, 1):
            first, last = (
                spec.places(*corner, size)[axis] for corner in zip(*corners, strict=True)
            )
            assert block.places[axis] == range(first[0], last[-1] + 1)
            on_the_image = [place for place in block.places[axis] if 0 <= place < size[axis]]
            assert list(range(size[axis])[block.input[axis]]) == on_the_image
            before = sum(place < 0 for place in block.places[axis])
            behind = sum(place >= size[axis] for place in block.places[axis])
            assert block.padding[axis] == (before, behind)
    assert (found == 1).all()


@settings(deadline=None)
@given(divisions())
def test_blocks_of_a_transposed_convolution_read_all_windows_of_their_pixels(division):
    forward, image, each = division
    spec, size = forward.as_transposed(image), forward.output_size(image)
    groups = outputs(spec, size, each)
    found = np.zeros(image, int)
    for blocks in groups:
        found[blocks[0].output] += 1
        for axis in (0, 1):
            pixels = range(image[axis])[blocks[0].output[axis]]
            assert blocks[0].places[axis] == pixels
            read = {i for block in blocks for i in range(size[axis])[block.input[axis]]}
            for pixel in pixels:
                corner = (pixel, 0) if axis == 0 else (0, pixel)
                assert {i for i in spec.window(*corner, size)[axis] if i is not None} <= read
            for block in blocks:
                windows = len(range(size[axis])[block.input[axis]])
                given = spec.strides[axis] * (windows - 1) + spec.dilated_kernel[axis]
                rows = given - sum(block.padding[axis])
                assert rows <= len(block.places[axis]) < rows + spec.strides[axis]
        places = [(i, j) for block in blocks for i, j in itertools.product(*block.places)]
        copies = [
            [spec.beyond.copies(pixel, sides, n) for pixel in range(n)[part]]
            for part, sides, n in zip(blocks[0].output, spec.padding(size), image, strict=True)
        ]
        rows, columns = (list(itertools.chain(*axis)) for axis in copies)
        assert sorted(places) == sorted(itertools.product(rows, columns))
    assert (found == 1).all()


def test_blocks_go_from_left_to_right_and_from_top_to_bottom():
    starts = [[part.start for part in b.output] for b in ConvSpec(2).blocks((4, 5), each=(2, 3))]
    assert starts == [[0, 0], [0, 3], [2, 0], [2, 3]]


@pytest.mark.parametrize("each", [0, (2, 0), 1.5, "2", (1, 2, 3)])
def test_the_size_of_a_block_is_two_positive_integers(each):
    with pytest.raises(ValueError, match="each must be a positive integer, or two"):
        ConvSpec(3).blocks((4, 4), each)


def test_an_image_too_small_has_no_blocks():
    with pytest.raises(ValueError, match="larger than the image"):
        ConvSpec(3).blocks((2, 4), 2)
