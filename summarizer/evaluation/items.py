"""Labels and predictions in one form that can be aligned: texts, sentences, names and values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from summarizer.documents import Document
from summarizer.documents.names import fold
from summarizer.evaluation.labels import Labels
from summarizer.schemas import Briefing

__all__ = ["Item", "ItemsOfArticle", "labelled_items", "predicted_items"]

_TEXT_FIELD = {"demands": "demand", "agreed_steps": "step", "open_questions": "question"}
_NAME_FIELDS = {"demands": ("by", "of"), "agreed_steps": ("parties",), "open_questions": ("awaits",)}
_VALUE_FIELDS = {
    "actors": ("kind", "role"),
    "demands": ("status",),
    "agreed_steps": ("status", "when"),
    "open_questions": (),
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item as the scorer sees it."""

    section: str
    texts: tuple[str, ...]
    """What it says, then the other wordings that are accepted; of an actor, its name, then its aliases."""

    sentences: frozenset[int]
    """Numbers of the sentences that its evidence lies in."""

    names: dict[str, frozenset[str]] = field(default_factory=dict)
    """The parties of each field, as actors of the labels where they are known."""

    values: dict[str, str | None] = field(default_factory=dict)
    doubtful: bool = False


ItemsOfArticle = dict[str, list[Item]]
"""The items of one article by section."""


class _Names:
    """What each form stands for: an actor of the labels, or itself."""

    def __init__(self, labels: Labels, briefing: Briefing | None = None) -> None:
        self._actors: dict[str, str] = {}
        for actor in labels.actors:
            for form in (actor.name, *actor.aliases):
                self._actors.setdefault(fold(form), actor.name)
        # A form that only the prediction gives to an actor stands for the labelled actor with which it shares one.
        for predicted in briefing.actors if briefing else ():
            forms = [fold(form) for form in (predicted.name, *predicted.aliases)]
            known = next((self._actors[form] for form in forms if form in self._actors), None)
            for form in forms:
                self._actors.setdefault(form, known or predicted.name)
        longest_first = sorted(self._actors, key=len, reverse=True)
        self._order = {name: f"actor{number}" for number, name in enumerate(dict.fromkeys(self._actors.values()))}
        alternatives = "|".join(map(re.escape, longest_first))
        self._pattern = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)") if alternatives else None

    def resolved(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(self._actors.get(fold(name), fold(name)) for name in names)

    def neutral(self, text: str) -> str:
        """A text with every name replaced by a mark of its actor, so that an alias counts as the name."""
        folded = fold(text)
        if self._pattern is None:
            return folded
        return self._pattern.sub(lambda match: self._order[self._actors[match[0]]], folded)


def labelled_items(labels: Labels, document: Document, briefing: Briefing | None = None) -> ItemsOfArticle:
    """The items of the labels; a prediction's actors widen what their names stand for in texts."""
    return _items(labels, _Names(labels, briefing), lambda item: _sentences(item.evidence, document))


def predicted_items(briefing: Briefing, labels: Labels) -> ItemsOfArticle:
    """The items of a prediction, with names as the labels know them."""
    return _items(
        briefing, _Names(labels, briefing), lambda item: frozenset(evidence.sentence for evidence in item.evidence)
    )


def _items(found: Labels | Briefing, names: _Names, sentences: Callable[[Any], frozenset[int]]) -> ItemsOfArticle:
    items: ItemsOfArticle = {
        "actors": [
            Item(
                section="actors",
                texts=(fold(actor.name), *map(fold, actor.aliases)),
                sentences=sentences(actor),
                values=_values(actor, "actors"),
                doubtful=getattr(actor, "doubtful", False),
            )
            for actor in found.actors
        ]
    }
    for section, text_field in _TEXT_FIELD.items():
        items[section] = [
            Item(
                section=section,
                texts=tuple(map(names.neutral, (getattr(item, text_field), *getattr(item, "accept", ())))),
                sentences=sentences(item),
                names={name: names.resolved(getattr(item, name)) for name in _NAME_FIELDS[section]},
                values=_values(item, section),
                doubtful=getattr(item, "doubtful", False),
            )
            for item in getattr(found, section)
        ]
    return items


def _values(item: Any, section: str) -> dict[str, str | None]:
    return {name: getattr(item, name) for name in _VALUE_FIELDS[section]}


def _sentences(quotes: Iterable[str], document: Document) -> frozenset[int]:
    found: set[int] = set()
    for quote in quotes:
        start = document.text.find(quote)
        if start >= 0:
            end = start + len(quote)
            found.update(s.number for s in document.sentences if s.start < end and start < s.end)
    return frozenset(found)
