"""`summarizer read`, and sources of all kinds on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from summarizer import Envelope
from tests.conftest import BRIEFING, SHORT, Finished, run_command
from tests.files import encrypted_pdf, pdf
from tests.protocol_server import ProtocolServer
from tests.web_server import Page, WebServer, article_page, web_server

ALLOWED = "--allow-private-network"
PAGED = pdf([[SHORT[:73].strip()], [SHORT[73:].strip()]], title="Talks", author="Ada Lind")
EXPLAINED = SHORT.strip() + " The union has been on strike for three weeks, and the port has lost millions since then."


@pytest.fixture
def site() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


def test_a_text_is_printed_as_the_model_will_see_it(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(PAGED)
    done = run_command("read", path)
    assert done.out == (
        "[1, p. 1] Lavrov met the union on Monday.\n"
        "[2, p. 1] He said the union should end the strike.\n"
        "[3, p. 2] No date has been set for a vote.\n"
    )
    assert done.err == f"{path}: Talks, Ada Lind (language en, 105 characters, 3 sentences, 2 pages)\n"
    assert run_command("read", "-q", stdin=SHORT).out.startswith("[1] Lavrov met the union on Monday.\n[2] He said")


def test_a_read_as_json_has_the_text_its_sentences_and_what_is_known(site: WebServer) -> None:
    site.pages["/a"] = article_page(EXPLAINED)
    done = run_command("read", site.url("/a"), ALLOWED, "--json")
    assert (done.code, done.err) == (0, "")
    told = done.json
    assert (told["document"]["title"], told["document"]["author"]) == ("Dockers strike in Orvania", "Ada Lind")
    assert (told["document"]["url"], told["document"]["characters"]) == (site.url("/a"), len(told["text"]))
    for number, sentence in enumerate(told["sentences"], 1):
        assert sentence["number"] == number
        assert told["text"][sentence["start"] : sentence["end"]] == sentence["text"]


def asked(server: ProtocolServer, *arguments: str | Path, stdin: str | bytes | None = None) -> Finished:
    return run_command("summarize", "-m", "m", "--base-url", server.base_url, *arguments, stdin=stdin)


def test_a_page_is_briefed_and_the_envelope_says_what_it_says_of_itself(
    server: ProtocolServer, site: WebServer, tmp_path: Path
) -> None:
    server.will(BRIEFING)
    site.pages |= {"/a": Page(status=301, headers={"Location": "/b"}), "/b": article_page(EXPLAINED, title="")}
    out = tmp_path / "out.json"
    done = asked(server, site.url("/a"), ALLOWED, "--json", "-o", out)
    assert (done.code, done.err) == (0, "")
    document = Envelope.load(out).document
    assert (document.source, document.url) == (site.url("/a"), site.url("/b"))
    assert (document.author, document.site, document.date) == ("Ada Lind", "Harbour Post", "2026-03-02")
    assert document.fetched_at is not None
    again = asked(server, site.url("/a"), ALLOWED)
    assert f"from {site.url('/a')} (Ada Lind, Harbour Post, 2026-03-02)," in " ".join(again.out.split())
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("form", "mark"), [("text", "[2, p. 1] He said"), ("markdown", "[^3]: Sentence 3, p. 2: No date")]
)
def test_a_sentence_of_a_pdf_is_cited_with_its_page(
    server: ProtocolServer, tmp_path: Path, form: str, mark: str
) -> None:
    server.will(BRIEFING)
    done = asked(server, "-", "-f", form, stdin=PAGED)
    assert mark in done.out
    saved = json.loads(asked(server, "-", "--json", stdin=PAGED).out)
    assert saved["document"]["pages"] == 2
    assert [one["page"] for one in saved["briefing"]["open_questions"][0]["evidence"]] == [2]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (pdf([[], []]), "holds pictures of its pages and no text"),
        (encrypted_pdf(PAGED, password="secret"), "is encrypted and opens with a password only"),
        (article_page().encode(), "has no article in it"),
        (article_page("Subscribe to continue reading.", SHORT * 2).encode(), "shows only the beginning of its article"),
        (b"\x7fELF\x00\x00", "is binary data"),
        (b"<rss version='2.0'><channel></channel></rss>", "is a feed of many articles"),
    ],
    ids=["scanned", "encrypted", "no article", "paywall", "binary", "feed"],
)
def test_what_cannot_be_read_is_told_in_one_sentence_and_ends_with_3(
    server: ProtocolServer, tmp_path: Path, raw: bytes, message: str
) -> None:
    path = tmp_path / "source"
    path.write_bytes(raw)
    for done in (asked(server, path), run_command("read", path)):
        assert (done.code, done.out) == (3, "")
        assert message in done.err
        assert done.err.count("\n") == 1
    assert server.requests == []


def test_a_page_of_this_machine_is_refused_unless_that_is_allowed(site: WebServer) -> None:
    site.pages["/a"] = article_page(EXPLAINED)
    done = run_command("read", site.url("/a"))
    assert (done.code, done.out) == (3, "")
    assert "add --allow-private-network." in done.err
    assert site.requests == []
    assert run_command("read", site.url("/a"), ALLOWED).code == 0
