"""The new entries of feeds, and the memory of those whose briefings are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from summarizer.cli.answer_store import tell_if_set_aside
from summarizer.cli.terminal import say
from summarizer.errors import AnswerError, InputError, TooManyFailuresError, UsageError

if TYPE_CHECKING:
    from summarizer.batch import BatchDocument
    from summarizer.batch.documents import SourceOptions
    from summarizer.documents import Document
    from summarizer.settings import AnswerCache, Settings
    from summarizer.sources import Fetcher
    from summarizer.sources.feeds import Feed

__all__ = ["brief_new_entries", "new_entries"]


@contextmanager
def new_entries(feeds: Sequence[str], options: SourceOptions, setting: AnswerCache) -> Iterator[list[BatchDocument]]:
    """The entries of feeds that no briefing was written of yet; each is noted when its answer is on disk.

    A feed that cannot be read is told of, and the others are read all the same.

    Raises:
        InputError: If no feed can be read.
        StoreError: If the store, which remembers the entries, cannot be opened.
        UsageError: If there is no store to remember them in.
    """
    if not feeds:
        yield []
        return
    if setting == "off":
        raise UsageError(
            "--feed remembers the entries that are done in the answer store, which is off; leave --no-cache (or the "
            "setting answer_cache) out."
        )
    from summarizer.batch.documents import feed_documents
    from summarizer.store import AnswerStore, FeedEntries

    with closing(AnswerStore()) as store, closing(FeedEntries(store.path)) as seen:
        tell_if_set_aside(store)
        yield feed_documents(_read(feeds, options), options, seen.is_seen, seen.note)


def _read(feeds: Sequence[str], options: SourceOptions) -> list[Feed]:
    from summarizer.sources.feeds import read_feed

    found, unread = [], list[InputError]()
    for feed in feeds:
        try:
            found.append(read_feed(feed, options.fetcher))
        except InputError as error:
            unread.append(error)
    if not found:
        raise unread[0]
    for one in unread:
        say(f"Warning: {one}")
    return found


def brief_new_entries(
    feeds: Sequence[str], fetcher: Fetcher, settings: Settings, brief: Callable[[Document], None]
) -> None:
    """Brief the new entries of feeds one after the other; one that fails is told of and stays new.

    Args:
        feeds: Addresses or paths.
        fetcher: What fetches feeds and pages.
        settings: Language, and whether there is a store.
        brief: Writes the briefing of a document.

    Raises:
        InputError: If no feed can be read.
        ModelUnavailableError: If no answer can be had.
        TooManyFailuresError: If an entry failed.
    """
    from summarizer.batch.documents import SourceOptions

    options = SourceOptions(language=settings.language, fetcher=fetcher)
    failed = 0
    with new_entries(feeds, options, settings.answer_cache) as entries:
        for entry in entries:
            try:
                brief(entry.read())
            except (InputError, AnswerError) as error:
                failed += 1
                say(f"{entry.id}: {error}")
            else:
                if entry.written is not None:
                    entry.written()
        if not entries:
            say("There is no new entry.")
    if failed:
        raise TooManyFailuresError(f"{failed} of {len(entries)} new entries failed; the same command tries them again.")
