"""The picture of who demands something of whom: two columns of names and arrows between them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from summarizer.render.content import printable
from summarizer.schemas import Demand

__all__ = ["Arrow", "Node", "Picture", "picture_of"]

# Units of the picture; a phone shows about as many pixels.
_WIDTH = 400
_BOX = 142
_LINE = 15
_PADDING = 9
_PORT = 20
_BETWEEN = 12
_TOP = 30
_BADGE_AT = 17
_HEAD = 3

_LETTERS = 17
"""Letters in a line of a box; wide ones, as of Chinese, count twice."""

_LINES = 3
_SWEEPS = 4
"""Passes that order the columns; further ones change next to nothing in pictures of this size."""

_MOST_NAMES = 30
"""Names in a column beyond which a picture says less than the list."""

_NOBODY = ("not told who", "no one named")
"""What stands in the two columns where a demand names nobody."""


@dataclass(kw_only=True)
class Node:
    """A name in its box."""

    name: str
    lines: Sequence[str]
    items: Sequence[str]
    """Ids of the demands that it makes or that are made of it."""

    x: float
    width: float
    unnamed: bool
    y: float = 0
    height: float = 0

    def line_y(self, index: int) -> float:
        """Where a line of the name stands."""
        middle = self.y + self.height / 2
        return middle + (index - (len(self.lines) - 1) / 2) * _LINE


@dataclass(frozen=True, kw_only=True)
class Arrow:
    """All demands that one actor makes of another."""

    path: str
    """In SVG's terms."""

    weight: float
    """Width of the line."""

    badge: tuple[float, float]
    """Where their number stands."""

    items: Sequence[str]
    title: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What an SVG element shows."""

    width: float
    height: float
    left: Sequence[Node]
    right: Sequence[Node]
    arrows: Sequence[Arrow]
    description: str


def picture_of(demands: Sequence[tuple[str, Demand]]) -> Picture | None:
    """Lay the picture out; the same demands always give the same picture.

    Names are ordered so that few arrows cross (the barycentre method of Sugiyama, Tagawa and Toda, 1981).

    Args:
        demands: Each with the id of its element on the page.

    Returns:
        None where there is no demand, or where there are too many names to be drawn.
    """
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for identifier, demand in demands:
        for holder in _distinct(demand.by) or [""]:
            for addressee in _distinct(demand.of) or [""]:
                pairs.setdefault((holder, addressee), []).append((identifier, printable(demand.demand)))
    holders, addressees = _ordered(list(pairs))
    if not pairs or max(len(holders), len(addressees)) > _MOST_NAMES:
        return None
    left = {name: _node(name, 0, pairs) for name in holders}
    right = {name: _node(name, 1, pairs) for name in addressees}
    height = _placed(list(left.values()), list(right.values()))
    starts = _ports(left, {name: [a for a in right if (name, a) in pairs] for name in left})
    ends = _ports(right, {name: [h for h in left if (h, name) in pairs] for name in right})
    arrows = [_arrow(left[h], right[a], starts[h, a], ends[a, h], made) for (h, a), made in pairs.items()]
    told = [f"{left[h].name} to {right[a].name}: {_counted(len(made))}" for (h, a), made in pairs.items()]
    return Picture(
        width=_WIDTH,
        height=height,
        left=list(left.values()),
        right=list(right.values()),
        arrows=arrows,
        description=f"Arrows lead from who demands to who is to act. {'; '.join(told)}. The list below tells them all.",
    )


def _distinct(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, map(printable, names))))


def _counted(number: int) -> str:
    return f"{number} demand{'s' if number != 1 else ''}"


def _ordered(pairs: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Both columns, each name where the names it is joined to are on average; nobody comes last."""
    left = list(dict.fromkeys(holder for holder, _ in pairs))
    right = list(dict.fromkeys(addressee for _, addressee in pairs))
    for _ in range(_SWEEPS):
        right = _by_neighbours(right, left, [(addressee, holder) for holder, addressee in pairs])
        left = _by_neighbours(left, right, list(pairs))
    return left, right


def _by_neighbours(names: list[str], others: list[str], joined: list[tuple[str, str]]) -> list[str]:
    place = {name: index for index, name in enumerate(others)}

    def centre(name: str) -> tuple[bool, float]:
        places = [place[other] for one, other in joined if one == name]
        return not name, sum(places) / len(places)

    return sorted(names, key=centre)


def _node(name: str, column: int, pairs: dict[tuple[str, str], list[tuple[str, str]]]) -> Node:
    made = [items for pair, items in pairs.items() if pair[column] == name]
    shown = name or _NOBODY[column]
    lines = _wrapped(shown)
    return Node(
        name=shown,
        lines=lines,
        items=list(dict.fromkeys(identifier for items in made for identifier, _ in items)),
        x=column * (_WIDTH - _BOX),
        width=_BOX,
        unnamed=not name,
        height=max(len(lines) * _LINE + 2 * _PADDING, len(made) * _PORT + 4),
    )


def _placed(left: Sequence[Node], right: Sequence[Node]) -> float:
    """Put the boxes of both columns under one another, the lower column in the middle; gives the height of all."""
    heights = [sum(node.height for node in column) + _BETWEEN * (len(column) - 1) for column in (left, right)]
    for column, height in zip((left, right), heights, strict=True):
        y = _TOP + (max(heights) - height) / 2
        for node in column:
            node.y = y
            y += node.height + _BETWEEN
    return _TOP + max(heights) + 2


def _ports(nodes: dict[str, Node], joined: dict[str, list[str]]) -> dict[tuple[str, str], float]:
    """Where the arrows of each box meet its edge, in the order of the boxes at their other ends."""
    return {
        (name, other): node.y + node.height / 2 + (index - (len(joined[name]) - 1) / 2) * _PORT
        for name, node in nodes.items()
        for index, other in enumerate(joined[name])
    }


def _arrow(holder: Node, addressee: Node, start: float, end: float, made: Sequence[tuple[str, str]]) -> Arrow:
    x1, x2 = holder.x + holder.width, addressee.x - _HEAD
    bend = (x2 - x1) * 0.5
    lines = [f"{holder.name} → {addressee.name}: {_counted(len(made))}", *(f"– {text}" for _, text in made)]
    return Arrow(
        path=f"M{x1:g} {start:g}H{x1 + 2 * _BADGE_AT:g}"
        f"C{x1 + 2 * _BADGE_AT + bend * 0.6:g} {start:g} {x2 - bend * 0.8:g} {end:g} {x2:g} {end:g}",
        weight=min(4, 1.25 + 0.5 * (len(made) - 1)),
        badge=(x1 + _BADGE_AT, start),
        items=[identifier for identifier, _ in made],
        title="\n".join(lines),
    )


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


def _wrapped(name: str) -> list[str]:
    """A name in lines that fit a box; what does not fit ends in an ellipsis."""
    lines = [""]
    for word in name.split():
        if lines[-1] and _cells(lines[-1]) + 1 + _cells(word) <= _LETTERS:
            lines[-1] += f" {word}"
            continue
        pieces = _pieces(word)
        lines = [*lines, *pieces] if lines[-1] else pieces
    if len(lines) > _LINES:
        last = lines[_LINES - 1]
        while _cells(last) > _LETTERS - 1:
            last = last[:-1]
        lines = [*lines[: _LINES - 1], f"{last}…"]
    return lines


def _pieces(word: str) -> list[str]:
    """A word, cut where it is longer than a line."""
    pieces = [""]
    for character in word:
        if _cells(pieces[-1]) + _cells(character) > _LETTERS:
            pieces.append("")
        pieces[-1] += character
    return pieces
