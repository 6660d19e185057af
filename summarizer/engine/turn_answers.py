"""The few lines in which a small model answers one turn: how they are read and how they are written.

```
A name | kind | role      an actor that the text names here for the first time
A form = name             another form of an actor named before
D by > of: what           a demand
S party + party: what     a step that the parties have agreed on; - for one that nothing names
Q who, or -: what         an open question, and who decides it
N                         no item
```

A demand ends in `{accepted}` or `{rejected}`, a step in `{planned}`, `{under_way}` or `{done}`, with the time as the
text gives it (`{planned; from 1 May}`), where the text tells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal, cast

from summarizer.schemas import ActorKind

__all__ = [
    "MOST_TOKENS",
    "NOTHING",
    "Introduction",
    "TurnAnswer",
    "TurnItem",
    "parse_answer",
    "write_answer",
]

MOST_TOKENS = 200
"""Of one answer."""

NOTHING = "N"
"""The line that says that a sentence reports no item."""

ItemKind = Literal["demand", "agreed_step", "open_question"]

_LETTERS: dict[str, ItemKind] = {"D": "demand", "S": "agreed_step", "Q": "open_question"}
_STATUSES = {
    "demand": ("accepted", "rejected"),
    "agreed_step": ("planned", "under_way", "done"),
    "open_question": (),
}
_NOBODY = frozenset({"", "-", "–", "—"})
_ACTOR = re.compile(r"A\s+(?P<form>[^|=]+?)\s*(?:=\s*(?P<name>.+)|\|(?P<about>.+))?")
_ITEM = re.compile(r"(?P<letter>[DSQ])\s+(?P<head>[^:]*):\s*(?P<text>.+?)\s*(?:\{(?P<status>[^{}]*)\})?")


@dataclass(frozen=True, kw_only=True)
class Introduction:
    """A form of an actor that a sentence is the first to use, as the model wrote it."""

    form: str
    same_as: str | None = None
    """A form used before for the same actor."""

    kind: ActorKind | None = None
    role: str | None = None


@dataclass(frozen=True, kw_only=True)
class TurnItem:
    """An item that a sentence reports, with names as the model wrote them."""

    kind: ItemKind
    holders: tuple[str, ...]
    """Who demands, who agreed, or whose answer is awaited."""

    addressees: tuple[str, ...] = ()
    """Of whom it is demanded."""

    text: str
    status: str | None = None
    when: str | None = None
    confidence: float | None = None
    """The model's probability that the item is there, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class TurnAnswer:
    """What a model said of one sentence."""

    actors: tuple[Introduction, ...]
    items: tuple[TurnItem, ...]


def parse_answer(answer: str, probabilities: Sequence[float] = ()) -> TurnAnswer:
    """Read an answer; lines that are not of the form, as one cut off by the token limit, say nothing.

    Args:
        answer: As the model wrote it.
        probabilities: Of the first token of each line, where they are known.
    """
    actors: list[Introduction] = []
    items: list[TurnItem] = []
    for line, probability in zip_longest(answer.split("\n"), probabilities):
        text = (line or "").strip()
        if match := _ACTOR.fullmatch(text):
            actors += _introduction(match)
        elif match := _ITEM.fullmatch(text):
            items.append(_item(match, probability))
    return TurnAnswer(actors=tuple(actors), items=tuple(items))


def write_answer(answer: TurnAnswer) -> str:
    """The lines of an answer: what `parse_answer` reads, and what a model is trained to write."""
    lines = [_actor_line(actor) for actor in answer.actors]
    lines += [_item_line(item) for item in answer.items] or [NOTHING]
    return "\n".join(lines)


def _introduction(match: re.Match[str]) -> list[Introduction]:
    form = match["form"].strip()
    if form in _NOBODY:
        return []
    if match["name"]:
        return [Introduction(form=form, same_as=match["name"].strip())]
    kind, _, role = (part.strip() for part in (match["about"] or "").partition("|"))
    known = kind in ("person", "state", "organisation", "group")
    return [Introduction(form=form, kind=cast("ActorKind", kind) if known else None, role=role or None)]


def _item(match: re.Match[str], confidence: float | None) -> TurnItem:
    kind = _LETTERS[match["letter"]]
    head, _, addressees = match["head"].partition(">")
    status, _, when = (part.strip() for part in (match["status"] or "").partition(";"))
    return TurnItem(
        kind=kind,
        holders=_names(head),
        addressees=_names(addressees),
        text=match["text"],
        status=status if status in _STATUSES[kind] else None,
        when=when or None,
        confidence=confidence,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split("+") if (name := part.strip()) not in _NOBODY)


def _actor_line(actor: Introduction) -> str:
    if actor.same_as:
        return f"A {actor.form} = {actor.same_as}"
    return " | ".join([f"A {actor.form}", *filter(None, (actor.kind, actor.role))])


def _item_line(item: TurnItem) -> str:
    letter = next(letter for letter, kind in _LETTERS.items() if kind == item.kind)
    missing = ["-"] * ((2 if item.kind == "agreed_step" else 1) - len(item.holders))
    head = " + ".join([*item.holders, *missing])
    if item.kind == "demand":
        head += " > " + (" + ".join(item.addressees) or "-")
    status = "; ".join(filter(None, (item.status, item.when)))
    return f"{letter} {head}: {item.text}" + (f" {{{status}}}" if status else "")
