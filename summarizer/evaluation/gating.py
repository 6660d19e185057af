"""The gate: a model must stay above its floors, must not fall below its baseline, and must not crash."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from summarizer.errors import InputError
from summarizer.evaluation.comparing import compare
from summarizer.evaluation.runs import Run, file_stem, load_run, save_json

__all__ = ["Gate", "baseline_path", "failures", "load_gate", "update_baseline"]

SIGNIFICANT = 0.05


class Gate(BaseModel):
    """What `evals/gate.yaml` holds."""

    model_config = ConfigDict(extra="forbid")

    floors: dict[str, dict[str, float]] = Field(default_factory=dict)
    """Model to metric to the least it may score, 0 to 1."""

    tolerances: dict[str, float] = Field(default_factory=dict)
    """Metric to how far it may fall below the baseline, 0 to 1; what falls further fails where p is under 0.05."""


def load_gate(path: Path) -> Gate:
    """Read the gate's file.

    Raises:
        InputError: If it is not there or broken.
    """
    try:
        return Gate.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except OSError as error:
        raise InputError(f"The gate {path} cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, ValidationError) as error:
        raise InputError(f"The gate {path} is broken: {' '.join(str(error).split())[:200]}.") from None


def baseline_path(folder: Path, run: Run) -> Path:
    """The baseline file of a run's suite, model and split."""
    return folder / f"{file_stem([run.suite, run.model, run.split])}.json"


def update_baseline(folder: Path, run: Run) -> Path:
    """Make a run the baseline of its model; gives the file."""
    path = baseline_path(folder, run)
    save_json(run, path)
    return path


def failures(run: Run, gate: Gate, baseline: Run | None) -> list[str]:
    """Why a run does not pass, one sentence each; empty where it does."""
    found = [f"{run.model} crashed on {name}" for name in run.crashes]
    for metric, least in gate.floors.get(run.model, {}).items():
        score = run.metrics.get(metric)
        if score is None:
            found.append(f"{run.model}: there is no metric {metric!r}, which has a floor")
        elif score < least:
            found.append(f"{run.model}: {metric} is {score:.3f}, below its floor of {least:.3f}")
    if baseline is None:
        return found
    names = {article.name for article in run.articles}
    missing = [article.name for article in baseline.articles if article.name not in names]
    found += [f"{run.model}: {name} is in the baseline and was not run" for name in missing]
    if len(missing) < len(baseline.articles):
        for difference in compare(baseline, run, metrics=list(gate.tolerances)).differences:
            if -difference.change > gate.tolerances[difference.metric] and difference.p < SIGNIFICANT:
                found.append(
                    f"{run.model}: {difference.metric} fell from {difference.before:.3f} to {difference.after:.3f} "
                    f"(p = {difference.p:.3f}), more than {gate.tolerances[difference.metric]:.3f}"
                )
    return found


def load_baseline(folder: Path, run: Run) -> Run | None:
    """The baseline of a run's model, where there is one."""
    path = baseline_path(folder, run)
    return load_run(path) if path.is_file() else None
