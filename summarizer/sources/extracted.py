"""What a reader of one kind of file gives: its text, and what the file says about itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from summarizer.documents import Document
from summarizer.documents.languages import language_of
from summarizer.errors import UsageError

__all__ = ["Extracted", "from_extra", "unheard"]


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """A text taken out of a file. The fields are those of `Document`; a file says them of itself."""

    text: str
    title: str | None = None
    author: str | None = None
    date: str | None = None
    site: str | None = None
    page_starts: Sequence[int] = ()
    language: str | None = None
    """As the file says, a language tag."""

    def document(
        self, *, source: str, language: str | None = None, url: str | None = None, fetched_at: datetime | None = None
    ) -> Document:
        """The document.

        Args:
            source: As the user named it.
            language: ISO 639-1 code, where the user names one; else what the file says, or the text shows.
            url: Where it was found in the end, where it was fetched.
            fetched_at: When, in UTC.

        Raises:
            InputError: If the text is blank.
        """
        return Document(
            text=self.text,
            source=source,
            language=language or language_of(self.text, self.language),
            given_title=self.title,
            author=self.author,
            date=self.date,
            site=self.site,
            url=url,
            fetched_at=fetched_at,
            page_starts=self.page_starts,
        )


@contextmanager
def from_extra(what: str, *, instead: str = "give the text itself") -> Iterator[None]:
    """Around the import of a library of the extra `sources`.

    Args:
        what: What it is needed for, as the subject of a sentence.
        instead: What the user can do without it.

    Raises:
        UsageError: If it is not installed.
    """
    try:
        yield
    except ImportError as error:
        raise UsageError(
            f"{what} needs a library that is not installed here ({error}): run pip install 'summarizer[sources]', or "
            f"{instead}."
        ) from error


def unheard(library: str) -> None:
    """Keep a library's log off stderr, where it goes by itself; a program that has set up logging hears it as before.

    Args:
        library: The name of its logger.
    """
    logger = logging.getLogger(library)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
