"""The article of a page, cut where cited passages begin and end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from summarizer.documents import Document
from summarizer.documents.sentences import paragraph_spans
from summarizer.render.content import Entry, without_steering
from summarizer.schemas import Evidence, Gap

__all__ = ["Item", "Paragraph", "Passage", "Segment", "article_of", "passages_of", "quotes_of"]


@dataclass(kw_only=True)
class Item:
    """One item of the briefing as a page shows it."""

    id: str
    """Of its element on the page."""

    label: str
    """What it is called: `Demand 3`."""

    tone: int
    """Which of the sections' colours it has, from 1."""

    entry: Entry
    value: object
    """What the schema has."""

    passages: list[Passage] = field(default_factory=list)
    """What it rests on, in the order of the article."""


@dataclass(kw_only=True)
class Passage:
    """A cited passage, once, however many items rest on it."""

    id: str
    evidence: Evidence
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A piece of the article within which nothing begins or ends."""

    text: str
    passages: Sequence[Passage] = ()
    begins: Passage | None = None
    """The passage whose first piece this is; where several begin here, the first."""

    ends: Sequence[Passage] = ()
    """The passages whose last piece this is."""

    unread: bool = False
    """Whether it lies in a part that the model could not read."""

    @property
    def tones(self) -> list[int]:
        """The colours of all sections that cite it."""
        return sorted({item.tone for passage in self.passages for item in passage.items})


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A run of lines that belong together."""

    segments: Sequence[Segment]
    is_title: bool = False


def passages_of(items: Iterable[Item]) -> list[Passage]:
    """The passages that items rest on, in the order of the article; each item learns its own."""
    found: dict[tuple[int, int], Passage] = {}
    for item in items:
        for evidence in sorted(item.entry.evidence, key=lambda e: (e.start, e.end)):
            passage = found.setdefault((evidence.start, evidence.end), Passage(id="", evidence=evidence))
            if item not in passage.items:
                passage.items.append(item)
                item.passages.append(passage)
    passages = [found[span] for span in sorted(found)]
    taken: set[str] = set()
    for passage in passages:
        name = number = f"s{passage.evidence.sentence}"
        count = 1
        while name in taken:
            count += 1
            name = f"{number}-{count}"
        taken.add(name)
        passage.id = name
    return passages


def article_of(document: Document, passages: Sequence[Passage], gaps: Sequence[Gap]) -> Iterator[Paragraph]:
    """The paragraphs of a document, its lines joined where they are one paragraph."""
    title = document.title if not document.given_title else None
    coming = deque(passages)
    within: list[Passage] = []
    for start, end in paragraph_spans(document.text):
        while coming and coming[0].evidence.start < end:
            within.append(coming.popleft())
        within = [passage for passage in within if passage.evidence.end > start]
        segments = list(_segments(document.text, start, end, within, gaps))
        text = document.text[start:end].lstrip("# ").strip()
        yield Paragraph(segments=segments, is_title=text == title and start < _first(document))


def quotes_of(passages: Sequence[Passage]) -> Iterator[Paragraph]:
    """What is left of an article whose text is not at hand: the cited passages, each a paragraph."""
    for passage in passages:
        text = without_steering(passage.evidence.quote)
        yield Paragraph(segments=[Segment(text=text, passages=[passage], begins=passage, ends=[passage])])


def _first(document: Document) -> int:
    """Where the first sentence ends."""
    return document.sentences[0].end


def _segments(text: str, start: int, end: int, passages: Sequence[Passage], gaps: Sequence[Gap]) -> Iterator[Segment]:
    spans = [(p.evidence.start, p.evidence.end) for p in passages] + [(gap.start, gap.end) for gap in gaps]
    inner = {place for span in spans for place in span if start < place < end}
    places = [start, *sorted(inner), end]
    for here, there in pairwise(places):
        covering = [p for p in passages if p.evidence.start <= here and there <= p.evidence.end]
        yield Segment(
            text=without_steering(text[here:there]),
            passages=covering,
            begins=next((p for p in covering if p.evidence.start == here), None),
            ends=[p for p in covering if p.evidence.end == there],
            unread=any(gap.start <= here and there <= gap.end for gap in gaps),
        )
