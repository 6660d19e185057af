"""`summarizer batch --engine ray`: its options, and the workers for the length of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from summarizer.errors import UsageError

if TYPE_CHECKING:
    from summarizer.batch import BatchDocument
    from summarizer.engine import Summarizer
    from summarizer.models.pace import Pace

__all__ = ["Address", "Engine", "EngineOption", "MaxWorkers", "MinWorkers", "check_engine", "with_workers"]


class Engine(StrEnum):
    """Where documents are read."""

    LOCAL = "local"
    RAY = "ray"


EngineOption = Annotated[Engine, typer.Option(help="local: in this process; ray: by workers of a Ray cluster.")]
Address = Annotated[
    str | None, typer.Option(help="Ray: HOST:PORT of the head, or auto. [RAY_ADDRESS, else a cluster of its own]")
]
MinWorkers = Annotated[int | None, typer.Option(min=1, help="Ray: workers that are always there. [1]")]
MaxWorkers = Annotated[
    int | None, typer.Option(min=1, help="Ray: workers at most. [as many as the cluster has cores for]")
]


def check_engine(engine: Engine, *, only_ray: Mapping[str, Any], only_local: Mapping[str, Any]) -> None:
    """Refuse options of the other engine.

    Args:
        engine: The one that is asked for.
        only_ray: Values of options for Ray alone, by name; None for those that were not given.
        only_local: The same of options that cannot hold across machines.

    Raises:
        UsageError: If one of the other engine's was given, or there are fewer workers at most than at least.
    """
    if engine is Engine.LOCAL:
        if given := _given(only_ray):
            raise UsageError(f"{given} is for --engine ray; add that, or leave it out.")
        return
    if given := _given(only_local):
        raise UsageError(
            f"--engine ray cannot hold {given} across its workers; leave it out (--concurrency and --max-workers bound "
            "how many documents are on their way)."
        )
    least, most = only_ray["--min-workers"], only_ray["--max-workers"]
    if least and most and least > most:
        raise UsageError(f"--min-workers {least} is more than --max-workers {most}; give at most as many.")


def _given(options: Mapping[str, Any]) -> str:
    return ", ".join(name for name, value in options.items() if value is not None)


@contextmanager
def with_workers(
    summarizer: Summarizer,
    documents: Iterator[BatchDocument],
    address: str | None,
    least: int | None,
    most: int | None,
    concurrency: int | None,
) -> Iterator[tuple[Iterator[BatchDocument], Pace]]:
    """Have documents read by Ray workers for the length of a block; gives them again, and the pace of the driver."""
    from summarizer.batch.on_ray import RayOptions, ray_workers
    from summarizer.models.pace import Pace

    options = RayOptions(address=address, least=least or 1, most=most, concurrency=concurrency)
    with ray_workers(summarizer, options) as workers:
        summarizer.delegate = workers.ask
        yield workers.until_end(documents), Pace(concurrency=workers.in_flight)
