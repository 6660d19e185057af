from __future__ import annotations

import pytest

from summarizer import Document, Evidence
from summarizer.matters import Report
from summarizer.matters.likeness import ReportLikeness, numbers_fit
from summarizer.similarity import stem_f1


def report(wording: str, quote: str = "", article: int = 1) -> Report:
    evidence = [Evidence.of(sentence) for sentence in Document(text=quote).sentences] if quote else []
    return Report(article=article, date=None, wording=wording, evidence=evidence)


FISHERMEN = report("Free the 31 men", "It asked for the release of the 31 men taken off the shallows in January.", 1)
DETAINED = report(
    "Release those held since January", "The 31 men are well, it said, and again sought their release.", 2
)
PATROLS = report("Withdraw the patrols", "Patrols must leave the shallows, it said in January.", 3)


@pytest.fixture
def likeness() -> ReportLikeness:
    known = ReportLikeness()
    for one in (FISHERMEN, DETAINED, PATROLS):
        known.learn([one])
    return known


def test_what_a_paraphrase_leaves_out_is_found_in_what_it_cites(likeness: ReportLikeness) -> None:
    assert stem_f1(FISHERMEN.wording, DETAINED.wording) == 0.0
    assert likeness.of(FISHERMEN, DETAINED) > 0.3
    assert likeness.of(FISHERMEN, DETAINED) == likeness.of(DETAINED, FISHERMEN)
    assert max(likeness.of(PATROLS, DETAINED), likeness.of(PATROLS, FISHERMEN)) < 0.1


def test_a_sentence_that_several_items_cite_tells_of_none_in_particular() -> None:
    quote = "It repeated its demands for higher pay, shorter shifts and safer cranes."
    pay, shifts, cranes = (report(wording, quote) for wording in ("Raise pay", "Shorten shifts", "Make cranes safe"))
    alone = ReportLikeness()
    alone.learn([pay])
    together = ReportLikeness()
    together.learn([pay, shifts, cranes])
    assert together.covered(cranes.wording, pay) == 0.0 < alone.covered(cranes.wording, pay)


def test_words_that_are_rare_in_the_matter_count_most(likeness: ReportLikeness) -> None:
    rare, common = report("patrols"), report("January")
    assert likeness.covered("patrols in January", rare) > 0.5 > likeness.covered("patrols in January", common)


def test_the_words_that_ask_are_not_what_is_asked(likeness: ReportLikeness) -> None:
    assert likeness.covered("When will the patrols leave?", report("The patrols leave")) == 1.0
    assert likeness.covered("When, and whether?", PATROLS) == 0.0


@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        ("Raise pay by 6 per cent", "Raise pay", True),
        ("Give readings from 1 October", "Give readings from 1 October 2030", True),
        ("Raise pay by 6 per cent from 1 May", "Raise pay by 8 per cent from 1 May", False),
    ],
)
def test_numbers_may_be_left_out_but_not_replaced(one: str, other: str, fits: bool) -> None:
    assert numbers_fit(one, other) is fits
