"""An event loop in a thread of its own, on which the sync face runs the async core."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

__all__ = ["run"]

ResultT = TypeVar("ResultT")


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="summarizer", daemon=True).start()
    return loop


def run(coroutine: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Run a coroutine to its end and give its result; works inside a running loop too, as in a notebook.

    An interrupt while waiting cancels the coroutine before it is raised here.
    """
    future = asyncio.run_coroutine_threadsafe(coroutine, _loop())
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise
