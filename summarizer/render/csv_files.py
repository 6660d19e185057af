"""Briefings as CSV files, one for each section: UTF-8 with a byte order mark, as Excel and pandas both read it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from summarizer.errors import OutputError
from summarizer.render.content import not_covered, printable
from summarizer.render.tables import SECTIONS, columns, rows
from summarizer.schemas import Briefing, Envelope

__all__ = ["CsvFiles", "harmless", "opened_csv_files"]

_BRIEFINGS = "briefings"
_KEY = "document"
_OF_BRIEFINGS = (
    *(_KEY, "source", "title", "author", "site", "date", "url", "language", "headline"),
    *("model", "prompt", "written_at", "not_covered", "metadata"),
)
_OF_ITEMS = (_KEY, "title", "date", "item")
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_ENCODING = "utf-8-sig"  # Excel takes a file without the mark for one in the system's old encoding
_OWN_BEGINNING = f"{_KEY},".encode(_ENCODING)


class CsvFiles:
    """The files of an export, open for writing; see `opened_csv_files`."""

    def __init__(self, writers: Mapping[str, csv.DictWriter[str]]) -> None:
        self._writers = writers

    def add(self, identifier: str, envelope: Envelope[Briefing], metadata: Mapping[str, Any] | None = None) -> None:
        """Write a briefing: a row of its own, and a row for each of its items.

        Args:
            identifier: What its rows are called, the same in every file.
            envelope: The briefing.
            metadata: What a batch kept beside it.
        """
        about, answer = envelope.document, envelope.briefing
        told = {name: getattr(about, name) for name in ("source", "title", "author", "site", "date", "url", "language")}
        self._write(
            _BRIEFINGS,
            told
            | {
                _KEY: identifier,
                "headline": answer.headline,
                "model": envelope.model.name,
                "prompt": f"{envelope.prompt.name} {envelope.prompt.version}",
                "written_at": envelope.written_at.isoformat(),
                "not_covered": not_covered(envelope),
                "metadata": json.dumps(metadata, ensure_ascii=False) if metadata else "",
            },
        )
        for section in SECTIONS:
            for number, row in enumerate(rows(answer, section), 1):
                head: dict[str, object] = {_KEY: identifier, "title": about.title, "date": about.date, "item": number}
                self._write(section, head | row)

    def _write(self, name: str, row: Mapping[str, object]) -> None:
        self._writers[name].writerow({key: harmless(value) for key, value in row.items()})


@contextmanager
def opened_csv_files(folder: Path) -> Iterator[CsvFiles]:
    """Files `briefings.csv`, `summary.csv`, `actors.csv` and so on in a folder, made where it is missing.

    They take the place of those of an earlier export when all is written; on an error nothing of them is left.

    Raises:
        OutputError: If they cannot be written, or would take the place of files that are no export.
    """
    headers = {_BRIEFINGS: list(_OF_BRIEFINGS)} | {name: [*_OF_ITEMS, *columns(name)] for name in SECTIONS}
    targets = {name: folder / f"{name}.csv" for name in headers}
    partial = {name: folder / f".{name}.csv.partial" for name in headers}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _check_own(targets.values())
        with ExitStack() as stack:
            files = {
                name: stack.enter_context(path.open("w", encoding=_ENCODING, errors="replace", newline=""))
                for name, path in partial.items()
            }
            writers = {name: csv.DictWriter(file, headers[name]) for name, file in files.items()}
            for writer in writers.values():
                writer.writeheader()
            yield CsvFiles(writers)
        for name, path in partial.items():
            path.replace(targets[name])
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written ({error.strerror or error}); make room or name another folder with -o."
        ) from error
    finally:
        for path in partial.values():
            _remove(path)


def harmless(value: object) -> str:
    """A value as a cell that no spreadsheet takes for a formula: an apostrophe goes before what could begin one.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    text = "" if value is None else printable(str(value))
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text


def _check_own(targets: Iterable[Path]) -> None:
    for path in targets:
        if path.exists() and not _is_own(path):
            raise OutputError(f"{path} is no export of this program and is left as it is; name another folder with -o.")


def _is_own(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_OWN_BEGINNING)) == _OWN_BEGINNING


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # a folder that is none, or that is gone: said above
