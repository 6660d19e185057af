"""The embedded weights with the adapter added in, against the two side by side: tokens a second, and memory.

Usage: python benchmarks/embedded_weights.py [ARTICLE] [--runs 3]
Each run is a process of its own, the two ways by turns; llama.cpp tells with each answer how long it took to read and
to write (`timings`). The table has the medians, and their ratio to the two side by side.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from embedded_throughput import SEED, Timings, listen

from summarizer import Summarizer, read
from summarizer.models.weights import adapter_path

COLUMNS = ("tokens read a second", "tokens written a second", "memory at the peak, MiB")


def measure(article: Path) -> list[float]:
    """Read an article with the adapter that the environment names; gives the columns."""
    timings = Timings()
    listen(timings)
    with Summarizer() as summarizer:
        summarizer.summarize(read(article))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [1000 * timings.read / timings.reading, 1000 * timings.written / timings.writing, memory]


def measured_apart(article: Path, adapter: Path | None) -> list[float]:
    """The columns of a run in a process of its own."""
    environment = {**os.environ, **({"SUMMARIZER_ADAPTER": str(adapter)} if adapter else {})}
    command = [sys.executable, __file__, str(article), "--runs", "0"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)  # noqa: S603 - our own command
    return [float(value) for value in json.loads(done.stdout)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("article", type=Path, nargs="?", default=SEED)
    parser.add_argument("--runs", type=int, default=3, help="0: one, in this process, as JSON")
    given = parser.parse_args()
    if not given.runs:
        print(json.dumps(measure(given.article)))
        return
    with tempfile.TemporaryDirectory() as folder:
        # The adapter that ships is added to the weights; any other, so this copy of it, is loaded beside them.
        beside = Path(shutil.copy(adapter_path(), folder))
        measured_apart(given.article, None)  # the file is made
        runs = [(measured_apart(given.article, beside), measured_apart(given.article, None)) for _ in range(given.runs)]
    print("| | " + " | ".join(COLUMNS) + " |\n| --- |" + " ---: |" * len(COLUMNS))
    two, one = ([statistics.median(values) for values in zip(*way, strict=True)] for way in zip(*runs, strict=True))
    for name, values in (("side by side", two), ("one file", one)):
        print(f"| {name} | " + " | ".join(f"{value:.0f}" for value in values) + " |")
    print("| ratio | " + " | ".join(f"{after / before:.2f}" for before, after in zip(two, one, strict=True)) + " |")


if __name__ == "__main__":
    main()
