"""What every reading format shows of a result, before it is set: sections, entries and the sentences cited."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from summarizer.schemas import (
    Actor,
    AgreedStep,
    Briefing,
    Demand,
    Envelope,
    Evidence,
    OpenQuestion,
    Statement,
)

__all__ = [
    "Entry",
    "Section",
    "citation_labels",
    "cited",
    "described",
    "not_covered",
    "place",
    "printable",
    "sections",
    "without_steering",
]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One item: who it is about, what it says, what else is known, and the sentences it rests on."""

    lead: str = ""
    text: str = ""
    notes: Sequence[str] = ()
    evidence: Sequence[Evidence] = ()

    @property
    def sentences(self) -> list[int]:
        """Numbers of the sentences, each once, in order."""
        return sorted({evidence.sentence for evidence in self.evidence})

    @property
    def places(self) -> list[tuple[int, int]]:
        """Start and end of the passages, each once, in order."""
        return sorted({(evidence.start, evidence.end) for evidence in self.evidence})


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading and its entries."""

    title: str
    entries: Sequence[Entry] = field(default_factory=tuple)


def printable(text: str) -> str:
    """A text without what could steer a terminal or reorder a line: control, escape and direction characters."""
    return " ".join(without_steering(text).split())


def without_steering(text: str) -> str:
    """The same, with a blank for each line end and tab and all other blanks as they are."""
    kept = (" " if character in "\t\r\n\v\f\u2028\u2029" else character for character in text)
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cs") and c not in _STEERING)


_STEERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def place(number: int, page: int | None) -> str:
    """How a sentence is referred to: its number, and its page where its source has pages."""
    return f"{number}, p. {page}" if page else f"{number}"


def described(envelope: Envelope[Any]) -> str:
    """One line that says which model wrote the result, from what."""
    document, model, prompt = envelope.document, envelope.model, envelope.prompt
    served = f" ({model.served_as})" if model.served_as and model.served_as != model.name else ""
    source = "standard input" if document.source == "-" else document.source or "a text"
    asked = f" in {prompt.output_language}" if prompt.output_language else ""
    said = [part for part in (document.author, document.site, (document.date or "")[:10]) if part]
    about = f" ({', '.join(said)})" if said else ""
    return printable(
        f"Written by {model.name}{served} with prompt {prompt.name} {prompt.version}{asked} from {source}{about}, "
        f"{envelope.written_at:%Y-%m-%d %H:%M} UTC"
    )


def not_covered(envelope: Envelope[Any]) -> str | None:
    """One line that says what is missing: the rest of a partial answer, parts that could not be read; None for none."""
    partial = f"Partial: only what was complete is shown. {envelope.partial}" if envelope.partial else ""
    if not envelope.not_covered:
        return printable(partial) or None
    parts = ", ".join(
        f"{gap.first_sentence}"
        if gap.first_sentence == gap.last_sentence
        else f"{gap.first_sentence}–{gap.last_sentence}"
        for gap in envelope.not_covered
    )
    lost = sum(gap.end - gap.start for gap in envelope.not_covered)
    share = max(1, round(100 * lost / max(1, envelope.document.characters)))
    reasons = " ".join(dict.fromkeys(gap.reason for gap in envelope.not_covered))
    return printable(f"{partial} Not covered: sentences {parts} ({share} % of the text). {reasons}")


def sections(answer: BaseModel, *, confidence: bool = False) -> list[Section]:
    """The sections of a briefing, or of an answer under any other schema.

    Args:
        answer: What is shown.
        confidence: Whether items of a briefing tell their confidence, where they have one.
    """
    if isinstance(answer, Briefing):
        return [
            Section(title="Summary", entries=[_statement(item) for item in answer.summary]),
            Section(title="Actors", entries=[_actor(item) for item in answer.actors]),
            Section(title="Demands", entries=[_demand(item, confidence) for item in answer.demands]),
            Section(title="Agreed steps", entries=[_agreed_step(item, confidence) for item in answer.agreed_steps]),
            Section(
                title="Open questions", entries=[_open_question(item, confidence) for item in answer.open_questions]
            ),
        ]
    return [Section(title=_title(name), entries=_entries(getattr(answer, name))) for name in type(answer).model_fields]


def cited(answer: BaseModel) -> list[Evidence]:
    """Every piece of evidence in an answer, once, in the order of the document."""
    found = {(evidence.start, evidence.end): evidence for evidence in _evidence(answer)}
    return [found[place] for place in sorted(found)]


def citation_labels(passages: Sequence[Evidence]) -> dict[tuple[int, int], str]:
    """What each cited passage is called where it is linked to, by start and end: its sentence's number.

    A second passage of the same sentence is called `12-2`.
    """
    seen: Counter[int] = Counter()
    labels = {}
    for evidence in passages:
        seen[evidence.sentence] += 1
        count = seen[evidence.sentence]
        labels[evidence.start, evidence.end] = f"{evidence.sentence}" if count == 1 else f"{evidence.sentence}-{count}"
    return labels


def _evidence(value: Any) -> Iterator[Evidence]:
    if isinstance(value, Evidence):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _evidence(getattr(value, name))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _evidence(inner)
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from _evidence(inner)


def _statement(item: Statement) -> Entry:
    return Entry(text=printable(item.text), evidence=list(_evidence(item)))


def _actor(item: Actor) -> Entry:
    notes = [note for note in (item.kind, item.role) if note]
    if item.aliases:
        notes.append("also " + ", ".join(item.aliases))
    return Entry(lead=printable(item.name), notes=list(map(printable, notes)), evidence=list(_evidence(item)))


def _confidence(item: Demand | AgreedStep | OpenQuestion, wanted: bool) -> list[str]:
    return [f"confidence {item.confidence:.2f}"] if wanted and item.confidence is not None else []


def _demand(item: Demand, confidence: bool) -> Entry:
    holders = ", ".join(item.by) or "not told who"
    lead = f"{holders} → {', '.join(item.of)}" if item.of else holders
    return Entry(
        lead=printable(lead),
        text=printable(item.demand),
        notes=[item.status, *_confidence(item, confidence)],
        evidence=list(_evidence(item)),
    )


def _agreed_step(item: AgreedStep, confidence: bool) -> Entry:
    notes = [printable(note) for note in ((item.status or "").replace("_", " "), item.when or "") if note]
    return Entry(
        lead=printable(", ".join(item.parties)),
        text=printable(item.step),
        notes=[*notes, *_confidence(item, confidence)],
        evidence=list(_evidence(item)),
    )


def _open_question(item: OpenQuestion, confidence: bool) -> Entry:
    notes = [printable("awaits " + ", ".join(item.awaits))] if item.awaits else []
    return Entry(
        text=printable(item.question), notes=[*notes, *_confidence(item, confidence)], evidence=list(_evidence(item))
    )


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _entries(value: Any) -> list[Entry]:
    items = value if isinstance(value, list | tuple | set | frozenset) else [value]
    return [_entry(item) for item in items if item is not None]


def _entry(item: Any) -> Entry:
    if isinstance(item, Evidence):
        return Entry(text=printable(item.quote), evidence=[item])
    if not isinstance(item, BaseModel):
        return Entry(text=printable(str(item)))
    values = {name: getattr(item, name) for name in type(item).model_fields}
    told = {name: _plain(value) for name, value in values.items() if not _is_evidence_only(value)}
    notes = [f"{_title(name)}: {text}" for name, text in told.items() if text]
    return Entry(text="; ".join(notes), evidence=list(_evidence(item)))


def _plain(value: Any) -> str:
    if value is None or isinstance(value, Evidence):
        return ""
    if isinstance(value, BaseModel):
        return _entry(value).text
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(filter(None, map(_plain, value)))
    return printable(str(value))


def _is_evidence_only(value: Any) -> bool:
    if isinstance(value, list | tuple) and value:
        return all(isinstance(item, Evidence) for item in value)
    return isinstance(value, Evidence)
