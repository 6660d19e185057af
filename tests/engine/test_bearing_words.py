from __future__ import annotations

import pytest

from summarizer.engine.bearing_words import is_borne_out


@pytest.mark.parametrize(
    ("kind", "sentence", "borne_out"),
    [
        ("agreed_step", "The two agreed to share data.", True),
        ("agreed_step", "Working groups from the two sides will draft rules.", True),
        ("agreed_step", "The airline will invest four million in new lounges.", False),
        ("open_question", "Russia will soon announce the date for the next round.", True),
        ("open_question", "The document may also include ceasefire issues.", True),
        ("open_question", "“Are you staying on until May?”", False),
        ("open_question", "The cows are on hay for half the year.", False),
        ("demand", "The cows are on hay for half the year.", True),
    ],
)
def test_a_step_needs_words_of_consent_and_a_question_words_that_show_it_open(
    kind: str, sentence: str, borne_out: bool
) -> None:
    assert is_borne_out(kind, sentence, "en") is borne_out
    assert is_borne_out(kind, sentence, "de") is True
