"""Fetching what a provider's batch job brought: answers validated as a live call's are, written once."""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from summarizer.batch.ledger import Ledger, asked_with, failure_of
from summarizer.batch.outputs import FailureFile, open_output
from summarizer.batch.provider_jobs import number_of, prompt_of
from summarizer.batch.records import record_of
from summarizer.batch.running import BatchSummary
from summarizer.batch.writing import OutcomeWriter
from summarizer.documents import Document
from summarizer.engine.enveloping import envelope_of
from summarizer.engine.keeping import kept_answer, load_kept
from summarizer.engine.reading import Reading
from summarizer.errors import ModelUnavailableError, OutputError, RefusedError
from summarizer.models.deferred import DeferredModel
from summarizer.models.failures import explained_refusal
from summarizer.models.prices import batch_price_of
from summarizer.models.provider_batch import ProviderBatch, ProviderJob, read_results
from summarizer.prompting import load_schema
from summarizer.schemas import Envelope
from summarizer.store import AnswerStore, ProviderJobs, StoredJob, StoredRequest

if TYPE_CHECKING:
    from instructor.batch import BatchError, BatchSuccess
    from openai.types.chat import ChatCompletion

__all__ = ["FIRST_WAIT", "fetch_job", "is_fetched", "wait_for_job"]

FIRST_WAIT = 10.0
"""Seconds between the first two looks at a job; the wait grows to six times that."""

_LONGER = 1.5
_LONGEST = 6.0
_LOOKS_IN_A_ROW = 20
"""So many looks after one another without an answer, and the server is taken to be gone."""

_LOGGER = logging.getLogger(__name__)


async def wait_for_job(
    api: ProviderBatch, job_id: str, *, first_wait: float = FIRST_WAIT, progress: Callable[[ProviderJob], None]
) -> ProviderJob:
    """Look at a job again and again until it is finished.

    Args:
        api: Where it is.
        job_id: The provider's name for it.
        first_wait: Seconds between the first two looks.
        progress: Told of each look.

    Raises:
        RefusedError: If the provider does not know the job, or refuses the key.
        ModelUnavailableError: If the provider is out of reach for long.
    """
    wait, failed = first_wait, 0
    while True:
        try:
            state = await api.look(job_id)
        except RefusedError:
            raise
        except ModelUnavailableError:
            failed += 1
            if failed >= _LOOKS_IN_A_ROW:
                raise
        else:
            failed = 0
            if state.is_finished:
                return state
            progress(state)
        await asyncio.sleep(wait)
        wait = min(_LONGER * wait, _LONGEST * first_wait)


def is_fetched(job: StoredJob, jobs: ProviderJobs, output: str, form: str) -> BatchSummary | None:
    """What an earlier run wrote of a job, where it wrote all of it to this output; else None."""
    if job.state != "fetched":
        return None
    fetched = _Fetched(job, output, form)
    try:
        if any(not fetched.is_settled(request) for request in jobs.requests(job.mark)):
            return None
        fetched.summary.skipped = jobs.count(job.mark)
    finally:
        fetched.writer.close()
    return fetched.summary


async def fetch_job(  # noqa: PLR0913 - what a fetch is made of
    job: StoredJob,
    state: ProviderJob,
    api: ProviderBatch,
    jobs: ProviderJobs,
    store: AnswerStore,
    *,
    output: str,
    form: str,
    progress: Callable[[str, int, int], None],
) -> BatchSummary:
    """Write the answers of a finished job, and a failure for each document without one.

    What the output has is left alone: run again, after a crash or not, it writes nothing twice. Whoever calls this
    holds the lock of the output.

    Args:
        job: As it was noted.
        state: As the provider describes it; finished.
        api: Where its files are.
        jobs: Where its documents are noted.
        store: Where answers are kept.
        output: Where they are written.
        form: `jsonl`, `folder` or `parquet`.
        progress: Told what is done, how far it is, and of how much.

    Raises:
        ModelUnavailableError: If the files cannot be downloaded.
        OutputError: If something cannot be written.
        UsageError: If the output is that of another model or prompt, or the schema is not there any more.
    """
    schema = load_schema(job.answer_schema)
    fetch = _Fetch(job, state, api, jobs, store, schema, _Fetched(job, output, form))
    return await fetch.run(progress)


class _Fetched:
    """The documents of a job, and what an output has of them."""

    def __init__(self, job: StoredJob, output: str, form: str) -> None:
        self.summary = BatchSummary()
        answers, failures = open_output(output, form), FailureFile(output)
        self._ledger = Ledger(answers, failures, (job.model, asked_with(prompt_of(job))))
        self.writer = OutcomeWriter(self._ledger, answers, failures, self.summary, batch_price_of)

    def is_settled(self, request: StoredRequest) -> bool:
        """Whether the output has the answer, or the failure of this very try or of a later one."""
        return request.document_id in self._ledger.finished or self._ledger.tries(request.document_id) > request.tries


@dataclass
class _Fetch:
    job: StoredJob
    state: ProviderJob
    api: ProviderBatch
    jobs: ProviderJobs
    store: AnswerStore
    schema: type[BaseModel]
    fetched: _Fetched

    def __post_init__(self) -> None:
        self._deferred = DeferredModel(self.api.model)
        self._prompt = prompt_of(self.job)
        self._keeping: list[Future[None]] = []
        self._seen: set[int] = set()
        self._lost = ""
        self._last: tuple[int, Envelope[Any]] | None = None

    async def run(self, progress: Callable[[str, int, int], None]) -> BatchSummary:
        try:
            with tempfile.TemporaryDirectory(prefix="summarizer-") as folder:
                for file_id in (self.state.output_file, self.state.error_file):
                    if file_id is not None:
                        progress(f"Downloading the results of {self.state.id}", 0, 0)
                        await self._read(file_id, Path(folder) / "results.jsonl", progress)
            for request in self.jobs.requests(self.job.mark):
                if request.number not in self._seen:
                    await self._settle(request, None)
            await self._flush()
        finally:
            self.fetched.writer.close()
        self.jobs.advance(self.job.mark, "fetched")
        return self.fetched.summary

    async def _read(self, file_id: str, path: Path, progress: Callable[[str, int, int], None]) -> None:
        try:
            there = await self.api.download(file_id, path)
        except OSError as error:
            raise OutputError(
                f"The results cannot be put into {path.parent} ({error.strerror}); make room, or name another folder "
                "in TMPDIR."
            ) from error
        if not there:
            self._lost = ", whose results the provider has deleted,"
            return
        for result in read_results(path):
            number = None if result is None else number_of(result.custom_id)
            if number is None:
                self._lost = ", in whose results a line is broken,"
            elif number not in self._seen:
                self._seen.add(number)
                progress("Checking answers", len(self._seen), self.state.total)
                for request in self.jobs.requests(self.job.mark, number):
                    await self._settle(request, result)

    async def _settle(self, request: StoredRequest, result: BatchSuccess[ChatCompletion] | BatchError | None) -> None:
        """Write a document's answer, or why there is none."""
        if self.fetched.is_settled(request):
            self.fetched.summary.skipped += 1
            return
        try:
            envelope = await self._envelope(request, result)
        except Exception as error:  # noqa: BLE001 - one document must not end the others
            failure = failure_of(request.document_id, request.source, error, tries=request.tries + 1)
            self.fetched.writer.add(failure)
        else:
            metadata = json.loads(request.metadata)
            self.fetched.writer.add(record_of(request.document_id, metadata, envelope, self.schema))
        if self.fetched.writer.is_full:
            await self._flush()

    async def _envelope(
        self, request: StoredRequest, result: BatchSuccess[ChatCompletion] | BatchError | None
    ) -> Envelope[Any]:
        from instructor.batch import BatchError  # heavy, loaded when there are results

        document = Document(
            text=request.text,
            source=request.document_source,
            language=request.language,
            given_title=request.title,
            **Document.from_about(json.loads(request.about)),
        )
        if result is None:
            if self.job.state == "fetched" and (found := load_kept(self.store, request.key, self.schema, document)):
                return found  # the provider may have deleted what was fetched once
            raise ModelUnavailableError(self._why_missing())
        if isinstance(result, BatchError):
            raise explained_refusal(result.error_type, result.error_message, self.api.model, document)
        reply = await self._deferred.reply(result.result, self.schema, document)
        reading = Reading(content=reply.content, usage=reply.usage, served_as=reply.served_as)
        envelope = envelope_of(document, self.api.model, self.schema, self._prompt, reading, self.state.seconds)
        if self._last is not None and self._last[0] == request.number:  # the same question: it was asked once
            return envelope.model_copy(update={"from_store": True})
        self._last = request.number, envelope
        kept = replace(kept_answer(request.key, envelope), price=batch_price_of(envelope))
        self._keeping.append(self.store.keep(kept, document.text))
        return envelope

    def _why_missing(self) -> str:
        job = f"The job {self.state.id}"
        if self.state.problem:
            return f"{job} was refused as a whole ({self.state.problem}); --retry-failed tries again."
        return (
            f"{job}{self._lost} is {self.state.status} and has no answer for this document; --retry-failed tries again."
        )

    async def _flush(self) -> None:
        """Make answers durable in the store, then in the output."""
        keeping, self._keeping = self._keeping, []
        kept = await asyncio.gather(*map(asyncio.wrap_future, keeping), return_exceptions=True)
        if failed := [error for error in kept if error is not None]:  # the answers are worth more than their copies
            _LOGGER.warning("%s Some of what is fetched is not kept.", failed[0])
        self.fetched.writer.flush()
