"""The store of answers as the commands use it: opened where it can be, and done without where it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from summarizer.cli.terminal import say
from summarizer.errors import StoreError, UsageError

if TYPE_CHECKING:
    from summarizer.settings import AnswerCache
    from summarizer.store import AnswerStore

__all__ = ["NoCache", "Refresh", "answer_store", "cache_setting", "tell_if_set_aside"]

NoCache = Annotated[bool, typer.Option("--no-cache", help="Neither look answers up in the store nor keep them.")]
Refresh = Annotated[bool, typer.Option("--refresh", help="Ask again even where the store has the answer.")]


def cache_setting(*, no_cache: bool, refresh: bool) -> AnswerCache | None:
    """The setting that the two options amount to; None where neither is given.

    Raises:
        UsageError: If both are given.
    """
    if no_cache and refresh:
        raise UsageError("--no-cache and --refresh contradict each other; give one of them.")
    return "off" if no_cache else "refresh" if refresh else None


@contextmanager
def answer_store(setting: AnswerCache) -> Iterator[AnswerStore | None]:
    """The open store, or None where it is not wanted or cannot be had, which is said."""
    if setting == "off":
        yield None
        return
    from summarizer.store import AnswerStore  # loaded when an answer is asked for

    try:
        store = AnswerStore()
    except StoreError as error:
        say(f"Warning: {error} What is answered now is not kept.")
        yield None
        return
    tell_if_set_aside(store)
    try:
        yield store
    finally:
        store.close()


def tell_if_set_aside(store: AnswerStore) -> None:
    """Say where a damaged file went."""
    if store.set_aside is not None:
        say(
            f"Warning: the answer store was damaged; it was set aside as {store.set_aside} and a new one begun at "
            f"{store.path}. 'sqlite3 FILE .recover' may save what it holds."
        )
