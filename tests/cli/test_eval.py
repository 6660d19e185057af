"""`summarizer eval`, run as a user runs it, with models whose scores are known beforehand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.conftest import Finished, run_command
from tests.evaluation.conftest import suite_folder  # noqa: F401 - a fixture
from tests.protocol_server import Answer, Given, ProtocolServer, Request


def perfect(number: int) -> dict[str, Any]:
    """What a model that reads like the labels answers to the article with this number."""
    who, whom = [("Orvania", "Belhas"), ("The union", "Corvex"), ("Mayor Lund", "the council")][number]
    return {
        "headline": "h",
        "summary": [],
        "actors": [{"name": name, "kind": "group", "evidence": [1]} for name in (who, whom)],
        "demands": [{"by": [who], "of": [whom], "demand": "Open the books", "evidence": [1]}],
        "agreed_steps": [],
        "open_questions": [],
    }


def nothing(number: int) -> dict[str, Any]:
    return {**perfect(number), "actors": [], "demands": []}


def inventing(number: int) -> dict[str, Any]:
    whole = perfect(number)
    invented = {"by": [], "of": [], "demand": "Fly to the moon", "evidence": [2]}
    return {
        **whole,
        "demands": [*whole["demands"], invented],
        "open_questions": [{"question": "When?", "evidence": [2]}],
    }


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder and a cache of answers of the test's own; the weights stay where they are."""
    from summarizer.models.weights import weights_path

    cache = tmp_path / "cache"
    (cache / "weights").mkdir(parents=True)
    for path in (weights_path(), weights_path().with_suffix(".checked.json")):
        if path.exists():
            (cache / "weights" / path.name).symlink_to(path)
    monkeypatch.setenv("SUMMARIZER_CACHE", str(cache))
    monkeypatch.chdir(tmp_path)


def evaluated(server: ProtocolServer, folder: Path, *arguments: str) -> Finished:
    return run_command("eval", "run", folder, "-m", "m", "--base-url", server.base_url, "--format", "json", *arguments)


def metrics(done: Finished) -> dict[str, float]:
    found: dict[str, float] = done.json[0]["metrics"]
    return found


def test_a_perfect_model_scores_one(server: ProtocolServer, suite_folder: Path) -> None:  # noqa: F811
    server.will(*map(perfect, range(3)))
    done = evaluated(server, suite_folder)
    assert done.code == 0, done.err
    assert {name: metrics(done)[name] for name in ("actors.f1", "demands.f1", "demands.by", "articles.mean_f1")} == {
        "actors.f1": 1.0,
        "demands.f1": 1.0,
        "demands.by": 1.0,
        "articles.mean_f1": 1.0,
    }
    assert metrics(done)["crashes"] == 0.0


def test_a_silent_model_scores_zero_and_does_not_fail(server: ProtocolServer, suite_folder: Path) -> None:  # noqa: F811
    server.will(*map(nothing, range(3)))
    done = evaluated(server, suite_folder)
    assert done.code == 0
    assert (metrics(done)["demands.f1"], metrics(done)["demands.recall"]) == (0.0, 0.0)
    assert metrics(done)["articles.mean_f1"] == pytest.approx(2 / 3)


def test_an_inventing_model_loses_precision_alone(server: ProtocolServer, suite_folder: Path) -> None:  # noqa: F811
    server.will(*map(inventing, range(3)))
    found = metrics(evaluated(server, suite_folder))
    assert (found["demands.recall"], found["demands.precision"]) == (1.0, 0.5)
    assert found["open_questions.precision"] == 0.0


def test_a_model_that_crashes_on_an_article_fails_the_run_and_scores_zero_there(
    server: ProtocolServer,
    suite_folder: Path,  # noqa: F811
) -> None:
    broken = Answer(status=400, error={"message": "no"})
    server.will(Answer(content=json.dumps(perfect(0))), Answer(content=json.dumps(perfect(1))), broken)
    done = evaluated(server, suite_folder)
    assert done.code == 1
    assert "m crashed on article-2" in done.err
    assert metrics(done)["demands.recall"] == pytest.approx(2 / 3)
    assert metrics(done)["crashes"] == pytest.approx(1 / 3)
    # The same command goes on where it stopped: only the article that crashed is asked about again.
    server.will(perfect(2))
    server.requests.clear()
    again = evaluated(server, suite_folder)
    while again.code == 1 and len(server.requests) < 3:  # the broken answer stood for all that followed
        again = evaluated(server, suite_folder)
    assert again.code == 0
    assert all("council" in request.body["messages"][-1]["content"] for request in server.requests)
    assert metrics(again)["demands.recall"] == 1.0


def test_an_article_that_is_read_in_part_counts_as_a_crash_and_is_not_kept(
    server: ProtocolServer,
    suite_folder: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    article = suite_folder / "article-0" / "article.txt"
    article.write_text(article.read_text(encoding="utf-8") + "It rained all day.\n" * 200, encoding="utf-8")
    for other in ("article-1", "article-2"):
        shutil.rmtree(suite_folder / other)
    monkeypatch.setenv("SUMMARIZER_CONTEXT_TOKENS", "3000")

    def loses_the_end(request: Request) -> Given:
        if request.schema_name == "Briefing" and 1 not in request.sentences:
            return Answer(status=400, error={"message": "no"})
        return perfect(0)

    server.will(loses_the_end)
    for _ in range(2):
        done = evaluated(server, suite_folder)
        assert done.code == 1
        assert metrics(done)["crashes"] == 1.0
        assert "A part of the article could not be read" in done.json[0]["articles"][0]["predictions"][0]["error"]


def test_identical_calls_come_from_the_cache_unless_fresh_is_asked(
    server: ProtocolServer,
    suite_folder: Path,  # noqa: F811
) -> None:
    server.will(*map(perfect, range(3)), *map(perfect, range(3)))
    first = evaluated(server, suite_folder)
    assert metrics(evaluated(server, suite_folder)) == metrics(first)
    assert len(server.requests) == 3
    evaluated(server, suite_folder, "--refresh")
    assert len(server.requests) == 6


def test_repeats_and_splits_are_run_as_asked(server: ProtocolServer, suite_folder: Path) -> None:  # noqa: F811
    server.will(perfect(0))
    done = evaluated(server, suite_folder, "--split", "test", "--repeat", "3", "--concurrency", "2")
    assert len(server.requests) == 3
    assert [len(article["predictions"]) for article in done.json[0]["articles"]] == [3]


def test_the_floors_stand_in_the_list_like_any_model(suite_folder: Path) -> None:  # noqa: F811
    done = run_command(
        "eval", "run", suite_folder, "-m", "baseline:cues", "-m", "baseline:lead", "--format", "markdown"
    )
    assert done.code == 0
    assert done.out.splitlines()[0] == "| metric | baseline:cues | baseline:lead |"
    cues = run_command("eval", "run", suite_folder, "-m", "baseline:cues", "--format", "json")
    assert metrics(cues)["demands.recall"] == 1.0


def test_the_embedded_model_is_run_for_real(suite_folder: Path) -> None:  # noqa: F811
    done = run_command("eval", "run", suite_folder, "-m", "local", "--format", "json")
    assert done.code == 0
    assert metrics(done)["names_in_text"] == 1.0
    assert all(article["predictions"][0]["seconds"] > 0 for article in done.json[0]["articles"])


def test_the_gate_passes_fails_and_keeps_baselines(
    server: ProtocolServer,
    suite_folder: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    server.will(*map(perfect, range(3)), *map(nothing, range(3)))
    evaluated(server, suite_folder)
    gate = tmp_path / "evals" / "gate.yaml"
    gate.write_text("floors: {m: {demands.f1: 0.5}}\ntolerances: {items.macro_f1: 0.02}\n", encoding="utf-8")
    assert run_command("eval", "gate", "--update-baseline").code == 0
    assert run_command("eval", "gate").out == "passed\n"
    evaluated(server, suite_folder, "--refresh")
    failed = run_command("eval", "gate")
    assert failed.code == 1
    assert "FAILED m: demands.f1 is 0.000, below its floor of 0.500" in failed.out
    junit = ET.fromstring(run_command("eval", "gate", "--format", "junit").out)
    assert len(junit.findall(".//failure")) == 1
    before, after = (tmp_path / "evals" / folder / "strange-m.json" for folder in ("baselines", "runs"))
    compared = run_command("eval", "compare", before, after, "--format", "json").json
    change = {d["metric"]: d["after"] - d["before"] for d in compared["differences"]}
    assert change["demands.f1"] == -1.0
    assert "| demands.f1 | 1.000 | 0.000 | -1.000 |" in run_command("eval", "compare", before, after).out
    shutil.rmtree(tmp_path / "evals" / "runs")
    assert "There is no run to judge" in run_command("eval", "gate").err


def test_a_draft_is_a_labels_file_that_loads_and_never_overwrites(
    server: ProtocolServer,
    suite_folder: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    server.will(perfect(0))
    arguments = ("eval", "draft", suite_folder / "article-0" / "article.txt", "-m", "m", "--base-url", server.base_url)
    labels = yaml.safe_load(run_command(*arguments).out)
    assert labels["demands"][0]["demand"] == "Open the books"
    target = tmp_path / "new" / "case"
    assert run_command(*arguments, "-o", target).code == 0
    assert "draft by the model m" in (target / "about.md").read_text(encoding="utf-8")
    assert run_command("eval", "labels", tmp_path / "new").code == 0
    assert run_command(*arguments, "-o", target).code == 2


def test_labels_that_do_not_hold_fail_the_check(suite_folder: Path) -> None:  # noqa: F811
    path = suite_folder / "article-1" / "labels.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("to open the books.", "to open all books."), encoding="utf-8"
    )
    done = run_command("eval", "labels", suite_folder)
    assert done.code == 1
    assert "article-1: demands 1: its evidence is not in the text letter for letter" in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["run", "nothing"], 2, "There is no suite 'nothing'"),
        (["run", ".", "--split", "train"], 2, "There is no split 'train'"),
        (["run", ".", "--format", "pdf"], 2, "There is no format 'pdf' here"),
        (["run", ".", "-m", "baseline:none"], 2, "There is no model 'baseline:none'"),
        (["compare", "a.json", "b.json"], 3, "a.json cannot be read"),
        (["gate"], 3, "There is no run to judge"),
        (["report", "a.json"], 3, "a.json cannot be read"),
        (["agreement", "."], 2, "There are no labelled articles"),
    ],
)
def test_what_does_not_fit_is_told_in_one_sentence(arguments: list[str], code: int, message: str) -> None:
    done = run_command("eval", *arguments)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert "Traceback" not in done.err


def test_a_suites_file_names_its_folder_its_models_and_what_it_leaves_out(suite_folder: Path, tmp_path: Path) -> None:  # noqa: F811
    suite = tmp_path / "evals" / "small.yaml"
    suite.parent.mkdir()
    suite.write_text(
        "name: small\nfixtures: ../strange\nmodels: ['baseline:lead']\nleave_out: [article-1]\n", encoding="utf-8"
    )
    (run,) = run_command("eval", "run", "small", "--format", "json").json
    assert (run["suite"], run["model"]) == ("small", "baseline:lead")
    assert [article["name"] for article in run["articles"]] == ["article-0", "article-2"]


def test_agreement_between_two_passes_is_told_per_section(suite_folder: Path, tmp_path: Path) -> None:  # noqa: F811
    assert "No article was labelled twice" in run_command("eval", "agreement", suite_folder).err
    for number in (0, 1):
        labels = yaml.safe_load((suite_folder / f"article-{number}" / "labels.yaml").read_text(encoding="utf-8"))
        labels["demands"] = labels["demands"] if number else []
        (suite_folder / f"article-{number}" / "labels-second.yaml").write_text(yaml.safe_dump(labels), encoding="utf-8")
    done = run_command("eval", "agreement", suite_folder)
    assert done.out.splitlines()[:3] == [
        "2 articles labelled twice",
        "actors          1.000",
        "demands         0.667",
    ]
