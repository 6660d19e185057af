"""How alike two reports of different articles are: what one says stands in the other, or in what it cites."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from summarizer.matters.dossier import Report
from summarizer.similarity import numbers, stems

__all__ = ["ReportLikeness", "numbers_fit"]

_ASKS = frozenset(stems("what when where which whose whom whether will would shall does have"))
"""Words of English that ask, and say nothing of what is asked."""


class ReportLikeness:
    """Compares reports by their words, of which those that are rare in the matter count most.

    Two articles rarely put a demand in the same words, but what one paraphrase leaves out often stands in the sentence
    that it rests on; a sentence that several items of one article cite tells of none of them in particular, and is left
    out. A word's weight is its inverse document frequency among the reports seen so far (Sparck Jones
    1972, "A statistical interpretation of term specificity and its application in retrieval").
    """

    def __init__(self) -> None:
        self._frequencies: Counter[str] = Counter()
        self._reports = 0
        self._shared: set[tuple[int, int]] = set()
        self._stems: dict[str, frozenset[str]] = {}

    def learn(self, reports: Sequence[Report]) -> None:
        """Take in all that an article reports."""
        cited = Counter((report.article, evidence.sentence) for report in reports for evidence in report.evidence)
        self._shared |= {place for place, count in cited.items() if count > 1}
        for report in reports:
            self._reports += 1
            self._frequencies.update(self._all(report))

    def of(self, one: Report, other: Report) -> float:
        """The mean share of each wording that stands in the other report, 0 to 1."""
        return (self.covered(one.wording, other) + self.covered(other.wording, one)) / 2

    def covered(self, wording: str, report: Report) -> float:
        """The share of a wording's words, by weight, that a report has in its wording or its quotes, 0 to 1."""
        said = self._stems_of(wording) - _ASKS
        whole = sum(map(self._weight, said))
        return sum(map(self._weight, said & self._all(report))) / whole if whole else 0.0

    def _all(self, report: Report) -> frozenset[str]:
        own = (evidence for evidence in report.evidence if (report.article, evidence.sentence) not in self._shared)
        return self._stems_of(report.wording).union(*(self._stems_of(evidence.quote) for evidence in own))

    def _stems_of(self, text: str) -> frozenset[str]:
        if text not in self._stems:
            self._stems[text] = frozenset(stems(text))
        return self._stems[text]

    def _weight(self, stem: str) -> float:
        return math.log(1 + self._reports / max(1, self._frequencies[stem]))


def numbers_fit(one: str, other: str) -> bool:
    """Whether the numbers of one of two texts are all among those of the other."""
    left, right = numbers(one), numbers(other)
    return left <= right or right <= left
