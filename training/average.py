"""The mean of the adapters of runs that share a start or went on from each other, scored on the validation articles.

Usage: python training/average.py RUN… --out RUN
A mean of weights along one path often does better on texts of other kinds than where the path ends (Wortsman et al.
2022, "Model soups", arXiv 2203.05482). Runs of `train.py` from nothing share their start, too. One run alone is scored
as it is: so are those of before compared, once there are more articles for validation.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import torch
import typer
from train import Options, Trainer, adapter_tensors


def main(runs: list[Path], out: Annotated[Path, typer.Option(help="Folder for the adapter and its scores.")]) -> None:
    """Average the adapters of the runs; write the mean and its scores."""
    options = json.loads((runs[-1] / "best.json").read_text(encoding="utf-8"))["options"]
    out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(Options(**options), out)
    adapters = [adapter_tensors(run / "adapter.gguf") for run in runs]
    trainer.load_adapter({name: torch.stack([one[name] for one in adapters]).mean(0) for name in adapters[0]})
    scores = asdict(trainer.validate())
    trainer.export("adapter.gguf")
    report = {"mean_of": [str(run) for run in runs], **scores}
    (out / "best.json").write_text(json.dumps(report, indent=2), encoding="utf-8")
    print(report)


if __name__ == "__main__":
    typer.run(main)
