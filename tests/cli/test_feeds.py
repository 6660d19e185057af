"""Feeds on the command line: new entries only, each once its briefing is written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import BRIEFING, SHORT, Finished, run_command
from tests.protocol_server import Answer, ProtocolServer, Request
from tests.web_server import Page, WebServer, article_page, web_server


@pytest.fixture
def site() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


def feed(*names: str) -> bytes:
    entries = "".join(
        f"<entry><id>urn:case:{name}</id><title>Case {name}</title><link href='/{name}'/>"
        f"<content type='html'>&lt;p&gt;{SHORT}&lt;/p&gt;&lt;p&gt;Case {name}.&lt;/p&gt;</content></entry>"
        for name in names
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Harbour Post</title>{entries}</feed>".encode()


def run(server: ProtocolServer, command: str, *options: str | Path) -> Finished:
    named = ("-m", "m", "--base-url", server.base_url, "--retries", "0", "--allow-private-network")
    return run_command(command, *named, *options)


def ids(path: Path) -> list[str]:
    return sorted(json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines())


def refusing(name: str) -> object:
    def rule(request: Request) -> Answer:
        bad = f"Case {name}." in json.dumps(request.body)
        return Answer(content="nothing" if bad else json.dumps(BRIEFING))

    return rule


def test_a_batch_takes_the_new_entries_of_a_feed_alone(server: ProtocolServer, site: WebServer, tmp_path: Path) -> None:
    server.will(BRIEFING)
    site.pages["/feed"] = feed("b", "a")
    first = run(server, "batch", "--feed", site.url("/feed"), "-o", tmp_path / "1.jsonl")
    assert (first.code, ids(tmp_path / "1.jsonl")) == (0, ["urn:case:a", "urn:case:b"])
    record = json.loads((tmp_path / "1.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert record["metadata"]["feed"] == site.url("/feed")
    assert record["document"]["site"] == "Harbour Post"
    assert record["document"]["url"] in {site.url("/a"), site.url("/b")}
    site.pages["/feed"] = feed("c", "b", "a")
    second = run(server, "batch", "--feed", site.url("/feed"), "-o", tmp_path / "2.jsonl")
    assert (second.code, ids(tmp_path / "2.jsonl")) == (0, ["urn:case:c"])
    third = run(server, "batch", "--feed", site.url("/feed"), "-o", tmp_path / "3.jsonl")
    assert (third.code, third.err) == (0, "0 documents done.\n")
    assert len(server.requests) == 3


def test_an_entry_counts_as_seen_only_once_its_briefing_is_written(
    server: ProtocolServer, site: WebServer, tmp_path: Path
) -> None:
    server.will_follow(refusing("b"))  # type: ignore[arg-type]
    site.pages["/feed"] = feed("a", "b", "c")
    first = run(server, "batch", "--feed", site.url("/feed"), "-o", tmp_path / "1.jsonl")
    assert (first.code, ids(tmp_path / "1.jsonl")) == (6, ["urn:case:a", "urn:case:c"])
    server.will_follow(refusing("nothing"))  # type: ignore[arg-type]
    second = run(server, "batch", "--feed", site.url("/feed"), "-o", tmp_path / "2.jsonl")
    assert (second.code, ids(tmp_path / "2.jsonl")) == (0, ["urn:case:b"])


def test_an_entry_that_was_written_by_a_run_that_was_cut_short_is_noted_by_the_next(
    server: ProtocolServer, site: WebServer, tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUMMARIZER_DATA", str(tmp_path / "data"))
    server.will(BRIEFING)
    site.pages["/feed"] = feed("a")
    run(server, "batch", "--feed", site.url("/feed"), "-o", tmp_path / "1.jsonl")
    with sqlite3.connect(tmp_path / "data" / "answers.sqlite3") as store:
        store.execute("DELETE FROM feed_entries")
    store.close()
    run(server, "batch", "--feed", site.url("/feed"), "-o", tmp_path / "1.jsonl")
    other = run(server, "batch", "--feed", site.url("/feed"), "-o", tmp_path / "2.jsonl")
    assert other.err == "0 documents done.\n"


def test_summarize_prints_the_new_entries_of_a_feed(server: ProtocolServer, site: WebServer) -> None:
    server.will_follow(refusing("b"))  # type: ignore[arg-type]
    site.pages["/feed"] = feed("a", "b", "c")
    done = run(server, "summarize", "--feed", site.url("/feed"), "--json")
    assert done.code == 6
    assert [json.loads(line)["document"]["title"] for line in done.out.splitlines()] == ["Case a", "Case c"]
    assert "urn:case:b: " in done.err
    assert "1 of 3 new entries failed; the same command tries them again." in done.err
    server.will_follow(refusing("nothing"))  # type: ignore[arg-type]
    again = run(server, "summarize", "--feed", site.url("/feed"))
    assert (again.code, again.out.count("Sentences cited")) == (0, 1)
    assert run(server, "summarize", "--feed", site.url("/feed")).err == "There is no new entry.\n"


def test_one_feed_that_cannot_be_read_does_not_keep_the_others(
    server: ProtocolServer, site: WebServer, tmp_path: Path
) -> None:
    server.will(BRIEFING)
    site.pages["/feed"] = feed("a")
    named = ("--feed", site.url("/gone"), "--feed", site.url("/feed"), "-o", tmp_path / "1.jsonl")
    done = run(server, "batch", *named)
    assert (done.code, ids(tmp_path / "1.jsonl")) == (0, ["urn:case:a"])
    assert f"Warning: {site.url('/gone')} answered 404" in done.err
    assert run(server, "batch", "--feed", site.url("/gone"), "-o", tmp_path / "2.jsonl").code == 3


@pytest.mark.parametrize(
    "options",
    [
        ("batch", "--feed", "f", "-o", "x.jsonl", "--no-cache"),
        ("batch", "--feed", "f", "-o", "x.jsonl", "--provider-batch"),
        ("summarize", "--feed", "f", "a.txt"),
        ("summarize", "--feed", "f", "-o", "x.json"),
        ("summarize", "--feed", "f", "--format", "html"),
    ],
)
def test_ways_that_do_not_go_with_a_feed_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run_command(options[0], "-m", "m", "--base-url", "http://127.0.0.1:1/v1", *options[1:])
    assert done.code == 2
    assert "--feed" in done.err
    assert not (tmp_path / "x.jsonl").exists()


def test_a_batch_reads_pages_and_files_of_all_kinds_side_by_side(
    server: ProtocolServer, site: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    server.will(BRIEFING)
    page = article_page(f"{SHORT} The union has been on strike for three weeks, and the port has lost millions.")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.html").write_text(page, encoding="utf-8")
    (tmp_path / "in" / "b.eml").write_text(f"From: a@example.org\nSubject: Talks\n\n{SHORT}", encoding="utf-8")
    site.pages |= {"/a": page, "/b": Page(status=503)}
    done = run(server, "batch", "in", site.url("/a"), site.url("/b"), "-o", "out.jsonl")
    assert (done.code, ids(tmp_path / "out.jsonl")) == (6, [site.url("/a"), "in/a.html", "in/b.eml"])
    failure = json.loads((tmp_path / "out.jsonl.errors.jsonl").read_text(encoding="utf-8"))
    assert (failure["id"], failure["error"]) == (site.url("/b"), "FetchError")
