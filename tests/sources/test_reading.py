from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer import InputError, read_source
from summarizer.sources import Fetcher
from summarizer.sources.html import read_html
from tests.conftest import SEED
from tests.files import pdf
from tests.web_server import Page, WebServer, article_page

SENTENCES = (
    "The dockers’ union said on Monday that it would stop work until the port pays what it owes.",
    "The port authority refused to negotiate before the strike is called off.",
)
PAGE = article_page(*SENTENCES)


def word() -> bytes:
    document = docx.Document()
    for sentence in SENTENCES:
        document.add_paragraph(sentence)
    document.save(data := io.BytesIO())
    return data.getvalue()


KINDS = {
    "a.txt": "\n\n".join(SENTENCES).encode(),
    "a.html": PAGE.encode(),
    "a.pdf": pdf([[SENTENCES[0]], [SENTENCES[1]]]),
    "a.docx": word(),
    "a.eml": (
        "Message-ID: <1@example.org>\nFrom: a@example.org\nDate: Mon, 2 Mar 2026 08:00:00 +0000\n\n"
        + "\n\n".join(SENTENCES)
    ).encode(),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("called", [None, "article", "article.txt"])
def test_every_kind_is_read_whatever_it_is_called(tmp_path: Path, name: str, called: str | None) -> None:
    path = tmp_path / (called or name)
    path.write_bytes(KINDS[name])
    document = read_source(path)
    assert [sentence.text for sentence in document.sentences][-2:] == list(SENTENCES)
    assert all(document.text[one.start : one.end] == one.text for one in document.sentences)
    assert (document.source, document.url, document.fetched_at) == (str(path), None, None)


def test_a_text_is_taken_letter_for_letter() -> None:
    assert read_source(SEED).text == SEED.read_bytes().decode()


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_fetched_whatever_its_server_calls_it(site: WebServer, fetcher: Fetcher, name: str) -> None:
    site.pages["/a"] = Page(status=302, headers={"Location": f"/{name}"})
    site.pages[f"/{name}"] = Page(body=KINDS[name], headers={"Content-Type": "application/octet-stream"})
    document = read_source(site.url("/a"), fetcher=fetcher)
    assert [sentence.text for sentence in document.sentences][-2:] == list(SENTENCES)
    assert (document.source, document.url) == (site.url("/a"), site.url(f"/{name}"))
    assert document.fetched_at is not None


@pytest.mark.parametrize(
    ("media_type", "encoding"),
    [
        ("text/plain; charset=iso-8859-1", "latin-1"),
        ("text/plain; charset=utf-8", "utf-8"),
        ("text/plain; charset=klingon", "utf-8"),
        ("text/plain; charset=us-ascii", "utf-8"),
        ("text/plain", "utf-8"),
        ("nonsense", "utf-8"),
    ],
)
def test_a_text_is_decoded_by_its_servers_word_where_that_holds(
    site: WebServer, fetcher: Fetcher, media_type: str, encoding: str
) -> None:
    site.pages["/a"] = Page(body="Die Löhne.".encode(encoding), headers={"Content-Type": media_type})
    assert read_source(site.url("/a"), fetcher=fetcher).text == "Die Löhne."


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\x89PNG\r\n\x1a\n", "is an image, not text"),
        (b"\x7fELF\x00\x01", "is binary data, not text"),
        (b"", "holds no text"),
        (b"PK\x03\x04", "is a ZIP archive"),
    ],
)
def test_a_page_that_is_no_text_is_told(site: WebServer, fetcher: Fetcher, raw: bytes, message: str) -> None:
    site.pages["/a"] = Page(body=raw, headers={"Content-Type": "text/html"})
    with pytest.raises(InputError, match=message):
        read_source(site.url("/a"), fetcher=fetcher)


def test_a_path_is_never_taken_for_an_address(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file"):
        read_source(tmp_path / "http://example.org")
    with pytest.raises(InputError, match="There is no file"):
        read_source(Path("http://example.org"))


SOME_HTML = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<br>", "<li>", "&nbsp;", "&amp;", "\n", "<b>", "</b>", "<div>", *SENTENCES, "Ü “x”. "]
    ),
    max_size=30,
).map("".join)


@settings(deadline=None, max_examples=50)
@given(SOME_HTML)
def test_offsets_are_those_of_the_text_that_was_extracted(middle: str) -> None:
    page = article_page(*SENTENCES * 2, middle, *SENTENCES)
    document = read_html(page.encode(), "x").document(source="x", language="en")
    for sentence in document.sentences:
        assert document.text[sentence.start : sentence.end] == sentence.text
        assert sentence.text == sentence.text.strip() != ""


WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in "trafilatura pypdf docx feedparser protego lxml httpcore2 httpx2".split():
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
from summarizer.sources import read_source
from summarizer.sources.feeds import read_feed
from summarizer.errors import UsageError
for source in sys.argv[1:]:
    try:
        print(len((read_feed if "feed" in source else read_source)(source).text))
    except UsageError as error:
        print(error)
"""


def test_without_the_extra_texts_are_read_and_all_else_names_it(tmp_path: Path) -> None:
    paths = []
    for name, raw in KINDS.items():
        paths.append(str(tmp_path / name))
        Path(paths[-1]).write_bytes(raw)
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT, *paths, "https://example.org/", "feed"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert told[0].isdecimal()
    assert told[4].isdecimal()
    for line in (told[1], told[2], told[3], told[5], told[6]):
        assert "is not installed here" in line
        assert "pip install 'summarizer[sources]'" in line
