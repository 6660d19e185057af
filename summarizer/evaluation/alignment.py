"""Which prediction answers to which label: the one-to-one alignment of greatest total similarity.

After CEAF-RME (Chen et al. 2023, IterX, arXiv 2210.06600), with scipy's solver of the assignment problem.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from summarizer.evaluation.items import Item
from summarizer.similarity import CUT, item_similarity

__all__ = ["CUT", "Pair", "align", "assign", "similarity"]

_ALIAS_ONLY = 0.75
_LESS_FOR_DOUBT = 0.999


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A prediction and the label that it is aligned with, by their places in their sections."""

    predicted: int
    labelled: int
    similarity: float
    """0 to 1."""

    @property
    def found(self) -> bool:
        """Whether it counts as found (hard)."""
        return self.similarity >= CUT


def similarity(predicted: Item, labelled: Item) -> float:
    """How alike two items of one section are, 0 to 1.

    Actors: 1 where the predicted name is a form of the labelled actor, 0.75 where only an alias is, else 0. All
    others: half the F1 of the cited sentences, half the token F1 of the texts (the best of the accepted wordings).
    """
    if predicted.section == "actors":
        if predicted.texts[0] in labelled.texts:
            return 1.0
        return _ALIAS_ONLY if set(predicted.texts) & set(labelled.texts) else 0.0
    return max(
        item_similarity(predicted.sentences, predicted.texts[0], labelled.sentences, text) for text in labelled.texts
    )


def align(predicted: Sequence[Item], labelled: Sequence[Item]) -> list[Pair]:
    """Align the items of one section of one article; pairs with nothing in common are left out."""
    values = [[similarity(one, other) for other in labelled] for one in predicted]
    # Where a firm label fits as well as a doubtful one, the firm one is what the prediction answers to.
    doubts = [_LESS_FOR_DOUBT if label.doubtful else 1.0 for label in labelled]
    weights = [[value * doubt for value, doubt in zip(row, doubts, strict=True)] for row in values]
    return [Pair(predicted=row, labelled=column, similarity=values[row][column]) for row, column in assign(weights)]


def assign(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """The one-to-one assignment of rows to columns of greatest total weight; what weighs nothing is left out."""
    if not weights or not weights[0]:
        return []
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(np.array(weights), maximize=True)
    places = zip(map(int, rows), map(int, columns), strict=True)
    return [(row, column) for row, column in places if weights[row][column] > 0]
