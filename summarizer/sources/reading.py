"""From whatever people have to a document: files, pages and standard input of any kind that can be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from summarizer.documents import Document
from summarizer.documents.reading import decode, read_bytes, shown_name
from summarizer.errors import InputError
from summarizer.sources.detection import kind_of
from summarizer.sources.extracted import Extracted
from summarizer.sources.fetching import Fetcher, FetchLimits, is_url

__all__ = ["Loaded", "load", "read_source"]


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What a source holds, before it is known what kind of thing that is."""

    source: str
    """As the user named it."""

    raw: bytes
    url: str | None = None
    """Where it was found in the end, where it was fetched."""

    media_type: str = ""
    charset: str | None = None
    fetched_at: datetime | None = None

    @property
    def shown(self) -> str:
        """What messages call it."""
        return shown_name(self.source)


def read_source(
    source: str | Path, *, language: str | None = None, encoding: str | None = None, fetcher: Fetcher | None = None
) -> Document:
    """Read a document from a file, a page or standard input; what kind it is is told from what it holds.

    Plain text and Markdown, HTML, PDF, Word documents (.docx) and messages (.eml) can be read; all but the first need
    the extra `sources`. A text is taken as it is. Of all else the text is extracted, and offsets are those of what was
    extracted.

    Args:
        source: A path; as a string also an http or https address, or `-` for standard input.
        language: ISO 639-1 code of its language; by default what the source says, or the text shows.
        encoding: Its encoding, by Python's name; by default what it says itself, else UTF-8.
        fetcher: What fetches pages; by default one with the limits that the settings name.

    Raises:
        InputError: If it is missing, unreadable, of another kind, damaged, encrypted, or has no article in it.
        FetchError: If a page cannot be fetched, or may not be.
        UsageError: If the extra `sources` is needed and not installed.
    """
    loaded = load(source, fetcher)
    kind = kind_of(loaded.raw, loaded.shown, name=loaded.url or loaded.source, media_type=loaded.media_type)
    if kind == "feed":
        raise InputError(
            f"{loaded.shown} is a feed of many articles; read its new entries with 'summarizer batch --feed "
            f"{loaded.source} -o OUT.jsonl'."
        )
    extracted = _extracted(kind, loaded, encoding)
    return extracted.document(source=loaded.source, language=language, url=loaded.url, fetched_at=loaded.fetched_at)


def load(source: str | Path, fetcher: Fetcher | None = None) -> Loaded:
    """What a file, a page or standard input holds.

    Args:
        source: See `read_source`.
        fetcher: What fetches pages.

    Raises:
        InputError: If it is missing or unreadable.
        FetchError: If a page cannot be fetched, or may not be.
    """
    if isinstance(source, str) and is_url(source):
        found = (fetcher or _fetcher_of_settings()).fetch(source)
        return Loaded(
            source=source,
            raw=found.content,
            url=found.url,
            media_type=found.media_type,
            charset=found.charset,
            fetched_at=found.fetched_at,
        )
    return Loaded(source=str(source), raw=read_bytes(source))


def _fetcher_of_settings() -> Fetcher:
    from summarizer.settings import load_settings  # heavy, and for pages alone

    return Fetcher(FetchLimits.of(load_settings()))


def _extracted(kind: str, loaded: Loaded, encoding: str | None) -> Extracted:
    """The text of what was loaded; the readers are loaded when one is needed."""
    if kind == "html":
        from summarizer.sources.html import read_html

        return read_html(loaded.raw, loaded.shown, url=loaded.url, charset=loaded.charset, encoding=encoding)
    if kind == "pdf":
        from summarizer.sources.pdf import read_pdf

        return read_pdf(loaded.raw, loaded.shown)
    if kind == "docx":
        from summarizer.sources.docx import read_docx

        return read_docx(loaded.raw, loaded.shown)
    if kind == "email":
        from summarizer.sources.email import read_email

        return read_email(loaded.raw, loaded.shown)
    return Extracted(text=_text(loaded, encoding))


def _text(loaded: Loaded, encoding: str | None) -> str:
    """A text in the encoding that the user names, else its server, else UTF-8."""
    if encoding is None and loaded.charset:
        try:
            return decode(loaded.raw, loaded.shown, loaded.charset)
        except InputError:  # a server's word on texts is often that of its settings, not of the text
            pass
    return decode(loaded.raw, loaded.shown, encoding)
