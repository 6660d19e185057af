"""A run of a suite over a model: what was predicted, how it was aligned, what it scored. Saved as one JSON file."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from summarizer.errors import InputError, OutputError, UsageError
from summarizer.evaluation.counts import average
from summarizer.evaluation.labels import Fixture, load_fixtures
from summarizer.evaluation.metrics import metrics_of
from summarizer.schemas import Briefing, TokenUsage

__all__ = ["ArticleRun", "Prediction", "Run", "Suite", "load_run", "load_suite", "save_json"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Suite(_Part):
    """Which articles are read by which models."""

    name: str
    fixtures: Path
    models: list[str] = Field(default_factory=lambda: ["local", "baseline:cues", "baseline:lead"])
    leave_out: list[str] = Field(default_factory=list)
    """Articles of the folder that are no part of the suite."""

    def load(self, split: str | None) -> list[Fixture]:
        """The suite's fixtures, of one split or all."""
        return [fixture for fixture in load_fixtures(self.fixtures, split) if fixture.name not in self.leave_out]


class Prediction(_Part):
    """What a model made of an article, once."""

    briefing: Briefing | None
    """None where the run crashed."""

    error: str | None = None
    counts: dict[str, float]
    pairs: dict[str, list[tuple[int, int, float]]]
    """Section to (predicted, labelled, similarity) of what is aligned."""

    usage: TokenUsage = Field(default_factory=TokenUsage)
    seconds: float = 0.0
    price: float | None = None
    """In US dollars, where the model's price is known."""


class ArticleRun(_Part):
    """All repeats of one article."""

    name: str
    split: Literal["dev", "test"]
    text_sha256: str
    labels_sha256: str
    predictions: list[Prediction]

    @property
    def counts(self) -> dict[str, float]:
        """Counts averaged over the repeats."""
        return average([prediction.counts for prediction in self.predictions])


class Run(_Part):
    """One model over one suite."""

    suite: str
    model: str
    prompt: str | None = None
    """Name and version of the template; none for a floor."""

    split: str | None = None
    repeats: int = 1
    command: str
    """The command that made it."""

    written_at: str
    articles: list[ArticleRun]
    metrics: dict[str, float] = Field(default_factory=dict)

    @property
    def crashes(self) -> list[str]:
        """Articles on which it crashed at least once."""
        return [a.name for a in self.articles if any(prediction.briefing is None for prediction in a.predictions)]

    def scored(self) -> Run:
        """This run with its metrics filled in."""
        return self.model_copy(update={"metrics": metrics_of([article.counts for article in self.articles])})

    def facts(self) -> dict[str, float | None]:
        """How it went: seconds and tokens an article, re-asks, answers that fitted at once, price."""
        everything = [prediction for article in self.articles for prediction in article.predictions]
        count = len(everything)
        prices = [prediction.price for prediction in everything if prediction.price is not None]
        answered = [prediction for prediction in everything if prediction.briefing is not None]
        return {
            "seconds_per_article": sum(p.seconds for p in everything) / count,
            "tokens_per_article": sum(p.usage.total_tokens for p in everything) / count,
            "re_asks": float(sum(p.usage.re_asks for p in everything)),
            "valid_at_first_answer": sum(p.usage.re_asks == 0 for p in answered) / count,
            "price": sum(prices) if prices else None,
        }


def load_suite(name: str) -> Suite:
    """A suite by its name in `evals/`, by its file, or a folder of fixtures as a suite of its own.

    Raises:
        UsageError: If there is none.
        InputError: If its file is broken.
    """
    path = Path(name)
    if path.is_dir():
        return Suite(name=path.resolve().name, fixtures=path)
    if path.suffix not in (".yaml", ".yml"):
        path = Path("evals") / f"{name}.yaml"
    try:
        suite = Suite.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError:
        raise UsageError(
            f"There is no suite {name!r} (looked for {path}); name a file in evals/, or a folder of labelled articles."
        ) from None
    except (yaml.YAMLError, ValidationError) as error:
        raise InputError(f"The suite {path} is broken: {' '.join(str(error).split())[:200]}.") from None
    return suite.model_copy(update={"fixtures": (path.parent / suite.fixtures).resolve()})


def load_run(path: Path) -> Run:
    """Load a run file.

    Raises:
        InputError: If it cannot be read or is no run.
    """
    try:
        return Run.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise InputError(f"{path} is no run file ({'.'.join(map(str, first['loc']))}: {first['msg']}).") from None


def file_stem(parts: Sequence[str | None]) -> str:
    """A file's name made of a suite's, a model's and a split's."""
    return "-".join(re.sub(r"[^\w.]+", "-", part).strip("-") for part in parts if part)


def save_json(model: BaseModel | dict[str, Any], path: Path) -> None:
    """Write JSON to a file, whole or not at all.

    Raises:
        OutputError: If it cannot be written.
    """
    import json

    text = model.model_dump_json(indent=1) if isinstance(model, BaseModel) else json.dumps(model, indent=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}.") from error
