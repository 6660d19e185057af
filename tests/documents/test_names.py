from __future__ import annotations

import unicodedata
from typing import Literal

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


@pytest.mark.parametrize("text_form", ["NFC", "NFD"])
@pytest.mark.parametrize("name_form", ["NFC", "NFD"])
def test_a_name_is_found_whether_its_marks_are_composed_or_not(
    text_form: Literal["NFC", "NFD"], name_form: Literal["NFC", "NFD"]
) -> None:
    text = unicodedata.normalize(text_form, "José Müller traf Łódź. עִבְרִית 한국노총")
    for name in ("José Müller", "MÜLLER", "Łódź", "עִבְרִית", "한국노총"):
        found = NameIndex(text).find(unicodedata.normalize(name_form, name))
        assert found is not None
        assert found in text
        assert fold(found) == fold(name)


def test_a_name_does_not_end_within_a_letter() -> None:
    index = NameIndex(unicodedata.normalize("NFD", "José kam. रामा आई। สหภาพแรงงาน"))
    assert [index.find(name) for name in ("Jose", "राम", "สหภาพแรงงา")] == [None, None, "สหภาพแรงงา"]
    assert index.find("रामा") == "रामा"


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("노동조합은 요구했다.", "노동조합", True),
        ("신노동조합은 요구했다.", "노동조합", False),
        (unicodedata.normalize("NFD", "노동조합은 요구했다."), unicodedata.normalize("NFD", "노동조하"), False),
        ("رفض والاتحاد ذلك.", "الاتحاد", True),
        ("رفض واتحادهم ذلك.", "اتحاد", False),
        ("ולאיגוד אין תגובה.", "איגוד", True),
        ("האיגודים סירבו.", "איגוד", False),
    ],
)
def test_words_that_a_language_writes_onto_a_name_are_no_part_of_it(text: str, name: str, found: bool) -> None:
    many = NameIndex(text)
    for number in range(100):  # beyond which the words of a text are indexed
        many.find(f"name {number}")
    for index in (NameIndex(text), many):
        assert index.find(name) == (name if found else None)
        span = index.span(name)
        assert (span is not None and text[slice(*span)] == name) is found


def test_a_name_of_its_own_is_preferred_to_one_with_words_written_onto_it() -> None:
    assert NameIndex("والنقابة رفضت النقابة").span("النقابة") == (14, 21)
