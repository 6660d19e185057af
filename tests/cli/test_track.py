from __future__ import annotations

import json
from pathlib import Path

import pytest

from summarizer.cli.track import diff, track
from summarizer.errors import InputError, UsageError
from summarizer.matters import Dossier
from summarizer.store import AnswerStore
from tests.matters.quay_briefings import envelopes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, envelope in enumerate(envelopes(), 1):
        (tmp_path / f"{number}.json").write_text(envelope.model_dump_json(), encoding="utf-8")
    return tmp_path


def test_a_folder_becomes_a_dossier_that_loads(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    output = tmp_path_factory.mktemp("out") / "dossier.json"
    track([folder], form="json", output=output)
    assert len(Dossier.load(output).articles) == 3


def test_the_output_of_a_batch_is_followed(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    lines = [json.loads(path.read_bytes()) | {"id": path.stem} for path in sorted(folder.glob("*.json"))]
    batch = folder / "out.jsonl"
    batch.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    track([batch], form="json")
    assert len(Dossier.model_validate_json(capsysbinary.readouterr().out).articles) == 3


def test_diff_tells_what_changed(folder: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    diff(folder / "1.json", folder / "2.json")
    assert "Demand rejected" in capsysbinary.readouterr().out.decode()


def test_what_cannot_be_followed_is_said_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    broken = folder / "broken.jsonl"
    broken.write_text("{}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"Line 1 of .* is no briefing"):
        track([broken])
    with pytest.raises(InputError, match="cannot be read"):
        diff(folder / "1.json", folder / "none.json")
    with pytest.raises(UsageError, match="There is no format 'pdf'"):
        track([folder], form="pdf")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="No saved briefing"):
        track([tmp_path / "empty"])


def test_a_store_wants_to_know_what_belongs_to_the_matter(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite3"
    AnswerStore(path).close()
    with pytest.raises(UsageError, match="--search or --source"):
        track([path])
    with pytest.raises(InputError, match="No saved briefing"):
        track([path], source="*/quay/*")
