"""`summarizer show` and `--format html`, run as a user runs them."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from summarizer import Briefing, Document, grounding_context
from summarizer.render import render
from tests.conftest import BRIEFING, SHORT, Finished, run_command
from tests.protocol_server import ProtocolServer
from tests.render.test_formats import envelope_of

WHOLE = '<h2 id="article-title">The article</h2>'
IN_PART = "text is not at hand"


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(SHORT, encoding="utf-8")
    return path


@pytest.fixture
def saved(article: Path) -> Path:
    """A saved briefing that has left no trace in the store."""
    document = Document(text=SHORT, source=str(article))
    answer = Briefing.model_validate(BRIEFING, context=grounding_context(document))
    path = article.with_name("briefing.json")
    path.write_text(render(envelope_of(answer, document), "json"), encoding="utf-8")
    return path


def page_on_stdout(*arguments: str | Path) -> Finished:
    return run_command("show", *arguments, "-o", "-")


def test_summarize_writes_the_page(server: ProtocolServer, article: Path) -> None:
    server.will(BRIEFING)
    done = run_command("summarize", article, "-m", "m", "--base-url", server.base_url, "--format", "html")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("<!doctype html>")
    assert WHOLE in done.out
    stored = run_command("log", "show", "1", "--format", "html")
    assert stored.out == done.out


def test_the_page_of_a_saved_briefing_stands_beside_it(saved: Path) -> None:
    done = run_command("show", saved)
    page = saved.with_suffix(".html")
    assert (done.code, done.out, done.err) == (0, "", f"Written to {page}\n")
    assert WHOLE in page.read_text(encoding="utf-8")
    again = run_command("show", saved)
    assert again.code == 0, "a page of its own is written anew"


def test_a_file_that_is_no_page_of_its_own_is_left_as_it_is(saved: Path) -> None:
    other = saved.with_suffix(".html")
    other.write_text("<p>mine</p>", encoding="utf-8")
    done = run_command("show", saved)
    assert (done.code, other.read_text(encoding="utf-8")) == (2, "<p>mine</p>")
    assert done.err == f"Error: {other} is no page of this program and is left as it is; name another file with -o.\n"
    assert run_command("show", saved, "-o", other).code == 0


def test_the_article_is_taken_from_its_source_where_it_is_unaltered(saved: Path, article: Path) -> None:
    done = page_on_stdout(saved)
    assert WHOLE in done.out
    article.write_text(SHORT + "Changed.\n", encoding="utf-8")
    altered = page_on_stdout(saved)
    assert altered.code == 0
    assert WHOLE not in altered.out
    assert IN_PART in altered.out
    assert "Changed." not in altered.out
    assert "Name the article with --article." in altered.err


def test_a_source_is_found_from_the_folder_of_the_briefing_too(saved: Path, article: Path, tmp_path: Path) -> None:
    told = json.loads(saved.read_text(encoding="utf-8"))
    told["document"]["source"] = article.name
    saved.write_text(json.dumps(told), encoding="utf-8")
    assert WHOLE in page_on_stdout(saved).out


def test_the_article_is_taken_from_the_store(server: ProtocolServer, article: Path, saved: Path) -> None:
    server.will(BRIEFING)
    run_command("summarize", article, "-m", "m", "--base-url", server.base_url)
    article.unlink()
    assert WHOLE in page_on_stdout(saved).out
    off = {**os.environ, "SUMMARIZER_ANSWER_CACHE": "off"}
    assert IN_PART in run_command("show", saved, "-o", "-", env=off).out


def test_the_article_can_be_named(saved: Path, article: Path, tmp_path: Path) -> None:
    moved = article.rename(tmp_path / "moved.txt")
    assert IN_PART in page_on_stdout(saved).out
    assert WHOLE in page_on_stdout(saved, "--article", moved).out
    moved.write_text("Another text.", encoding="utf-8")
    wrong = page_on_stdout(saved, "--article", moved)
    assert (wrong.code, wrong.out) == (3, "")
    assert "is not the text that was read" in wrong.err


def test_a_record_of_a_batch_has_a_page_too(server: ProtocolServer, article: Path, tmp_path: Path) -> None:
    server.will(BRIEFING)
    out = tmp_path / "out"
    run_command("batch", article, "-o", f"{out}/", "-m", "m", "--base-url", server.base_url)
    (record,) = out.glob("*.json")
    assert WHOLE in page_on_stdout(record).out


def test_other_formats_go_to_stdout(saved: Path) -> None:
    done = run_command("show", saved, "--format", "markdown")
    assert done.out.startswith(f"# {BRIEFING['headline']}\n")
    assert json.loads(run_command("show", saved, "-f", "json").out) == json.loads(saved.read_text(encoding="utf-8"))
    assert not saved.with_suffix(".html").exists()


def test_open_opens_the_page_in_the_browser(saved: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    browser = tmp_path / "browser.py"
    browser.write_text(f"import pathlib, sys; pathlib.Path({str(seen)!r}).write_text(sys.argv[1])", encoding="utf-8")
    done = run_command("show", saved, "--open", env={**os.environ, "BROWSER": f"{sys.executable} {browser} %s"})
    assert done.code == 0
    assert seen.read_text(encoding="utf-8") == saved.with_suffix(".html").as_uri()
    for options in (["-o", "-"], ["--format", "text"]):
        assert run_command("show", saved, "--open", *options).code == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [("{}", "is no saved briefing"), ("not json", "is no saved briefing"), (None, "cannot be read")],
)
def test_what_is_no_saved_briefing_is_refused(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "b.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    done = run_command("show", path)
    assert (done.code, done.out) == (3, "")
    assert said in done.err


def test_an_unknown_format_is_named(saved: Path) -> None:
    done = run_command("show", saved, "--format", "pdf")
    assert done.code == 2
    assert "name one of html, text, markdown, docx, json, yaml" in done.err
