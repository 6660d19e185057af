"""How threads, and the way in which they wait for each other, fare on an idle machine and on a busy one.

Usage: python benchmarks/embedded_threads.py [ARTICLE]
Prints seconds an article and the ratio to one thread alone on the same machine. Each run is a process of its own, as
GNU OpenMP reads GOMP_SPINCOUNT when llama.cpp is loaded.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from summarizer.models.embedded import usable_cores

SEED = Path(__file__).parent.parent / "fixtures" / "istanbul-memoranda" / "article.txt"
SPINS = ("300000", "10000", "1000", "0")  # the first is what GNU OpenMP does by itself
AT_ONCE = (1, 4)
LONGEST = 900.0
"""Seconds until a run is given up."""


def started(article: Path, threads: int, spins: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "GOMP_SPINCOUNT": spins, "SUMMARIZER_THREADS": str(threads)}
    command = [sys.executable, "-m", "summarizer", "summarize", str(article), "--no-cache", "-q", "-o", os.devnull]
    return subprocess.Popen(command, env=environment)  # noqa: S603 - our own command


def seconds_an_article(article: Path, threads: int, spins: str, at_once: int) -> float | None:
    begun = time.perf_counter()
    processes = [started(article, threads, spins) for _ in range(at_once)]
    try:
        for process in processes:
            process.wait(timeout=max(0.0, begun + LONGEST - time.perf_counter()))
    except subprocess.TimeoutExpired:
        for process in processes:
            process.kill()
            process.wait()
        return None
    return (time.perf_counter() - begun) / at_once


def main() -> None:
    article = Path(sys.argv[1]) if len(sys.argv) > 1 else SEED
    one = seconds_an_article(article, 1, SPINS[0], 1)
    if one is None:
        sys.exit(f"One thread alone took more than {LONGEST:.0f} s.")
    print("| at once | threads | spins | seconds an article | to one thread alone |\n| --- | --- | --- | --- | --- |")
    print(f"| 1 | 1 | - | {one:.1f} | 1.00 |", flush=True)
    for at_once in AT_ONCE:
        for spins in SPINS:
            took = seconds_an_article(article, usable_cores(), spins, at_once)
            shown = f"{took:.1f} | {took / one:.2f}" if took else f"over {LONGEST / at_once:.0f} | -"
            print(f"| {at_once} | {usable_cores()} | {spins} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
