"""What reading a document gave: the answer, what that took, and the parts of the text that could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, TypeVar

from summarizer.documents import Sentence
from summarizer.errors import SummarizerError
from summarizer.schemas import Gap, TokenUsage

__all__ = ["Lost", "Reading", "gaps"]

ContentT = TypeVar("ContentT")


@dataclass(frozen=True, kw_only=True)
class Reading(Generic[ContentT]):
    """What a document's windows brought together."""

    content: ContentT
    usage: TokenUsage
    served_as: str | None = None
    """What the server calls the model that answered."""

    not_covered: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Lost:
    """Sentences that got no answer, and why."""

    sentences: Sequence[Sentence]
    error: SummarizerError


def gaps(lost: Iterable[Lost], read: Iterable[Sentence]) -> tuple[Gap, ...]:
    """The parts of a document that no window covers; what one lost window shares with one that was read is covered.

    Args:
        lost: What got no answer, in the document's order.
        read: Sentences, or pieces of them, that were read.
    """
    covered = {sentence.start for sentence in read}
    reasons = {s.start: (s, str(one.error)) for one in lost for s in one.sentences if s.start not in covered}
    borders = sorted({*covered, *reasons})
    found = []
    for missing, run in groupby(borders, key=lambda start: start in reasons):
        if not missing:
            continue
        sentences = [reasons[start] for start in run]
        first, last = sentences[0][0], sentences[-1][0]
        found.append(
            Gap(
                first_sentence=first.number,
                last_sentence=last.number,
                start=first.start,
                end=last.end,
                reason=sentences[0][1],
            )
        )
    return tuple(found)
