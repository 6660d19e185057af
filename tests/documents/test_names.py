from __future__ import annotations

import unicodedata

import pytest

from summarizer.documents.names import NameIndex, fold

TEXT = "The Dockers’ Federation met Zoë Müller in New\nYork. IT workers left; it rained. 王毅外长说 so."


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Dockers' Federation", "Dockers’ Federation"),
        ("new york", "New York"),
        ("the dockers’ federation", "The Dockers’ Federation"),
        (unicodedata.normalize("NFD", "Zoë Müller"), "Zoë Müller"),
        ("it", "it"),
        ("IT", "IT"),
        ("王毅", "王毅"),
        ("York", "York"),
        ("ork", None),
        ("Federation met Zoë Mü", None),
        ("Ministry", None),
        ("  ", None),
    ],
)
def test_a_name_is_found_as_the_text_has_it(name: str, found: str | None) -> None:
    assert NameIndex(TEXT).find(name) == found


def test_a_span_is_where_the_name_stands() -> None:
    span = NameIndex(TEXT).span("new york")
    assert span is not None
    assert TEXT[slice(*span)] == "New\nYork"


def test_candidates_are_runs_of_capitalised_words() -> None:
    assert {"The Dockers’ Federation", "Zoë Müller", "New York"} <= set(NameIndex(TEXT).candidates())
    assert len(NameIndex(TEXT).candidates(most=2)) == 2


def test_names_are_compared_without_case_blanks_and_kinds_of_quotes() -> None:
    assert fold("The  DOCKERS’ Union") == fold("the dockers' union")
