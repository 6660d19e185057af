from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from summarizer.errors import StoreError
from summarizer.store import AnswerStore, FeedEntries


def test_entries_are_seen_once_they_are_noted_whoever_notes_them(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite3"
    AnswerStore(path).close()
    with closing(FeedEntries(path)) as seen:
        assert not seen.is_seen("urn:1")
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda n: seen.note("feed", [f"urn:{n % 8}"]), range(32)))
    with closing(FeedEntries(path)) as again:
        assert [again.is_seen(f"urn:{n}") for n in (0, 7, 8)] == [True, True, False]


def test_a_file_without_a_place_for_entries_is_told(tmp_path: Path) -> None:
    with closing(FeedEntries(tmp_path / "empty.sqlite3")) as seen, pytest.raises(StoreError, match="cannot be used"):
        seen.is_seen("urn:1")
