"""Entries of feeds that need not be read again, because their briefings are written."""

from __future__ import annotations

import threading
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from summarizer.store.database import connect, told_plainly

__all__ = ["FeedEntries"]


class FeedEntries:
    """The entries noted in the file of an `AnswerStore`, which makes the file ready; threads may share it.

    Args:
        path: The store's file.

    Raises:
        StoreError: From every method, if the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        with told_plainly(path):
            self._connection = connect(path)

    def is_seen(self, entry: str) -> bool:
        """Whether an entry's briefing was written, by the entry's id."""
        with self._lock, told_plainly(self.path):
            found = self._connection.execute("SELECT 1 FROM feed_entries WHERE entry = ?", (entry,)).fetchone()
        return found is not None

    def note(self, feed: str, entries: Collection[str]) -> None:
        """Note that the briefings of entries are written.

        Args:
            feed: The address or path of their feed.
            entries: Their ids.
        """
        now = datetime.now(UTC).isoformat()
        with self._lock, told_plainly(self.path), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(
                "INSERT OR IGNORE INTO feed_entries (entry, feed, written_at) VALUES (?, ?, ?)",
                [(entry, feed, now) for entry in entries],
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
