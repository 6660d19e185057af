"""A small dispute in three articles, and its labels as saved briefings."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from summarizer import Briefing, Document, Envelope
from summarizer.evaluation.agreement import briefing_of
from summarizer.evaluation.labels import load_fixture
from tests.render.test_formats import envelope_of

QUAY = Path(__file__).parent / "quay"
DATES = ("2031-03-04", "2031-03-11", "2031-03-19")


def envelopes() -> list[Envelope[Briefing]]:
    """The briefings that the labels make, in the order of their dates."""
    return [_envelope(number, date) for number, date in enumerate(DATES, 1)]


def _envelope(number: int, date: str) -> Envelope[Briefing]:
    fixture = load_fixture(QUAY / str(number))
    document = Document(text=fixture.document.text, source=f"{number}/article.txt", date=date)
    made = envelope_of(briefing_of(fixture.labels, fixture.document), document)
    return made.model_copy(update={"written_at": datetime(2031, 4, number, tzinfo=UTC)})
