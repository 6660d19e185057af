"""What was asked and answered, to be listed, searched, exported and pruned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from summarizer.errors import InputError, UsageError
from summarizer.store.answers import AnswerStore

__all__ = ["HistoryEntry", "delete_entries", "entries", "export", "find_entry", "search"]

_SHORT = "id, written_at, model, prompt, source, title, prompt_tokens + completion_tokens AS tokens, price, seconds"
_PAGE = 500


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """One answer, in a line."""

    id: int
    written_at: str
    model: str
    prompt: str
    source: str | None
    title: str | None
    tokens: int
    price: float | None
    seconds: float
    passage: str | None = None
    """Where the words of a search stand, with « and » around them."""

    def as_json(self) -> dict[str, Any]:
        """Its fields; the passage only where it was searched for."""
        return {name: value for name, value in asdict(self).items() if name != "passage" or value is not None}


def entries(store: AnswerStore, *, most: int, model: str | None = None) -> list[HistoryEntry]:
    """The latest answers, newest first.

    Args:
        store: Where they are.
        most: How many at most.
        model: Only of this one, by the name that the user gave it.

    Raises:
        StoreError: If the store cannot be read.
    """
    where, values = ("WHERE model = ?", [model]) if model else ("", [])
    statement = f"SELECT {_SHORT} FROM answers {where} ORDER BY written_at DESC, id DESC LIMIT ?"  # noqa: S608 - own text
    return [HistoryEntry(**dict(row)) for row in store.query(statement, [*values, most])]


def search(store: AnswerStore, words: str, *, most: int) -> list[HistoryEntry]:
    """Answers in whose title, text or answer all words stand, the best fit first (BM25).

    Raises:
        UsageError: If there is no word.
        StoreError: If the store cannot be read.
    """
    quoted = " ".join('"' + word.replace('"', '""') + '"' for word in words.split())
    if not quoted:
        raise UsageError("There is nothing to search for; name a word or more.")
    columns = ", ".join(f"answers.{name}" for name in _SHORT.split(", ") if " AS " not in name)
    statement = (
        f"SELECT {columns}, answers.prompt_tokens + answers.completion_tokens AS tokens, "  # noqa: S608 - own text
        "snippet(search, -1, '«', '»', '…', 24) AS passage "
        "FROM search JOIN answers ON answers.id = search.rowid WHERE search MATCH ? ORDER BY bm25(search) LIMIT ?"
    )
    return [HistoryEntry(**dict(row)) for row in store.query(statement, [quoted, most])]


def find_entry(store: AnswerStore, identifier: int) -> tuple[str, str]:
    """An answer's envelope as JSON, and the text that was read.

    Raises:
        InputError: If there is no such answer.
        StoreError: If the store cannot be read.
    """
    statement = "SELECT envelope, text FROM answers JOIN documents ON sha256 = text_sha256 WHERE id = ?"
    rows = store.query(statement, [identifier])
    if not rows:
        raise InputError(f"There is no answer {identifier} in the store; 'summarizer log list' shows them.")
    return rows[0]["envelope"], rows[0]["text"]


def export(store: AnswerStore) -> Iterator[dict[str, Any]]:
    """All answers, oldest first, each with its id, key and text; read a page at a time."""
    statement = (
        "SELECT id, key, price, text, envelope FROM answers JOIN documents ON sha256 = text_sha256 "
        "WHERE id > ? ORDER BY id LIMIT ?"
    )
    last = 0
    while rows := store.query(statement, [last, _PAGE]):
        for row in rows:
            yield {**dict(row), "envelope": json.loads(row["envelope"])}
        last = rows[-1]["id"]


def delete_entries(store: AnswerStore, *, before: datetime | None = None, identifiers: list[int] | None = None) -> int:
    """Delete answers; gives how many.

    Args:
        store: Where they are.
        before: All written before this time, with its zone.
        identifiers: These, by id.

    Raises:
        StoreError: If the store cannot be written.
    """
    chosen = list(identifiers or [])
    if before is not None:
        moment = before.astimezone(UTC).isoformat()
        chosen += [row["id"] for row in store.query("SELECT id FROM answers WHERE written_at < ?", [moment])]
    return store.delete(chosen)
