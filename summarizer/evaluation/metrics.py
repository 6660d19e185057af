"""The metrics of a run, each a function of summed counts, so that a resample of articles is scored like the whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from summarizer.evaluation.counts import ATTRIBUTES, ITEM_SECTIONS
from summarizer.evaluation.labels import SECTIONS

if TYPE_CHECKING:
    import numpy as np

__all__ = ["HEADLINE_METRIC", "METRICS", "metrics_of"]

HEADLINE_METRIC = "items.macro_f1"
"""Mean of the hard F1 of demands, agreed steps and open questions."""

Sums = Mapping[str, Any]
Metric = Callable[[Sums], Any]


def _ratio(above: Any, below: Any) -> Any:
    import numpy as np

    above, below = np.asarray(above, float), np.asarray(below, float)
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _precision(section: str, kind: str = "matched") -> Metric:
    return lambda sums: _ratio(sums[f"{section}.{kind}"], sums[f"{section}.predicted"])


def _recall(section: str, kind: str = "matched") -> Metric:
    return lambda sums: _ratio(sums[f"{section}.{kind}"], sums[f"{section}.labelled"])


def _f1(section: str, kind: str = "matched") -> Metric:
    return lambda sums: _ratio(
        2 * sums[f"{section}.{kind}"], sums[f"{section}.predicted"] + sums[f"{section}.labelled"]
    )


def _mean(metrics: Sequence[Metric]) -> Metric:
    return lambda sums: sum(metric(sums) for metric in metrics) / len(metrics)


def _micro(kind: str) -> Metric:
    def pooled(sums: Sums) -> Any:
        above = sum(2 * sums[f"{section}.{kind}"] for section in ITEM_SECTIONS)
        below = sum(sums[f"{section}.predicted"] + sums[f"{section}.labelled"] for section in ITEM_SECTIONS)
        return _ratio(above, below)

    return pooled


def _share(right: str, told: str) -> Metric:
    return lambda sums: _ratio(sums[right], sums[told])


def _all_metrics() -> dict[str, Metric]:
    found: dict[str, Metric] = {
        HEADLINE_METRIC: _mean([_f1(section) for section in ITEM_SECTIONS]),
        "items.micro_f1": _micro("matched"),
        "items.soft_macro_f1": _mean([_f1(section, "soft") for section in ITEM_SECTIONS]),
        "articles.mean_f1": _share("article_f1", "articles"),
    }
    for section in SECTIONS:
        found[f"{section}.precision"] = _precision(section)
        found[f"{section}.recall"] = _recall(section)
        found[f"{section}.f1"] = _f1(section)
        found[f"{section}.soft_f1"] = _f1(section, "soft")
    for section, attributes in ATTRIBUTES.items():
        for attribute in attributes:
            found[f"{section}.{attribute}"] = _share(f"{section}.{attribute}.right", f"{section}.{attribute}.told")
    found["citations.precision"] = _precision("citations")
    found["citations.recall"] = _recall("citations")
    found["names_in_text"] = _share("names.in_text", "names.written")
    found["crashes"] = _share("crashed", "articles")
    return found


METRICS: dict[str, Metric] = _all_metrics()
"""Every metric by name, each 0 to 1: hard and soft F1, attribute accuracy on aligned items, citations, crashes."""


def metrics_of(counts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Score articles together, from the counts of each."""
    sums = {name: sum(one[name] for one in counts) for name in counts[0]}
    return {name: float(metric(sums)) for name, metric in METRICS.items()}


def summed(counts: Sequence[Mapping[str, float]], chosen: np.ndarray[Any, Any]) -> Sums:
    """The sums of counts over chosen articles.

    Args:
        counts: Of each article.
        chosen: Indices of articles; the last axis is summed over.
    """
    import numpy as np

    return {name: np.array([one[name] for one in counts])[chosen].sum(axis=-1) for name in counts[0]}
