"""Open ways to a model's server: one for each event loop, as the libraries below want it."""

from __future__ import annotations

import asyncio
import inspect
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from summarizer.models.structured import StructuredCalls

if TYPE_CHECKING:
    from openai import AsyncOpenAI

__all__ = ["Connection", "Connections"]

_SECONDS_TO_CLOSE = 1.0


@dataclass(kw_only=True)
class Connection:
    """An open way to a model's server, bound to one event loop."""

    open_structured: Callable[[], StructuredCalls]
    """Gives the calls for answers under a schema; what they load is left alone where answers are under a grammar."""

    chat: AsyncOpenAI | None
    """For answers under a grammar; None where the provider does not speak the OpenAI protocol."""

    client: Any
    """The provider's own client, which holds what must be closed."""

    @cached_property
    def structured(self) -> StructuredCalls:
        """For answers under a schema."""
        return self.open_structured()

    async def aclose(self) -> None:
        """Close it for good."""
        closed = self.client.close() if hasattr(self.client, "close") else None
        if inspect.isawaitable(closed):
            await closed


class Connections:
    """The connections of one model, opened when an event loop first needs one.

    What nobody closes is closed when its event loop has ended and another connection is opened, when the model is no
    longer in use, and at the end of the program: aiohttp would otherwise complain on standard error.

    Args:
        connect: Opens a connection for the running event loop.
    """

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._open: dict[asyncio.AbstractEventLoop, Connection] = {}
        weakref.finalize(self, _close_all, self._open)

    def of_running_loop(self) -> Connection:
        """The connection of the running event loop."""
        loop = asyncio.get_running_loop()
        found = self._open.get(loop)
        if found is None:
            _close_all({ended: self._open.pop(ended) for ended in [*self._open] if ended.is_closed()})
            found = self._open[loop] = self._connect()
        return found

    async def aclose(self) -> None:
        """Close the connection of the running event loop; the next call opens another."""
        connection = self._open.pop(asyncio.get_running_loop(), None)
        if connection is not None:
            await connection.aclose()


def _close_all(connections: dict[asyncio.AbstractEventLoop, Connection]) -> None:
    for loop, connection in connections.items():
        # The loop may end at any moment, and with it all that is left to close.
        with suppress(RuntimeError, TimeoutError):
            _close(loop, connection)


def _close(loop: asyncio.AbstractEventLoop, connection: Connection) -> None:
    if loop.is_running() and loop is not _running_loop():
        asyncio.run_coroutine_threadsafe(connection.aclose(), loop).result(_SECONDS_TO_CLOSE)
        return
    closing = connection.aclose()
    with suppress(StopIteration):  # sockets are closed at the first step; there is no waiting for the other side
        closing.send(None)
    closing.close()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
