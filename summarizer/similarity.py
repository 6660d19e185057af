"""How alike two texts or two sets of sentences are, 0 to 1: one notion for merging and for scoring."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set as AbstractSet

__all__ = ["f1", "sentence_f1", "token_f1", "tokens"]

_WORD = re.compile(r"\w+")
_ARTICLES = frozenset({"a", "an", "the"})


def tokens(text: str) -> list[str]:
    """A text's words, without case, punctuation and English articles (as in SQuAD's evaluation)."""
    return [word for word in _WORD.findall(text.casefold()) if word not in _ARTICLES]


def token_f1(one: str, other: str) -> float:
    """Overlap of two texts' words as F1 (Rajpurkar et al. 2016, arXiv 1606.05250); 1 where both have none."""
    left, right = tokens(one), tokens(other)
    if not left or not right:
        return float(left == right)
    return f1(sum((Counter(left) & Counter(right)).values()), len(left), len(right))


def sentence_f1(one: AbstractSet[int], other: AbstractSet[int]) -> float:
    """Overlap of two sets of sentence numbers as F1."""
    return f1(len(one & other), len(one), len(other))


def f1(shared: float, predicted: float, labelled: float) -> float:
    """The harmonic mean of precision and recall, from what is shared and how much there is on each side."""
    return 2 * shared / (predicted + labelled) if predicted + labelled else 0.0
