from __future__ import annotations

import pytest

from summarizer import Document, Evidence
from summarizer.matters import Report
from summarizer.matters.likeness import ReportLikeness, numbers_fit
from summarizer.similarity import stem_f1


def report(wording: str, quote: str = "") -> Report:
    evidence = [Evidence.of(sentence) for sentence in Document(text=quote).sentences] if quote else []
    return Report(article=1, date=None, wording=wording, evidence=evidence)


FISHERMEN = report("Free the 31 men", "It asked for the release of the 31 men taken off the shallows in January.")
DETAINED = report("Release those held since January", "The 31 men are well, it said, and again sought their release.")
PATROLS = report("Withdraw the patrols", "Patrols must leave the shallows, it said in January.")


@pytest.fixture
def likeness() -> ReportLikeness:
    known = ReportLikeness()
    known.learn([FISHERMEN, DETAINED, PATROLS])
    return known


def test_what_a_paraphrase_leaves_out_is_found_in_what_it_cites(likeness: ReportLikeness) -> None:
    assert stem_f1(FISHERMEN.wording, DETAINED.wording) == 0.0
    assert likeness.of(FISHERMEN, DETAINED) > 0.3
    assert likeness.of(FISHERMEN, DETAINED) == likeness.of(DETAINED, FISHERMEN)
    assert max(likeness.of(PATROLS, DETAINED), likeness.of(PATROLS, FISHERMEN)) < 0.1


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
