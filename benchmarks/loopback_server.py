"""A server of the OpenAI protocol on loopback, in a process of its own, that takes a fixed time for every answer."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import re
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from generated_documents import generated_documents

__all__ = ["loopback_server"]

_NUMBER = re.compile(rb"Digest (\d{4}) of the talks")
_LANGEXTRACT_ANSWER = json.dumps({"extractions": [{"actor": "talks", "actor_attributes": {}}]})


@contextmanager
def loopback_server(count: int, characters: int, latency: float) -> Iterator[str]:
    """Run a server for the length of a block.

    Args:
        count: How many of the generated documents it knows the answers to.
        characters: Their length.
        latency: Seconds between a request and its answer.

    Yields:
        Its base URL.
    """
    processes = multiprocessing.get_context("spawn")
    ours, theirs = processes.Pipe()
    process = processes.Process(target=_serve, args=(theirs, count, characters, latency), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/v1"
    finally:
        process.terminate()
        process.join()


def _serve(told: Connection, count: int, characters: int, latency: float) -> None:
    asyncio.run(_serve_until_ended(told, count, characters, latency))


async def _serve_until_ended(told: Connection, count: int, characters: int, latency: float) -> None:
    from aiohttp import web

    answers = {document.number: _completion(document.answer) for document in generated_documents(count, characters)}
    other = _completion(_LANGEXTRACT_ANSWER)

    async def answer(request: web.Request) -> web.Response:
        found = _NUMBER.search(await request.read())
        await asyncio.sleep(latency)
        body = answers[int(found[1])] if found else other
        return web.Response(body=body, content_type="application/json")

    application = web.Application(client_max_size=2**24)
    application.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    told.send(runner.addresses[0][1])
    await asyncio.Event().wait()


def _completion(content: str) -> bytes:
    completion = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "loopback",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"},
        ],
        "usage": {"prompt_tokens": 2000, "completion_tokens": 700, "total_tokens": 2700},
    }
    return json.dumps(completion).encode()
