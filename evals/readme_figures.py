"""Write the figures of the baselines into the README, between its marks.

Usage: python evals/readme_figures.py [--page]
--page runs the README's example on the embedded model too and puts its output in. A test holds the figures to the
baselines.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from statistics import fmean
from typing import Any

ROOT = Path(__file__).parents[1]
BASELINES = ROOT / "evals" / "baselines"
SEED = "fixtures/istanbul-memoranda/article.txt"
ROWS = {
    "items, macro": "items.macro_f1",
    "actors": "actors.f1",
    "demands": "demands.f1",
    "agreed steps": "agreed_steps.f1",
    "open questions": "open_questions.f1",
    "`by` right": "demands.by",
    "`of` right": "demands.of",
    "status of demands right": "demands.status",
    "parties right": "agreed_steps.parties",
    "status of steps right": "agreed_steps.status",
    "kind right": "actors.kind",
    "role right": "actors.role",
    "citations, precision": "citations.precision",
    "citations, recall": "citations.recall",
}
COLUMNS = {
    "local, dev": "briefings-local-dev",
    "cue words, dev": "briefings-baseline-cues-dev",
    "local, test": "briefings-local-test",
    "cue words, test": "briefings-baseline-cues-test",
}


def run(name: str) -> dict[str, Any]:
    """A stored run."""
    return json.loads((BASELINES / f"{name}.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def figures() -> str:
    """The table."""
    runs = {column: run(name)["metrics"] for column, name in COLUMNS.items()}
    lines = [f"| hard F1 unless said otherwise | {' | '.join(runs)} |", "| --- |" + " ---: |" * len(runs)]
    lines += [
        f"| {row} | {' | '.join(f'{metrics[key]:.2f}' for metrics in runs.values())} |" for row, key in ROWS.items()
    ]
    return "\n".join(lines)


def replaced(text: str, pattern: str, new: str) -> str:
    """The text with the one place that the pattern finds exchanged.

    Raises:
        SystemExit: If there is no such place, or more than one.
    """
    if len(re.findall(pattern, text)) != 1:
        raise SystemExit(f"The README has not exactly one place of the form {pattern}.")
    return re.sub(pattern, lambda _: new, text)


def with_figures(readme: str) -> str:
    """The README with the figures of the baselines."""
    seconds = [one["seconds"] for article in run("briefings-local-test")["articles"] for one in article["predictions"]]
    readme = replaced(readme, r"(?<=An article of `test` took )\d+(?= s in the mean)", f"{fmean(seconds):.0f}")
    return replaced(readme, r"(?m)^\| hard F1 unless said otherwise .*\n(?:\|.*\n)+", figures() + "\n")


def with_page(readme: str) -> str:
    """The README with what its example prints now."""
    command = [sys.executable, "-m", "summarizer", "summarize", SEED, "-q", "--no-cache"]
    environment = {**os.environ, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=True)  # noqa: S603 - ours
    return replaced(readme, r"(?s)(?<=on the embedded model:\n\n```text\n).*?(?=\n```\n)", done.stdout.strip())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", action="store_true")
    given = parser.parse_args()
    path = ROOT / "README.md"
    readme = with_figures(path.read_text(encoding="utf-8"))
    path.write_text(with_page(readme) if given.page else readme, encoding="utf-8")


if __name__ == "__main__":
    main()
