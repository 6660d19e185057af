from __future__ import annotations

from pathlib import Path

import pytest

from summarizer.errors import FetchError, InputError
from summarizer.sources import Fetcher, read_source
from summarizer.sources.feeds import read_feed
from tests.web_server import Page, WebServer, article_page

SENTENCES = (
    "The dockers’ union said on Monday that it would stop work until the port pays what it owes.",
    "The port authority refused to negotiate before the strike is called off.",
)


def rss(*items: str, title: str = "Harbour Post") -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>{title}</title><link>https://example.org/</link>{"".join(items)}</channel></rss>"""


def item(number: int, link: str, extra: str = "") -> str:
    return f"""<item><guid isPermaLink="false">tag:example.org,2026:{number}</guid><title>Strike, day {number}</title>
<link>{link}</link><pubDate>Mon, 02 Mar 2026 0{number}:00:00 GMT</pubDate>
<description>Only a teaser…</description>{extra}</item>"""


FULL = f"<content:encoded><![CDATA[<p>{SENTENCES[0]}</p><p>{SENTENCES[1]}</p>]]></content:encoded>"


def test_an_entry_that_has_its_text_is_read_without_its_page(site: WebServer, fetcher: Fetcher) -> None:
    site.pages["/feed"] = Page(
        body=rss(item(1, site.url("/1"), f"{FULL}<dc:creator>Ada Lind</dc:creator>")).encode(),
        headers={"Content-Type": "application/rss+xml"},
    )
    feed = read_feed(site.url("/feed"), fetcher)
    (entry,) = feed.entries
    document = entry.document(fetcher=fetcher)
    assert document.text == "\n\n".join(SENTENCES)
    assert (entry.id, document.title, document.author) == ("tag:example.org,2026:1", "Strike, day 1", "Ada Lind")
    assert (document.site, document.date, document.url) == (
        "Harbour Post",
        "2026-03-02T01:00:00+00:00",
        site.url("/1"),
    )
    assert "/1" not in site.paths


def test_the_text_of_an_entry_that_has_a_teaser_is_that_of_its_page(site: WebServer, fetcher: Fetcher) -> None:
    site.pages |= {"/feed": rss(item(1, "/1"), item(2, "/2")).encode(), "/1": article_page(*SENTENCES)}
    first, second = read_feed(site.url("/feed"), fetcher).entries
    document = first.document(fetcher=fetcher)
    assert document.text.endswith("\n\n".join(SENTENCES))
    assert (document.author, document.title, document.url) == ("Ada Lind", "Strike, day 1", site.url("/1"))
    assert document.fetched_at is not None
    with pytest.raises(FetchError, match="/2 answered 404"):
        second.document(fetcher=fetcher)


def test_a_long_summary_is_the_text(tmp_path: Path) -> None:
    body = "".join(f"<p>{SENTENCES[0]}</p>" for _ in range(20))
    path = tmp_path / "feed.xml"
    path.write_text(rss(f"<item><guid>7</guid><description><![CDATA[{body}]]></description></item>"), encoding="utf-8")
    (entry,) = read_feed(str(path)).entries
    assert entry.document().text == "\n\n".join([SENTENCES[0]] * 20)
    assert entry.id == f"{path}#7"


def test_an_atom_feed_and_its_plain_texts_are_read(tmp_path: Path) -> None:
    path = tmp_path / "feed.atom"
    path.write_text(
        f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Desk</title><entry><id>urn:x:1</id><title>T</title>
<author><name>Ada Lind</name></author><updated>2026-03-02T09:00:00+01:00</updated>
<content type="text">{SENTENCES[0]}</content></entry><entry><title>Nothing to be called by</title></entry></feed>""",
        encoding="utf-8",
    )
    (entry,) = read_feed(str(path)).entries
    document = entry.document()
    assert (document.text, document.author, document.date) == (SENTENCES[0], "Ada Lind", "2026-03-02T08:00:00+00:00")


def test_an_entry_without_text_or_page_is_told(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(rss("<item><guid>urn:x:1</guid><description>Teaser.</description></item>"), encoding="utf-8")
    (entry,) = read_feed(str(path)).entries
    with pytest.raises(InputError, match=r"The entry urn:x:1 of .* has neither a text nor the address of a page"):
        entry.document()


def test_an_entry_of_a_feed_on_disk_leads_to_no_file_and_no_private_address(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(rss(item(1, "file:///etc/passwd"), item(2, "http://127.0.0.1/")), encoding="utf-8")
    first, second = read_feed(str(path)).entries
    with pytest.raises(InputError, match="has neither a text nor the address of a page"):
        first.document()
    with pytest.raises(FetchError, match="public ones alone"):
        second.document()


def test_what_is_no_feed_is_told_and_a_feed_is_no_article(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(article_page(*SENTENCES), encoding="utf-8")
    with pytest.raises(InputError, match="is no RSS or Atom feed"):
        read_feed(str(path))
    path.write_text(rss(item(1, "https://example.org/1")), encoding="utf-8")
    with pytest.raises(
        InputError, match="is a feed of many articles; read its new entries with 'summarizer batch --feed"
    ):
        read_source(path)
    path.write_text(rss(), encoding="utf-8")
    assert read_feed(str(path)).entries == []
