from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.conftest import BRIEFING, SHORT, Finished, run_command
from tests.protocol_server import ProtocolServer


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(SHORT, encoding="utf-8")
    return path


def summarized(server: ProtocolServer, article: Path, *options: str) -> Finished:
    return run_command("summarize", article, "--json", "-m", "m", "--base-url", server.base_url, *options)


def test_the_same_question_is_paid_for_once(server: ProtocolServer, article: Path) -> None:
    server.will(BRIEFING)
    first = summarized(server, article)
    again = summarized(server, article, "--usage")
    assert again.json["briefing"] == first.json["briefing"]
    assert (first.json["from_store"], again.json["from_store"]) == (False, True)
    assert "From the store, nothing was asked; on 20" in again.err
    assert len(server.requests) == 1
    summarized(server, article, "--refresh")
    summarized(server, article, "--no-cache")
    assert len(server.requests) == 3
    summarized(server, article, "--lang", "de")  # another question
    assert len(server.requests) == 4


def test_a_copy_of_the_text_is_answered_under_its_own_name(server: ProtocolServer, article: Path) -> None:
    server.will(BRIEFING)
    summarized(server, article)
    copy = article.with_name("copy.txt")
    copy.write_text(SHORT, encoding="utf-8")
    assert summarized(server, copy).json["document"]["source"] == str(copy)
    assert len(server.requests) == 1


def test_what_was_asked_and_answered_is_listed_searched_shown_exported_and_pruned(
    server: ProtocolServer, article: Path, tmp_path: Path
) -> None:
    server.will(BRIEFING)
    summarized(server, article)
    path = Path(run_command("log", "path").out.strip())
    assert path.is_file()
    (entry,) = run_command("log", "list", "--json").json
    assert (entry["model"], entry["tokens"], entry["source"]) == ("m", 120, str(article))
    assert str(entry["id"]) in run_command("log", "list").out
    (found,) = run_command("log", "search", "union", "strike", "--json").json
    assert "«strike»" in found["passage"]
    assert run_command("log", "search", "tariff").err == "There is no such answer in the store.\n"
    assert run_command("log", "search", 'no "such OR').code == 0
    assert "Lavrov asks the union" in run_command("log", "show", "1").out
    assert run_command("log", "show", "1", "--document").out == SHORT
    assert run_command("log", "show", "1", "--json").json["briefing"]["headline"] == BRIEFING["headline"]
    target = tmp_path / "all.jsonl"
    assert run_command("log", "export", "-o", target).code == 0
    (line,) = target.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["text"] == SHORT
    assert run_command("log", "prune", "--older-than", "1d", "--yes").err == "0 answers deleted.\n"
    assert run_command("log", "prune", "1", stdin="n\n").err.endswith("Nothing was deleted.\n")
    assert run_command("log", "prune", "1", "--yes").err == "1 answer deleted.\n"
    assert run_command("log", "list", "--json").json == []


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("log", "show", "7"), 3, "There is no answer 7 in the store"),
        (("log", "show", "7", "--format", "pdf"), 2, "There is no format 'pdf'"),
        (("log", "prune"), 2, "Say what to delete"),
        (("log", "prune", "--older-than", "soon"), 2, "'soon' is no span of time"),
        (("log", "search", " "), 2, "There is nothing to search for"),
        (("summarize", "-", "--no-cache", "--refresh"), 2, "contradict each other"),
    ],
)
def test_wrong_requests_are_told_in_a_sentence(arguments: tuple[str, ...], code: int, message: str) -> None:
    done = run_command(*arguments, stdin=SHORT)
    assert done.code == code
    assert message in done.err
    assert len(done.err.splitlines()) == 1


def test_a_store_that_cannot_be_had_costs_no_briefing(
    server: ProtocolServer, article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("SUMMARIZER_DATA", str(tmp_path / "file" / "below"))
    server.will(BRIEFING)
    done = summarized(server, article)
    assert done.code == 0
    assert done.json["briefing"]["headline"] == BRIEFING["headline"]
    assert "What is answered now is not kept." in done.err


def test_no_key_is_kept(server: ProtocolServer, article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMMARIZER_API_KEY", "sk-very-secret")
    monkeypatch.setenv("SUMMARIZER_DATA", str(tmp_path / "data"))
    server.will(BRIEFING)
    assert summarized(server, article).code == 0
    assert os.environ["SUMMARIZER_API_KEY"] in str(server.requests[0].headers)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    assert b"Lavrov" in kept
    assert b"sk-very-secret" not in kept
