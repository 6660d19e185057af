"""Running a batch: documents read side by side, each answer on disk before it counts, a failure of one no end of all.

Documents are taken from their source only when there is a place for them, and answers leave memory once they are
written: how many there are makes no difference to the memory that is needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from summarizer.batch.documents import BatchDocument
from summarizer.batch.ledger import Ledger, asked_with
from summarizer.batch.outputs import BatchOutput, FailureFile
from summarizer.batch.records import BatchFailure, BatchRecord, record_of
from summarizer.engine import Summarizer
from summarizer.errors import (
    ModelUnavailableError,
    OutputError,
    RefusedError,
    SummarizerError,
    TooManyFailuresError,
    UsageError,
)
from summarizer.models.pace import Pace
from summarizer.models.prices import price_of
from summarizer.schemas import TokenUsage

__all__ = ["BatchOptions", "BatchSummary", "FailureLimit", "run_batch"]

_UNAVAILABLE_IN_A_ROW = 20
"""So many documents after one another without an answer, and the server is taken to be gone."""

_AHEAD = 4
"""How many times the calls in flight an ordered batch may be ahead of the document that all wait for."""

_LEAST_AHEAD = 64
_LEAST_FOR_A_SHARE = 20


@dataclass(frozen=True, kw_only=True)
class FailureLimit:
    """How many documents may fail before a batch stops."""

    count: int | None = None
    share: float | None = None
    """Of the documents that are finished, 0 to 1; judged from 20 on."""

    @classmethod
    def parse(cls, text: str) -> FailureLimit:
        """Read `N` or `P%`.

        Raises:
            UsageError: If it is neither.
        """
        number = text.strip().removesuffix("%")
        if not number.isdecimal() or (text.strip().endswith("%") and int(number) > 100):  # noqa: PLR2004 - per cent
            raise UsageError(f"{text!r} is no number of failures; write 50 or 10%.")
        return cls(share=int(number) / 100) if text.strip().endswith("%") else cls(count=int(number))

    def is_passed(self, failed: int, finished: int) -> bool:
        """Whether a batch with so many failures should stop."""
        if self.count is not None:
            return failed > self.count
        return self.share is not None and finished >= _LEAST_FOR_A_SHARE and failed > self.share * finished


@dataclass(frozen=True, kw_only=True)
class BatchOptions:
    """How a batch is run."""

    ordered: bool = False
    """Whether answers are written in the order of the documents."""

    retry_failed: bool = False
    """Whether the documents that failed in an earlier run are tried again, and no others."""

    failure_limit: FailureLimit = field(default_factory=FailureLimit)


@dataclass(kw_only=True)
class BatchSummary:
    """Where a batch stands; what a progress bar shows."""

    done: int = 0
    """Documents answered in this run."""

    failed: int = 0
    """Documents that failed in this run."""

    skipped: int = 0
    """Documents that an earlier run finished."""

    from_store: int = 0
    """Of the answered ones, those that nothing was asked for."""

    usage: TokenUsage = field(default_factory=TokenUsage)
    """Of this run."""

    price: float | None = None
    """Of this run in US dollars; None where no price is known."""

    left_failed: int = 0
    """Documents without an answer after this run, failures of earlier ones included."""

    stopped: SummarizerError | None = None
    """Why the batch ended before its last document."""

    def add_answer(self, record: BatchRecord[Any], price: float | None) -> None:
        """Count an answer and what it took.

        Args:
            record: The answer, written.
            price: What it cost in US dollars, if that is known.
        """
        self.done += 1
        if record.from_store:
            self.from_store += 1
            return
        self.usage += record.token_usage
        if price is not None:
            self.price = (self.price or 0.0) + price


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    place: int
    """Of the document in its source, from 0."""

    record: BatchRecord[Any] | None = None
    failure: BatchFailure | None = None
    available: bool = True
    """Whether the model answered at all."""

    written: Callable[[], None] | None = None
    """Called once the record is on disk."""


Told = Callable[[BatchSummary], None]


async def run_batch(  # noqa: PLR0913 - what a batch is made of
    summarizer: Summarizer,
    documents: Iterator[BatchDocument],
    output: BatchOutput,
    failures: FailureFile,
    *,
    pace: Pace,
    options: BatchOptions,
    progress: Told,
    summary: BatchSummary | None = None,
) -> BatchSummary:
    """Read all documents that the output does not have yet.

    Args:
        summarizer: What reads them.
        documents: Where they come from; taken one by one.
        output: Where answers go, and where earlier ones are.
        failures: Where documents without an answer go.
        pace: How many are on their way at once.
        options: Order, which ones, when to give up.
        progress: Told whenever the summary has changed.
        summary: Kept up to date; at hand even where the batch is interrupted.

    Returns:
        What was done. `stopped` says why documents are left, where some are.

    Raises:
        OutputError: If an answer cannot be written, or the output is another program's.
        UsageError: If the output was written with another model, prompt or schema.
        asyncio.CancelledError: If it was interrupted; what is finished is on disk.
    """
    batch = _Batch(summarizer, output, failures, pace, options, progress, summary or BatchSummary())
    return await batch.run(documents)


class _Batch:
    def __init__(  # noqa: PLR0913, PLR0917 - what a batch is made of
        self,
        summarizer: Summarizer,
        output: BatchOutput,
        failures: FailureFile,
        pace: Pace,
        options: BatchOptions,
        progress: Told,
        summary: BatchSummary,
    ) -> None:
        self._summarizer, self._output, self._failures = summarizer, output, failures
        self._pace, self._options, self._progress = pace, options, progress
        self._summary = summary
        self._ledger = Ledger(output, failures, (summarizer.settings.model, asked_with(summarizer.prompt_reference)))
        self._outcomes: asyncio.Queue[_Outcome | None] = asyncio.Queue()
        self._started = self._written = 0
        self._advanced = asyncio.Event()
        self._unavailable = 0
        self._main: asyncio.Task[Any] | None = None
        """What takes documents and waits for them, as long as it does."""

    async def run(self, documents: Iterator[BatchDocument]) -> BatchSummary:
        self._main = asyncio.current_task()
        writer = asyncio.create_task(self._write_all())
        writer.add_done_callback(self._writer_ended)
        calls: set[asyncio.Task[None]] = set()
        try:
            await self._start_all(documents, calls)
            while calls:
                await asyncio.wait(calls)
        except asyncio.CancelledError:
            if self._summary.stopped is None:
                raise
            self._main.uncancel()  # type: ignore[union-attr]  # it is this very task
        finally:
            self._main = None
            await self._end(calls, writer)
        if isinstance(self._summary.stopped, OutputError):
            raise self._summary.stopped
        return self._summary

    async def _end(self, calls: set[asyncio.Task[None]], writer: asyncio.Task[None]) -> None:
        """Drop what is under way and write what is finished."""
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        self._outcomes.put_nowait(None)
        await asyncio.shield(asyncio.gather(writer, return_exceptions=True))
        self._summary.left_failed = self._failures.close(self._ledger.finished)
        if not isinstance(self._summary.stopped, OutputError):
            self._output.close()

    async def _start_all(self, documents: Iterator[BatchDocument], calls: set[asyncio.Task[None]]) -> None:
        while (document := await asyncio.to_thread(next, documents, None)) is not None:
            if not self._is_wanted(document):
                continue
            await self._room()
            place, self._started = self._started, self._started + 1
            if self._ledger.is_used(document):
                self._outcomes.put_nowait(_Outcome(place=place, failure=self._ledger.used_twice(document)))
                continue
            self._ledger.note(document)
            await self._pace.enter()
            call = asyncio.create_task(self._one(document, place))
            calls.add(call)
            call.add_done_callback(calls.discard)

    def _is_wanted(self, document: BatchDocument) -> bool:
        known = self._ledger.is_used(document)
        wanted = self._ledger.is_left(document, retry_failed=self._options.retry_failed)
        if not wanted and not known:
            if document.written is not None and document.id in self._ledger.finished:
                document.written()  # a run that was cut short may have written it without telling
            self._summary.skipped += 1
            self._progress(self._summary)
        return wanted

    async def _room(self) -> None:
        """Wait until few enough documents are ahead of what is written."""
        while self._started - self._written >= max(_LEAST_AHEAD, _AHEAD * self._pace.limit):
            self._advanced.clear()
            await self._advanced.wait()

    async def _one(self, document: BatchDocument, place: int) -> None:
        tokens = 0
        try:
            envelope = await self._summarizer.asummarize(await document.aread())
            tokens = 0 if envelope.from_store else envelope.token_usage.total_tokens
            record = record_of(document.id, document.metadata, envelope, self._summarizer.schema)
            self._outcomes.put_nowait(_Outcome(place=place, record=record, written=document.written))
        except RefusedError as error:  # no fault of the document: it stays to be done
            self._stop(error)
        except Exception as error:  # noqa: BLE001 - one document must not end the others
            available = not isinstance(error, ModelUnavailableError)
            failure = self._ledger.failure(document, error)
            self._outcomes.put_nowait(_Outcome(place=place, failure=failure, available=available))
        finally:
            await self._pace.leave(tokens)

    def _stop(self, reason: SummarizerError) -> None:
        """End the batch before its last document."""
        if self._summary.stopped is None:
            self._summary.stopped = reason
            if self._main is not None:
                self._main.cancel()

    def _writer_ended(self, writer: asyncio.Task[None]) -> None:
        if not writer.cancelled() and (error := writer.exception()) is not None:
            self._stop(OutputError(f"The answers cannot be written ({error!r}); run again with --debug and report it."))

    async def _write_all(self) -> None:
        """Write outcomes as they come, all that are waiting at once: one flush to the disk for many."""
        waiting: dict[int, _Outcome] = {}
        following = 0
        ended = False
        while not ended:
            together = [await self._outcomes.get()]
            while not self._outcomes.empty():
                together.append(self._outcomes.get_nowait())
            ended = together[-1] is None
            ready = [outcome for outcome in together if outcome is not None]
            if self._options.ordered:
                waiting |= {outcome.place: outcome for outcome in ready}
                ready = []
                while following in waiting:
                    ready.append(waiting.pop(following))
                    following += 1
            if ready and not await self._is_written(ready):
                return
            for outcome in ready:
                self._count(outcome)

    async def _is_written(self, outcomes: list[_Outcome]) -> bool:
        try:
            await asyncio.to_thread(self._write, outcomes)
        except OutputError as error:
            self._stop(error)
            return False
        return True

    def _write(self, outcomes: list[_Outcome]) -> None:
        if records := [outcome.record for outcome in outcomes if outcome.record is not None]:
            self._output.write(records)
            for outcome in outcomes:
                if outcome.record is not None and outcome.written is not None:
                    outcome.written()
        if failures := [outcome.failure for outcome in outcomes if outcome.failure is not None]:
            self._failures.write(failures)

    def _count(self, outcome: _Outcome) -> None:
        summary = self._summary
        self._written += 1
        self._advanced.set()
        if outcome.record is not None:
            self._ledger.finished.add(outcome.record.id)
            self._unavailable = 0
            summary.add_answer(outcome.record, price_of(outcome.record))
        else:
            summary.failed += 1
            self._unavailable = 0 if outcome.available else self._unavailable + 1
            self._judge(outcome)
        self._progress(summary)

    def _judge(self, outcome: _Outcome) -> None:
        """Stop where so much fails that something must be wrong with more than a document."""
        summary = self._summary
        last = outcome.failure.reason if outcome.failure else ""
        if self._unavailable >= _UNAVAILABLE_IN_A_ROW:
            self._stop(ModelUnavailableError(f"{self._unavailable} documents in a row got no answer: {last}"))
        elif self._options.failure_limit.is_passed(summary.failed, summary.done + summary.failed):
            self._stop(TooManyFailuresError(f"{summary.failed} documents failed, more than --max-failures: {last}"))
