from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from summarizer.cli.eval import run_matter_suite
from summarizer.documents import Document
from summarizer.errors import InputError, UsageError
from summarizer.evaluation.matters import MatterRun, load_matter, load_matters, run_matters
from tests.conftest import ROOT
from tests.matters.quay_briefings import QUAY


def test_from_labels_every_change_of_the_small_matter_is_found(tmp_path: Path) -> None:
    run_matter_suite(str(QUAY), from_labels=True, output=tmp_path)
    run = MatterRun.model_validate_json((tmp_path / "quay-labels.json").read_bytes())
    assert run.metrics["macro_f1"] == 1.0
    assert run.metrics["micro_f1"] == 1.0
    assert run.matters[0].counts["step_agreed"] == (2, 2, 2)
    assert "step_begun.f1" not in run.metrics


def test_from_labels_no_fewer_changes_are_found_than_the_baseline_has() -> None:
    baseline = MatterRun.model_validate_json((ROOT / "evals" / "baselines" / "matters-labels.json").read_bytes())
    run = run_matters("matters", load_matters(ROOT / "fixtures" / "matters"), "labels", None, "")
    assert run.metrics["micro_f1"] >= baseline.metrics["micro_f1"]


def test_a_crash_counts_every_labelled_change_as_missed() -> None:
    def broken(_: Document) -> None:
        raise InputError("It broke.")

    run = run_matters("quay", [load_matter(QUAY)], "broken", broken, "")  # type: ignore[arg-type]  # never returns
    assert run.metrics["micro_f1"] == 0.0
    assert run.matters[0].error == "InputError: It broke."


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("agreed to resume talks on Thursday", "agreed to resume on Thursday", "not in article 2 letter for letter"),
        ("item: Post a safety", "item: Post some safety", "is no label of article 2"),
        ("article: 3", "article: 4", "there is no article 4"),
        ("earlier: {article: 2", "earlier: {article: 3", "which is not before article 3"),
        ("change: step_done", "change: step_gone", "is not of the form"),
    ],
)
def test_changes_that_do_not_hold_are_said_in_a_sentence(before: str, after: str, reason: str, tmp_path: Path) -> None:
    folder = shutil.copytree(QUAY, tmp_path / "quay")
    path = folder / "changes.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(InputError, match=reason):
        load_matter(folder)


def test_a_folder_without_matters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There are no matters"):
        load_matters(tmp_path)
