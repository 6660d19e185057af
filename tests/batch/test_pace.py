from __future__ import annotations

import asyncio
import time

from summarizer.models.pace import Pace


async def go_round(pace: Pace, status: int = 200, seconds: float = 0.1) -> None:
    """As many calls as may be on their way, all answered alike."""
    limit = pace.limit
    for _ in range(limit):
        await pace.enter()
    for _ in range(limit):
        pace.after_response(status, seconds)
    for _ in range(limit):
        await pace.leave()


def test_the_limit_doubles_until_a_refusal_halves_it_and_then_grows_by_one() -> None:
    async def check() -> None:
        pace = Pace()
        first = pace.limit
        await go_round(pace)
        assert pace.limit == 2 * first
        await go_round(pace, status=429)
        assert pace.limit == first
        await go_round(pace)
        await go_round(pace)
        assert first < pace.limit <= first + 2

    asyncio.run(check())


def test_slow_answers_end_the_doubling() -> None:
    async def check() -> None:
        pace = Pace()
        await go_round(pace)
        reached = pace.limit
        await go_round(pace, seconds=1.0)
        await go_round(pace)
        await go_round(pace)
        assert reached < pace.limit <= reached + 2

    asyncio.run(check())


def test_a_limit_that_nothing_pushes_against_stays() -> None:
    async def check() -> None:
        pace = Pace()
        before = pace.limit
        for _ in range(50):
            await pace.enter()
            pace.after_response(200, 0.1)
            await pace.leave()
        assert pace.limit == before

    asyncio.run(check())


def test_a_number_that_is_named_is_kept() -> None:
    async def check() -> None:
        pace = Pace(concurrency=3)
        await go_round(pace)
        await go_round(pace, status=503)
        assert pace.limit == 3

    asyncio.run(check())


def test_nobody_sends_before_the_time_that_the_server_asks_for() -> None:
    async def check() -> None:
        pace = Pace()
        pace.after_response(429, 0.1, asked_to_wait=0.3)
        asked = time.monotonic()
        await asyncio.gather(*(pace.before_request() for _ in range(3)))
        assert time.monotonic() - asked >= 0.29

    asyncio.run(check())


def test_requests_a_minute_are_spread_over_the_minute() -> None:
    async def sent_within(seconds: float) -> int:
        pace = Pace(requests_a_minute=600)
        sent = 0

        async def send() -> None:
            nonlocal sent
            while True:
                await pace.before_request()
                sent += 1

        task = asyncio.create_task(send())
        await asyncio.sleep(seconds)
        task.cancel()
        return sent

    assert 1 <= asyncio.run(sent_within(0.5)) <= 16  # 10 a second: a full bucket and what has dripped in since


def test_tokens_of_a_large_document_hold_up_the_next() -> None:
    async def check() -> float:
        pace = Pace(concurrency=1, tokens_a_minute=60_000)
        await pace.enter()
        await pace.leave(tokens=1_500)
        await pace.enter()
        asked = time.monotonic()
        await pace.leave(tokens=500)
        return time.monotonic() - asked

    assert asyncio.run(check()) >= 0.2  # a thousand a second
