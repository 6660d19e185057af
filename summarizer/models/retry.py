"""Two kinds of retry under one controller and one deadline, so that they never multiply.

On the way (429, 5xx, time-outs, dropped connections): waits, with jitter, as long as the server asks where it does.
Within the answer (schema violations): asks again at once, with what was wrong in the message (instructor adds it).
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import ValidationError
from tenacity import AsyncRetrying, RetryCallState

__all__ = ["Attempts", "BrokenStreamError", "is_wrong_answer", "seconds_asked_for", "seconds_of_headers", "status_of"]

_WORTH_REPEATING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
_DROPPED = frozenset(
    {"APIConnectionError", "APITimeoutError", "BrokenStreamError", "ConnectError", "ReadError", "RemoteProtocolError"}
)
_QUOTA_CODES = frozenset({"insufficient_quota", "billing_not_active", "credit_balance_too_low"})
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 30.0


class BrokenStreamError(Exception):
    """An answer that was heard while it was written broke off."""


class Attempts:
    """The attempts of one call: how many have failed, and how long to wait before the next.

    Args:
        retries: How often each kind may be repeated.
        deadline: On the clock of `time.monotonic`; no wait reaches beyond it.
        answered: How many answers have come in so far; what fails without one has failed on the way.
    """

    def __init__(self, *, retries: int, deadline: float, answered: Callable[[], int]) -> None:
        self.retries = retries
        self.deadline = deadline
        self._answered = answered
        self._seen = answered()
        self.dropped = 0
        self.wrong = 0

    def controller(self) -> AsyncRetrying:
        """A tenacity controller for this call."""
        return AsyncRetrying(
            retry=self._worth_another, stop=self._spent, wait=self._wait, sleep=asyncio.sleep, reraise=True
        )

    def _worth_another(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        if error is None:
            return False
        seen, self._seen = self._seen, self._answered()
        if is_wrong_answer(error) and self._seen > seen:
            self.wrong += 1
            return True
        if is_worth_repeating(error) or isinstance(error, json.JSONDecodeError):
            self.dropped += 1
            return True
        return False

    def _spent(self, state: RetryCallState) -> bool:
        return (
            self.wrong > self.retries
            or self.dropped > self.retries
            or time.monotonic() + (state.upcoming_sleep or 0.0) >= self.deadline
        )

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if error is None or is_wrong_answer(error):
            return 0.0
        asked = seconds_asked_for(error)
        if asked is not None:
            return asked + random.uniform(0.0, 0.1 * min(asked, 1.0))  # noqa: S311 - jitter, not a secret
        ceiling = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** (self.dropped - 1))
        return random.uniform(ceiling / 2, ceiling)  # noqa: S311


def is_wrong_answer(error: BaseException) -> bool:
    """Whether the model answered, but not within the schema."""
    from instructor.core.exceptions import AsyncValidationError, ResponseParsingError

    if isinstance(error, ResponseParsingError):
        return bool(getattr(error.raw_response, "choices", error.raw_response))
    return isinstance(error, ValidationError | json.JSONDecodeError | AsyncValidationError)


def is_worth_repeating(error: BaseException) -> bool:
    """Whether a call failed on the way, so that the same call may succeed a moment later."""
    status = status_of(error)
    if status is not None:
        return status in _WORTH_REPEATING and getattr(error, "code", None) not in _QUOTA_CODES
    return any(kind.__name__ in _DROPPED for kind in type(error).__mro__)


def status_of(error: BaseException) -> int | None:
    """The HTTP status that a provider's error carries; every SDK that instructor knows names it the same."""
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def seconds_asked_for(error: BaseException) -> float | None:
    """How long the server asks to wait, by the response that an error carries."""
    headers: Any = getattr(getattr(error, "response", None), "headers", None)
    return None if headers is None else seconds_of_headers(headers)


def seconds_of_headers(headers: Any) -> float | None:
    """How long the server asks to wait, from `retry-after-ms` or `Retry-After` (seconds or a date; RFC 9110)."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return max(0.0, milliseconds / 1000)
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None:
        return max(0.0, seconds)
    try:
        when = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    if when is None:
        return None
    return max(0.0, (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp())


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value else None
    except ValueError:
        return None
    return number if number is not None and number == number and abs(number) != float("inf") else None  # noqa: PLR0124
