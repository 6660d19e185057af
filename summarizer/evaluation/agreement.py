"""How far two labelling passes over the same texts agree: the first as labels, the second as a prediction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from summarizer.documents import Document
from summarizer.documents.names import fold
from summarizer.errors import InputError
from summarizer.evaluation.alignment import CUT, similarity
from summarizer.evaluation.counts import score_article
from summarizer.evaluation.items import Item
from summarizer.evaluation.labels import SECTIONS, Fixture, Labels
from summarizer.evaluation.metrics import metrics_of
from summarizer.schemas import Briefing, grounding_context

__all__ = ["Agreement", "agreement", "briefing_of", "judged_alike"]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """F1 between two passes."""

    articles: list[str]
    f1: dict[str, float]
    """Section to hard F1, 0 to 1, over all articles; items that the first pass calls doubtful are neutral."""


def agreement(fixtures: Sequence[Fixture]) -> Agreement | None:
    """Agreement over the fixtures that were labelled twice; None where none was."""
    twice = [(fixture, second) for fixture in fixtures if (second := fixture.second_pass)]
    if not twice:
        return None
    counts = [
        score_article(briefing_of(_firm(second), fixture.document), fixture.labels, fixture.document).counts
        for fixture, second in twice
    ]
    metrics = metrics_of(counts)
    return Agreement(
        articles=[fixture.name for fixture, _ in twice],
        f1={section: metrics[f"{section}.f1"] for section in SECTIONS},
    )


def briefing_of(labels: Labels, document: Document) -> Briefing:
    """Labels as a briefing: what a model would have to answer to be right."""

    def cited(quotes: list[str]) -> list[int]:
        spans = [(document.text.find(quote), len(quote)) for quote in quotes]
        return sorted(
            {s.number for start, size in spans for s in document.sentences if s.start < start + size and start < s.end}
        )

    def item(labelled: object, *names: str) -> dict[str, object]:
        return {
            **{name: getattr(labelled, name) for name in names},
            "evidence": cited(getattr(labelled, "evidence")),  # noqa: B009 - one of four kinds of label
        }

    return Briefing.model_validate(
        {
            "headline": document.title or document.sentences[0].text,
            "summary": [],
            "actors": [item(a, "name", "aliases", "kind", "role") for a in labels.actors],
            "demands": [item(d, "by", "of", "demand", "status") for d in labels.demands],
            "agreed_steps": [item(s, "parties", "step", "when", "status") for s in labels.agreed_steps],
            "open_questions": [item(q, "question", "awaits") for q in labels.open_questions],
        },
        context=grounding_context(document),
    )


def _firm(labels: Labels) -> Labels:
    """Labels without what the pass itself calls doubtful."""
    return labels.model_copy(
        update={name: [item for item in getattr(labels, name) if not item.doubtful] for name in SECTIONS}
    )


def judged_alike(path: Path) -> tuple[int, int]:
    """Pairs of a predicted and a labelled item judged by hand on which the alignment's cut agrees, and all of them.

    Raises:
        InputError: If the file cannot be read or is not of the form.
    """
    try:
        pairs = TypeAdapter(list[JudgedPair]).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(f"The judged pairs {path} cannot be read: {' '.join(str(error).split())[:120]}.") from None
    alike = sum((similarity(*pair.items()) >= CUT) == pair.same for pair in pairs)
    return alike, len(pairs)


class _JudgedSide(BaseModel):
    text: str
    sentences: frozenset[int]


class JudgedPair(BaseModel):
    """A predicted and a labelled item, and whether a person calls them the same."""

    section: str
    predicted: _JudgedSide
    labelled: _JudgedSide
    same: bool
    why: str

    def items(self) -> tuple[Item, Item]:
        """The two as the scorer sees them."""
        one, other = (
            Item(section=self.section, texts=(fold(side.text),), sentences=side.sentences)
            for side in (self.predicted, self.labelled)
        )
        return one, other
