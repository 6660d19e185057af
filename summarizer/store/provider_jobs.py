"""Jobs of a provider's batch API, and the documents that they ask about, kept until their answers are fetched."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from summarizer.store.database import connect, told_plainly

__all__ = ["JobState", "ProviderJobs", "StoredJob", "StoredRequest"]

JobState = Literal["gathering", "sending", "submitted", "fetched"]
"""`gathering`: nothing was begun at the provider. `sending`: it may have been begun. `submitted`: it was, and its id is
known. `fetched`: its answers are written."""

_PAGE = 500


@dataclass(frozen=True, kw_only=True)
class StoredJob:
    """A job as it is kept. The names are those of the columns."""

    mark: str
    """Our own name for it, by which it is found again at the provider."""

    provider_id: str | None = None
    """The provider's name for it, once it is known."""

    state: JobState = "gathering"
    begun_at: str
    """ISO 8601, UTC."""

    model: str
    base_url: str | None
    prompt: str
    prompt_version: str
    answer_schema: str
    """`Briefing`, or `module:Class`."""

    parameters: str
    """Of the template, as JSON."""

    settings: str
    """All that decides an answer, as JSON; never the key."""

    output: str
    """Where its answers go: an absolute path."""

    form: str
    """`jsonl`, `folder` or `parquet`."""


@dataclass(frozen=True, kw_only=True)
class StoredRequest:
    """A document that a job asks about."""

    document_id: str
    number: int
    """Of its request in the job, from 0; documents with the same question share one."""

    key: str
    """Under which its answer is kept in the store."""

    source: str
    metadata: str
    """What stood beside the text in its source, as JSON."""

    document_source: str | None
    title: str | None
    """As the source states it apart from the text."""

    language: str
    text_sha256: str
    text: str
    tries: int
    """How often the document was tried before."""

    about: str = "{}"
    """What else is known of the document, as JSON: fields of `Document`."""


_JOB_COLUMNS = [field.name for field in fields(StoredJob)]
_REQUEST_COLUMNS = [field.name for field in fields(StoredRequest) if field.name != "text"]
_INSERT_JOB = (
    f"INSERT INTO provider_jobs ({', '.join(_JOB_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _JOB_COLUMNS)})"  # noqa: S608 - names of our own columns
)
_INSERT_REQUEST = (
    f"INSERT INTO provider_requests (mark, {', '.join(_REQUEST_COLUMNS)}) "  # noqa: S608 - names of our own columns
    f"VALUES (:mark, {', '.join(f':{name}' for name in _REQUEST_COLUMNS)})"
)
_SELECT_REQUESTS = (
    f"SELECT {', '.join(_REQUEST_COLUMNS)}, text FROM provider_requests "  # noqa: S608 - names of our own columns
    "JOIN documents ON sha256 = text_sha256 WHERE mark = ?"
)


class ProviderJobs:
    """The jobs in the file of an `AnswerStore`, which makes the file ready; used by one thread at a time.

    Args:
        path: The store's file.

    Raises:
        StoreError: From every method, if the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with told_plainly(path):
            self._connection = connect(path)

    def begin(self, job: StoredJob) -> None:
        """Note a job before anything of it is sent."""
        with self._transaction() as connection:
            connection.execute(_INSERT_JOB, {name: getattr(job, name) for name in _JOB_COLUMNS})

    def add(self, mark: str, requests: Sequence[StoredRequest]) -> None:
        """Note documents that a job asks about, with their texts."""
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO documents (sha256, text) VALUES (?, ?)",
                [(request.text_sha256, request.text) for request in requests],
            )
            rows = [{"mark": mark} | {name: getattr(one, name) for name in _REQUEST_COLUMNS} for one in requests]
            connection.executemany(_INSERT_REQUEST, rows)

    def advance(self, mark: str, state: JobState, provider_id: str | None = None) -> None:
        """Note that a job has come to a state, and the provider's name for it where it is new."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE provider_jobs SET state = ?, provider_id = coalesce(?, provider_id) WHERE mark = ?",
                (state, provider_id, mark),
            )

    def drop(self, mark: str) -> None:
        """Forget a job that was never begun at the provider, and the texts that nothing else refers to."""
        with self._transaction() as connection:
            texts = connection.execute("SELECT DISTINCT text_sha256 FROM provider_requests WHERE mark = ?", (mark,))
            hashes = [(row["text_sha256"],) for row in texts]
            connection.execute("DELETE FROM provider_jobs WHERE mark = ?", (mark,))
            connection.executemany(
                "DELETE FROM documents WHERE sha256 = ?1 AND NOT EXISTS (SELECT 1 FROM answers WHERE text_sha256 = ?1) "
                "AND NOT EXISTS (SELECT 1 FROM provider_requests WHERE text_sha256 = ?1)",
                hashes,
            )

    def jobs(self, *states: JobState, provider_id: str | None = None, output: str | None = None) -> list[StoredJob]:
        """Jobs in one of the states, oldest first.

        Args:
            states: Any of these; none given means all.
            provider_id: Only those that the provider calls so; two servers may use the same id.
            output: Only those whose answers go there.
        """
        conditions, values = ["1"], list[Any]()
        if states:
            conditions.append(f"state IN ({', '.join('?' * len(states))})")
            values += states
        for column, value in (("provider_id", provider_id), ("output", output)):
            if value is not None:
                conditions.append(f"{column} = ?")
                values.append(value)
        statement = f"SELECT * FROM provider_jobs WHERE {' AND '.join(conditions)} ORDER BY begun_at, mark"  # noqa: S608 - own text
        return [StoredJob(**row) for row in self._rows(statement, values)]

    def requests(self, mark: str, number: int | None = None) -> Iterator[StoredRequest]:
        """The documents of a job, or those of one of its requests; read a page at a time."""
        last = ""
        one = "" if number is None else " AND number = ?"
        statement = f"{_SELECT_REQUESTS}{one} AND document_id > ? ORDER BY document_id LIMIT {_PAGE}"
        while True:
            values = [mark, *([] if number is None else [number]), last]
            page = [StoredRequest(**row) for row in self._rows(statement, values)]
            yield from page
            if len(page) < _PAGE:
                return
            last = page[-1].document_id

    def count(self, mark: str) -> int:
        """How many documents a job asks about."""
        return int(self._rows("SELECT count(*) AS n FROM provider_requests WHERE mark = ?", [mark])[0]["n"])

    def under_way_for(self, output: str, document_id: str) -> StoredJob | None:
        """The submitted job that asks about a document for an output."""
        statement = (
            "SELECT provider_jobs.* FROM provider_requests JOIN provider_jobs USING (mark) "
            "WHERE document_id = ? AND output = ? AND state = 'submitted' LIMIT 1"
        )
        rows = self._rows(statement, [document_id, output])
        return StoredJob(**rows[0]) if rows else None

    def asking(self, key: str) -> list[tuple[StoredJob, int]]:
        """The submitted jobs that ask a question, each with the number of the request."""
        statement = (
            "SELECT DISTINCT provider_jobs.*, number FROM provider_requests JOIN provider_jobs USING (mark) "
            "WHERE key = ? AND state = 'submitted' ORDER BY begun_at"
        )
        return [
            (StoredJob(**{name: row[name] for name in _JOB_COLUMNS}), row["number"])
            for row in self._rows(statement, [key])
        ]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _rows(self, statement: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        with told_plainly(self.path):
            return [dict(row) for row in self._connection.execute(statement, values)]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with told_plainly(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
