"""How many calls are on their way at once, and how many a minute: as many as the server bears.

The number in flight is found as TCP finds its window (Jacobson 1988; Chiu and Jain 1989): it doubles until the server
refuses or slows down, is then halved, and grows by one a round. Requests and tokens a minute go through leaky buckets
(aiolimiter) that let no burst of a whole minute through at once.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiolimiter import AsyncLimiter

__all__ = ["Pace"]

_FIRST = 8
_SLOWED = 2.5
"""A call that takes so many times the quickest one's time shows a queue at the server."""

_REFUSED = frozenset({429, 503, 529})
_LEAST_BETWEEN_CUTS = 1.0
_MINUTE = 60.0


class Pace:
    """Admits calls; bound to one event loop.

    Args:
        concurrency: Calls in flight at most; None finds the number.
        most: What the found number may reach.
        requests_a_minute: Requests sent at most, repeats included; None for no limit.
        tokens_a_minute: Prompt and completion tokens at most; None for no limit.
    """

    def __init__(
        self,
        *,
        concurrency: int | None = None,
        most: int = 128,
        requests_a_minute: float | None = None,
        tokens_a_minute: float | None = None,
    ) -> None:
        self._fixed = concurrency is not None
        self._limit = float(concurrency or min(_FIRST, most))
        self._most = most
        self._in_flight = 0
        self._changed = asyncio.Condition()
        self._doubling = True
        self._quickest = float("inf")
        self._not_before = 0.0
        self._last_cut = float("-inf")
        self._requests = _bucket(requests_a_minute)
        self._tokens = _bucket(tokens_a_minute)

    @property
    def limit(self) -> int:
        """Calls that may be in flight now."""
        return max(1, int(self._limit))

    @property
    def in_flight(self) -> int:
        """Calls that are in flight now."""
        return self._in_flight

    async def enter(self) -> None:
        """Wait for a place among the calls in flight and take it."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._in_flight < self.limit)
            self._in_flight += 1

    async def leave(self, tokens: int = 0) -> None:
        """Give the place back, once there is room for the tokens that were spent.

        Args:
            tokens: What the calls made in this place took. How many it will be is not known before; so the next call
                waits, not this one.
        """
        if self._tokens is not None:
            left = float(tokens)
            while left > 0:
                part = min(left, self._tokens.max_rate)
                await self._tokens.acquire(part)
                left -= part
        async with self._changed:
            self._in_flight -= 1
            self._changed.notify_all()

    async def before_request(self) -> None:
        """Wait until one more request may be sent."""
        while (wait := self._not_before - time.monotonic()) > 0:  # noqa: ASYNC110 - the time may move on meanwhile
            await asyncio.sleep(wait)
        if self._requests is not None:
            await self._requests.acquire()

    def after_response(self, status: int, seconds: float, asked_to_wait: float | None = None) -> None:
        """Learn from a response.

        Args:
            status: Its HTTP status.
            seconds: How long it took.
            asked_to_wait: Seconds that the server asks to wait, where it does; nothing is sent before they are over.
        """
        if status in _REFUSED:
            self._not_before = max(self._not_before, time.monotonic() + (asked_to_wait or 0.0))
            self._cut()
            return
        self._quickest = min(self._quickest, seconds)
        if seconds > _SLOWED * self._quickest:
            self._doubling = False
            return
        if not self._fixed and 2 * self._in_flight >= self.limit:  # a limit that nothing pushes against tells nothing
            self._limit = min(self._most, self._limit + (1.0 if self._doubling else 1.0 / self._limit))

    def _cut(self) -> None:
        now = time.monotonic()
        self._doubling = False
        if not self._fixed and now - self._last_cut >= _LEAST_BETWEEN_CUTS:  # one flood of refusals is one sign
            self._limit = max(1.0, self._limit / 2)
            self._last_cut = now


def _bucket(a_minute: float | None) -> AsyncLimiter | None:
    """A bucket that holds a second's worth, or one, so that no minute's worth goes out at once."""
    if a_minute is None:
        return None
    from aiolimiter import AsyncLimiter

    a_second = a_minute / _MINUTE
    return AsyncLimiter(a_second, 1.0) if a_second >= 1 else AsyncLimiter(1.0, 1.0 / a_second)
