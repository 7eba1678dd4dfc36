"""Every question: its answer by a second way, its mistakes apart, its words."""

import importlib
import itertools
import re

import numpy as np
import pytest

from convdoc import exercises
from convdoc.exercises import CHAPTERS, NOTEBOOK, check
from convdoc.exercises.questions import Array, Code, Integer, Number, Shape

SECOND_WAY = {
    name: answer
    for chapter in CHAPTERS
    for name, answer in importlib.import_module(f"tests.second_way.{chapter}").ANSWERS.items()
}
QUESTIONS = list(exercises.list())
IDS = [question.name for question in QUESTIONS]


def apart(kind, a, b, near):
    """Whether no answer can be taken for both: they are farther apart than both tolerances."""
    if isinstance(kind, Code):
        return any(apart(Array(), *pair, near) for pair in zip(a, b, strict=True))
    if isinstance(kind, Array):
        return a.shape != b.shape or np.abs(a - b).max() > near
    return abs(a - b) > near if isinstance(kind, Number) else a != b


def test_there_are_forty_questions_of_every_level_in_every_chapter():
    assert len(QUESTIONS) >= 40
    assert len(set(IDS)) == len(QUESTIONS)
    assert {question.level for question in QUESTIONS} == {1, 2, 3}
    assert all(len(questions) >= 3 for questions in CHAPTERS.values())
    kinds = {type(question.kind) for question in QUESTIONS}
    assert kinds == {Integer, Number, Shape, Array, Code}
    assert set(NOTEBOOK) <= set(IDS)
    assert sum("Spot the error" in question.title for question in QUESTIONS) >= 3


def test_questions_of_a_chapter_grow_harder():
    for questions in CHAPTERS.values():
        levels = [question.level for question in questions]
        assert levels == sorted(levels)


@pytest.mark.parametrize("question", QUESTIONS, ids=IDS)
def test_the_answer_is_that_of_a_second_way(question):
    assert question.kind.agree(question.right(), question.kind.read(SECOND_WAY[question.name]))


@pytest.mark.parametrize("question", QUESTIONS, ids=IDS)
def test_no_mistake_gives_the_answer_or_what_another_mistake_gives(question):
    answers = [question.right(), *question.wrong()]
    near = [0, *(mistake.near for mistake in question.mistakes)]
    near = [max(question.kind.tolerance, value) for value in near]
    assert len(answers) >= 2, "a question knows at least one mistake"
    for n, m in itertools.combinations(range(len(answers)), 2):
        assert apart(question.kind, answers[n], answers[m], near[n] + near[m])
        if isinstance(question.kind, Code):  # on a page, the first trial alone decides
            assert apart(Array(), answers[n][0], answers[m][0], near[n] + near[m])


@pytest.mark.parametrize("question", QUESTIONS, ids=IDS)
def test_feedback_says_right_or_names_the_mistake_or_hints(question):
    answer = SECOND_WAY[question.name]
    assert check(question.name, answer)
    told = [mistake.tell for mistake in question.mistakes]
    assert len(set(told)) == len(told)
    for mistake in question.mistakes:
        wrong = mistake.value if isinstance(question.kind, Code) else mistake.value()
        feedback = check(question.name, wrong)
        assert not feedback
        assert feedback.text == mistake.tell
    first, second = question.hints
    assert first != second


@pytest.mark.parametrize("question", QUESTIONS, ids=IDS)
def test_solutions_tell_and_show(question):
    pieces = question.solution()
    words = " ".join(piece for piece in pieces if isinstance(piece, str))
    assert len(words.split()) >= 15
    assert any(not isinstance(piece, str) for piece in pieces), "numbers, a figure or a stepper"
    text = f"{question.text} {words}"
    assert not re.search(r"\bsimply\b|\bjust\b|\bobviously\b", text)


# -- Answers of the wrong kind ------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["20", 20.0, None, [20], True, np.ones(1), 20 + 0j])
def test_an_integer_must_be_one(answer):
    with pytest.raises(TypeError, match="answer must be an integer; got "):
        check("strides-floor", answer)


def test_integers_of_numpy_count():
    assert check("strides-floor", np.int64(20))
    assert check("strides-floor", np.array(20))


@pytest.mark.parametrize("answer", ["1 2", None, [], 7, [[1, 2], [3]], [1j], [np.nan], ["a"]])
def test_an_array_must_be_one_of_numbers(answer):
    with pytest.raises(TypeError, match="answer must be an array of numbers; got "):
        check("strides-thinned", answer)


def test_leading_axes_of_length_one_do_not_count_but_others_do():
    y = np.array([[2, 1, 3], [1, 3, 0], [5, 0, 9]])
    assert check("strides-thinned", y.tolist())
    assert check("strides-thinned", y[None, None])
    assert check("strides-thinned", y + 1e-9)
    assert not check("strides-thinned", y + 1e-3)
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


def test_a_tolerance_is_a_bound_on_both_sides():
    kind = Number(0.05)
    assert kind.agree(1.04, 1.0)
    assert kind.agree(0.96, 1.0)
    assert not kind.agree(1.06, 1.0)
    assert kind.write(10671111.11) == "10,671,111.11"


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


def test_a_mistake_is_recognised_although_it_was_rounded():
    """The average of five days, rounded to two decimals, where the weighted sum was asked for."""
    weighted = np.array(SECOND_WAY["convolution-moving"])
    (divided,) = [m for m in exercises.question("convolution-moving").mistakes if m.near]
    rounded = (weighted / 6).round(2)  # the weights 3, 2 and 1 sum to 6
    assert check("convolution-moving", rounded).text == divided.tell
    assert check("convolution-moving", rounded + 0.02).text != divided.tell
    assert not check("convolution-moving", weighted + 0.005)


def test_a_function_must_be_right_in_every_trial():
    kind = Code("double(x)", lambda: [(1,), (2,)])
    right = kind.read(lambda x: [2 * x])
    assert kind.agree(right, kind.read(lambda x: [x + x]))
    assert not kind.agree(right, kind.read(lambda x: [2 if x == 1 else 5]))
