"""How alike two texts or two sets of sentences are, 0 to 1: one notion for merging and for scoring."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

__all__ = [
    "CUT",
    "SAME_WORDING",
    "f1",
    "is_telling",
    "item_similarity",
    "numbers",
    "pair_off",
    "sentence_f1",
    "stem_containment",
    "stem_f1",
    "stems",
    "token_f1",
    "tokens",
]

CUT = 0.5
"""Similarity from which two items count as the same: the same evidence, or the same words, or half of each."""

SAME_WORDING = 0.75
"""Overlap of words from which two items that cite different sentences say the same."""

_TELLING_LETTERS = 3
"""Words of more letters than this tell items apart."""

_STEM_LETTERS = 5

# Thai, Lao, Burmese, Khmer, kana and Han are written without blanks between words: there a character is a word.
_BLANKLESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)
} | {"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50"}
_NUMBER = re.compile(rf"\d+(?:[.,]\d+)*|\b(?:{'|'.join(_NUMBER_WORDS)}|first|second|third|half|double)\b")
_WORD = re.compile(rf"[{_BLANKLESS}]|[^\W{_BLANKLESS}]+")
_ARTICLES = frozenset({"a", "an", "the"})


def tokens(text: str) -> list[str]:
    """A text's words, without case, punctuation and English articles (as in SQuAD's evaluation)."""
    return [word for word in _WORD.findall(unicodedata.normalize("NFC", text.casefold())) if word not in _ARTICLES]


def token_f1(one: str, other: str) -> float:
    """Overlap of two texts' words as F1 (Rajpurkar et al. 2016, arXiv 1606.05250); 1 where both have none."""
    left, right = tokens(one), tokens(other)
    if not left or not right:
        return float(left == right)
    return f1(sum((Counter(left) & Counter(right)).values()), len(left), len(right))


def is_telling(word: str) -> bool:
    """Whether a word tells items apart: a longer one, a number, or one in another script."""
    return len(word) > _TELLING_LETTERS or not word.isascii() or any(map(str.isdigit, word))


def stem_f1(one: str, other: str) -> float:
    """Overlap of the stems of two texts' telling words as F1; 0 where one has none."""
    left, right = stems(one), stems(other)
    if not left or not right:
        return 0.0
    return f1((left & right).total(), left.total(), right.total())


def stems(text: str) -> Counter[str]:
    """The stems of a text's telling words.

    A stem is a word's first five letters, which needs no knowledge of the language (McNamee, Nicholas and Mayfield
    2009, "Addressing morphological variation in alphabetic languages").
    """
    return Counter(word[:_STEM_LETTERS] for word in tokens(text) if is_telling(word))


def stem_containment(one: str, other: str) -> float:
    """The share of the telling words of the text that has fewer which stand in the other; 0 where it has but one."""
    left, right = stems(one), stems(other)
    fewer = min(left.total(), right.total())
    return (left & right).total() / fewer if fewer > 1 else 0.0


def numbers(text: str) -> set[str]:
    """The numbers of a text, in digits; those that English writes as words up to fifty too."""
    return {_NUMBER_WORDS.get(found, found) for found in _NUMBER.findall(text.casefold())}


def pair_off(likeness: Iterable[tuple[float, int, int]]) -> dict[int, int]:
    """The most alike first, pair each left with one right at most; what is not alike at all is left out.

    Args:
        likeness: How alike a left and a right are, and the numbers of both.

    Returns:
        The left of each right that has one.
    """
    partners: dict[int, int] = {}
    taken: set[int] = set()
    for value, left, right in sorted(likeness, key=lambda found: -found[0]):
        if value > 0 and right not in partners and left not in taken:
            partners[right] = left
            taken.add(left)
    return partners


def item_similarity(evidence: AbstractSet[int], text: str, other_evidence: AbstractSet[int], other_text: str) -> float:
    """How alike two items are: half the F1 of the cited sentences, half the F1 of the words."""
    return (sentence_f1(evidence, other_evidence) + token_f1(text, other_text)) / 2


def sentence_f1(one: AbstractSet[int], other: AbstractSet[int]) -> float:
    """Overlap of two sets of sentence numbers as F1."""
    return f1(len(one & other), len(one), len(other))


def f1(shared: float, predicted: float, labelled: float) -> float:
    """The harmonic mean of precision and recall, from what is shared and how much there is on each side."""
    return 2 * shared / (predicted + labelled) if predicted + labelled else 0.0
