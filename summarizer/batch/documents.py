"""From files, folders, globs, pages, feeds and JSON lines to the documents of a batch, one at a time."""

from __future__ import annotations

import asyncio
import glob
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from summarizer.documents import Document
from summarizer.documents.reading import LARGEST_FILE, STANDARD_INPUT, decode
from summarizer.errors import InputError
from summarizer.sources import Fetcher, is_url, read_source
from summarizer.sources.detection import SUFFIXES
from summarizer.sources.feeds import Feed, FeedEntry

__all__ = ["BatchDocument", "SourceOptions", "batch_documents", "count_documents", "feed_documents"]

JSON_LINES = (".jsonl", ".ndjson")
FILES = tuple(SUFFIXES)
_GLOB_SIGNS = frozenset("*?[")


@dataclass(frozen=True, kw_only=True)
class BatchDocument:
    """A document of a batch, not yet read."""

    id: str
    source: str
    """The file, and the line where it is one of many."""

    read: Callable[[], Document]
    """Reads it; raises `InputError` where that fails."""

    metadata: Mapping[str, Any] = field(default_factory=dict)

    written: Callable[[], None] | None = None
    """Called once its answer is on disk."""

    is_at_hand: bool = False
    """Whether reading it takes no time, because it is in memory already."""

    async def aread(self) -> Document:
        """Read it without holding up what else goes on; raises what `read` raises."""
        return self.read() if self.is_at_hand else await asyncio.to_thread(self.read)


@dataclass(frozen=True, kw_only=True)
class SourceOptions:
    """How sources are read."""

    text_field: str = "text"
    id_field: str = "id"
    title_field: str = "title"
    language: str | None = None
    """ISO 639-1 code of all texts; by default what each source says, or its text shows."""

    encoding: str | None = None
    fetcher: Fetcher | None = None
    """What fetches pages; by default one with the limits that the settings name."""


def batch_documents(sources: Sequence[str], options: SourceOptions | None = None) -> Iterator[BatchDocument]:
    """The documents of files, folders, globs, pages and JSON lines, in order; nothing is read before it is asked for.

    Args:
        sources: Paths, globs, addresses of pages, or `-` for JSON lines on standard input. A folder gives its JSON
            lines and the files that can be read by their names, subfolders included, hidden ones left out.
        options: Fields of JSON lines, language, encoding, what fetches pages.

    Raises:
        InputError: If a source is not there or holds nothing to read. A single bad line or file is no such error: it
            raises when that document is read.
    """
    how = options or SourceOptions()
    for source in sources:
        if source == STANDARD_INPUT:
            yield from _of_lines(sys.stdin.buffer, "standard input", how)
            continue
        if is_url(source):
            yield _of_source(source, source, how)
            continue
        for path in _paths(source):
            if path.suffix.lower() in JSON_LINES:
                yield from _of_file(path, how)
            else:
                yield _of_source(path, path.as_posix(), how)


def count_documents(sources: Sequence[str]) -> int | None:
    """How many documents there are, for a progress bar; None where standard input is among the sources.

    Raises:
        InputError: If a source is not there or holds nothing to read.
    """
    if STANDARD_INPUT in sources:
        return None
    return sum(1 if is_url(source) else sum(_count(path) for path in _paths(source)) for source in sources)


def feed_documents(
    feeds: Sequence[Feed],
    options: SourceOptions,
    is_seen: Callable[[str], bool],
    note: Callable[[str, list[str]], None],
) -> list[BatchDocument]:
    """The new entries of feeds as documents, each once; pages are fetched when one is read.

    Args:
        feeds: In the order in which their entries are wanted.
        options: Language, and what fetches pages.
        is_seen: Whether an entry's briefing was written before, by the entry's id.
        note: Told of a feed and the ids of entries of it whose answers are on disk.
    """
    entries = {entry.id: entry for feed in reversed(feeds) for entry in reversed(feed.entries)}
    return [_of_entry(entry, options, note) for entry in reversed(entries.values()) if not is_seen(entry.id)]


def _of_entry(entry: FeedEntry, how: SourceOptions, note: Callable[[str, list[str]], None]) -> BatchDocument:
    said = {"feed": entry.feed, "link": entry.link, "published": entry.date}
    return BatchDocument(
        id=entry.id,
        source=entry.link or entry.feed,
        metadata={name: value for name, value in said.items() if value},
        read=lambda: entry.document(language=how.language, fetcher=how.fetcher),
        written=lambda: note(entry.feed, [entry.id]),
    )


def _count(path: Path) -> int:
    if path.suffix.lower() not in JSON_LINES:
        return 1
    with _opened(path) as file:
        return sum(1 for line in file if line.strip())


def _paths(source: str) -> Iterator[Path]:
    path = Path(source)
    if path.is_dir():
        found: Iterator[Path] = _below(path)
    elif path.exists() or not _GLOB_SIGNS & set(source):
        found = iter([path])
    else:
        found = (Path(name) for name in sorted(glob.iglob(source, recursive=True)) if Path(name).is_file())  # noqa: PTH207 - a pattern may be absolute
    empty = True
    for empty, one in ((False, one) for one in found):  # noqa: B007 - tells whether there was any
        yield one
    if empty:
        kinds = ", ".join((*FILES, *JSON_LINES))
        raise InputError(f"{source} holds nothing to read; a batch reads files that end in {kinds}.")


def _below(folder: Path) -> Iterator[Path]:
    for name, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for file in sorted(files):
            if not file.startswith(".") and Path(file).suffix.lower() in (*FILES, *JSON_LINES):
                yield Path(name) / file


def _of_source(source: str | Path, identifier: str, how: SourceOptions) -> BatchDocument:
    return BatchDocument(
        id=identifier,
        source=str(source),
        read=lambda: read_source(source, language=how.language, encoding=how.encoding, fetcher=how.fetcher),
    )


def _of_file(path: Path, how: SourceOptions) -> Iterator[BatchDocument]:
    with _opened(path) as file:
        yield from _of_lines(file, str(path), how)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None


def _of_lines(file: BinaryIO, name: str, how: SourceOptions) -> Iterator[BatchDocument]:
    number = 0
    while line := file.readline(LARGEST_FILE):
        number += 1
        if line.strip():
            yield _of_line(line, f"{name}:{number}", how)


def _of_line(line: bytes, place: str, how: SourceOptions) -> BatchDocument:
    try:
        record = json.loads(decode(line, place, how.encoding))
        return _of_record(record, place, how)
    except ValueError as error:
        return _broken(place, f"{place} is no JSON ({error}); give one object a line.")
    except InputError as error:
        return _broken(place, str(error))


def _of_record(record: Any, place: str, how: SourceOptions) -> BatchDocument:
    if not isinstance(record, dict):
        return _broken(place, f"{place} is no JSON object; give one object a line.")
    named = record.get(how.id_field)
    identifier = str(named) if isinstance(named, str | int) and named != "" else place
    text, title = record.get(how.text_field), record.get(how.title_field)
    if not isinstance(text, str):
        fields = ", ".join(map(repr, record)) or "no fields"
        reason = (
            f"{place} has no text in the field {how.text_field!r} (it has {fields}); name its field with --text-field."
        )
        return _broken(place, reason, identifier)
    metadata = {key: value for key, value in record.items() if key not in (how.id_field, how.text_field)}
    return BatchDocument(
        id=identifier,
        source=place,
        metadata=metadata,
        is_at_hand=True,
        read=lambda: Document(
            text=text, source=place, language=how.language or "", given_title=title if isinstance(title, str) else None
        ),
    )


def _broken(place: str, reason: str, identifier: str | None = None) -> BatchDocument:
    def refuse() -> Document:
        raise InputError(reason)

    return BatchDocument(id=identifier or place, source=place, read=refuse)
