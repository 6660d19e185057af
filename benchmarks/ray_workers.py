"""What Ray costs beside a batch in one process: documents a second of either engine, with one worker on this machine.

Usage: python benchmarks/ray_workers.py [--documents 400] [--concurrency 32]
Each run is the command itself, against a server on loopback with a fixed latency of 0.2 s. What both engines need for
their start is taken out: a run of a few documents is timed first, and the rate is that of the documents beyond those.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from batch_memory import write_documents
from loopback_server import loopback_server

LATENCY = 0.2
CHARACTERS = 3300
DIFFERENT = 200
ENGINES = {"local": (), "ray": ("--engine", "ray", "--address", "local", "--max-workers", "1")}


def seconds(engine: str, base_url: str, count: int, concurrency: int) -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_documents(folder / "in.jsonl", count)
        command = [sys.executable, "-m", "summarizer", "batch", str(folder / "in.jsonl"), "-q"]
        command += ["-o", str(folder / "out.jsonl"), "-m", "loopback", "--base-url", base_url]
        command += ["--concurrency", str(concurrency), *ENGINES[engine]]
        started = time.perf_counter()
        subprocess.run(command, check=True, env={**os.environ, "SUMMARIZER_DATA": name})  # noqa: S603 - our own
        taken = time.perf_counter() - started
        with (folder / "out.jsonl").open("rb") as lines:
            if (written := sum(1 for _ in lines)) != count:
                sys.exit(f"{written} of {count} documents were written.")
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--concurrency", type=int, default=32)
    given = parser.parse_args()
    print("| engine | start, s | documents a second | to local |\n| --- | ---: | ---: | ---: |")
    local = None
    with loopback_server(DIFFERENT, CHARACTERS, LATENCY) as base_url:
        for engine in ENGINES:
            few = given.concurrency
            start = seconds(engine, base_url, few, given.concurrency)
            rate = given.documents / (seconds(engine, base_url, few + given.documents, given.concurrency) - start)
            local = local or rate
            print(f"| {engine} | {start:.1f} | {rate:.0f} | {rate / local:.2f} |", flush=True)


if __name__ == "__main__":
    main()
