"""A batch's documents read on a Ray cluster (extra `ray`), as a Ray Data pipeline: read, then map_batches with actors.

The driver stays in charge of all that must happen once: which documents are left, what the store has, what is written.
Documents that must be asked about go through an actor beside the driver into the dataset, a few a row and a task, and
what became of them streams back; Ray starts workers, retries the tasks of one that dies, and starts it anew.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from summarizer.batch.ray_cluster import connected_ray, gist
from summarizer.batch.ray_worker import (
    DOCUMENTS,
    OUTCOMES,
    DocumentFeed,
    Worker,
    WorkerSetup,
    pack_document,
    unpack_outcome,
)
from summarizer.documents import Document
from summarizer.engine import Summarizer
from summarizer.errors import RefusedError
from summarizer.models import parse_model_name
from summarizer.models.opening import with_key
from summarizer.schemas import Envelope

if TYPE_CHECKING:
    import ray.data

_LOGGER = logging.getLogger(__name__)

DocumentT = TypeVar("DocumentT")

__all__ = ["RayOptions", "RayWorkers", "ray_workers"]

MOST_A_WORKER = 64
"""Documents that a worker has on its way at once where their number is found, at most."""

_WITH_A_WORKER = 2
"""How many times the documents on their way at once are with a worker, so that none of its places is ever empty."""

_PAGES = 8
"""Pages that a worker's documents on their way come in: an answer waits for those of its page, but tasks cost time."""

_FULL = 0.9
"""The share of their tasks that workers have when another worker is started."""

_BETWEEN_LOOKS, _QUIET_LOOKS = 0.4, 3
"""Seconds between looks at whether documents still come, and so many looks without one after the last."""

_LONGEST_END = 10.0
"""Seconds that the pipeline has to end by itself before its processes are ended."""

_INIT_DEATHS = 3
"""Workers in a row that may die before they are ready (their node goes, memory is short) before the batch stops."""


@dataclass(frozen=True, kw_only=True)
class RayOptions:
    """Where workers run, and how many."""

    address: str | None = None
    """Of the cluster's head, `HOST:PORT`; `auto` for the cluster that this machine is part of, `local` for one that is
    started on this machine for the batch. None takes `RAY_ADDRESS`, else `local`."""

    least: int = 1
    """Workers that are always there."""

    most: int | None = None
    """Workers that Ray may start; None for as many as the cluster has cores for when the batch begins."""

    concurrency: int | None = None
    """Documents that each worker has on its way at once; None finds the number."""


class RayWorkers:
    """Workers of a cluster that this process is connected to.

    Args:
        summarizer: How documents are to be read.
        options: How many workers there are.

    Attributes:
        in_flight: Documents that should be with the workers at once, so that none of them waits.
    """

    def __init__(self, summarizer: Summarizer, options: RayOptions) -> None:
        import ray

        self._summarizer, settings = summarizer, summarizer.settings
        embedded = parse_model_name(settings.model, settings.base_url).where == "embedded"
        concurrency = options.concurrency or (settings.slots if embedded else None)
        self._cores = (settings.threads or 1) if embedded else 1
        self._least = options.least
        self._most = options.most or max(options.least, int(ray.cluster_resources().get("CPU", 1) // self._cores))
        if ray.available_resources().get("CPU", 0) < self._cores:
            _LOGGER.warning("The cluster has no room for a worker now; the batch waits until it has.")
        self._at_once = concurrency or MOST_A_WORKER
        self._page = max(1, self._at_once // _PAGES)
        self.in_flight = _WITH_A_WORKER * self._at_once * self._most
        self._setup = WorkerSetup(
            settings=settings.model_copy(update={"threads": self._cores}) if embedded else with_key(settings),
            template=summarizer.template.path.read_text(encoding="utf-8"),
            schema=summarizer.schema,
            parameters=summarizer.parameters,
            concurrency=concurrency,
            most=MOST_A_WORKER,
            known_actors=summarizer.known_actors,
        )
        self._asked = self._answered = 0
        self._exhausted = False
        self._waiting: dict[int, asyncio.Future[str]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._feed: Any = None
        self._draining: threading.Thread | None = None
        self._ending: asyncio.Task[None] | None = None
        self._ended: RefusedError | None = None

    def until_end(self, documents: Iterator[DocumentT]) -> Iterator[DocumentT]:
        """The same documents; when the last one is asked about, Ray is told, and can give workers up that idle.

        Without that, what a lost node had under way could wait for ever where its workers can only be started anew in
        the place of idle ones.
        """
        yield from documents
        self._exhausted = True

    async def ask(self, document: Document) -> Envelope[Any]:
        """Have a document read by a worker.

        Raises:
            SummarizerError: What the worker met.
            RefusedError: Also if the cluster gives up.
        """
        self._start()
        if self._ended is not None:
            raise self._ended
        self._asked += 1
        number = self._asked
        self._waiting[number] = asyncio.get_running_loop().create_future()
        self._feed.put.remote(number, pack_document(document))
        try:
            outcome = await self._waiting[number]
        finally:
            del self._waiting[number]
        return unpack_outcome(outcome, self._summarizer.schema)

    def close(self) -> None:
        """End the pipeline; what is under way is dropped."""
        import ray

        if self._draining is None:
            return
        if self._answered < self._asked:
            ray.kill(self._feed)  # the reader fails without it, and all behind the reader ends
        else:
            self._feed.end.remote(self._asked)
        self._draining.join(timeout=_LONGEST_END)

    def _start(self) -> None:
        """Start the pipeline, once something must be asked."""
        if self._draining is not None:
            return
        import ray

        here = {"ray.io/node-id": ray.get_runtime_context().get_node_id()}
        self._loop = asyncio.get_running_loop()
        self._feed = ray.remote(num_cpus=0, label_selector=here)(DocumentFeed).remote(self._page)
        dataset = self._dataset(here)
        self._draining = threading.Thread(target=self._drain, args=(dataset,), name="ray answers", daemon=True)
        self._draining.start()
        self._ending = asyncio.create_task(self._end_feed())

    async def _end_feed(self) -> None:
        """End the feed some time after the last document: those before it may be on their way here still."""
        asked, quiet = -1, 0
        while quiet < _QUIET_LOOKS:
            await asyncio.sleep(_BETWEEN_LOOKS)
            quiet = quiet + 1 if self._exhausted and asked == self._asked else 0
            asked = self._asked
        self._ended = RefusedError("The Ray workers were dismissed before this document came.")
        self._feed.end.remote(self._asked)

    def _dataset(self, here: dict[str, str]) -> ray.data.Dataset:
        import ray.data

        pages = _WITH_A_WORKER * self._at_once // self._page
        context = ray.data.DataContext.get_current().copy()
        context.target_max_block_size = 1  # a page a block: each is a task of its own, and its answers come at once
        context.autoscaling_config.actor_pool_util_upscaling_threshold = _FULL
        context.execution_no_progress_timeout_s = -1  # deadlines are the workers' own
        context.max_consecutive_actor_init_deaths = _INIT_DEATHS
        context.enable_progress_bars = context.print_on_execution_start = False
        with ray.data.DataContext.current(context):
            return (
                ray.data.from_items([0])
                .map_batches(
                    partial(_pages, self._feed),
                    batch_format="pyarrow",
                    compute=ray.data.TaskPoolStrategy(size=1),
                    num_cpus=0,
                    label_selector=here,
                )
                .map_batches(
                    Worker,
                    fn_constructor_args=(self._setup,),
                    compute=ray.data.ActorPoolStrategy(
                        min_size=self._least,
                        max_size=self._most,
                        max_concurrent_calls_per_actor=pages,
                        max_tasks_in_flight_per_actor=pages,
                    ),
                    num_cpus=self._cores,
                )
            )

    def _drain(self, dataset: ray.data.Dataset) -> None:
        assert self._loop is not None  # noqa: S101 - set before this thread begins
        reason = "its pipeline ended early"
        try:
            # Nothing is fetched ahead: the last answer would wait for one more.
            for batch in dataset.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
                for page in batch[OUTCOMES].to_pylist():
                    self._loop.call_soon_threadsafe(self._settle, json.loads(page))
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must be told
            reason = gist(error)
        with suppress(RuntimeError):  # the loop may be closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._give_up, reason)

    def _settle(self, page: list[tuple[int, str]]) -> None:
        for number, outcome in page:
            waiting = self._waiting.get(number)
            if waiting is not None and not waiting.done():  # what Ray did twice counts once
                waiting.set_result(outcome)
                self._answered += 1

    def _give_up(self, reason: str) -> None:
        self._ended = RefusedError(f"The Ray cluster gave the batch up ({reason}).")
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(self._ended)


@contextmanager
def ray_workers(summarizer: Summarizer, options: RayOptions) -> Iterator[RayWorkers]:
    """Connect to a cluster, or start one on this machine, for the length of a block.

    Raises:
        UsageError: If Ray is not installed, or the address is of a kind that a batch cannot use.
        ModelUnavailableError: If no cluster answers.
    """
    with connected_ray(options.address, summarizer.schema):
        workers = RayWorkers(summarizer, options)
        try:
            yield workers
        finally:
            workers.close()


def _pages(feed: Any, _: Any) -> Iterator[Any]:
    """Runs beside the driver: the documents of a feed, until it ends."""
    import pyarrow as pa
    import ray

    reader = uuid4().hex
    while (page := ray.get(feed.take.remote(reader))) is not None:
        yield pa.table({DOCUMENTS: [page]})
