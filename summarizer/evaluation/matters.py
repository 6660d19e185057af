"""Evals of following a matter: labelled changes over a few articles, and how many of them a dossier has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from summarizer.documents import Document
from summarizer.errors import InputError, UsageError
from summarizer.evaluation.agreement import briefing_of
from summarizer.evaluation.alignment import CUT, assign
from summarizer.evaluation.labels import Fixture, Texts, load_fixture, load_yaml
from summarizer.matters import Change, ChangeKind, dossier_of
from summarizer.matters.dossier import CHANGE_KINDS
from summarizer.schemas import (
    Briefing,
    DocumentReference,
    Envelope,
    ModelReference,
    PromptReference,
    SchemaReference,
    TokenUsage,
)
from summarizer.similarity import f1, item_similarity

__all__ = ["Matter", "MatterRun", "MatterScore", "load_matter", "load_matters", "run_matters"]

CHANGES = "changes.yaml"
SCORED = tuple(kind for kind in CHANGE_KINDS if kind != "demand_not_raised")
"""Silence (`demand_not_raised`) is not labelled, and neither counted for nor against."""

Reader = Callable[[Document], Envelope[Briefing]]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _labelled(change: ChangeKind) -> ChangeKind:
    if change not in SCORED:
        raise ValueError(f"{change} is not labelled")
    return change


class LabelledState(_Part):
    article: int = Field(ge=1)
    item: str = Field(min_length=1)
    evidence: Annotated[Texts, Field(min_length=1)]


class LabelledChange(_Part):
    change: Annotated[ChangeKind, AfterValidator(_labelled)]
    article: int = Field(ge=2)
    item: str = Field(min_length=1)
    evidence: Texts = Field(default_factory=list)
    earlier: LabelledState | None = None


class _Changes(_Part):
    dates: Annotated[list[date], Field(min_length=2)]
    changes: Annotated[list[LabelledChange], BeforeValidator(lambda value: value or [])]


@dataclass(frozen=True, kw_only=True)
class Matter:
    """A dispute: its labelled articles in their order, and the labelled changes."""

    name: str
    articles: Sequence[Fixture]
    changes: Sequence[LabelledChange]


class MatterScore(_Part):
    """How many changes of one matter were found, by kind: (found, told, labelled)."""

    name: str
    counts: dict[str, tuple[int, int, int]]
    changes: list[Change]
    error: str | None = None
    """Why it could not be read; its labelled changes then all count as missed."""


class MatterRun(_Part):
    """One model, or the labels themselves, over all matters. Saved as one JSON file."""

    suite: str
    model: str
    command: str
    written_at: str
    matters: list[MatterScore]
    metrics: dict[str, float]
    """Precision, recall and F1 of each kind that is labelled, `macro_f1` over these kinds, and `micro_f1`."""


def load_matters(folder: Path) -> list[Matter]:
    """Read all matters below a folder, or the one that the folder is, by name.

    Raises:
        UsageError: If there is none.
        InputError: If one does not hold.
    """
    alone = (folder / CHANGES).is_file()
    folders = [folder] if alone else sorted(path.parent for path in folder.glob(f"*/{CHANGES}"))
    if not folders:
        raise UsageError(f"There are no matters in {folder}; a matter is a folder with {CHANGES} and articles 1, 2, ….")
    return [load_matter(found) for found in folders]


def load_matter(folder: Path) -> Matter:
    """Read a matter and check its labels.

    Raises:
        InputError: If a file is missing or not of the form, evidence is not in its article letter for letter, or an
            item is no label of its article.
    """
    path = folder / CHANGES
    found = load_yaml(path, _Changes)
    articles = [
        _dated(load_fixture(folder / str(number)), day.isoformat()) for number, day in enumerate(found.dates, 1)
    ]
    for number, change in enumerate(found.changes, 1):
        if problem := _problem(change, articles):
            raise InputError(f"{path}: change {number}: {problem}.")
    return Matter(name=folder.name, articles=articles, changes=found.changes)


def _dated(fixture: Fixture, day: str) -> Fixture:
    read = fixture.document
    document = Document(text=read.text, source=read.source, language=read.language, date=day)
    return Fixture(name=fixture.name, folder=fixture.folder, document=document, labels=fixture.labels)


def _problem(change: LabelledChange, articles: Sequence[Fixture]) -> str | None:
    """What is wrong with a labelled change, if anything is."""
    earlier = change.earlier
    if change.article > len(articles):
        return f"there is no article {change.article}"
    if earlier is not None and earlier.article >= change.article:
        return f"what was before stands in article {earlier.article}, which is not before article {change.article}"
    quoted = [(change.article, quote) for quote in change.evidence]
    quoted += [(earlier.article, quote) for quote in earlier.evidence] if earlier else []
    for number, quote in quoted:
        if not quote.strip() or quote not in articles[number - 1].document.text:
            return f"its evidence is not in article {number} letter for letter: {quote[:60]!r}"
    if earlier and earlier.item not in _wordings(articles[earlier.article - 1]):
        return f"{earlier.item!r} is no label of article {earlier.article}"
    if change.item not in {*_wordings(articles[change.article - 1]), *([earlier.item] if earlier else [])}:
        return f"{change.item!r} is no label of article {change.article}"
    return None


def _wordings(fixture: Fixture) -> set[str]:
    labels = fixture.labels
    return {
        *(demand.demand for demand in labels.demands),
        *(step.step for step in labels.agreed_steps),
        *(question.question for question in labels.open_questions),
    }


def run_matters(suite: str, matters: Sequence[Matter], model: str, reader: Reader | None, command: str) -> MatterRun:
    """Follow every matter and score the changes found.

    Args:
        suite: Name of the suite.
        matters: What is followed.
        model: Name of what reads.
        reader: Reads one article; None takes the labels for briefings, so that matching alone is measured.
        command: What made the run.
    """
    scores = [_followed(matter, reader) for matter in matters]
    return MatterRun(
        suite=suite,
        model=model,
        command=command,
        written_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        matters=scores,
        metrics=_metrics(scores),
    )


def _followed(matter: Matter, reader: Reader | None) -> MatterScore:
    try:
        envelopes = [reader(one.document) if reader else _labelled_envelope(one) for one in matter.articles]
    except Exception as error:  # noqa: BLE001 - a crash of any kind scores 0; the run goes on and tells
        return MatterScore(
            name=matter.name,
            counts=_counts([], matter),
            changes=[],
            error=f"{type(error).__name__}: {error}",
        )
    changes = dossier_of(envelopes, ordered=True).changes
    return MatterScore(name=matter.name, counts=_counts(changes, matter), changes=changes)


def _counts(changes: Sequence[Change], matter: Matter) -> dict[str, tuple[int, int, int]]:
    counts: dict[str, tuple[int, int, int]] = {}
    for kind in SCORED:
        told = [change for change in changes if change.change == kind]
        labelled = [change for change in matter.changes if change.change == kind]
        values = [[_similarity(one, other, matter) for other in labelled] for one in told]
        found = sum(values[row][column] >= CUT for row, column in assign(values))
        counts[kind] = (found, len(told), len(labelled))
    return counts


def _similarity(change: Change, labelled: LabelledChange, matter: Matter) -> float:
    """Half the F1 of the sentences of the later article, half that of the words; 0 in another article."""
    if change.article != labelled.article:
        return 0.0
    document = matter.articles[labelled.article - 1].document
    cited = frozenset(evidence.sentence for evidence in change.later.evidence) if change.later else frozenset()
    spans = [(document.text.find(quote), len(quote)) for quote in labelled.evidence]
    wanted = frozenset(
        sentence.number
        for start, size in spans
        for sentence in document.sentences
        if sentence.start < start + size and start < sentence.end
    )
    wordings = [labelled.item, *([labelled.earlier.item] if labelled.earlier else [])]
    return max(item_similarity(cited, change.item, wanted, wording) for wording in wordings)


def _metrics(scores: Sequence[MatterScore]) -> dict[str, float]:
    sums = {kind: [sum(score.counts[kind][place] for score in scores) for place in range(3)] for kind in SCORED}
    metrics: dict[str, float] = {}
    values = []
    for kind, (found, told, labelled) in sums.items():
        if not labelled:
            continue
        metrics[f"{kind}.precision"] = found / told if told else 0.0
        metrics[f"{kind}.recall"] = found / labelled
        metrics[f"{kind}.f1"] = f1(found, told, labelled)
        values.append(metrics[f"{kind}.f1"])
    found, told, labelled = (sum(column) for column in zip(*sums.values(), strict=True))
    return {
        "macro_f1": sum(values) / len(values) if values else 0.0,
        "micro_f1": f1(found, told, labelled),
        **metrics,
    }


def _labelled_envelope(fixture: Fixture) -> Envelope[Briefing]:
    return Envelope[Briefing](
        document=DocumentReference.of(fixture.document),
        model=ModelReference(name="labels"),
        prompt=PromptReference(name="labels", version="1"),
        answer_schema=SchemaReference(name="Briefing", version="1"),
        token_usage=TokenUsage(),
        seconds=0.0,
        written_at=datetime.now(UTC),
        briefing=briefing_of(fixture.labels, fixture.document),
    )
