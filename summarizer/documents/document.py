"""A document: the text as it was read, never altered, with its sentences numbered from 1."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from summarizer.documents.languages import language_of
from summarizer.documents.names import NameIndex
from summarizer.documents.sentences import AFTER_A_STOP, STOPS, is_long_without_stops, sentence_spans
from summarizer.errors import InputError

__all__ = ["Document", "Sentence"]

_ENDS_A_SENTENCE = re.compile(rf"[{STOPS}:;,：；，、؛،]{AFTER_A_STOP}$")
_HEADING_WORDS = 12
_ABOUT = ("author", "date", "site", "url", "fetched_at", "page_starts")


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One sentence of a document. `start` and `end` count characters of the document's text, end exclusive."""

    number: int
    """Its number in the document, from 1."""

    start: int
    end: int
    text: str
    page: int | None = None
    """The page of the source on which it begins, from 1; None where the source has no pages."""

    @property
    def is_heading(self) -> bool:
        """Whether it stands like a heading or a link label: a short line without closing punctuation."""
        if _ENDS_A_SENTENCE.search(self.text) or is_long_without_stops(self.text):
            return False
        return len(self.text.split()) <= _HEADING_WORDS


@dataclass(frozen=True, kw_only=True)
class Document:
    """A text to be read. Offsets anywhere in this package are offsets into `text`, in characters."""

    text: str
    source: str | None = None
    """Where it came from: a path, an address, or `-` for standard input."""

    language: str = ""
    """ISO 639-1 code; it chooses the rules by which sentences are split. Left empty, it is told from the text."""

    given_title: str | None = field(default=None, repr=False)
    """A title that the source states apart from its text."""

    author: str | None = field(default=None, repr=False)
    """Who wrote it, as the source says."""

    date: str | None = field(default=None, repr=False)
    """When it was published or written, as the source says: an ISO 8601 date, or date and time."""

    site: str | None = field(default=None, repr=False)
    """The name of the site or feed that published it, as the source says."""

    url: str | None = None
    """Where it was found in the end, all redirects followed; None where nothing was fetched."""

    fetched_at: datetime | None = field(default=None, repr=False)
    """When it was fetched, in UTC."""

    page_starts: Sequence[int] = field(default=(), repr=False)
    """Where in the text each page of the source begins, in characters; empty where it has no pages."""

    def __post_init__(self) -> None:
        """Refuse what holds nothing to read; tell the language where nobody did.

        Raises:
            InputError: If the text is blank, or holds halves of surrogate pairs.
        """
        shown = "Standard input" if self.source == "-" else self.source or "The document"
        if not self.text.strip():
            raise InputError(f"{shown} holds no text; give an article.")
        try:
            self.text.encode()
        except UnicodeEncodeError as error:
            raise InputError(
                f"{shown} holds half a surrogate pair at character {error.start}; decode it as UTF-8 or UTF-16 first."
            ) from None
        if not self.language:
            object.__setattr__(self, "language", language_of(self.text))  # as dataclasses set fields of frozen ones

    @cached_property
    def sentences(self) -> Sequence[Sentence]:
        """The sentences in order; the sentence with number n is at index n - 1."""
        return tuple(
            Sentence(number=number, start=start, end=end, text=self.text[start:end], page=self._page_of(start))
            for number, (start, end) in enumerate(sentence_spans(self.text, self.language), 1)
        )

    def _page_of(self, offset: int) -> int | None:
        return bisect_right(self.page_starts, offset) or None

    @property
    def title(self) -> str | None:
        """The stated title, else the first line where it stands like a heading."""
        if self.given_title:
            return self.given_title
        if len(self.sentences) > 1 and self.sentences[0].is_heading:
            return self.sentences[0].text.lstrip("# ").strip() or None
        return None

    def about(self) -> dict[str, Any]:
        """What is known of it beside text, title, language and source: fields as JSON has them, without empty ones."""
        known = {name: getattr(self, name) for name in _ABOUT}
        if self.fetched_at is not None:
            known["fetched_at"] = self.fetched_at.isoformat()
        known["page_starts"] = list(self.page_starts)
        return {name: value for name, value in known.items() if value}

    @staticmethod
    def from_about(about: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that `about` gave, as the constructor takes them."""
        known = dict(about)
        if "fetched_at" in known:
            known["fetched_at"] = datetime.fromisoformat(known["fetched_at"])
        return known

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the text in UTF-8, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def names(self) -> NameIndex:
        """Finds name forms in the text."""
        return NameIndex(self.text)
