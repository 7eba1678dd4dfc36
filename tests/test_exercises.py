"""Every question: its answer by a second way, its mistakes apart, its words."""

import importlib
import re

import numpy as np
import pytest

from convdoc import exercises
from convdoc.exercises import CHAPTERS, NOTEBOOK, check
from convdoc.exercises.question import Array, Code, Integer, Number, Shape

SECOND_WAY = {
    name: answer
    for chapter in CHAPTERS
    for name, answer in importlib.import_module(f"tests.second_way.{chapter}").ANSWERS.items()
}
QUESTIONS = list(exercises.list())
IDS = [question.name for question in QUESTIONS]


def apart(kind, a, b):
    """Whether no answer can be taken for both: they are more than two tolerances apart."""
    if isinstance(kind, Number):
        return abs(a - b) > 2 * kind.tolerance
    if isinstance(kind, Array):
        return a.shape != b.shape or np.abs(a - b).max() > 2 * kind.tolerance
    if isinstance(kind, Code):
        return any(apart(Array(kind.tolerance), *pair) for pair in zip(a, b, strict=True))
    return a != b


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
    assert len(answers) >= 2, "a question knows at least one mistake"
    for n, a in enumerate(answers):
        for b in answers[:n]:
            assert apart(question.kind, a, b)
    if isinstance(question.kind, Code):  # on a page, the first trial alone decides
        firsts = [answer[0] for answer in answers]
        for n, a in enumerate(firsts):
            for b in firsts[:n]:
                assert apart(Array(question.kind.tolerance), a, b)


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
