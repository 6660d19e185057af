"""Fixtures of the scorer's tests: articles whose labels are known, and models that answer in known ways."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from summarizer import Briefing
from summarizer.evaluation.agreement import briefing_of
from summarizer.evaluation.labels import Fixture, load_fixtures
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def fixtures() -> list[Fixture]:
    return load_fixtures(ROOT / "fixtures")


@pytest.fixture(scope="session")
def gold(fixtures: list[Fixture]) -> dict[str, Briefing]:
    """What a perfect reader answers: the labels, the doubtful ones included."""
    return {fixture.name: briefing_of(fixture.labels, fixture.document) for fixture in fixtures}


@pytest.fixture
def suite_folder(tmp_path: Path) -> Path:
    """Three small labelled articles in a folder of their own, as a stranger would bring them."""
    folder = tmp_path / "strange"
    for number, (who, whom) in enumerate(
        [("Orvania", "Belhas"), ("The union", "Corvex"), ("Mayor Lund", "the council")]
    ):
        article = folder / f"article-{number}"
        article.mkdir(parents=True)
        text = f"{who} urged {whom} to open the books.\nTalks are to go on.\n"
        (article / "article.txt").write_text(text, encoding="utf-8")
        labels = {
            "split": "dev" if number else "test",
            "actors": [
                {"name": who, "kind": "group", "evidence": [who]},
                {"name": whom, "kind": "group", "evidence": [whom]},
            ],
            "demands": [
                {
                    "by": [who],
                    "of": [whom],
                    "demand": "Open the books",
                    "evidence": [f"{who} urged {whom} to open the books."],
                }
            ],
        }
        (article / "labels.yaml").write_text(yaml.safe_dump(labels), encoding="utf-8")
    return folder
