"""Running a suite: each article read, aligned and scored.

Where the summarizer has a store, an interrupted run goes on: the same command finds what is done and does the rest.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from summarizer.engine import Summarizer
from summarizer.errors import UsageError
from summarizer.evaluation.counts import score_article
from summarizer.evaluation.floors import FLOORS
from summarizer.evaluation.labels import Fixture, Labels
from summarizer.evaluation.runs import ArticleRun, Prediction, Run, Suite
from summarizer.models.prices import price_of
from summarizer.schemas import Briefing, Envelope

__all__ = ["RunOptions", "command_line", "run_suite"]

Told = Callable[[str, int, int], None]


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How a suite is run."""

    split: str | None = None
    repeats: int = 1
    concurrency: int = 1
    command: str = ""


def run_suite(suite: Suite, summarizer: Summarizer | str, options: RunOptions, progress: Told) -> Run:
    """Read every article of a suite with a model and score what comes back.

    Args:
        suite: The articles.
        summarizer: The model, with prompt and schema; or the name of a floor.
        options: Split, repeats, concurrency.
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
            found = await _prediction(summarizer, fixture, repeat)
        done += 1
        progress(f"{summarizer.settings.model}: {fixture.name}", done, total)
        return found

    progress(f"{summarizer.settings.model}: starting", 0, total)
    repeats = [asyncio.gather(*(one(f, repeat) for repeat in range(options.repeats))) for f in fixtures]
    return [list(found) for found in await asyncio.gather(*repeats)]


async def _prediction(summarizer: Summarizer, fixture: Fixture, repeat: int) -> Prediction:
    try:
        envelope = await summarizer.asummarize(fixture.document, repeat=repeat)
    except Exception as error:  # noqa: BLE001 - a crash of any kind scores 0; the run goes on and tells
        return _crashed(fixture, f"{type(error).__name__}: {error}")
    if envelope.not_covered:  # an answer to a part of the article measures nothing
        return _crashed(fixture, f"A part of the article could not be read: {envelope.not_covered[0].reason}")
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
        price=price_of(envelope),
    )


def _crashed(fixture: Fixture, error: str) -> Prediction:
    counts = score_article(None, fixture.labels, fixture.document).counts
    return Prediction(briefing=None, error=error, counts=counts, pairs={})


def _floor(name: str, fixture: Fixture) -> Prediction:
    if name not in FLOORS:
        raise UsageError(f"There is no floor {name!r}; name one of {', '.join(FLOORS)}.")
    return _scored(FLOORS[name](fixture.document), fixture.labels, fixture)


def command_line(arguments: list[str]) -> str:
    """The command as one would type it again."""
    import shlex

    return shlex.join(["summarizer", *arguments])
