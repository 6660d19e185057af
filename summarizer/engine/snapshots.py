"""Answers that are not at their end, handed from the task that reads a document to whoever shows them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from pydantic import BaseModel

from summarizer.models.weights import Progress
from summarizer.schemas import Envelope

__all__ = ["STILL_WRITTEN", "Show", "Snapshots", "SoFar", "silent"]

STILL_WRITTEN = "The answer is still being written."

Show = Callable[[Envelope[Any]], None]
SoFar = Callable[[BaseModel], None]


class Snapshots:
    """The newest answer so far, and how to wait for the next.

    Args:
        progress: What is told of the reading.
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.newest: Envelope[Any] | None = None
        """What is there and was not taken yet."""

        self._changed = asyncio.Event()

    def show(self, envelope: Envelope[Any]) -> None:
        """Put one in the place of the one before."""
        self.newest = envelope
        self._changed.set()

    @asynccontextmanager
    async def of(self, reading: Coroutine[Any, Any, Envelope[Any]]) -> AsyncIterator[asyncio.Task[Envelope[Any]]]:
        """A reading under way, that ends with the block."""
        task = asyncio.create_task(reading)
        task.add_done_callback(lambda _: self._changed.set())
        try:
            yield task
        finally:
            if not task.done():
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def until_done(self, task: asyncio.Task[Envelope[Any]]) -> AsyncIterator[Envelope[Any]]:
        """Each that is there when it is asked for, until the whole is."""
        while not task.done():
            await self._changed.wait()
            self._changed.clear()
            if self.newest is not None and not task.done():
                newest, self.newest = self.newest, None
                yield newest


def silent(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""
