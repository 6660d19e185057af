"""The scorer itself: what must be true of it whatever the labels are."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer import Briefing, Document, grounding_context
from summarizer.evaluation.agreement import judged_alike
from summarizer.evaluation.alignment import align, similarity
from summarizer.evaluation.counts import score_article
from summarizer.evaluation.items import Item
from summarizer.evaluation.labels import SECTIONS, Fixture, Labels
from summarizer.evaluation.metrics import METRICS, metrics_of
from tests.conftest import ROOT

SECTION = st.sampled_from(["demands", "agreed_steps", "open_questions"])
FIELD = {"demands": "demand", "agreed_steps": "step", "open_questions": "question"}


def scored(briefing: Briefing | None, fixture: Fixture) -> dict[str, float]:
    return metrics_of([score_article(briefing, fixture.labels, fixture.document).counts])


def firm(fixture: Fixture, section: str) -> int:
    return sum(not item.doubtful for item in getattr(fixture.labels, section))


def test_gold_against_gold_is_one(fixtures: list[Fixture], gold: dict[str, Briefing]) -> None:
    everything = [score_article(gold[f.name], f.labels, f.document).counts for f in fixtures]
    metrics = metrics_of(everything)
    wrong = {
        name: value for name, value in metrics.items() if value != pytest.approx(0.0 if name == "crashes" else 1.0)
    }
    assert wrong == {}


def test_nothing_finds_nothing_and_earns_only_what_is_rightly_empty(fixtures: list[Fixture]) -> None:
    for fixture in fixtures:
        empty = Briefing(headline="h", summary=[], actors=[], demands=[], agreed_steps=[], open_questions=[])
        metrics = scored(empty, fixture)
        assert all(metrics[f"{section}.f1"] == 0 for section in SECTIONS)
        rightly = sum(firm(fixture, section) == 0 for section in FIELD)
        assert metrics["articles.mean_f1"] == pytest.approx(rightly / 3)


def test_a_crash_scores_zero_even_where_there_was_nothing_to_find(fixtures: list[Fixture]) -> None:
    for fixture in fixtures:
        metrics = scored(None, fixture)
        assert {value for name, value in metrics.items() if name != "crashes"} == {0.0}
        assert metrics["crashes"] == 1.0


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_dropping_one_of_n_items_costs_one_nth_of_recall_and_no_precision(
    fixtures: list[Fixture], gold: dict[str, Briefing], data: st.DataObject
) -> None:
    section = data.draw(SECTION)
    fixture = data.draw(st.sampled_from([f for f in fixtures if firm(f, section)]))
    firm_places = [n for n, item in enumerate(getattr(fixture.labels, section)) if not item.doubtful]
    dropped = data.draw(st.sampled_from(firm_places))
    kept = [item for n, item in enumerate(getattr(gold[fixture.name], section)) if n != dropped]
    metrics = scored(gold[fixture.name].model_copy(update={section: kept}), fixture)
    count = len(firm_places)
    assert metrics[f"{section}.recall"] == pytest.approx((count - 1) / count)
    assert metrics[f"{section}.precision"] == (1.0 if count > 1 else 0.0)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_duplicates_and_inventions_cost_precision_and_no_recall(
    fixtures: list[Fixture], gold: dict[str, Briefing], data: st.DataObject
) -> None:
    section = data.draw(SECTION)
    fixture = data.draw(st.sampled_from([f for f in fixtures if firm(f, section)]))
    items = getattr(gold[fixture.name], section)
    again = data.draw(st.sampled_from([n for n, x in enumerate(getattr(fixture.labels, section)) if not x.doubtful]))
    metrics = scored(gold[fixture.name].model_copy(update={section: [*items, copy.deepcopy(items[again])]}), fixture)
    assert metrics[f"{section}.recall"] == 1.0
    assert metrics[f"{section}.precision"] < 1.0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.data())
def test_order_never_matters(
    fixtures: list[Fixture], gold: dict[str, Briefing], seed: int, data: st.DataObject
) -> None:
    fixture = data.draw(st.sampled_from(fixtures))
    briefing, labels = gold[fixture.name], fixture.labels
    shuffled, other = {}, {}
    for section in SECTIONS:
        shuffled[section] = random.Random(seed).sample(getattr(briefing, section), len(getattr(briefing, section)))
        other[section] = random.Random(seed + 1).sample(getattr(labels, section), len(getattr(labels, section)))
    score = score_article(briefing.model_copy(update=shuffled), labels.model_copy(update=other), fixture.document)
    assert score.counts == pytest.approx(score_article(briefing, labels, fixture.document).counts)


def test_renaming_an_actor_everywhere_changes_nothing(fixtures: list[Fixture], gold: dict[str, Briefing]) -> None:
    fixture = next(f for f in fixtures if f.name == "istanbul-memoranda")
    partial = gold[fixture.name].model_copy(update={"demands": gold[fixture.name].demands[1:]})

    def renamed(text: str) -> str:
        return text.replace("Ukraine", "Orvanix")

    document = Document(text=renamed(fixture.document.text))
    labels = Labels.model_validate_json(renamed(fixture.labels.model_dump_json()))
    saved = json.loads(renamed(partial.model_dump_json()))
    for section in (*SECTIONS, "summary"):
        for item in saved[section]:
            item["evidence"] = [evidence["sentence"] for evidence in item["evidence"]]
    briefing = Briefing.model_validate(saved, context=grounding_context(document))
    now = score_article(briefing, labels, document).counts
    assert now == pytest.approx(score_article(partial, fixture.labels, fixture.document).counts)


def test_an_alias_counts_as_the_name(fixtures: list[Fixture], gold: dict[str, Briefing]) -> None:
    fixture = next(f for f in fixtures if f.name == "istanbul-memoranda")
    demands = [d.model_copy(update={"by": ["Moscow"], "of": ["Kiev"]}) for d in gold[fixture.name].demands]
    metrics = scored(gold[fixture.name].model_copy(update={"demands": demands}), fixture)
    assert (metrics["demands.by"], metrics["demands.of"], metrics["demands.f1"]) == (1.0, 1.0, 1.0)


def test_a_paraphrase_with_the_same_evidence_still_aligns(fixtures: list[Fixture], gold: dict[str, Briefing]) -> None:
    for fixture in fixtures:
        for section, field in FIELD.items():
            items = [item.model_copy(update={field: "Zzz qqq"}) for item in getattr(gold[fixture.name], section)]
            metrics = scored(gold[fixture.name].model_copy(update={section: items}), fixture)
            if firm(fixture, section):
                assert metrics[f"{section}.f1"] == 1.0, (fixture.name, section)


def test_what_is_doubtful_scores_neutral(fixtures: list[Fixture], gold: dict[str, Briefing]) -> None:
    fixture = next(f for f in fixtures if f.name == "istanbul-memoranda")
    without = [
        d for d, label in zip(gold[fixture.name].demands, fixture.labels.demands, strict=True) if not label.doubtful
    ]
    assert len(without) < len(fixture.labels.demands)
    for demands in (without, gold[fixture.name].demands):
        metrics = scored(gold[fixture.name].model_copy(update={"demands": demands}), fixture)
        assert (metrics["demands.precision"], metrics["demands.recall"]) == (1.0, 1.0)


def test_wrong_attributes_are_told_without_unmatching_the_item(
    fixtures: list[Fixture], gold: dict[str, Briefing]
) -> None:
    fixture = next(f for f in fixtures if f.name == "istanbul-memoranda")
    swapped = [d.model_copy(update={"by": d.of, "of": d.by, "status": "rejected"}) for d in gold[fixture.name].demands]
    metrics = scored(gold[fixture.name].model_copy(update={"demands": swapped}), fixture)
    assert metrics["demands.f1"] == 1.0
    assert (metrics["demands.by"], metrics["demands.of"], metrics["demands.status"]) == (0.0, 0.0, 0.0)


def test_citations_beside_the_labelled_sentences_cost_precision(
    fixtures: list[Fixture], gold: dict[str, Briefing]
) -> None:
    fixture = next(f for f in fixtures if f.name == "istanbul-memoranda")
    far = gold[fixture.name].actors[0].evidence
    steps = [s.model_copy(update={"evidence": [*s.evidence, *far]}) for s in gold[fixture.name].agreed_steps]
    metrics = scored(gold[fixture.name].model_copy(update={"agreed_steps": steps}), fixture)
    assert metrics["citations.recall"] == 1.0
    assert metrics["citations.precision"] < 1.0


ITEMS = st.lists(
    st.builds(
        lambda words, sentences: Item(section="demands", texts=(" ".join(words),), sentences=frozenset(sentences)),
        st.lists(st.sampled_from("open shut pay release talks books port".split()), min_size=1, max_size=4),
        st.sets(st.integers(1, 6), min_size=1, max_size=3),
    ),
    max_size=6,
)


@given(ITEMS, ITEMS)
def test_alignment_is_one_to_one_and_no_other_is_better(predicted: list[Item], labelled: list[Item]) -> None:
    from itertools import permutations

    pairs = align(predicted, labelled)
    assert len({pair.predicted for pair in pairs}) == len({pair.labelled for pair in pairs}) == len(pairs)
    short, long = sorted((predicted, labelled), key=len)
    best = (
        max(
            (
                sum(similarity(one, other) for one, other in zip(short, order, strict=False))
                for order in permutations(long)
            ),
            default=0.0,
        )
        if len(long) <= 5
        else None
    )
    if best is not None:
        assert sum(pair.similarity for pair in pairs) == pytest.approx(best)


@given(ITEMS, ITEMS)
def test_similarity_is_between_zero_and_one_and_the_same_both_ways(one: list[Item], other: list[Item]) -> None:
    for left in one:
        assert similarity(left, left) == pytest.approx(1.0)
        for right in other:
            assert 0.0 <= similarity(left, right) <= 1.0
            assert similarity(left, right) == pytest.approx(similarity(right, left))


def test_an_independent_implementation_orders_answers_alike(fixtures: list[Fixture], gold: dict[str, Briefing]) -> None:
    """ANLS* (Peer et al. 2024, arXiv 2402.03848) scores lists of objects by text; more damage is worse by both."""
    from anls_star import anls_score

    def plain(briefing: Briefing) -> list[dict[str, Any]]:
        return [{"by": d.by, "of": d.of, "demand": d.demand} for d in briefing.demands]

    for fixture in (f for f in fixtures if firm(f, "demands") >= 3):
        whole = gold[fixture.name]
        damaged = [
            whole.model_copy(update={"demands": whole.demands[:count]}) for count in range(len(whole.demands), 0, -1)
        ]
        theirs = [anls_score(plain(whole), plain(briefing)) for briefing in damaged]
        ours = [
            score_article(briefing, fixture.labels, fixture.document).counts["demands.matched"] for briefing in damaged
        ]
        assert theirs == sorted(theirs, reverse=True)
        assert ours == sorted(ours, reverse=True)
        assert theirs[0] == 1.0


def test_the_cut_agrees_with_pairs_judged_by_hand() -> None:
    alike, pairs = judged_alike(ROOT / "evals" / "judged-pairs.json")
    assert pairs >= 30
    assert alike / pairs >= 0.8, f"{alike} of {pairs}"


def test_every_metric_has_a_value_for_every_article(fixtures: list[Fixture], gold: dict[str, Briefing]) -> None:
    assert set(scored(gold[fixtures[0].name], fixtures[0])) == set(METRICS)
