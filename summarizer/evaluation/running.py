"""Running a suite: each article read, aligned and scored; identical calls answered from a cache.

The cache is also what lets an interrupted run go on: the same command finds what is done and does the rest.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from summarizer.engine import Summarizer
from summarizer.errors import SummarizerError, UsageError
from summarizer.evaluation.counts import score_article
from summarizer.evaluation.floors import FLOORS
from summarizer.evaluation.labels import Fixture, Labels
from summarizer.evaluation.runs import ArticleRun, Prediction, Run, Suite, save_json
from summarizer.models.weights import DEFAULT_WEIGHTS, adapter_path
from summarizer.schemas import Briefing, Envelope
from summarizer.settings import cache_directory

__all__ = ["RunOptions", "command_line", "run_suite"]

Told = Callable[[str, int, int], None]
_PACKAGE = Path(__file__).parent.parent
_NOT_PART_OF_AN_ANSWER = ("evaluation", "cli", "render")


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How a suite is run."""

    split: str | None = None
    repeats: int = 1
    concurrency: int = 1
    fresh: bool = False
    """Whether answers in the cache are ignored."""

    command: str = ""


def run_suite(suite: Suite, summarizer: Summarizer | str, options: RunOptions, progress: Told) -> Run:
    """Read every article of a suite with a model and score what comes back.

    Args:
        suite: The articles.
        summarizer: The model, with prompt and schema; or the name of a floor.
        options: Split, repeats, concurrency, cache.
        progress: Told after each article.

    Raises:
        UsageError: If the schema is no briefing, or a floor is unknown.
    """
    fixtures = suite.load(options.split)
    if isinstance(summarizer, str):
        predictions = [[_floor(summarizer, fixture)] for fixture in fixtures]
        model, prompt = summarizer, None
    else:
        if not issubclass(summarizer.schema, Briefing):
            raise UsageError("Evals score briefings; the schema is another one.")
        with summarizer:
            predictions = _all_predictions(summarizer, fixtures, options, progress)
        model, prompt = summarizer.settings.model, f"{summarizer.template.name} {summarizer.template.version}"
    return Run(
        suite=suite.name,
        model=model,
        prompt=prompt,
        split=options.split,
        repeats=1 if prompt is None else options.repeats,
        command=options.command,
        written_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        articles=[
            ArticleRun(
                name=fixture.name,
                split=fixture.labels.split,
                text_sha256=fixture.document.sha256,
                labels_sha256=hashlib.sha256(fixture.labels.model_dump_json().encode()).hexdigest(),
                predictions=found,
            )
            for fixture, found in zip(fixtures, predictions, strict=True)
        ],
    ).scored()


def _all_predictions(
    summarizer: Summarizer, fixtures: list[Fixture], options: RunOptions, progress: Told
) -> list[list[Prediction]]:
    from summarizer.engine import background_loop

    return background_loop.run(_predict(summarizer, fixtures, options, progress))


async def _predict(
    summarizer: Summarizer, fixtures: list[Fixture], options: RunOptions, progress: Told
) -> list[list[Prediction]]:
    places = asyncio.Semaphore(options.concurrency)
    total, done = len(fixtures) * options.repeats, 0

    async def one(fixture: Fixture, repeat: int) -> Prediction:
        nonlocal done
        async with places:
            found = await _prediction(summarizer, fixture, repeat, fresh=options.fresh)
        done += 1
        progress(f"{summarizer.settings.model}: {fixture.name}", done, total)
        return found

    progress(f"{summarizer.settings.model}: starting", 0, total)
    repeats = [asyncio.gather(*(one(f, repeat) for repeat in range(options.repeats))) for f in fixtures]
    return [list(found) for found in await asyncio.gather(*repeats)]


async def _prediction(summarizer: Summarizer, fixture: Fixture, repeat: int, *, fresh: bool) -> Prediction:
    path = _cache_path(summarizer, fixture, repeat)
    envelope = None if fresh else _cached(path)
    if envelope is None:
        try:
            envelope = await summarizer.asummarize(fixture.document)
        except SummarizerError as error:
            return _crashed(fixture, f"{type(error).__name__}: {error}")
        except Exception as error:  # noqa: BLE001 - a crash of any kind scores 0; the run goes on and tells
            return _crashed(fixture, f"{type(error).__name__}: {error}")
        if envelope.not_covered:  # an answer to a part of the article measures nothing, and must not be kept
            return _crashed(fixture, f"A part of the article could not be read: {envelope.not_covered[0].reason}")
        save_json(envelope, path)
    return _scored(envelope.briefing, fixture.labels, fixture, envelope)


def _scored(
    briefing: Briefing, labels: Labels, fixture: Fixture, envelope: Envelope[Briefing] | None = None
) -> Prediction:
    score = score_article(briefing, labels, fixture.document)
    pairs = {
        section: [(pair.predicted, pair.labelled, round(pair.similarity, 4)) for pair in found]
        for section, found in score.pairs.items()
    }
    if envelope is None:
        return Prediction(briefing=briefing, counts=score.counts, pairs=pairs)
    return Prediction(
        briefing=briefing,
        counts=score.counts,
        pairs=pairs,
        usage=envelope.token_usage,
        seconds=envelope.seconds,
        price=_price(envelope),
    )


def _crashed(fixture: Fixture, error: str) -> Prediction:
    counts = score_article(None, fixture.labels, fixture.document).counts
    return Prediction(briefing=None, error=error, counts=counts, pairs={})


def _floor(name: str, fixture: Fixture) -> Prediction:
    if name not in FLOORS:
        raise UsageError(f"There is no floor {name!r}; name one of {', '.join(FLOORS)}.")
    return _scored(FLOORS[name](fixture.document), fixture.labels, fixture)


def _price(envelope: Envelope[Briefing]) -> float | None:
    """Price in US dollars by genai-prices; None where its list lacks the model, or the machine is one's own."""
    provider, slash, name = envelope.model.name.partition("/")
    if not slash or envelope.model.base_url or provider in ("local", "ollama"):
        return None
    from genai_prices import Usage, calc_price

    used = Usage(input_tokens=envelope.token_usage.prompt_tokens, output_tokens=envelope.token_usage.completion_tokens)
    try:
        return float(calc_price(used, model_ref=name, provider_id=provider).total_price)
    except LookupError:
        return None


def _cache_path(summarizer: Summarizer, fixture: Fixture, repeat: int) -> Path:
    plan = dataclasses.asdict(summarizer.plan(fixture.document))
    settings = summarizer.settings
    identity = {
        "plan": plan,
        "text": fixture.document.sha256,
        "language": fixture.document.language,
        "parameters": {
            name: getattr(settings, name) for name in ("temperature", "max_tokens", "mode", "min_confidence")
        },
        "weights": _weights_identity(settings.model, settings.adapter),
        "code": _code_identity(),
        "repeat": repeat,
    }
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode()).hexdigest()
    return cache_directory() / "answers" / digest[:2] / f"{digest}.json"


def _cached(path: Path) -> Envelope[Briefing] | None:
    try:
        return Envelope[Briefing].model_validate_json(path.read_bytes())
    except (OSError, ValidationError):  # not there, or half there: asked again
        return None


@cache
def _weights_identity(model: str, adapter: Path | None) -> str:
    if model == "local":
        return f"{DEFAULT_WEIGHTS.sha256}+{hashlib.sha256((adapter or adapter_path()).read_bytes()).hexdigest()}"
    path = Path(model.removeprefix("local:")).expanduser()
    return f"{path}:{path.stat().st_mtime_ns}" if model.startswith("local:") and path.is_file() else ""


@cache
def _code_identity() -> str:
    """What makes a briefing of a model's answers is part of the answer: a change of it makes old answers stale."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*")):
        room = path.relative_to(_PACKAGE).parts[0]
        if path.suffix in (".py", ".csv") and room not in _NOT_PART_OF_AN_ANSWER:
            digest.update(str(path.relative_to(_PACKAGE)).encode() + path.read_bytes())
    return digest.hexdigest()


def command_line(arguments: list[str]) -> str:
    """The command as one would type it again."""
    import shlex

    return shlex.join(["summarizer", *arguments])
