from __future__ import annotations

import re
from textwrap import wrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.errors import InputError
from summarizer.sources.pdf import read_pdf
from tests.files import encrypted_pdf, pdf

ONE = (
    "The dockers’ union said on Monday that it would stop work in all ports of the country until the port pays what it "
    "owes. The port authority refused to negotiate before the strike is called off, and asked the ministry of labour "
    "to step in."
)
TWO = "The ministry offered to mediate. Both sides accepted the offer in principle; talks begin on Friday in Velmar."
THREE = (
    "In a statement the union demanded that the port withdraw its lawsuit. It is still open who would pay for the "
    "delay of the last weeks, which the shipping companies put at nine million crowns."
)


def lines(*paragraphs: str, width: int = 80) -> list[str]:
    return [line for paragraph in paragraphs for line in wrap(paragraph, width)]


def test_lines_become_paragraphs_again_and_pages_are_kept() -> None:
    found = read_pdf(pdf([lines("Talks in Velmar", ONE), lines(TWO, THREE)]), "x")
    assert found.text == f"Talks in Velmar\n\n{ONE}\n\n{TWO}\n\n{THREE}"
    assert found.page_starts == [0, found.text.index(TWO)]


def test_a_sentence_that_goes_on_over_the_page_is_one_and_begins_on_the_first() -> None:
    all_lines = lines(ONE, TWO)
    found = read_pdf(pdf([all_lines[:2], all_lines[2:]]), "x")
    assert found.text == f"{ONE}\n\n{TWO}"
    document = found.document(source="x", language="en")
    assert [sentence.page for sentence in document.sentences] == [1, 1, 2, 2]
    assert document.sentences[1].text.endswith("to step in.")


def test_headers_footers_and_page_numbers_are_left_out() -> None:
    pages = [
        ["Harbour Board - Report 2026", *lines(text), f"Page {number} of 4"]
        for number, text in enumerate((ONE, TWO, THREE, ONE[::-1]), 1)
    ]
    text = read_pdf(pdf(pages), "x").text
    assert "Harbour Board" not in text
    assert not re.search(r"Page \d of 4", text)
    assert all(one in text for one in (ONE, TWO, THREE))


def test_words_that_a_line_end_divides_are_joined_and_hyphens_of_their_own_kept() -> None:
    page = [
        "The long-term plan of the port was not made public before the nego-",
        "tiations on the follow-up plan began, and nobody knows what the long-",
        "term plan says about the wages of those who work in the port of Anglo-",
        "Orvanian trade and of the ferries.",
    ]
    text = read_pdf(pdf([page]), "x").text
    for words in ("the negotiations on", "the long-term plan says", "Anglo-Orvanian trade"):
        assert words in text


def test_bullets_and_headings_stand_by_themselves() -> None:
    page = [*lines(ONE), "• Wages by Friday", "• No dismissals", "What is next", *lines(THREE)]
    assert read_pdf(pdf([page]), "x").text.split("\n\n")[1:4] == [
        "• Wages by Friday",
        "• No dismissals",
        "What is next",
    ]


def test_what_a_pdf_says_about_itself_is_kept() -> None:
    found = read_pdf(pdf([lines(ONE)], title="Report (draft)", author="Ada Lind", created="D:20260302080000Z"), "x")
    assert (found.title, found.author, found.date) == ("Report (draft)", "Ada Lind", "2026-03-02T08:00:00+00:00")
    bare = read_pdf(pdf([lines(ONE)], created="nonsense"), "x")
    assert (bare.title, bare.author, bare.date) == (None, None, None)


def test_a_blank_page_counts_as_a_page() -> None:
    document = read_pdf(pdf([lines(ONE), [], lines(TWO)]), "x").document(source="x", language="en")
    assert [sentence.page for sentence in document.sentences] == [1, 1, 3, 3]
    assert len(document.page_starts) == 3


@pytest.mark.parametrize(
    ("pages", "held"),
    [
        ([[], [], []], "pictures of its pages and no text"),
        ([["3"], ["4"]], r"hardly any text \(2 characters\)"),
        ([], "pictures of its pages and no text"),
    ],
    ids=["blank", "stamped", "none"],
)
def test_a_scanned_pdf_is_told(pages: list[list[str]], held: str) -> None:
    with pytest.raises(InputError, match=rf"holds {held}.*\(OCR\) first"):
        read_pdf(pdf(pages), "x")


def test_an_encrypted_pdf_is_read_where_it_opens_without_a_password_and_told_where_not() -> None:
    raw = pdf([lines(ONE)])
    assert read_pdf(encrypted_pdf(raw, password=""), "x").text == ONE
    with pytest.raises(InputError, match="x is encrypted and opens with a password only"):
        read_pdf(encrypted_pdf(raw, password="secret"), "x")


@pytest.mark.parametrize("cut", [10, 200, 700])
def test_a_damaged_pdf_is_told_in_one_sentence(cut: int) -> None:
    with pytest.raises(InputError, match=r"x is a damaged PDF|holds pictures of its pages"):
        read_pdf(pdf([lines(ONE)])[:cut], "x")


WORDS = "the union wants höhere wages before strike talks (again) end in Velmar; nobody knows why".split()
SENTENCE = st.lists(st.sampled_from(WORDS), min_size=3, max_size=20).map(
    lambda words: " ".join(words).capitalize() + "."
)
PAGE = st.lists(SENTENCE, min_size=4, max_size=8).map(lambda sentences: wrap(" ".join(sentences), 70))


# Two pages at most: from three on, short lines that all share at their edges are taken for headers and footers.
@settings(deadline=None)
@given(st.lists(PAGE, min_size=1, max_size=2))
def test_every_word_of_every_page_is_there_once_and_offsets_hold(pages: list[list[str]]) -> None:
    found = read_pdf(pdf(pages), "x")
    assert found.text.split() == " ".join(line for page in pages for line in page).split()
    document = found.document(source="x", language="en")
    assert all(document.text[one.start : one.end] == one.text for one in document.sentences)
    starts = list(found.page_starts)
    assert starts == sorted(starts)
    for page, start, end in zip(pages, starts, [*starts[1:], len(found.text)], strict=True):
        assert found.text[start:end].split() == " ".join(page).split()
