"""`summarizer export` and `--format docx`, run as a user runs them."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import docx
import pytest

from summarizer import Briefing, Document, grounding_context
from summarizer.render import render
from summarizer.render.csv_files import harmless
from tests.conftest import BRIEFING, SHORT, run_command
from tests.protocol_server import ProtocolServer
from tests.render.test_formats import envelope_of

SECTIONS = ["actors", "agreed_steps", "briefings", "demands", "open_questions", "summary"]


def saved(path: Path, **changed: Any) -> Path:
    document = Document(text=SHORT, source="a.txt", given_title="Strike", date="2026-11-20")
    answer = Briefing.model_validate({**BRIEFING, **changed}, context=grounding_context(document))
    path.write_text(render(envelope_of(answer, document), "json"), encoding="utf-8")
    return path


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_briefing_is_a_file_for_each_section(tmp_path: Path) -> None:
    step = {"parties": ["Lavrov", "union"], "step": 'Meet, "soon"', "status": "under_way", "evidence": [1, 3]}
    briefing, out = saved(tmp_path / "b.json", agreed_steps=[step]), tmp_path / "new" / "tables"
    done = run_command("export", briefing, "-o", out)
    assert (done.code, done.out, done.err) == (0, "", f"1 briefing written to {out}.\n")
    assert sorted(path.name for path in out.iterdir()) == [f"{name}.csv" for name in SECTIONS]
    assert rows(out, "agreed_steps") == [
        {
            "document": str(briefing),
            "title": "Strike",
            "date": "2026-11-20",
            "item": "1",
            "parties": "Lavrov; union",
            "step": 'Meet, "soon"',
            "when": "",
            "status": "under_way",
            "confidence": "",
            "sentences": "1; 3",
            "pages": "",
            "quotes": "Lavrov met the union on Monday. […] No date has been set for a vote.",
        }
    ]
    (told,) = rows(out, "briefings")
    assert (told["document"], told["headline"]) == (str(briefing), BRIEFING["headline"])
    raw = (out / "actors.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfdocument,title,date,item,name,aliases,kind,role,sentences,pages,quotes\r\n")


def test_a_batch_and_the_store_are_one_set_of_files(server: ProtocolServer, tmp_path: Path) -> None:
    server.will(BRIEFING)
    source, lines, stored, out = (tmp_path / name for name in ("news.jsonl", "out.jsonl", "log.jsonl", "tables"))
    source.write_text(json.dumps({"id": "=a", "text": SHORT, "desk": "north"}) + "\n", encoding="utf-8")
    run_command("batch", source, "-o", lines, "-m", "m", "--base-url", server.base_url)
    run_command("log", "export", "-o", stored)
    done = run_command("export", lines, "-", "-o", out, stdin=stored.read_bytes())
    assert (done.code, done.err) == (0, f"2 briefings written to {out}.\n")
    told = rows(out, "briefings")
    assert [row["document"] for row in told] == ["'=a", "1"]
    assert json.loads(told[0]["metadata"]) == {"desk": "north"}
    assert [row["document"] for row in rows(out, "actors")] == ["'=a", "'=a", "1", "1"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "\t=1", "\r\n=1", "\u202e=1"])
def test_no_cell_begins_a_formula(text: str) -> None:
    assert harmless(text).startswith("'")
    assert harmless(f"a{text}").startswith("a")


def test_files_of_an_export_are_written_anew_and_others_left_alone(tmp_path: Path) -> None:
    briefing = saved(tmp_path / "b.json")
    assert [run_command("export", briefing, "-o", tmp_path).code for _ in range(2)] == [0, 0]
    (tmp_path / "demands.csv").write_text("mine\n", encoding="utf-8")
    done = run_command("export", briefing, "-o", tmp_path)
    assert done.code == 7
    assert "demands.csv is no export of this program and is left as it is" in done.err
    assert (tmp_path / "demands.csv").read_text(encoding="utf-8") == "mine\n"


def test_what_is_no_briefing_is_named_and_nothing_written(tmp_path: Path) -> None:
    lines, out = tmp_path / "b.jsonl", tmp_path / "out"
    good = json.dumps(json.loads(saved(tmp_path / "b.json").read_text(encoding="utf-8")))
    lines.write_text(f'{good}\n{{"id": "x"}}\n', encoding="utf-8")
    done = run_command("export", lines, "-o", out)
    assert (done.code, done.out) == (3, "")
    assert f"line 2 of {lines} is no saved briefing" in done.err
    assert list(out.iterdir()) == []
    assert run_command("export", tmp_path / "nothing.json", "-o", out).code == 3


def test_a_word_document_is_written_to_a_file_or_a_pipe(tmp_path: Path) -> None:
    briefing, target = saved(tmp_path / "b.json"), tmp_path / "b.docx"
    assert run_command("show", briefing, "--format", "docx", "-o", target).code == 0
    assert docx.Document(str(target)).paragraphs[0].text == BRIEFING["headline"]
    piped = subprocess.run(
        [sys.executable, "-m", "summarizer", "show", briefing, "-f", "docx"], capture_output=True, check=True
    )
    assert docx.Document(io.BytesIO(piped.stdout)).core_properties.title == BRIEFING["headline"]


def test_a_word_document_does_not_go_to_a_terminal(tmp_path: Path) -> None:
    briefing = saved(tmp_path / "b.json")
    ours, theirs = pty.openpty()
    try:
        command: list[str | Path] = [sys.executable, "-m", "summarizer", "show", briefing, "-f", "docx"]
        done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(theirs)
        os.close(ours)
    assert done.returncode == 2
    assert b"A terminal cannot show a Word document; name a file with --output" in done.stderr
