"""What is counted in one article; every score is a ratio of sums of these counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from summarizer.documents import Document
from summarizer.documents.names import fold
from summarizer.evaluation.alignment import Pair, align
from summarizer.evaluation.items import Item, ItemsOfArticle, labelled_items, predicted_items
from summarizer.evaluation.labels import SECTIONS, Labels
from summarizer.schemas import Briefing
from summarizer.similarity import f1, token_f1

__all__ = ["ATTRIBUTES", "ArticleScore", "average", "score_article"]

ATTRIBUTES = {
    "actors": ("kind", "role"),
    "demands": ("by", "of", "status"),
    "agreed_steps": ("parties", "status", "when"),
    "open_questions": ("awaits",),
}
ITEM_SECTIONS = ("demands", "agreed_steps", "open_questions")
_IN_WORDS = ("role", "when")
"""Attributes in the text's own words, which need not be quite the same."""

_SAME_WORDS = 0.5


@dataclass(frozen=True, kw_only=True)
class ArticleScore:
    """The counts of one article, and the alignment that they come from."""

    counts: dict[str, float]
    """`SECTION.matched`, `.predicted`, `.labelled`, `.soft`; `SECTION.ATTRIBUTE.right`, `.told`; `citations.…`."""

    pairs: dict[str, list[Pair]] = field(default_factory=dict)


def score_article(briefing: Briefing | None, labels: Labels, document: Document) -> ArticleScore:
    """Score a prediction; None stands for a crash, which finds nothing and earns nothing by an empty section."""
    counts: dict[str, float] = {"articles": 1.0, "crashed": float(briefing is None)}
    labelled = labelled_items(labels, document, briefing)
    predicted = predicted_items(briefing, labels) if briefing else {section: [] for section in SECTIONS}
    pairs = {section: align(predicted[section], labelled[section]) for section in SECTIONS}
    for section in SECTIONS:
        _count_section(counts, section, pairs[section], predicted[section], labelled[section])
    _count_citations(counts, pairs, predicted, labelled)
    _count_names(counts, briefing, document)
    counts["article_f1"] = 0.0 if briefing is None else _article_f1(counts)
    return ArticleScore(counts=counts, pairs=pairs)


def average(counts: Sequence[dict[str, float]]) -> dict[str, float]:
    """The mean of an article's counts over repeats."""
    return {name: sum(one[name] for one in counts) / len(counts) for name in counts[0]}


def _count_section(
    counts: dict[str, float], section: str, pairs: list[Pair], predicted: list[Item], labelled: list[Item]
) -> None:
    neutral = sum(pair.found and labelled[pair.labelled].doubtful for pair in pairs)
    firm = [pair for pair in pairs if not labelled[pair.labelled].doubtful]
    found = [pair for pair in firm if pair.found]
    counts[f"{section}.matched"] = float(len(found))
    counts[f"{section}.predicted"] = float(len(predicted) - neutral)
    counts[f"{section}.labelled"] = float(sum(not item.doubtful for item in labelled))
    counts[f"{section}.soft"] = sum(pair.similarity for pair in firm)
    for attribute in ATTRIBUTES[section]:
        told = [pair for pair in found if _label_tells(labelled[pair.labelled], attribute)]
        right = [pair for pair in told if _same(predicted[pair.predicted], labelled[pair.labelled], attribute)]
        counts[f"{section}.{attribute}.told"] = float(len(told))
        counts[f"{section}.{attribute}.right"] = float(len(right))


def _label_tells(item: Item, attribute: str) -> bool:
    return attribute in item.names or item.values.get(attribute) is not None


def _same(predicted: Item, labelled: Item, attribute: str) -> bool:
    if attribute in labelled.names:
        return predicted.names[attribute] == labelled.names[attribute]
    if attribute in _IN_WORDS:
        return token_f1(predicted.values[attribute] or "", labelled.values[attribute] or "") >= _SAME_WORDS
    return predicted.values[attribute] == labelled.values[attribute]


def _count_citations(
    counts: dict[str, float], pairs: dict[str, list[Pair]], predicted: ItemsOfArticle, labelled: ItemsOfArticle
) -> None:
    """Cited sentences against labelled ones, over aligned items (ALCE read without a judge: Gao et al. 2023)."""
    shared = cited = wanted = 0
    for section in ITEM_SECTIONS:
        for pair in pairs[section]:
            one, other = predicted[section][pair.predicted], labelled[section][pair.labelled]
            if pair.found and not other.doubtful:
                shared += len(one.sentences & other.sentences)
                cited += len(one.sentences)
                wanted += len(other.sentences)
    counts.update({"citations.matched": shared, "citations.predicted": cited, "citations.labelled": wanted})


def _count_names(counts: dict[str, float], briefing: Briefing | None, document: Document) -> None:
    text = fold(document.text)
    names: list[str] = []
    if briefing:
        names += [form for actor in briefing.actors for form in (actor.name, *actor.aliases)]
        names += [name for demand in briefing.demands for name in (*demand.by, *demand.of)]
        names += [name for step in briefing.agreed_steps for name in step.parties]
        names += [name for question in briefing.open_questions for name in question.awaits]
    counts["names.written"] = float(len(names))
    counts["names.in_text"] = float(sum(fold(name) in text for name in names))


def _article_f1(counts: dict[str, float]) -> float:
    """Mean F1 of the article's three item sections; a section that is rightly empty counts 1."""
    values = []
    for section in ITEM_SECTIONS:
        predicted, labelled = counts[f"{section}.predicted"], counts[f"{section}.labelled"]
        empty = predicted == labelled == 0
        values.append(1.0 if empty else f1(counts[f"{section}.matched"], predicted, labelled))
    return sum(values) / len(values)
