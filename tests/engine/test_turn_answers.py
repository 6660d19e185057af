from __future__ import annotations

import pytest

from summarizer.engine.turn_answers import Introduction, TurnAnswer, TurnItem, parse_answer, write_answer

WHOLE = """A Orvania | state
A Rurik Stanev | person | foreign minister
A the federation = Dockers' Union
D Orvania > union + city: end it: now {rejected}
S a b + c: meet again {planned; from 1 May}
Q -: who will pay"""

READ = TurnAnswer(
    actors=(
        Introduction(form="Orvania", kind="state"),
        Introduction(form="Rurik Stanev", kind="person", role="foreign minister"),
        Introduction(form="the federation", same_as="Dockers' Union"),
    ),
    items=(
        TurnItem(
            kind="demand", holders=("Orvania",), addressees=("union", "city"), text="end it: now", status="rejected"
        ),
        TurnItem(kind="agreed_step", holders=("a b", "c"), text="meet again", status="planned", when="from 1 May"),
        TurnItem(kind="open_question", holders=(), text="who will pay"),
    ),
)


def test_every_kind_of_line_is_read_and_written() -> None:
    assert parse_answer(WHOLE) == READ
    assert write_answer(READ) == WHOLE
    assert write_answer(TurnAnswer(actors=(), items=())) == "N"


def test_an_item_has_the_probability_of_its_line() -> None:
    answer = parse_answer("A Orvania | state\nD Orvania > -: leave\nQ -: when", [0.9, 0.8, 0.3])
    assert [item.confidence for item in answer.items] == [0.8, 0.3]


def test_a_status_of_another_kind_and_a_kind_of_no_actor_are_not_kept() -> None:
    answer = parse_answer("A Orvania | planet\nD Orvania > -: leave {planned}")
    assert (answer.actors[0].kind, answer.items[0].status) == (None, None)


@pytest.mark.parametrize("answer", ["", "N", "A -\nN", "I cannot help with that.", "D", "D x", "D a > b:", "\n\n"])
def test_what_is_not_of_the_form_says_nothing(answer: str) -> None:
    assert parse_answer(answer) == TurnAnswer(actors=(), items=())
