"""Feeds (RSS and Atom): their entries as documents, with the text that the entry has, else that of its page."""

from __future__ import annotations

import io
from calendar import timegm
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from summarizer.documents import Document
from summarizer.errors import InputError
from summarizer.sources.extracted import Extracted, from_extra
from summarizer.sources.fetching import Fetcher, is_url
from summarizer.sources.html import text_of_fragment
from summarizer.sources.reading import load, read_source

__all__ = ["Feed", "FeedEntry", "read_feed"]

_LEAST_FULL = 1500
"""Characters from which a summary is taken for the whole text; feeds without a field for that put it there."""


@dataclass(frozen=True, kw_only=True)
class FeedEntry:
    """An entry of a feed, its page not yet fetched."""

    id: str
    """What the feed calls it, else its address; with the feed's address before it where it would mean nothing alone."""

    feed: str
    """The feed's address or path, as the user named it."""

    link: str | None
    title: str | None
    author: str | None
    date: str | None
    """ISO 8601, in UTC."""

    site: str | None
    """The feed's title."""

    content: str | None
    """Its text, where the feed has all of it."""

    language: str | None = None
    """As the entry or its feed says, a language tag."""

    def document(self, *, language: str | None = None, fetcher: Fetcher | None = None) -> Document:
        """Its text and what the feed says about it; fetched from its page where the feed has a part of it at most.

        Raises:
            InputError: If it has neither a text nor a page, or the page has no article in it.
            FetchError: If its page cannot be fetched, or may not be.
        """
        if self.content is not None:
            own = Extracted(text=self.content, language=self.language)
            found = own.document(source=self.link or self.feed, language=language)
        elif self.link and is_url(self.link):
            found = read_source(self.link, language=language, fetcher=fetcher)
        else:
            raise InputError(f"The entry {self.id} of {self.feed} has neither a text nor the address of a page.")
        return Document(
            text=found.text,
            source=self.link or self.feed,
            language=found.language,
            given_title=self.title or found.given_title,
            author=self.author or found.author,
            date=self.date or found.date,
            site=found.site or self.site,
            url=found.url or self.link,
            fetched_at=found.fetched_at,
            page_starts=found.page_starts,
        )


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A feed and its entries, in its order, each id once."""

    source: str
    title: str | None
    entries: Sequence[FeedEntry]


def read_feed(source: str, fetcher: Fetcher | None = None) -> Feed:
    """Read a feed from an address, a file or standard input.

    Args:
        source: An http or https address, a path, or `-`.
        fetcher: What fetches it; by default one with the limits that the settings name.

    Raises:
        InputError: If it cannot be read, or is no feed.
        FetchError: If it cannot be fetched, or may not be.
        UsageError: If the extra `sources` is not installed.
    """
    with from_extra("Reading a feed"):
        import feedparser
    loaded = load(source, fetcher)
    told = {"content-location": loaded.url or ""}
    if loaded.media_type:
        told["content-type"] = loaded.media_type + (f"; charset={loaded.charset}" if loaded.charset else "")
    parsed: Any = feedparser.parse(io.BytesIO(loaded.raw), response_headers=told)
    if not parsed.version and not parsed.entries:
        raise InputError(f"{loaded.shown} is no RSS or Atom feed; give the address of the feed itself.")
    title = _line(parsed.feed.get("title"))
    stated = _line(parsed.feed.get("language"))
    entries = [entry for one in parsed.entries if (entry := _entry(one, source, title, stated)) is not None]
    return Feed(
        source=source, title=title, entries=list({entry.id: entry for entry in reversed(entries)}.values())[::-1]
    )


def _entry(entry: Mapping[str, Any], feed: str, site: str | None, language: str | None) -> FeedEntry | None:
    link = _line(entry.get("link"))
    named = _line(entry.get("id")) or link
    if named is None:
        return None
    return FeedEntry(
        id=named if ":" in named else f"{feed}#{named}",
        feed=feed,
        link=link,
        title=_line(entry.get("title")),
        author=_line(entry.get("author")),
        date=_date(entry.get("published_parsed") or entry.get("updated_parsed")),
        site=site,
        content=_content(entry),
        language=_language(entry) or language,
    )


def _language(entry: Mapping[str, Any]) -> str | None:
    """The language that an entry states for its text (Atom's xml:lang)."""
    parts = [*(entry.get("content") or []), entry.get("summary_detail") or {}]
    return next((stated for part in parts if (stated := _line(part.get("language")))), None)


def _content(entry: Mapping[str, Any]) -> str | None:
    """The text where the feed has all of it: in its own field, or in a long summary."""
    for part in entry.get("content") or []:
        if text := _text(part):
            return text
    summary = _text(entry.get("summary_detail") or {})
    return summary if len(summary) >= _LEAST_FULL else None


def _text(part: Mapping[str, Any]) -> str:
    value = str(part.get("value") or "").strip()
    if not value or part.get("type") == "text/plain":
        return value
    return text_of_fragment(value)


def _date(moment: Any) -> str | None:
    return None if moment is None else datetime.fromtimestamp(timegm(moment), UTC).isoformat()


def _line(said: object) -> str | None:
    return " ".join(str(said).split()) or None if said else None
