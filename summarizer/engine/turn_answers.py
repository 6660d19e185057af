"""The few lines in which a small model answers one turn: their grammar, and what they say.

```
A name; name          the actors named in the sentence, or -
D by > of: what       a demand
S party + party: what a step that the parties have agreed on
Q who, or -: what     an open question, and who decides it
N                     none of them
```
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["GRAMMAR", "MOST_TOKENS", "TurnAnswer", "TurnItem", "parse_answer"]

MOST_TOKENS = 160
"""Of one answer. The grammar has no bounded repeats, which llama.cpp is slow at; this limit stands in for them."""

# GBNF, llama.cpp's grammar notation (its grammars/README.md).
GRAMMAR = r"""
root ::= "A " names "\n" body
names ::= name ("; " name)*
body ::= "N" | item ("\n" item)*
item ::= demand | step | question
demand ::= "D " name " > " name ": " text
step ::= "S " name " + " name (" + " name)* ": " text
question ::= "Q " name ": " text
name ::= [^;:>+\n]+
text ::= [^\n]+
"""

_NOBODY = frozenset({"", "-", "–", "—"})
_ACTORS = re.compile(r"A\s+(.*)")
_ITEM = re.compile(r"(?P<kind>[DSQ])\s+(?P<head>[^:]*):\s*(?P<text>.+)")


@dataclass(frozen=True, kw_only=True)
class TurnItem:
    """An item that a sentence reports, with names as the model wrote them."""

    kind: Literal["demand", "agreed_step", "open_question"]
    holders: tuple[str, ...]
    """Who demands, who agreed, or whose answer is awaited."""

    addressees: tuple[str, ...] = ()
    """Of whom it is demanded."""

    text: str


@dataclass(frozen=True, kw_only=True)
class TurnAnswer:
    """What a model said of one sentence."""

    actors: tuple[str, ...]
    items: tuple[TurnItem, ...]


def parse_answer(answer: str) -> TurnAnswer:
    """Read an answer; lines that are not of the form, as one cut off by the token limit, say nothing."""
    actors: list[str] = []
    items: list[TurnItem] = []
    for line in map(str.strip, answer.splitlines()):
        if match := _ACTORS.fullmatch(line):
            actors += _names(match[1], ";")
        elif match := _ITEM.fullmatch(line):
            items.append(_item(match["kind"], match["head"], match["text"].strip()))
    return TurnAnswer(actors=tuple(actors), items=tuple(items))


def _item(kind: str, head: str, text: str) -> TurnItem:
    if kind == "D":
        by, _, of = head.partition(">")
        return TurnItem(kind="demand", holders=_names(by, "+"), addressees=_names(of, "+"), text=text)
    if kind == "S":
        return TurnItem(kind="agreed_step", holders=_names(head, "+"), text=text)
    return TurnItem(kind="open_question", holders=_names(head, "+"), text=text)


def _names(text: str, separator: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(separator) if (name := part.strip()) not in _NOBODY)
