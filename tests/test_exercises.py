"""Every question by a second way: its answer, its mistakes and their messages, its texts."""

import importlib
import itertools
import re
from dataclasses import replace

import numpy as np
import pytest

from convdoc import exercises
from convdoc.exercises import CHAPTERS, NOTEBOOK, check
from convdoc.exercises.questions import (
    Array,
    Code,
    Feedback,
    Integer,
    Mistake,
    Number,
    Question,
    Shape,
)
from tests.second_way import facts, has_words

BY_CHAPTER = {name: importlib.import_module(f"tests.second_way.{name}") for name in CHAPTERS}
SECOND_WAY = {
    name: worked for chapter in BY_CHAPTER.values() for name, worked in chapter.SECOND_WAY.items()
}
QUESTIONS = list(exercises.list())
IDS = [question.name for question in QUESTIONS]
of_every_question = pytest.mark.parametrize("question", QUESTIONS, ids=IDS)


def says(text, gist):
    """Assert that a text has all facts of its gist and no others, and its words in their order."""
    assert facts(text) == facts(gist), text
    assert has_words(text, gist), f"{text!r} does not have the words of {gist!r}"
    return True


def same(kind, value, expected):
    """Assert that two answers are equal up to the rounding of float32."""
    pairs = zip(value, expected, strict=True) if isinstance(kind, Code) else [(value, expected)]
    for a, b in pairs:
        assert np.shape(a) == np.shape(b)
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


def apart(kind, a, b, near):
    """Whether no answer can be taken for both: they are farther apart than both tolerances."""
    if isinstance(kind, Code):
        return any(apart(Array(), *pair, near) for pair in zip(a, b, strict=True))
    if isinstance(kind, Array):
        return a.shape != b.shape or np.abs(a - b).max() > near
    return abs(a - b) > near if isinstance(kind, Number) else a != b


def test_every_chapter_has_its_questions_worked_out():
    for chapter, questions in CHAPTERS.items():
        worked = BY_CHAPTER[chapter].SECOND_WAY
        assert list(worked) == [question.name for question in questions]


def test_there_are_questions_of_every_level_and_kind():
    assert {question.level for question in QUESTIONS} == {1, 2, 3}
    kinds = {type(question.kind) for question in QUESTIONS}
    assert kinds == {Integer, Number, Shape, Array, Code}
    assert set(NOTEBOOK) <= set(IDS)


def test_questions_of_a_chapter_grow_harder():
    for questions in CHAPTERS.values():
        levels = [question.level for question in questions]
        assert levels == sorted(levels)


@of_every_question
def test_the_answer_is_that_of_a_second_way(question):
    answer = SECOND_WAY[question.name].answer
    same(question.kind, question.right(), question.kind.read(answer))
    assert check(question.name, answer)


@of_every_question
def test_no_mistake_gives_the_answer_or_what_another_mistake_gives(question):
    answers = [question.right(), *question.wrong()]
    near = [0, *(mistake.near for mistake in question.mistakes)]
    near = [max(question.kind.tolerance, value) for value in near]
    assert len(answers) >= 2, "a question knows at least one mistake"
    for n, m in itertools.combinations(range(len(answers)), 2):
        assert apart(question.kind, answers[n], answers[m], near[n] + near[m])
        if isinstance(question.kind, Code):  # on a page, the first trial alone decides
            assert apart(Array(), answers[n][0], answers[m][0], near[n] + near[m])


@of_every_question
def test_a_mistake_gets_its_own_message(question):
    mistakes = SECOND_WAY[question.name].mistakes
    messages = [mistake.tell for mistake in question.mistakes]
    assert len(set(messages)) == len(messages) == len(mistakes)
    for gist, wrong in mistakes.items():
        feedback = check(question.name, wrong)
        assert not feedback
        assert says(feedback.text, gist)
        value = question.wrong()[messages.index(feedback.text)]
        same(question.kind, value, question.kind.read(wrong))


@of_every_question
def test_texts_have_the_facts_of_a_second_way(question):
    worked = SECOND_WAY[question.name]
    assert says(question.text, worked.text)
    for hint, gist in zip(question.hints, worked.hints, strict=True):
        assert says(hint, gist)


@of_every_question
def test_given_arrays_are_those_of_a_second_way(question):
    given = SECOND_WAY[question.name].given
    assert list(question.given) == list(given)
    for name, array in question.given.items():
        same(Array(), array, np.array(given[name]))


@pytest.mark.parametrize(
    "question",
    [question for question in QUESTIONS if isinstance(question.kind, Code)],
    ids=lambda question: question.name,
)
def test_a_function_is_first_tried_on_the_given_arrays(question):
    """On a page a reader runs it on them; beside them there may be numbers."""
    arrays = [part for part in question.kind.trials()[0] if np.ndim(part)]
    for array, given in zip(arrays, SECOND_WAY[question.name].given.values(), strict=True):
        same(Array(), np.array(array), np.array(given))


def test_no_two_questions_have_one_title():
    titles = [question.title for question in QUESTIONS]
    assert len(set(titles)) == len(titles)


@of_every_question
def test_solutions_have_the_facts_of_a_second_way(question):
    for piece, expected in zip(
        question.solution(), SECOND_WAY[question.name].solution, strict=True
    ):
        if isinstance(piece, str):
            assert says(piece, expected)
        elif isinstance(piece, np.ndarray):
            same(Array(), piece, np.array(expected))
        else:
            assert has_words(str(piece), expected), f"{piece} does not have {expected!r}"


@of_every_question
def test_texts_do_not_talk_down(question):
    words = " ".join(piece for piece in question.solution() if isinstance(piece, str))
    assert not re.search(r"\bsimply\b|\bjust\b|\bobviously\b", f"{question.text} {words}")


# -- Answers of the wrong kind ------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["20", 20.0, None, [20], True, np.ones(1), 20 + 0j])
def test_an_integer_must_be_one(answer):
    with pytest.raises(TypeError, match="answer must be an integer; got "):
        check("strides-floor", answer)


def test_integers_of_numpy_count():
    assert check("strides-floor", np.int64(20))
    assert check("strides-floor", np.array(20))


@pytest.mark.parametrize(
    "answer", ["1 2", None, [], 7, [[1, 2], [3]], [1j], [np.nan], ["a"], [True]]
)
def test_an_array_must_be_one_of_numbers(answer):
    with pytest.raises(TypeError, match="answer must be an array of numbers; got "):
        check("strides-thinned", answer)


def test_leading_axes_of_length_one_do_not_count_but_others_do():
    y = np.array([[2, 1, 3], [1, 3, 0], [5, 0, 9]])
    assert check("strides-thinned", y.tolist())
    assert check("strides-thinned", y[None, None])
    assert check("strides-thinned", y + 1e-9)
    assert not check("strides-thinned", y + 1.5e-6)
    told = check("strides-thinned", y[..., None]).text
    assert told.startswith("The shape (3, 3, 1) is not that of the answer, (3, 3). ")


@pytest.mark.parametrize("kind", [Number(0.01)])
@pytest.mark.parametrize("answer", ["1", None, [1.0], np.inf, np.nan, 1j])
def test_a_number_must_be_one(kind, answer):
    with pytest.raises(TypeError, match="answer must be a number; got "):
        kind.read(answer)


@pytest.mark.parametrize("answer", ["1, 2", 5, None, (1, 2.0), (1, "2"), np.ones(2)])
def test_a_shape_must_be_one(answer):
    with pytest.raises(TypeError, match=r"answer must be (a shape|an integer)"):
        Shape().read(answer)


def test_a_function_is_called_and_what_it_raises_says_where():
    kind = Code("double(x)", lambda: [(1,), (2,)])
    assert [array.tolist() for array in kind.read(lambda x: [x, 2 * x])] == [[1, 2], [2, 4]]
    with pytest.raises(TypeError, match=r"answer must be a function, double\(x\); got 7 \(int\)"):
        kind.read(7)
    with pytest.raises(ZeroDivisionError) as raised:
        kind.read(lambda x: [1 / (x - 2)])
    assert raised.value.__notes__ == ["Your function raised this in trial 1 of the exercise."]
    with pytest.raises(TypeError, match="answer must be an array of numbers; got None"):
        kind.read(lambda x: None)


@pytest.mark.parametrize(
    ("kind", "answer", "message"),
    [
        (Integer(), 2.0, "an integer; got 2.0 (float)"),
        (Number(1), "2", "a number; got '2' (str)"),
        (Shape(), 2, "a shape, as in (1, 3, 45, 45); got 2 (int)"),
        (Shape(), (2, "3"), "an integer; got '3' (str)"),
        (Array(), [[1], [2, 3]], "an array of numbers; got [[1], [2, 3]] (list)"),
        (Array(), np.zeros((0, 2)), "an array of numbers; got an array of shape (0, 2) and dtype "
         "float64"),
        (Code("f(x)", list), [2], "a function, f(x); got [2] (list)"),
    ],
)  # fmt: skip
def test_what_an_answer_must_be(kind, answer, message):
    with pytest.raises(TypeError) as raised:
        kind.read(answer)
    assert str(raised.value) == f"answer must be {message}"


def test_an_array_of_the_wrong_kind_is_described():
    with pytest.raises(TypeError, match=r"got an array of shape \(2,\) and dtype float64$"):
        check("strides-floor", np.zeros(2))


# -- Right, near, and wrong -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "right", "at_the_edge", "beyond"),
    [
        (Number(0.5), 1.0, (0.5, 1.5), (0.375, 1.625)),
        (Array(0.5), [1, 2], ([0.5, 2.5], [1.5, 1.5]), ([1, 2.625], [0.375, 2])),
        (
            Code("f(n)", lambda: [(1,), (2,)], 0.5),
            lambda n: [n],
            (lambda n: [n + 0.5], lambda n: [n - 0.5]),
            (lambda n: [1.625 * n - 0.625], lambda n: [1.625 * n]),  # in one trial alone; in both
        ),
    ],
    ids=["number", "array", "code"],
)
def test_a_tolerance_is_a_bound_on_both_sides(kind, right, at_the_edge, beyond):
    right = kind.read(right)
    for answer in map(kind.read, at_the_edge):
        assert kind.agree(answer, right)
        assert kind.agree(answer, right, near=0.25)  # the tolerance counts if it is larger
    for answer in map(kind.read, beyond):
        assert not kind.agree(answer, right)
        assert kind.agree(answer, right, near=2)
    assert not kind.agree(kind.read(beyond[0]), right, near=0.25)


def test_integers_and_shapes_are_right_or_wrong():
    assert Integer().agree(3, 3)
    assert not Integer().agree(3, 4)
    assert Shape().agree((1, 3), (1, 3))
    assert not Shape().agree((1, 3), (3, 1))


@pytest.mark.parametrize(
    ("kind", "name", "tolerance"),
    [
        (Integer(), "integer", 0),
        (Number(0.5), "number", 0.5),
        (Shape(), "shape", 0),
        (Array(), "array", 1e-6),
        (Code("f()", list), "code", 1e-6),
    ],
)
def test_what_a_page_must_know_to_compare_answers(kind, name, tolerance):
    assert (kind.name, kind.tolerance) == (name, tolerance)


def test_a_shape_of_an_array_counts():
    assert not Array(1).agree(np.ones((2, 1)), np.ones((2, 2)))


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Integer(), 96040000, "96,040,000"),
        (Number(0.01), 10671111.11, "10,671,111.11"),
        (Number(5e-4), 4 / 9, "0.4444"),
        (Number(20.0), 112.0, "112"),
        (Shape(), [1, 3], "(1, 3)"),
        (Array(), np.array([[1, 2], [3, 4.5]]), "[[1. , 2. ],\n [3. , 4.5]]"),
        (Code("f()", list), [np.array([1, 2]), np.array([3])], "[1, 2]"),
    ],
)
def test_an_answer_is_written_as_a_reader_would(kind, value, text):
    assert kind.write(value) == text


def test_arrays_are_written_in_full_whatever_numpy_prints():
    with np.printoptions(floatmode="fixed", threshold=5):
        assert (
            Array().write(np.array([0.5, 1, 2, 3, 4, 5.25]))
            == "[0.5 , 1.  , 2.  , 3.  , 4.  , 5.25]"
        )


def doubled(kind, answer, *mistakes, level=1):
    """A question about twice something."""
    return Question(
        name="doubled",
        title="Twice",
        level=level,
        text="What is it, twice?",
        kind=kind,
        answer=answer,
        mistakes=mistakes,
        hints=("Add it to itself.", "Multiply by 2."),
        solution=lambda: [],
    )


def test_levels_have_names():
    levels = [doubled(Integer(), lambda: 2, level=n).difficulty() for n in (1, 2, 3)]
    assert levels == ["easy", "medium", "hard"]


def test_a_question_is_printed_with_its_arrays():
    question = doubled(Integer(), lambda: 2)
    assert str(question) == repr(question) == "Twice\nWhat is it, twice?"
    question = replace(question, given={"x": [[1, 2], [3, 4]], "w": [5]})
    assert str(question) == "Twice\nWhat is it, twice?\n\nx =\n[[1 2]\n [3 4]]\n\nw =\n[5]"


def test_a_mistake_is_recognised_as_near_as_it_says():
    question = doubled(
        Number(0.25),
        lambda: 8.0,
        Mistake(lambda: 4.0, "That is once."),
        Mistake(lambda: 16.0, "That is four times.", near=1),
    )
    assert question.check(8.25)
    assert question.check(7.75).text == "Right."
    assert question.check(4.25).text == "That is once."
    assert question.check(4.375).text == "Not this. A hint: Add it to itself."
    assert question.check(15.0).text == question.check(17.0).text == "That is four times."
    assert question.check(17.125, 2).text == "Still not this. Another hint: Multiply by 2."
    end = question.check(17.125, 3)
    assert not end
    assert end.text == "Not this either. The solution works it out, step by step."


def test_a_wrong_shape_is_named_before_the_hint():
    """Of an array, or of what a function gives in the first trial."""
    array = doubled(Array(), lambda: [2, 4])
    assert array.check([2, 5]).text == "Not this. A hint: Add it to itself."
    assert array.check([2, 4, 6]).text == (
        "The shape (3,) is not that of the answer, (2,). Not this. A hint: Add it to itself."
    )
    code = doubled(Code("f(n)", lambda: [(2,), (3,)]), lambda n: [2 * n] * n)
    assert code.check(lambda n: [n] * 3).text.startswith(
        "The shape (3,) is not that of the answer, (2,)"
    )
    assert code.check(lambda n: [0] * n).text == "Not this. A hint: Add it to itself."
    assert doubled(Integer(), lambda: 2).check(3).text == "Not this. A hint: Add it to itself."


def test_feedback_is_its_text_and_true_if_right():
    assert Feedback(True, "Right.")
    wrong = Feedback(False, "1 < 2")
    assert not wrong
    assert str(wrong) == repr(wrong) == "1 < 2"
    assert wrong._repr_html_() == "<p>1 &lt; 2</p>"


def test_unknown_questions_chapters_and_attempts_are_named():
    with pytest.raises(ValueError, match=r"name must be that of a question, one of .*; got 'x'"):
        check("x", 1)
    with pytest.raises(ValueError, match=r"chapter must be one of convolution, .*; got 'x'"):
        exercises.list("x")
    for attempt in (0, 4, None, "1"):
        with pytest.raises(ValueError, match="attempt must be 1, 2 or 3; got "):
            check("strides-floor", 1, attempt=attempt)


def test_hints_come_one_after_the_other():
    question = exercises.question("strides-floor")
    told = [check("strides-floor", 1000, attempt=n).text for n in (1, 2, 3)]
    assert told[0] == f"Not this. A hint: {question.hints[0]}"
    assert told[1] == f"Still not this. Another hint: {question.hints[1]}"
    assert "solution" in told[2]


def test_listing_and_sheet_hold_the_same_questions():
    listing = exercises.list("strides")
    assert [q.name for q in listing.sheet()] == [q.name for q in listing]
    assert len(exercises.sheet("strides-floor", "strides-unread")) == 2
    assert not hasattr(listing, "_repr_html_")
    assert "convdoc-sheet" in listing.sheet()._repr_html_()


def test_a_question_in_a_notebook_brings_what_it_needs():
    html = exercises.question("strides-floor")._repr_html_()
    assert html.count('class="convdoc-assets"') >= 2
    assert "customElements.define" in html
    assert "How high is the output?" in str(exercises.question("strides-floor"))


@pytest.mark.parametrize(
    ("name", "message", "rounded", "farther"),
    [
        ("convolution-moving", "You divided", [1.5, 2.67, 2.83], [1.5, 2.68, 2.83]),
        ("fair-timing", "That is the mean beside the corner", 0.67, 0.675),  # of 2 / 3
        ("fair-timing", "You counted the corner pixel alone", 0.11, 0.117),  # of 1 / 9
    ],
)
def test_a_mistake_is_recognised_although_it_was_rounded(name, message, rounded, farther):
    assert check(name, rounded).text.startswith(message)
    assert not check(name, farther)
    assert not check(name, farther).text.startswith(message)


def test_what_is_near_a_mistake_is_not_near_the_answer():
    answer = np.array(SECOND_WAY["convolution-moving"].answer)
    assert not check("convolution-moving", answer + 0.005)


def test_a_function_must_be_right_in_every_trial():
    kind = Code("double(x)", lambda: [(1,), (2,)])
    right = kind.read(lambda x: [2 * x])
    assert kind.agree(right, kind.read(lambda x: [x + x]))
    assert not kind.agree(right, kind.read(lambda x: [2 if x == 1 else 5]))
