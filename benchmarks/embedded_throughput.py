"""How much of the time of a briefing is llama.cpp's own: the same tokens, with and without what stands around it.

Usage: python benchmarks/embedded_throughput.py [ARTICLE] [--runs 3]
llama.cpp tells with each answer how long it took to read and to write (`timings`); the rest is ours: prompts, HTTP,
grammar sampling outside its clock, assembly. The model is loaded before.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from summarizer import Summarizer, read
from summarizer.models import language_model, structured

SEED = Path(__file__).parent.parent / "fixtures" / "istanbul-memoranda" / "article.txt"


@dataclass
class Timings:
    """llama.cpp's own account of what it did."""

    read: int = 0
    written: int = 0
    reading: float = 0.0
    """Milliseconds, as the next."""

    writing: float = 0.0

    def add(self, told: Mapping[str, Any]) -> None:
        """Count what was told with one answer."""
        self.read += told["prompt_n"]
        self.written += told["predicted_n"]
        self.reading += told["prompt_ms"]
        self.writing += told["predicted_ms"]


def listen(timings: Timings) -> None:
    """Note the timings of every answer from now on."""
    send = structured.send_completion

    async def heard(client: Any, request: Mapping[str, Any]) -> Any:
        response = await send(client, request)
        timings.add(response.model_extra["timings"])
        return response

    setattr(language_model, "send_completion", heard)  # noqa: B010 - it is not the module's to give


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("article", type=Path, nargs="?", default=SEED)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    document = read(given.article)
    timings = Timings()
    listen(timings)
    print("| tokens read | tokens written | seconds | of them llama.cpp's own | share |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    with Summarizer() as summarizer:
        summarizer.summarize("The union demands that the port pay more.")
        for _ in range(given.runs):
            timings.__init__()  # type: ignore[misc]  # from nothing again
            started = time.perf_counter()
            summarizer.summarize(document)
            seconds = time.perf_counter() - started
            own = (timings.reading + timings.writing) / 1000
            print(
                f"| {timings.read} | {timings.written} | {seconds:.2f} | {own:.2f} | {own / seconds:.2f} |", flush=True
            )


if __name__ == "__main__":
    main()
