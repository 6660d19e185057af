from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from summarizer import Document, InputError, UsageError
from summarizer.evaluation.labels import Fixture, Labels, load_fixtures, load_labels, problems
from tests.conftest import SHORT

ACTOR = {"name": "Lavrov", "kind": "person", "evidence": ["Lavrov met the union on Monday."]}


def test_every_label_of_every_fixture_holds(fixtures: list[Fixture]) -> None:
    assert {f.name: list(problems(f.document, f.labels)) for f in fixtures} == {f.name: [] for f in fixtures}
    assert all((f.folder / "about.md").is_file() for f in fixtures)


def test_the_fixtures_are_many_and_split_in_halves(fixtures: list[Fixture]) -> None:
    splits = Counter(fixture.labels.split for fixture in fixtures)
    assert len(fixtures) >= 36
    assert abs(splits["dev"] - splits["test"]) <= 2
    assert len({fixture.labels.language for fixture in fixtures}) >= 4


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ({"actors": [{**ACTOR, "name": "Putin"}]}, "'Putin' does not occur in the text"),
        ({"actors": [{**ACTOR, "evidence": []}]}, "actors 1: it has no evidence"),
        ({"actors": [{**ACTOR, "evidence": [" "]}]}, "actors 1: its evidence is empty"),
        ({"actors": [{**ACTOR, "evidence": ["Lavrov met the Union"]}]}, "is not in the text letter for letter"),
        ({"actors": [{**ACTOR, "aliases": ["Lavrov"]}]}, "'Lavrov' is given twice"),
        ({"demands": [{"by": ["union"], "demand": "x", "evidence": ["Lavrov"]}]}, "'union' in by is no actor"),
        ({"agreed_steps": [{"parties": [], "step": "x", "evidence": ["Lavrov"]}]}, "it has no parties"),
    ],
)
def test_a_label_that_does_not_hold_is_found(labels: dict[str, object], problem: str) -> None:
    found = list(problems(Document(text=SHORT), Labels.model_validate(labels)))
    assert any(problem in one for one in found), found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        ("actors: [", "is not valid YAML"),
        ("actors: [{name: a}]", "is not of the form: actors.0"),
    ],
)
def test_a_broken_labels_file_is_told(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "labels.yaml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_labels(path)


def test_a_folder_without_labels_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There are no labelled articles"):
        load_fixtures(tmp_path)


def test_labels_may_be_written_as_people_write_yaml(tmp_path: Path) -> None:
    path = tmp_path / "labels.yaml"
    path.write_text(
        "actors:\n- {name: Lavrov, evidence: Lavrov met the union on Monday.}\n"
        "demands:\n- {by: Lavrov, of: , demand: End it, evidence: He said the union should end the strike.}\n"
        "open_questions:\n",
        encoding="utf-8",
    )
    labels = load_labels(path)
    assert (labels.demands[0].by, labels.demands[0].of, labels.actors[0].kind) == (["Lavrov"], [], None)
    assert list(problems(Document(text=SHORT), labels)) == []
