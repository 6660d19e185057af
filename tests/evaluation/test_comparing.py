from __future__ import annotations

from typing import Any

import pytest

from summarizer import Briefing, UsageError
from summarizer.evaluation.comparing import compare
from summarizer.evaluation.counts import score_article
from summarizer.evaluation.gating import Gate, failures
from summarizer.evaluation.labels import Fixture
from summarizer.evaluation.runs import ArticleRun, Prediction, Run


def run_of(answers: dict[str, Briefing | None], fixtures: list[Fixture], model: str = "m") -> Run:
    articles = []
    for fixture in fixtures:
        briefing = answers[fixture.name]
        score = score_article(briefing, fixture.labels, fixture.document)
        pairs = {s: [(p.predicted, p.labelled, p.similarity) for p in found] for s, found in score.pairs.items()}
        articles.append(
            ArticleRun(
                name=fixture.name,
                split=fixture.labels.split,
                text_sha256=fixture.document.sha256,
                labels_sha256="0",
                predictions=[Prediction(briefing=briefing, counts=score.counts, pairs=pairs)],
            )
        )
    return Run(suite="s", model=model, command="c", written_at="now", articles=articles).scored()


@pytest.fixture(scope="module")
def perfect(fixtures: list[Fixture], gold: dict[str, Briefing]) -> Run:
    return run_of(dict(gold), fixtures)


@pytest.fixture(scope="module")
def without_demands(fixtures: list[Fixture], gold: dict[str, Briefing]) -> Run:
    return run_of({name: b.model_copy(update={"demands": []}) for name, b in gold.items()}, fixtures)


@pytest.fixture(scope="module")
def one_less(fixtures: list[Fixture], gold: dict[str, Briefing]) -> Run:
    first = next(f.name for f in fixtures if f.labels.demands)
    return run_of(
        {n: b.model_copy(update={"demands": b.demands[1:]}) if n == first else b for n, b in gold.items()}, fixtures
    )


def test_a_run_does_not_differ_from_itself(perfect: Run) -> None:
    found = compare(perfect, perfect)
    assert all((d.change, d.low, d.high, d.p) == (0, 0, 0, 1) for d in found.differences)
    assert found.moved == []


def test_a_great_loss_is_significant_and_its_interval_is_below_zero(perfect: Run, without_demands: Run) -> None:
    (difference,) = compare(perfect, without_demands, ["demands.f1"]).differences
    assert (difference.before, difference.after, difference.change) == (1.0, 0.0, -1.0)
    assert difference.p < 0.01
    assert difference.high < 0


def test_one_item_less_is_noise(perfect: Run, one_less: Run) -> None:
    found = compare(perfect, one_less, ["demands.f1"])
    (difference,) = found.differences
    assert -0.05 < difference.change < 0
    assert difference.p > 0.5
    assert [len(move.lost) for move in found.moved] == [1]
    assert found.moved[0].won == []


def test_the_other_way_round_the_difference_has_the_other_sign(perfect: Run, one_less: Run) -> None:
    (there,) = compare(perfect, one_less, ["demands.f1"]).differences
    (back,) = compare(one_less, perfect, ["demands.f1"]).differences
    assert back.change == pytest.approx(-there.change)


def test_runs_of_different_labels_or_articles_are_not_compared(perfect: Run) -> None:
    articles = [a.model_copy(update={"labels_sha256": "1"}) for a in perfect.articles]
    with pytest.raises(UsageError, match="Text or labels changed"):
        compare(perfect, perfect.model_copy(update={"articles": articles}))
    with pytest.raises(UsageError, match="share no article"):
        compare(perfect, perfect.model_copy(update={"articles": []}))


GATE = Gate(floors={"m": {"items.macro_f1": 0.5}}, tolerances={"items.macro_f1": 0.02})


def test_what_is_as_good_as_its_baseline_passes(perfect: Run, one_less: Run) -> None:
    assert failures(perfect, GATE, perfect) == []
    assert failures(one_less, GATE, perfect) == []
    assert failures(perfect, GATE, None) == []


def test_a_significant_drop_fails(perfect: Run, without_demands: Run) -> None:
    (reason,) = failures(without_demands, GATE, perfect)
    assert reason.startswith("m: items.macro_f1 fell from 1.000 to 0.667 (p = 0.00")


def test_a_score_below_its_floor_fails(without_demands: Run) -> None:
    assert failures(without_demands, Gate(floors={"m": {"demands.f1": 0.1}}), None) == [
        "m: demands.f1 is 0.000, below its floor of 0.100"
    ]
    assert failures(without_demands, Gate(floors={"m": {"nothing": 0.1}}), None) == [
        "m: there is no metric 'nothing', which has a floor"
    ]


def test_a_crash_and_a_missing_article_fail(fixtures: list[Fixture], gold: dict[str, Briefing], perfect: Run) -> None:
    answers: dict[str, Any] = dict(gold)
    answers[fixtures[0].name] = None
    assert failures(run_of(answers, fixtures), Gate(), None) == [f"m crashed on {fixtures[0].name}"]
    assert failures(run_of(answers, fixtures[1:]), Gate(), perfect) == [
        f"m: {fixtures[0].name} is in the baseline and was not run"
    ]
