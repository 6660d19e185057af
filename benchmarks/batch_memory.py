"""How much memory `summarizer batch` takes, by the number of documents.

Usage: python benchmarks/batch_memory.py [--documents 100 10000 100000]
Each run is the command itself, against a server on loopback that answers at once, with an answer store of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from generated_documents import generated_documents
from loopback_server import loopback_server

CHARACTERS = 3300
DIFFERENT = 200
"""Texts that are made; each stands under many numbers, with a last line of its own."""


def write_documents(path: Path, count: int) -> None:
    texts = [document.text for document in generated_documents(DIFFERENT, CHARACTERS)]
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            text = f"{texts[number % DIFFERENT]}\nFiled under {number}.\n"
            file.write(json.dumps({"id": number, "text": text}) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, nargs="+", default=[100, 10_000, 100_000])
    print("| documents | peak memory, MiB | to the first | documents a second |\n| ---: | ---: | ---: | ---: |")
    first = None
    for count in sorted(parser.parse_args().documents):  # the peak is that of the largest run so far
        with tempfile.TemporaryDirectory() as name, loopback_server(DIFFERENT, CHARACTERS, 0.0) as base_url:
            folder = Path(name)
            write_documents(folder / "in.jsonl", count)
            command = [sys.executable, "-m", "summarizer", "batch", str(folder / "in.jsonl"), "-q"]
            command += ["-o", str(folder / "out.jsonl"), "-m", "loopback", "--base-url", base_url]
            started = time.perf_counter()
            subprocess.run(command, check=True, env={**os.environ, "SUMMARIZER_DATA": name})  # noqa: S603 - our own
            seconds = time.perf_counter() - started
            with (folder / "out.jsonl").open("rb") as lines:
                if (written := sum(1 for _ in lines)) != count:
                    sys.exit(f"{written} of {count} documents were written.")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        first = first or peak
        print(f"| {count:,} | {peak:.0f} | {peak / first:.2f} | {count / seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
