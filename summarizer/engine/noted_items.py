"""What a model noted, before it is part of a briefing: items that repeat each other made one, parties filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from summarizer.documents import Document
from summarizer.engine.merging import numbers_agree
from summarizer.similarity import SAME_WORDING, stem_containment, stems, token_f1

__all__ = ["LEAST_PARTIES", "NotedItem", "merged", "with_main_parties"]

LEAST_PARTIES = 2
"""Of a step that is agreed on."""

_CONTAINED = 0.75
"""Share of the words of one item from which another of the same holders says it again, at more length."""

_CONTAINED_IN_LEAD = 0.5
"""That share where one of the two stands in a heading, which the text below it puts in other words."""


@dataclass
class NotedItem:
    """An item as the turns of a conversation told it, with the names of actors."""

    kind: str
    holders: list[str]
    addressees: list[str]
    text: str
    sentences: list[int]
    status: str | None = None
    when: str | None = None
    confidence: float | None = None
    unresolved: bool = False
    """Whether the model left a party open, or named one that is no actor of the text."""


def with_main_parties(items: Sequence[NotedItem]) -> list[NotedItem]:
    """Steps for which no two parties are known ("the two sides agreed"): those between whom most else is said."""
    pairs = Counter(
        frozenset(pair)
        for item in items
        for pair in (
            product(item.holders, item.addressees)
            if item.kind == "demand"
            else [item.holders] * (item.kind == "agreed_step" and len(item.holders) == LEAST_PARTIES)
        )
    )
    main = next(iter(pairs.most_common(1)), (frozenset[str](), 0))[0]
    return [
        replace(item, holders=sorted(main))
        if item.kind == "agreed_step"
        and item.unresolved
        and len(item.holders) < LEAST_PARTIES
        and main >= set(item.holders)
        else item
        for item in items
    ]


def merged(items: Iterable[NotedItem], document: Document) -> list[NotedItem]:
    """Items said twice become one with both pieces of evidence, in the fuller of the two wordings."""
    result: list[NotedItem] = []
    for item in items:
        twin = next((known for known in result if _is_repeat(known, item, document)), None)
        if twin is None:
            result.append(item)
            continue
        twin.sentences += [number for number in item.sentences if number not in twin.sentences]
        twin.status, twin.when = item.status or twin.status, item.when or twin.when
        if _settles(twin, item) and twin.holders:  # who refuses a demand is easily taken for who made it
            if not twin.addressees and _share_one(twin.holders, item.holders):
                twin.addressees = list(item.addressees)
            continue
        twin.holders += [name for name in item.holders if name not in twin.holders]
        twin.text = max(twin.text, item.text, key=lambda text: stems(text).total())
        twin.confidence = max(filter(None, (twin.confidence, item.confidence)), default=None)
        twin.addressees += [name for name in item.addressees if name not in [*twin.addressees, *twin.holders]]
    return result


def _is_repeat(known: NotedItem, item: NotedItem, document: Document) -> bool:
    if known.kind != item.kind or not (_share_one(known.holders, item.holders) or _settles(known, item)):
        return False
    if not numbers_agree(known.text, item.text):
        return False
    if token_f1(known.text, item.text) >= SAME_WORDING:
        return True
    if not _share_one(known.addressees, item.addressees):
        return False
    share = stem_containment(known.text, item.text)
    if any(document.sentences[number - 1].is_heading for number in known.sentences):
        return share >= _CONTAINED_IN_LEAD or (_are_held_alike(known, item) and stems(known.text) <= stems(item.text))
    return bool(known.holders) and set(known.holders) == set(item.holders) and share >= _CONTAINED


def _settles(known: NotedItem, item: NotedItem) -> bool:
    """Whether an item says in the same words that a demand was refused or granted."""
    return item.kind == "demand" and item.status is not None and token_f1(known.text, item.text) >= SAME_WORDING


def _are_held_alike(one: NotedItem, other: NotedItem) -> bool:
    return bool(one.holders and one.addressees) and (one.holders, one.addressees) == (other.holders, other.addressees)


def _share_one(names: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two lists of names have one in common, or one of them is empty."""
    return not names or not others or not set(names).isdisjoint(others)
