"""Are two runs different, by how much, and is it more than noise? Paired over the articles that both have read."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from summarizer.errors import UsageError
from summarizer.evaluation.counts import ITEM_SECTIONS
from summarizer.evaluation.metrics import METRICS, summed
from summarizer.evaluation.runs import Run

__all__ = ["Comparison", "Difference", "Moved", "compare"]

CONFIDENCE = 0.95
_RESAMPLES = 1999
_SEED = 20261122


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How one metric differs between two runs."""

    metric: str
    before: float
    after: float
    low: float
    high: float
    """The 95 % interval of the difference: paired bootstrap over articles, BCa (Efron 1987)."""

    p: float
    """Two-sided, by approximate randomisation (Noreen 1989): the labels of the runs swapped article by article."""

    @property
    def change(self) -> float:
        """After minus before."""
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class Moved:
    """An article whose score moved."""

    name: str
    change: float
    """Of its mean F1."""

    won: list[str]
    lost: list[str]
    """Labelled items that only the later or only the earlier run found."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What two runs show together."""

    articles: int
    differences: list[Difference]
    moved: list[Moved]
    """The articles that moved most, first."""


def compare(before: Run, after: Run, metrics: Sequence[str] | None = None, most_moved: int = 5) -> Comparison:
    """Compare two runs over the articles that they share; repeats are averaged within an article first.

    Raises:
        UsageError: If they share no article, or an article or its labels changed between them.
    """
    old = {article.name: article for article in before.articles}
    shared = [(old[article.name], article) for article in after.articles if article.name in old]
    if not shared:
        raise UsageError("The two runs share no article; compare runs of one suite and split.")
    changed = [
        new.name for one, new in shared if (one.text_sha256, one.labels_sha256) != (new.text_sha256, new.labels_sha256)
    ]
    if changed:
        raise UsageError(f"Text or labels changed between the runs in {', '.join(changed)}; run the older model again.")
    rows = [one.counts for one, _ in shared] + [new.counts for _, new in shared]
    differences = [_difference(name, rows) for name in (METRICS if metrics is None else metrics)]
    moved = [
        Moved(
            name=new.name,
            change=new.counts["article_f1"] - one.counts["article_f1"],
            won=_found(after, new.name, but_not=(before, one.name)),
            lost=_found(before, one.name, but_not=(after, new.name)),
        )
        for one, new in shared
    ]
    moved = [move for move in moved if move.change or move.won or move.lost]
    moved.sort(key=lambda move: -abs(move.change))
    return Comparison(articles=len(shared), differences=differences, moved=moved[:most_moved])


def _score(metric: str, rows: Sequence[dict[str, float]], chosen: Any) -> Any:
    import numpy as np

    return METRICS[metric](summed(rows, np.asarray(chosen)))


def _difference(metric: str, rows: Sequence[dict[str, float]]) -> Difference:
    """Rows 0 to n - 1 are the earlier run's articles, n to 2n - 1 the later one's, in the same order."""
    import numpy as np
    from scipy.stats import DegenerateDataWarning, permutation_test

    count = len(rows) // 2
    earlier, later = np.arange(count), np.arange(count, 2 * count)
    before, after = float(_score(metric, rows, earlier)), float(_score(metric, rows, later))

    def change(one: Any, other: Any, axis: int = -1) -> Any:
        one, other = np.moveaxis(one, axis, -1), np.moveaxis(other, axis, -1)
        return _score(metric, rows, other) - _score(metric, rows, one)

    def change_of(articles: Any, axis: int = -1) -> Any:
        return change(articles, articles + count, axis)

    each = [float(change_of(np.array([article]))) for article in range(count)]
    if count < 2 or not any(each):  # noqa: PLR2004 - nothing to resample
        return Difference(metric=metric, before=before, after=after, low=after - before, high=after - before, p=1.0)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", DegenerateDataWarning)
        low, high = _interval(change_of, earlier)
        p = permutation_test(
            (earlier, later),
            change,
            permutation_type="samples",
            vectorized=True,
            n_resamples=_RESAMPLES,
            rng=np.random.default_rng(_SEED),
        ).pvalue
    return Difference(metric=metric, before=before, after=after, low=low, high=high, p=float(p))


def _interval(change_of: Callable[..., Any], articles: Any) -> tuple[float, float]:
    """The bootstrap interval of a difference; percentile where BCa is undefined because the jackknife is flat."""
    import numpy as np
    from scipy.stats import bootstrap

    for method in ("BCa", "percentile"):
        found = bootstrap(
            (articles,),
            change_of,
            vectorized=True,
            n_resamples=_RESAMPLES,
            confidence_level=CONFIDENCE,
            method=method,
            rng=np.random.default_rng(_SEED),
        ).confidence_interval
        if np.isfinite([found.low, found.high]).all():
            break
    return float(found.low), float(found.high)


def _found(run: Run, name: str, but_not: tuple[Run, str]) -> list[str]:
    here, there = _found_labels(run, name), _found_labels(*but_not)
    return [f"{section} {number + 1}" for section, number in sorted(here - there)]


def _found_labels(run: Run, name: str) -> set[tuple[str, int]]:
    from summarizer.evaluation.alignment import CUT

    article = next(article for article in run.articles if article.name == name)
    prediction = article.predictions[0]
    return {
        (section, labelled)
        for section in ITEM_SECTIONS
        for _, labelled, value in prediction.pairs.get(section, [])
        if value >= CUT
    }
