"""Answers kept and found again by the hash of what was asked."""

from __future__ import annotations

import queue
import sqlite3
import threading
from concurrent.futures import Future
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from summarizer.errors import StoreError
from summarizer.settings import data_directory
from summarizer.store.database import connect, is_damage, open_database, set_aside, told_plainly

__all__ = ["AnswerStore", "StoredAnswer", "store_path"]

FILE = "answers.sqlite3"
_MOST_IN_A_TRANSACTION = 256


def store_path() -> Path:
    """The store's file: in `SUMMARIZER_DATA`, or in the user's data directory."""
    return data_directory() / FILE


@dataclass(frozen=True, kw_only=True)
class StoredAnswer:
    """An answer as it is kept. The names are those of the columns."""

    key: str
    """SHA-256 over text, prompt, schema, model and parameters, in hexadecimal."""

    written_at: str
    """ISO 8601, UTC."""

    model: str
    served_as: str | None
    base_url: str | None
    prompt: str
    prompt_version: str
    answer_schema: str
    source: str | None
    title: str | None
    language: str
    text_sha256: str
    prompt_tokens: int
    completion_tokens: int
    requests: int
    re_asks: int
    repeats: int
    usage_complete: bool
    price: float | None
    """US dollars; None where it is not known."""

    seconds: float
    words: str
    """All texts of the answer, for the search."""

    envelope: str
    """The whole answer as JSON."""


_COLUMNS = [field.name for field in fields(StoredAnswer)]
_INSERT = (
    f"INSERT OR REPLACE INTO answers ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"  # noqa: S608 - names of our own columns
)

_CLEARED_AWAY = (
    """DELETE FROM provider_requests WHERE text_sha256 NOT IN (SELECT text_sha256 FROM answers)
    AND mark IN (SELECT mark FROM provider_jobs WHERE state = 'fetched')""",
    """DELETE FROM provider_jobs WHERE state = 'fetched' AND mark NOT IN (SELECT mark FROM provider_requests)""",
    """DELETE FROM documents WHERE sha256 NOT IN (SELECT text_sha256 FROM answers)
    AND sha256 NOT IN (SELECT text_sha256 FROM provider_requests)""",
)
"""What goes with the last answer to a text: jobs that were fetched, then the text."""


@dataclass
class _Writing:
    answer: StoredAnswer
    text: str
    done: Future[None]


class AnswerStore:
    """One SQLite file of answers; threads and processes may share it.

    Writing goes through one thread, which commits all that is waiting at once: with many answers a second there are
    few flushes to the disk, and each answer is on it before its `Future` is done.

    Args:
        path: The file; by default `store_path()`. It is made where it is missing.

    Attributes:
        path: The file.
        set_aside: Where a damaged file was moved to when this one was opened; else None.

    Raises:
        StoreError: If it cannot be opened, or a newer version of this package wrote it.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or store_path()
        self.set_aside: Path | None = None
        try:
            open_database(self.path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise StoreError(f"The answer store {self.path} cannot be used ({error}).") from error
            self.set_aside = set_aside(self.path)
            open_database(self.path)
        self._reader = connect(self.path)
        self._reading = threading.Lock()
        self._waiting: queue.SimpleQueue[_Writing | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._starting = threading.Lock()

    def find(self, key: str) -> str | None:
        """The envelope kept under a key, as JSON; None where there is none.

        Raises:
            StoreError: If the file cannot be read.
        """
        rows = self.query("SELECT envelope FROM answers WHERE key = ?", (key,))
        return rows[0]["envelope"] if rows else None

    def find_text(self, sha256: str) -> str | None:
        """The text with this SHA-256, in hexadecimal; None where it is not kept.

        Raises:
            StoreError: If the file cannot be read.
        """
        rows = self.query("SELECT text FROM documents WHERE sha256 = ?", (sha256,))
        return rows[0]["text"] if rows else None

    def keep(self, answer: StoredAnswer, text: str) -> Future[None]:
        """Keep an answer and the text that was read; an older answer under the same key makes room.

        Returns:
            Done once the answer is on disk; fails with `StoreError` where it cannot be written.
        """
        writing = _Writing(answer, text, Future())
        with self._starting:
            if self._writer is None:
                self._writer = threading.Thread(target=self._write_all, name="answer store", daemon=True)
                self._writer.start()
            self._waiting.put(writing)
        return writing.done

    def query(self, statement: str, values: Any = ()) -> list[sqlite3.Row]:
        """Rows of a reading statement.

        Raises:
            StoreError: If the file cannot be read.
        """
        with self._reading, told_plainly(self.path):
            return self._reader.execute(statement, values).fetchall()

    def delete(self, identifiers: list[int]) -> int:
        """Delete answers by id, and texts that no answer is left of and no job is under way for; gives how many went.

        Raises:
            StoreError: If the file cannot be written.
        """
        with told_plainly(self.path), connect(self.path) as connection:
            connection.execute("BEGIN IMMEDIATE")
            gone = connection.executemany("DELETE FROM answers WHERE id = ?", [(one,) for one in identifiers]).rowcount
            for statement in _CLEARED_AWAY:
                connection.execute(statement)
            connection.execute("COMMIT")
        connection.close()
        return gone

    def compact(self) -> None:
        """Give the room of what was deleted back to the disk.

        Raises:
            StoreError: If another process holds the file, or there is no room for the copy.
        """
        with told_plainly(self.path), connect(self.path) as connection:
            connection.execute("VACUUM")
        connection.close()

    def close(self) -> None:
        """Write what is waiting and close the file."""
        with self._starting:
            writer, self._writer = self._writer, None
            if writer is not None:
                self._waiting.put(None)
        if writer is not None:
            writer.join()
        with self._reading:
            self._reader.close()

    def _write_all(self) -> None:
        connection = connect(self.path)
        try:
            while (first := self._waiting.get()) is not None:
                together, ends = self._waiting_with(first)
                self._commit(connection, together)
                if ends:
                    return
        finally:
            connection.close()

    def _waiting_with(self, first: _Writing) -> tuple[list[_Writing], bool]:
        together = [first]
        while len(together) < _MOST_IN_A_TRANSACTION and not self._waiting.empty():
            following = self._waiting.get()
            if following is None:
                return together, True
            together.append(following)
        return together, False

    def _commit(self, connection: sqlite3.Connection, together: list[_Writing]) -> None:
        try:
            with told_plainly(self.path):
                connection.execute("BEGIN IMMEDIATE")
                for writing in together:
                    document = writing.answer.text_sha256, writing.text
                    connection.execute("DELETE FROM answers WHERE key = ?", (writing.answer.key,))
                    connection.execute("INSERT OR IGNORE INTO documents (sha256, text) VALUES (?, ?)", document)
                    connection.execute(_INSERT, {name: getattr(writing.answer, name) for name in _COLUMNS})
                connection.execute("COMMIT")
        except StoreError as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            for writing in together:
                if writing.done.set_running_or_notify_cancel():
                    writing.done.set_exception(error)
            return
        for writing in together:
            if writing.done.set_running_or_notify_cancel():  # who waits may have been interrupted
                writing.done.set_result(None)
