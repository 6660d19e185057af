from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import pytest

from summarizer.models.retry import Attempts, is_worth_repeating, seconds_asked_for


class Failed(Exception):  # noqa: N818 - stands for any SDK's error
    def __init__(self, status: int | None = None, code: str | None = None, **headers: str) -> None:
        super().__init__("failed")
        if status:
            self.status_code = status
            self.code = code
            self.response = SimpleNamespace(headers={k.replace("_", "-"): v for k, v in headers.items()})


class APIConnectionError(Exception):
    pass


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "2"}, 2.0),
        ({"retry_after": "0.25"}, 0.25),
        ({"retry_after_ms": "1500", "retry_after": "9"}, 1.5),
        ({"retry_after": "-3"}, 0.0),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "nan"}, None),
        ({}, None),
    ],
)
def test_the_wait_is_what_the_server_asks(headers: dict[str, str], seconds: float | None) -> None:
    assert seconds_asked_for(Failed(429, **headers)) == seconds


def test_the_wait_may_be_asked_as_a_date() -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert seconds_asked_for(Failed(429, retry_after=when)) == pytest.approx(30, abs=2)
    assert seconds_asked_for(Failed(429, retry_after="Mon, 01 Jan 2024 00:00:00 GMT")) == 0.0


@pytest.mark.parametrize(
    ("error", "worth"),
    [
        (Failed(429), True),
        (Failed(503), True),
        (Failed(429, code="insufficient_quota"), False),
        (Failed(400), False),
        (Failed(401), False),
        (APIConnectionError(), True),
        (type("APITimeoutError", (APIConnectionError,), {})(), True),
        (ValueError(), False),
    ],
)
def test_only_what_may_pass_is_repeated(error: Exception, worth: bool) -> None:
    assert is_worth_repeating(error) is worth


async def tries_of(attempts: Attempts, error: Exception) -> int:
    tries = 0
    try:
        async for attempt in attempts.controller():
            with attempt:
                tries += 1
                raise error
    except type(error):
        return tries
    raise AssertionError("the error was lost")


def attempts(**changes: Any) -> Attempts:
    return Attempts(**{"retries": 2, "deadline": time.monotonic() + 60, "answered": lambda: 0, **changes})


def test_a_failure_on_the_way_is_repeated_as_often_as_allowed() -> None:
    assert asyncio.run(tries_of(attempts(), Failed(503, retry_after="0"))) == 3
    assert asyncio.run(tries_of(attempts(retries=0), Failed(503, retry_after="0"))) == 1
    assert asyncio.run(tries_of(attempts(), Failed(400))) == 1


def test_no_wait_reaches_beyond_the_deadline() -> None:
    started = time.monotonic()
    assert asyncio.run(tries_of(attempts(deadline=started + 5), Failed(429, retry_after="60"))) == 1
    assert time.monotonic() - started < 4
