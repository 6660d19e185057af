"""Opening the store's file: migrations by number, damage set aside, write-ahead log for several processes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from summarizer.errors import StoreError

__all__ = ["NEWEST_VERSION", "connect", "is_damage", "open_database", "set_aside", "told_plainly"]

_WAIT_SECONDS = 30.0
"""For another process that is writing."""

_CHECKED_WHOLE = 64 * 1024 * 1024
"""Bytes up to which a file is checked from end to end when it is opened: some 0.1 s."""

_SIDE_FILES = ("-wal", "-shm")


def _migrations() -> dict[int, str]:
    folder = files("summarizer.store") / "migrations"
    found = {
        int(file.name[:4]): file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name[-4:] == ".sql"
    }
    return dict(sorted(found.items()))


NEWEST_VERSION = max(_migrations())
"""The number of the last migration; a file's own stands in its `user_version`."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection for one thread at a time; transactions are begun by hand."""
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")  # what is committed survives a power cut
    return connection


def open_database(path: Path) -> None:
    """Make the file ready: there, whole, in WAL mode, and at the newest version.

    Raises:
        StoreError: If a newer version of this package wrote the file, or it cannot be read or written.
        sqlite3.DatabaseError: If it is damaged.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        checked_whole = path.exists() and path.stat().st_size <= _CHECKED_WHOLE
        connection = connect(path)
    except OSError as error:
        raise StoreError(f"The answer store {path} cannot be opened ({error.strerror}); {_WAY_OUT}") from error
    except sqlite3.OperationalError as error:
        raise StoreError(f"The answer store {path} cannot be opened ({error}); {_WAY_OUT}") from error
    try:
        if checked_whole and (answer := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(answer)
        connection.execute("PRAGMA journal_mode = WAL")
        _migrate(connection, path)
    except sqlite3.OperationalError as error:
        if is_damage(error):
            raise
        raise StoreError(f"The answer store {path} cannot be used ({error}); {_WAY_OUT}") from error
    finally:
        connection.close()


_WAY_OUT = "name another folder in SUMMARIZER_DATA, or go on without a store (--no-cache)."


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if _version(connection) == NEWEST_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _known_version(connection, path)  # another process may have migrated while this one waited
        for number, script in _migrations().items():
            if number > version:
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _known_version(connection: sqlite3.Connection, path: Path) -> int:
    version = _version(connection)
    if version > NEWEST_VERSION:
        raise StoreError(
            f"The answer store {path} was written by a newer version of this program (form {version}, this one knows "
            f"{NEWEST_VERSION}); update the program, or {_WAY_OUT}"
        )
    return version


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; `executescript` would commit the transaction around them."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is broken: neither busy, full, missing nor misused."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
    return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def told_plainly(path: Path) -> Iterator[None]:
    """Raise `StoreError` with a sentence in place of what SQLite raises."""
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning) as error:
        if isinstance(error, sqlite3.DatabaseError) and is_damage(error):
            raise StoreError(
                f"The answer store {path} is damaged ({error}); run the command again and it is set aside."
            ) from error
        raise StoreError(
            f"The answer store {path} cannot be used ({error}); make room, or go on without it (--no-cache)."
        ) from error


def set_aside(path: Path) -> Path:
    """Rename a damaged file, with its side files, so that a new one can be begun; gives the new name."""
    now = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    kept = path.with_name(f"{path.stem}.damaged-{now}{path.suffix}")
    for ending in ("", *_SIDE_FILES):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(kept.with_name(kept.name + ending))
    return kept
