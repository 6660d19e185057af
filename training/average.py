"""The mean of the adapters of runs that went on from each other, scored on the validation articles.

Usage: python training/average.py RUN… --out RUN
A mean of weights along one path often does better on texts of other kinds than where the path ends (Wortsman et al.
2022, "Model soups", arXiv 2203.05482). Runs from different starts have nothing to average.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import torch
import typer
from train import Options, Trainer


def main(runs: list[Path], out: Annotated[Path, typer.Option(help="Folder for the adapter and its scores.")]) -> None:
    """Average the last checkpoints of the runs; write the adapter, its scores and what a run can start from."""
    states = [torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True) for run in runs]
    out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(Options(**states[-1]["options"]), out)
    adapters = [state["adapter"] for state in states]
    mean = {name: torch.stack([one[name] for one in adapters]).mean(0) for name in adapters[0]}
    trainer.load_adapter({"adapter": mean})
    scores = asdict(trainer.validate())
    trainer.export("adapter.gguf")
    torch.save({"adapter": mean}, out / "checkpoint.pt")  # for --start-from
    report = {"mean_of": [str(run) for run in runs], **scores}
    (out / "best.json").write_text(json.dumps(report, indent=2), encoding="utf-8")
    print(report)


if __name__ == "__main__":
    typer.run(main)
