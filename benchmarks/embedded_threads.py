"""How threads and polling of the embedded model fare on an idle machine and on one whose cores are all taken.

Usage: python benchmarks/embedded_threads.py [ARTICLE]
Prints seconds for the article, and the ratio to one thread on the same machine in the same state.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from summarizer import Summarizer
from summarizer.models.embedded import usable_cores

SEED = Path(__file__).parent.parent / "fixtures" / "istanbul-memoranda" / "article.txt"


def spin() -> None:
    while True:
        pass


@contextmanager
def all_cores_taken() -> Iterator[None]:
    """As many processes that never rest as there are cores."""
    processes = [multiprocessing.Process(target=spin, daemon=True) for _ in range(usable_cores())]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.kill()


def seconds(article: Path, threads: int, polling: int) -> float:
    with Summarizer(threads=threads, polling=polling) as summarizer:
        summarizer.summarize("The union met the company. It asked for more.")  # the model is loaded, the ways are warm
        started = time.perf_counter()
        summarizer.summarize(article)
        return time.perf_counter() - started


def table(state: str, article: Path) -> None:
    one = seconds(article, 1, 0)
    print(f"| {state} | 1 | 0 | {one:.1f} | 1.00 |", flush=True)
    for polling in (0, 50):
        took = seconds(article, usable_cores(), polling)
        print(f"| {state} | {usable_cores()} | {polling} | {took:.1f} | {took / one:.2f} |", flush=True)


def main() -> None:
    article = Path(sys.argv[1]) if len(sys.argv) > 1 else SEED
    print("| machine | threads | polling | seconds | to one thread |\n| --- | --- | --- | --- | --- |")
    table("idle", article)
    with all_cores_taken():
        table("all cores taken", article)


if __name__ == "__main__":
    main()
