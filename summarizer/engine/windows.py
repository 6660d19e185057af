"""Windows: runs of a document's sentences that are read one at a time where the whole is more than a model can take."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from summarizer.documents import Document, Sentence

__all__ = ["LEAST_WINDOW", "OVERLAP", "MeasuredSentence", "Window", "cut", "cut_smaller"]

OVERLAP = 3
"""Sentences that a window begins with and the one before it ends with: who "he" is, and what "this" was."""

LEAST_WINDOW = 256
"""Tokens. A shorter window is not cut smaller: a model that takes less at once is no model to read with."""

_MOST_OVERLAP = 0.25
_REACH = 0.3
_HALF = 0.6
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n|\r\n[^\S\n]*\r\n|\u2029")
_LINE_BREAK = re.compile(r"[\r\n\u2028]")


@dataclass(frozen=True)
class MeasuredSentence:
    """A sentence, or a piece of one that is too long, and what it takes of a model's context."""

    sentence: Sentence
    tokens: int


@dataclass(frozen=True)
class Window:
    """A run of sentences that is read at once."""

    measured: tuple[MeasuredSentence, ...]

    @property
    def sentences(self) -> list[Sentence]:
        """The sentences, under the document's own numbers."""
        return [part.sentence for part in self.measured]

    @property
    def numbers(self) -> range:
        """Numbers of its sentences."""
        return range(self.measured[0].sentence.number, self.measured[-1].sentence.number + 1)

    @property
    def start(self) -> int:
        """Its first character in the document's text."""
        return self.measured[0].sentence.start

    @property
    def end(self) -> int:
        """Its end in the document's text, exclusive."""
        return self.measured[-1].sentence.end

    @property
    def tokens(self) -> int:
        """What its sentences take together."""
        return sum(part.tokens for part in self.measured)


def cut(document: Document, measured: Sequence[MeasuredSentence], budget: int, overlap: int = OVERLAP) -> list[Window]:
    """Cut a run of sentences into windows.

    A window ends at the end of a paragraph where one lies in its last third, a blank line before a mere line break,
    else at the end of a sentence. A sentence that is longer than a window is cut into pieces under the same number.

    Args:
        document: Where the sentences come from.
        measured: The sentences, in order.
        budget: Tokens that a window holds at most, at least 1.
        overlap: Sentences that a window shares with the one before it, as far as a quarter of the budget holds them.

    Returns:
        Windows in order: every sentence is in at least one, and each ends further on than the one before it.
    """
    parts = [piece for part in measured for piece in _pieces(part, budget)]
    windows: list[Window] = []
    start = end = 0
    while end < len(parts):
        start = _start(parts, start, end, budget, overlap)
        end = _end(document, parts, max(start, end), budget - sum(part.tokens for part in parts[start:end]))
        windows.append(Window(tuple(parts[start:end])))
    return windows


def cut_smaller(document: Document, window: Window) -> list[Window]:
    """Cut a window that turned out to be too long, mostly in two."""
    return cut(document, window.measured, math.ceil(window.tokens * _HALF))


def _start(parts: Sequence[MeasuredSentence], last_start: int, end: int, budget: int, overlap: int) -> int:
    """Where the window after one that ended at `end` begins: with its last sentences, if the next one fits besides."""
    start = end
    shared = 0
    room = min(_MOST_OVERLAP * budget, budget - parts[end].tokens)
    while start > last_start + 1 and end - start < overlap and shared + parts[start - 1].tokens <= room:
        start -= 1
        shared += parts[start].tokens
    return start


def _end(document: Document, parts: Sequence[MeasuredSentence], first: int, room: int) -> int:
    """Where a window ends that still has room for so many tokens from its first new sentence on."""
    end, taken = first, 0
    while end < len(parts) and (end == first or taken + parts[end].tokens <= room):
        taken += parts[end].tokens
        end += 1
    if end == len(parts):
        return end
    best, strength = end, _end_of_paragraph(document, parts, end)
    left = taken
    for place in range(end - 1, first, -1):
        left -= parts[place].tokens
        if left < (1 - _REACH) * taken or strength == 2:  # noqa: PLR2004 - a blank line; nothing is better
            break
        if (found := _end_of_paragraph(document, parts, place)) > strength:
            best, strength = place, found
    return best


def _end_of_paragraph(document: Document, parts: Sequence[MeasuredSentence], place: int) -> int:
    """How clearly a paragraph ends before a place: 2 with a blank line, 1 with a line break, 0 not at all."""
    between = document.text[parts[place - 1].sentence.end : parts[place].sentence.start]
    return 2 if _BLANK_LINE.search(between) else 1 if _LINE_BREAK.search(between) else 0


def _pieces(part: MeasuredSentence, budget: int) -> Iterator[MeasuredSentence]:
    """A sentence as it is, or in pieces that fit, cut at blanks where there are any."""
    if part.tokens <= budget:
        yield part
        return
    text = part.sentence.text
    longest = max(1, len(text) * budget // part.tokens)
    offset = part.sentence.end - len(text)  # what is shown of a sentence may lack its beginning
    start = 0
    while start < len(text):
        end = min(len(text), start + longest)
        if end < len(text):
            blank = text.rfind(" ", start + 1, end)
            end = blank + 1 if blank > start + longest // 2 else end
        piece = replace(part.sentence, start=offset + start, end=offset + end, text=text[start:end])
        yield MeasuredSentence(piece, min(budget, math.ceil(part.tokens * (end - start) / len(text))))
        start = end
