"""Where the answers of a batch go: on disk before they count, and known again when the batch goes on."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError

from summarizer.batch.records import BatchFailure, BatchRecord
from summarizer.errors import OutputError, UsageError
from summarizer.settings import cache_directory

__all__ = ["BatchOutput", "FailureFile", "IdentifierSet", "kind_of", "open_output", "output_lock"]

_ID_FIRST = re.compile(rb'\{"id":\s*(?="(?:[^"\\]|\\.)*")')
_LONGEST_NAME = 100
_PLAIN_NAME = re.compile(rf"[a-z0-9_][a-z0-9_.-]{{0,{_LONGEST_NAME}}}")  # small letters: some systems know no others
_TAIL = 1 << 16


class IdentifierSet:
    """A set of ids that takes no more room in memory for more of them.

    It keeps 8 bytes of a hash of each, which for a million ids collide once in 10⁷ runs, in a file without a name, gone
    with the process.
    """

    def __init__(self) -> None:
        self._hashes = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._hashes.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA cache_size = -1024;CREATE TABLE hashes (hash INTEGER PRIMARY KEY); BEGIN"
        )
        self._count = 0

    def add(self, identifier: str) -> None:
        """Put an id in."""
        added = self._hashes.execute("INSERT OR IGNORE INTO hashes VALUES (?)", (_hash(identifier),))
        self._count += added.rowcount

    def __contains__(self, identifier: str) -> bool:
        return self._hashes.execute("SELECT 1 FROM hashes WHERE hash = ?", (_hash(identifier),)).fetchone() is not None

    def __len__(self) -> int:
        return self._count


def _hash(identifier: str) -> int:
    return int.from_bytes(hashlib.blake2b(identifier.encode(), digest_size=8).digest(), "big", signed=True)


class BatchOutput(Protocol):
    """What answers are written to."""

    def finished(self) -> Iterator[tuple[str, dict[str, Any] | None]]:
        """Ids of the documents that are in it already, with their record where it was read anyway."""

    def write(self, records: Sequence[BatchRecord[Any]]) -> None:
        """Write answers; they are on disk when this returns.

        Raises:
            OutputError: If they cannot be written.
        """

    def close(self) -> None:
        """Finish the output."""


def open_output(target: str, kind: str | None = None) -> BatchOutput:
    """The output that a target names: `-` and `*.jsonl` are JSON lines, `*.parquet` a table, a folder a file each.

    Args:
        target: A file, a folder, or `-` for standard output.
        kind: `jsonl`, `folder` or `parquet`, where the name does not tell.

    Raises:
        OutputError: If it cannot be written.
        UsageError: If the kind is unknown or its package is missing.
    """
    if target == "-":
        return _StandardOutput()
    path = Path(target)
    chosen = kind or kind_of(target)
    if chosen == "folder":
        return _FolderOutput(path)
    if chosen == "jsonl":
        return JsonLines(path)
    if chosen == "parquet":
        from summarizer.batch.parquet import ParquetOutput  # needs an extra

        return ParquetOutput(path)
    raise UsageError(f"There is no output {chosen!r}; name jsonl, folder or parquet.")


@contextmanager
def output_lock(target: str) -> Iterator[None]:
    """Hold an output for one run: two that append to one file would do its documents twice.

    Raises:
        UsageError: If another run holds it.
    """
    if target == "-":
        yield
        return
    from filelock import FileLock, Timeout

    folder = cache_directory() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(os.fsencode(Path(target).resolve())).hexdigest()
    try:
        with FileLock(folder / f"{name}.lock", timeout=0):
            yield
    except Timeout:
        raise UsageError(f"Another run writes to {target}; wait for it, or name another output with -o.") from None


def kind_of(target: str) -> str:
    """The kind of output that a target's name tells: `jsonl`, `folder` or `parquet`.

    Raises:
        UsageError: If it tells none.
    """
    path = Path(target)
    if path.is_dir() or target.endswith(("/", os.sep)):
        return "folder"
    if path.suffix.lower() == ".parquet":
        return "parquet"
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        return "jsonl"
    raise UsageError(
        f"The output {target} tells no format; end it in .jsonl, .parquet or / (a folder), or add --format."
    )


class LineFile:
    """A file of JSON lines that is only ever appended to; half a line at its end, left by a crash, is cut off.

    Raises:
        OutputError: If it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a+b", buffering=0)
            self._cut_half_line()
        except OSError as error:
            raise OutputError(f"{path} cannot be written ({error.strerror}); name another with -o.") from error

    def lines(self) -> Iterator[bytes]:
        """Its lines from the beginning."""
        with self.path.open("rb") as file:
            yield from (line for line in file if line.strip())

    def append(self, lines: Sequence[str]) -> None:
        """Write lines; they are on disk when this returns.

        Raises:
            OutputError: If they cannot be written; none of them is then in the file.
        """
        data = memoryview("".join(f"{line}\n" for line in lines).encode())
        start = os.fstat(self._file.fileno()).st_size
        try:
            while data:
                data = data[self._file.write(data) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):  # the next run cuts off what is left of it
                self._file.truncate(start)
            raise OutputError(
                f"{self.path} cannot be written ({error.strerror}); make room and run the same command again: it goes "
                "on where it stopped."
            ) from error

    def close(self) -> None:
        """Close it."""
        self._file.close()

    def _cut_half_line(self) -> None:
        end = self._file.seek(0, io.SEEK_END)
        while end:
            start = max(0, end - _TAIL)
            self._file.seek(start)
            chunk = self._file.read(end - start) or b""
            if (last := chunk.rfind(b"\n")) >= 0:
                end = start + last + 1
                break
            end = start
        if end < self._file.seek(0, io.SEEK_END):
            self._file.truncate(end)


class JsonLines:
    """One answer a line, the id first."""

    def __init__(self, path: Path) -> None:
        self._file = LineFile(path)

    def finished(self) -> Iterator[tuple[str, dict[str, Any] | None]]:
        """See `BatchOutput`. The first record is given whole, the others by id alone.

        Raises:
            OutputError: If a line is no answer of a batch.
        """
        for number, line in enumerate(self._file.lines(), 1):
            try:
                yield _identifier(line), _answer(line) if number == 1 else None
            except (ValueError, KeyError, TypeError):
                raise OutputError(
                    f"Line {number} of {self._file.path} is no answer of a batch; name another output with -o."
                ) from None

    def write(self, records: Sequence[BatchRecord[Any]]) -> None:
        """See `BatchOutput`."""
        self._file.append([as_line(record) for record in records])

    def close(self) -> None:
        """See `BatchOutput`."""
        self._file.close()


def as_line(record: BatchRecord[Any]) -> str:
    """A record as one line of JSON, its id and metadata first."""
    head = json.dumps({"id": record.id, "metadata": record.metadata}, ensure_ascii=False)
    return f"{head[:-1]}, {record.model_dump_json(exclude={'id', 'metadata'})[1:]}"


def _answer(line: bytes) -> dict[str, Any]:
    """A record as it was written; `KeyError` where it holds no answer."""
    record: dict[str, Any] = json.loads(line)
    return record | {"briefing": record["briefing"]}


def _identifier(line: bytes) -> str:
    """The id of a line, without reading all of the line where it stands first."""
    first = _ID_FIRST.match(line)
    if first is None:
        return str(json.loads(line)["id"])
    end = json.JSONDecoder().raw_decode(line[first.end() :].decode())
    return str(end[0])


class _StandardOutput:
    """JSON lines on standard output; nothing is known of earlier runs."""

    def finished(self) -> Iterator[tuple[str, dict[str, Any] | None]]:
        return iter(())

    def write(self, records: Sequence[BatchRecord[Any]]) -> None:
        import sys

        sys.stdout.buffer.write("".join(f"{as_line(record)}\n" for record in records).encode())
        sys.stdout.buffer.flush()

    def close(self) -> None:
        return None


class _FolderOutput:
    """A JSON file for each document, named after its id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"The folder {folder} cannot be made ({error.strerror}); name another with -o."
            ) from error

    def finished(self) -> Iterator[tuple[str, dict[str, Any] | None]]:
        for path in sorted(self._folder.glob("*.json")):
            try:
                record = _answer(path.read_bytes())
                yield str(record["id"]), record
            except (ValueError, KeyError, TypeError):
                raise OutputError(f"{path} is no answer of a batch; name another folder with -o.") from None

    def write(self, records: Sequence[BatchRecord[Any]]) -> None:
        try:
            for record in records:
                self._write_one(record)
            _flush_folder(self._folder)
        except OSError as error:
            raise OutputError(
                f"{self._folder} cannot be written ({error.strerror}); make room and run the same command again: it "
                "goes on where it stopped."
            ) from error

    def _write_one(self, record: BatchRecord[Any]) -> None:
        target = self._folder / file_name(record.id)
        partial = target.with_suffix(".partial")
        with partial.open("wb") as file:
            file.write(f"{as_line(record)}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)

    def close(self) -> None:
        for partial in self._folder.glob("*.partial"):
            partial.unlink(missing_ok=True)


def file_name(identifier: str) -> str:
    """A file name for an id: readable, safe on every system, and different for different ids."""
    if _PLAIN_NAME.fullmatch(identifier):
        return f"{identifier}.json"
    readable = re.sub(r"[^\w.-]+", "_", identifier, flags=re.ASCII).strip("._")[:_LONGEST_NAME]
    return f"{readable}-{_hash(identifier) % (1 << 64):016x}.json"


def _flush_folder(folder: Path) -> None:
    """Make new names in a folder durable, where the system lets folders be opened."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FailureFile:
    """The errors of a batch beside its output: `OUT.errors.jsonl`; `summarizer.errors.jsonl` for standard output."""

    def __init__(self, target: str) -> None:
        path = Path(target.rstrip("/" + os.sep) if target != "-" else "summarizer")
        self.path = path.with_name(f"{path.name}.errors.jsonl")
        self._file = LineFile(self.path)

    def failures(self) -> dict[str, BatchFailure]:
        """The last failure of each document by id.

        Raises:
            OutputError: If a line is no failure of a batch.
        """
        found: dict[str, BatchFailure] = {}
        for number, line in enumerate(self._file.lines(), 1):
            try:
                failure = BatchFailure.model_validate_json(line)
            except ValidationError:
                raise OutputError(
                    f"Line {number} of {self.path} is no failure of a batch; move the file away, or name another "
                    "output with -o."
                ) from None
            found[failure.id] = failure
        return found

    def write(self, failures: Sequence[BatchFailure]) -> None:
        """Append failures; they are on disk when this returns.

        Raises:
            OutputError: If they cannot be written.
        """
        self._file.append([failure.model_dump_json() for failure in failures])

    def close(self, finished: IdentifierSet) -> int:
        """Leave one line for each document that still has no answer, no file where there is none; gives how many."""
        left = [failure for failure in self.failures().values() if failure.id not in finished]
        self._file.close()
        if not left:
            self.path.unlink(missing_ok=True)
            return 0
        partial = self.path.with_suffix(".partial")
        with partial.open("w", encoding="utf-8") as file:
            file.writelines(f"{failure.model_dump_json()}\n" for failure in left)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.path)
        return len(left)
