from __future__ import annotations

import pytest

from summarizer.engine.turn_answers import TurnAnswer, TurnItem, parse_answer


def test_every_kind_of_line_is_read() -> None:
    answer = (
        "A Orvania; the union; -\nD Orvania > union + city: end it: now\nS a b + c: meet again\nQ -: who will pay\nN"
    )
    assert parse_answer(answer) == TurnAnswer(
        actors=("Orvania", "the union"),
        items=(
            TurnItem(kind="demand", holders=("Orvania",), addressees=("union", "city"), text="end it: now"),
            TurnItem(kind="agreed_step", holders=("a b", "c"), text="meet again"),
            TurnItem(kind="open_question", holders=(), text="who will pay"),
        ),
    )


@pytest.mark.parametrize("answer", ["", "N", "A -\nN", "I cannot help with that.", "D", "D x", "D a > b:", "\n\n"])
def test_what_is_not_of_the_form_says_nothing(answer: str) -> None:
    assert parse_answer(answer) == TurnAnswer(actors=(), items=())
