"""Take the adapter of the best of several runs, or of their mean, by its loss on the validation articles.

Usage: python training/choose.py RUN… --out ADAPTER.gguf
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer


def main(runs: list[Path], out: Annotated[Path, typer.Option()]) -> None:
    """Print the scores of all runs and copy the best adapter."""
    scores = {run: json.loads((run / "best.json").read_text(encoding="utf-8")) for run in runs}
    for run, score in scores.items():
        told = ", ".join(f"{name} {score[name]:.3f}" for name in ("loss", "decision_f1", "holders", "actors"))
        print(f"{run}: {told}" + (f" at step {score['step']}" if "step" in score else ", a mean"))
    best = min(scores, key=lambda run: float(scores[run]["loss"]))
    shutil.copyfile(best / "adapter.gguf", out)
    print(f"{best} is the best; its adapter is now {out}")


if __name__ == "__main__":
    typer.run(main)
