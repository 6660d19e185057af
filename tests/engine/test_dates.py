from __future__ import annotations

import pytest

from summarizer.engine.dates import find_date


@pytest.mark.parametrize(
    ("sentence", "date"),
    [
        ("After the talks in Constantinople on May 15, Moscow and Kiev agreed.", "May 15"),
        ("They will share customs data from 1 May.", "1 May"),
        ("Both sides open the pass on Sunday.", "Sunday"),
        ("The accord of 14 March 2027 binds both.", "14 March 2027"),
        ("It may also include ceasefire issues.", None),
        ("Wages rise by 4 percent.", None),
        ("Some 40,000 people left.", None),
        ("The two sides shook hands.", None),
    ],
)
def test_a_date_is_given_as_the_sentence_has_it(sentence: str, date: str | None) -> None:
    assert find_date(sentence) == date
