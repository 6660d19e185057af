"""PDF: the text of each page, its lines joined to paragraphs again, headers and page numbers left out."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING

from summarizer.documents.sentences import AFTER_A_STOP, STOPS
from summarizer.errors import InputError
from summarizer.sources.extracted import Extracted, from_extra, unheard

if TYPE_CHECKING:
    from pypdf import PdfReader

__all__ = ["read_pdf"]

_LEAST_CHARACTERS = 20
"""Letters a page on average; scanned pages have none, or a few that a scanner stamped on them."""

_AT_THE_EDGE = 2
"""Lines at the top and at the bottom of a page among which headers and footers are looked for."""

_LEAST_REPEATS = 3
"""Pages that must share a line at their edge before it counts as a header or footer."""

_CLOSED = re.compile(rf"[{STOPS}:;：；؛]{AFTER_A_STOP}$")
_BULLET = re.compile(r"(?:[•◦▪‣·–—*-]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|seite|p\.|s\.)?\s*\d{1,4}(?:\s*(?:/|of|von|de|sur)\s*\d{1,4})?\W*", re.IGNORECASE
)
_HYPHENATED = re.compile(r"(\w+)[-\u00ad\u2010]$")
_SHORT = 0.8
"""Of the width that most lines of a page have: a line shorter than this may be the last of its paragraph."""


def read_pdf(raw: bytes, shown: str) -> Extracted:
    """Take the text out of a PDF.

    Args:
        raw: The file.
        shown: What messages call it.

    Raises:
        InputError: If it is damaged, needs a password, or has no text but pictures of it.
        UsageError: If the extra `sources` is not installed.
    """
    with from_extra("Reading a PDF"):
        import pypdf
    unheard("pypdf")
    with _told_plainly(shown):
        reader = pypdf.PdfReader(io.BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(f"{shown} is encrypted and opens with a password only; save a copy without it.")
        pages = [page.extract_text().splitlines() for page in reader.pages]
    characters = sum(len("".join(line.split())) for lines in pages for line in lines)
    if characters < _LEAST_CHARACTERS * max(1, len(pages)):
        held = f"hardly any text ({characters} characters)" if characters else "pictures of its pages and no text"
        raise InputError(
            f"{shown} holds {held}, as scanned documents do; run it through a program for text recognition (OCR) first."
        )
    text, page_starts = _joined(_without_edges([[_cleaned(line) for line in lines] for lines in pages]))
    return _described(reader, text, page_starts)


@contextmanager
def _told_plainly(shown: str) -> Iterator[None]:
    """Turns whatever pypdf raises on a file that is not as it should be into one sentence."""
    try:
        yield
    except (InputError, MemoryError):
        raise
    except Exception as error:
        raise InputError(f"{shown} is a damaged PDF ({error}); open it, and save or print it as PDF again.") from error


def _described(reader: PdfReader, text: str, page_starts: Sequence[int]) -> Extracted:
    try:
        said = reader.metadata
        title, author = (said.title, said.author) if said else (None, None)
        created = said.creation_date if said else None
        language = reader.root_object.get("/Lang")
    except Exception:  # noqa: BLE001 - what it says about itself is not worth losing its text for
        title = author = created = language = None
    return Extracted(
        text=text,
        title=_line(title),
        author=_line(author),
        date=created.isoformat() if created else None,
        page_starts=page_starts,
        language=_line(language),
    )


def _line(said: object) -> str | None:
    return " ".join(str(said).split()) or None if said else None


def _cleaned(line: str) -> str:
    return " ".join(line.replace("\x00", "").encode("utf-8", "replace").decode().split())


def _without_edges(pages: list[list[str]]) -> list[list[str]]:
    """Pages without blank lines, without the lines that most share at their edges, and without page numbers."""
    filled = [[line for line in lines if line] for lines in pages]
    shared = Counter(mark for lines in filled for mark in {_mark(lines[index]) for index in _edges(lines)})
    least = max(_LEAST_REPEATS, len(filled) / 2)

    def is_furniture(line: str) -> bool:
        return shared[_mark(line)] >= least or bool(_PAGE_NUMBER.fullmatch(line))

    return [
        [line for index, line in enumerate(lines) if not (index in edges and is_furniture(line))]
        for lines in filled
        for edges in [_edges(lines)]
    ]


def _edges(lines: Sequence[str]) -> set[int]:
    """Places of the lines at the top and the bottom that are no full lines of a paragraph."""
    count, width = len(lines), _width(lines)
    places = {*range(min(_AT_THE_EDGE, count)), *range(max(0, count - _AT_THE_EDGE), count)}
    return {place for place in places if count <= _AT_THE_EDGE or len(lines[place]) < _SHORT * width}


def _width(lines: Sequence[str]) -> float:
    """How many characters a full line of a page has: the median of the longer half of its lines."""
    return median(sorted(map(len, lines))[len(lines) // 2 :]) if lines else 0.0


def _mark(line: str) -> str:
    """A line with its numbers made alike, so that "Page 3" and "Page 4" are the same."""
    return _DIGITS.sub("#", line)


def _joined(pages: list[list[str]]) -> tuple[str, list[int]]:
    """The pages as one text of paragraphs, and where in it each page begins."""
    words = Counter(word for lines in pages for line in lines for word in re.findall(r"\w+(?:-\w+)*", line))
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    before, width = "", 0.0
    for lines in pages:
        starts_at = None
        own_width = _width(lines) or width
        for line in lines:
            joint, cut = _joint(before, line, width or own_width, words)
            if cut:
                parts[-1] = parts[-1][:-cut]
                length -= cut
            parts += [joint, line]
            length += len(joint) + len(line)
            if starts_at is None:
                starts_at = length - len(line)
            before, width = line, own_width
        starts.append(length if starts_at is None else starts_at)
    return "".join(parts), starts


def _joint(before: str, line: str, width: float, words: Counter[str]) -> tuple[str, int]:
    """What stands between two lines, and how many characters the first loses at its end."""
    if not before:
        return "", 0
    if _BULLET.match(line) or _ends_a_paragraph(before, line, width):
        return "\n\n", 0
    broken = _HYPHENATED.search(before)
    if not broken or not line[:1].isalpha():
        return " ", 0
    if before.endswith("-"):
        following = re.match(r"\w+", line)
        whole = broken[1] + (following[0] if following else "")
        with_hyphen = f"{broken[1]}-{following[0] if following else ''}"
        if not line[:1].islower() or words[with_hyphen] > words[whole]:
            return "", 0  # the hyphen is the word's own
    return "", 1


def _ends_a_paragraph(before: str, line: str, width: float) -> bool:
    """Whether a line is the last of its paragraph: a short one that ends a sentence, or stands like a heading."""
    short = len(before) < _SHORT * width
    if _CLOSED.search(before):
        return short
    return short and not line[:1].islower() and not before.endswith((",", "-"))
