from __future__ import annotations

import hashlib

import pytest

from summarizer import Document, InputError


def test_a_first_line_like_a_heading_is_the_title() -> None:
    assert Document(text="# Talks stall in Orvania\n\nThe talks stalled on Monday.").title == "Talks stall in Orvania"
    assert Document(text="The talks stalled on Monday. They go on.").title is None
    assert Document(text="Short.", given_title="Given").title == "Given"


def test_the_hash_is_of_the_text_in_utf_8() -> None:
    assert Document(text="Łódź").sha256 == hashlib.sha256("Łódź".encode()).hexdigest()


@pytest.mark.parametrize("text", ["", " \n\t ", "\u2003\n"])
def test_a_blank_text_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="holds no text"):
        Document(text=text)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(InputError, match="surrogate pair at character 2"):
        Document(text="a \ud83d b")
