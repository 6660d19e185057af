"""Submitting a batch to a provider's batch API: documents become files of requests, files become jobs.

Everything is noted in the store before it is sent: a run that is cut short at any moment is known again, and no job is
begun twice.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from summarizer.batch.documents import BatchDocument
from summarizer.batch.ledger import Ledger, asked_with
from summarizer.batch.outputs import FailureFile, open_output
from summarizer.batch.provider_jobs import batch_api, custom_id, settings_to_keep, settled
from summarizer.batch.records import record_of
from summarizer.batch.running import BatchSummary
from summarizer.batch.writing import OutcomeWriter
from summarizer.documents import Document
from summarizer.engine import Summarizer
from summarizer.engine.enveloping import schema_reference
from summarizer.errors import InputError, OutputError, StoreError, UsageError
from summarizer.models.deferred import DeferredModel
from summarizer.models.prices import price_of
from summarizer.models.provider_batch import MOST_BYTES, MOST_REQUESTS, check_batch_model, request_line
from summarizer.store import ProviderJobs, StoredJob, StoredRequest

__all__ = ["SubmissionOptions", "SubmissionSummary", "check_deferrable", "submit_batch"]

_ROWS = 256
"""Documents noted in the store together."""


@dataclass(frozen=True, kw_only=True)
class SubmissionOptions:
    """What is submitted, and where its answers will go."""

    output: str
    """An absolute path."""

    form: str
    """`jsonl`, `folder` or `parquet`."""

    retry_failed: bool = False
    """Whether the documents that failed in an earlier run are tried again, and no others."""

    most_requests: int = MOST_REQUESTS
    most_bytes: int = MOST_BYTES
    """Of one job; what is more becomes another job."""


@dataclass(kw_only=True)
class SubmissionSummary(BatchSummary):
    """What became of the documents; `done` are those that the store had the answers of."""

    submitted: int = 0
    """Documents that jobs of this run ask about."""

    under_way: int = 0
    """Documents that jobs submitted earlier ask about, for the same output."""

    elsewhere: int = 0
    """Documents whose questions jobs for other outputs ask; the store has the answers once those are fetched."""

    jobs: list[str] = field(default_factory=list)
    """Ids of the jobs that were submitted."""

    earlier_jobs: list[str] = field(default_factory=list)
    """Ids of the jobs that were submitted earlier and ask about some of the documents."""


Submitted = Callable[[str, int], None]
"""Told of a job's id and of how many documents it asks about."""


def check_deferrable(summarizer: Summarizer) -> None:
    """Make sure that documents can be read through a batch API.

    Raises:
        UsageError: If the model's server has none, the template reads turn by turn, or there is no store to remember
            the job in.
    """
    check_batch_model(summarizer.settings)
    if summarizer.template.way != "whole":
        raise UsageError(
            f"--provider-batch sends one request a document, and the template {summarizer.template.name!r} reads turn "
            "by turn; use --way whole, or leave --provider-batch out."
        )
    if summarizer.settings.answer_cache == "off":
        raise UsageError(
            "--provider-batch remembers its jobs in the answer store, which is off; leave --no-cache (or the setting "
            "answer_cache) out."
        )


async def submit_batch(  # noqa: PLR0913 - what a submission is made of
    summarizer: Summarizer,
    documents: Iterator[BatchDocument],
    jobs: ProviderJobs,
    options: SubmissionOptions,
    *,
    submitted: Submitted,
    progress: Callable[[str, int, int], None],
    summary: SubmissionSummary | None = None,
) -> SubmissionSummary:
    """Submit all documents that neither the output nor the store has an answer for; wait for none of them.

    Whoever calls this holds the lock of the output.

    Args:
        summarizer: How they are to be read, with its store.
        documents: Where they come from; taken one by one.
        jobs: Where jobs are noted.
        options: What is submitted, and where its answers will go.
        submitted: Told of each job once it is begun.
        progress: Told what is done, how far it is, and of how much (0 for unknown).
        summary: Kept up to date; at hand even where the run is interrupted.

    Raises:
        UsageError: If documents cannot be read so, or the output was written with another model or prompt.
        ModelUnavailableError: If the provider cannot be reached or refuses; the same call then goes on.
        OutputError: If answers from the store, or the file of requests, cannot be written.
    """
    check_deferrable(summarizer)
    with tempfile.TemporaryDirectory(prefix="summarizer-") as folder:
        submission = _Submission(summarizer, jobs, options, Path(folder), summary or SubmissionSummary())
        return await submission.run(documents, submitted, progress)


class _Gathering:
    """A job whose requests are being gathered in a file."""

    def __init__(self, job: StoredJob, folder: Path) -> None:
        self.job = job
        self.path = folder / f"summarizer-{job.mark}.jsonl"
        self.numbers: dict[str, int] = {}
        """Of the requests, by the keys of their questions."""

        self.bytes = 0
        self.documents = 0
        self.rows: list[StoredRequest] = []
        self._file: BinaryIO = self.path.open("wb")

    def write(self, key: str, line: bytes) -> None:
        try:
            self._file.write(line)
        except OSError as error:
            raise OutputError(
                f"The requests cannot be gathered in {self.path.parent} ({error.strerror}); make room, or name another "
                "folder in TMPDIR."
            ) from error
        self.numbers[key] = len(self.numbers)
        self.bytes += len(line)

    def close(self) -> None:
        self._file.close()


class _Submission:
    def __init__(
        self,
        summarizer: Summarizer,
        jobs: ProviderJobs,
        options: SubmissionOptions,
        folder: Path,
        summary: SubmissionSummary,
    ) -> None:
        self._summarizer, self._jobs, self._options, self._folder = summarizer, jobs, options, folder
        self._summary = summary
        self._api = batch_api(summarizer.settings)
        self._deferred = DeferredModel(self._api.model)
        output, failures = open_output(options.output, options.form), FailureFile(options.output)
        self._ledger = Ledger(output, failures, (summarizer.settings.model, asked_with(summarizer.prompt_reference)))
        self._writer = OutcomeWriter(self._ledger, output, failures, summary, price_of)
        self._gathering: _Gathering | None = None

    async def run(
        self, documents: Iterator[BatchDocument], submitted: Submitted, progress: Callable[[str, int, int], None]
    ) -> SubmissionSummary:
        self._submitted, self._progress = submitted, progress
        try:
            await self._settle()
            taken = 0
            while (document := await asyncio.to_thread(next, documents, None)) is not None:
                taken += 1
                self._progress("Gathering requests", taken, 0)
                await self._take(document)
                if self._writer.is_full:
                    self._writer.flush()
            await self._send()
        finally:
            await self._end()
        return self._summary

    async def _end(self) -> None:
        await self._api.aclose()
        if self._gathering is not None:
            self._gathering.close()
            if self._jobs.jobs("gathering", output=self._options.output):
                self._jobs.drop(self._gathering.job.mark)
        try:
            self._writer.flush()
        finally:
            self._writer.close()
        self._summary.left_failed -= sum(
            self._jobs.under_way_for(self._options.output, identifier) is not None
            for identifier in self._ledger.earlier
        )

    async def _settle(self) -> None:
        """Find out about jobs that an earlier run was submitting when it was cut short."""
        for job in self._jobs.jobs("gathering", "sending", output=self._options.output):
            known = await settled(job, self._jobs)
            if known is not None and known.provider_id is not None:
                self._submitted(known.provider_id, self._jobs.count(known.mark))

    async def _take(self, document: BatchDocument) -> None:
        used = self._ledger.is_used(document)
        if not self._ledger.is_left(document, retry_failed=self._options.retry_failed):
            self._summary.skipped += not used
            return
        if used:
            self._writer.add(self._ledger.used_twice(document))
            return
        self._ledger.note(document)
        if (job := self._jobs.under_way_for(self._options.output, document.id)) is not None:
            self._count_under_way(job)
            return
        try:
            text = await document.aread()
            kept = self._summarizer.kept(text)
            body = None if kept else await self._body(text)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - one document must not end the others
            self._writer.add(self._ledger.failure(document, error))
            return
        if kept is not None:
            self._writer.add(record_of(document.id, document.metadata, kept, self._summarizer.schema))
        elif body is not None:
            await self._ask(document, text, body)

    async def _body(self, document: Document) -> Mapping[str, Any]:
        plan = self._summarizer.plan(document)
        if len(plan.windows) > 1:
            raise InputError(
                f"The text is too long for one request (it would be read in {len(plan.windows)} windows), and a job "
                "has one for each document; read it without --provider-batch."
            )
        return await self._deferred.request(plan.messages, self._summarizer.schema, document)

    async def _ask(self, document: BatchDocument, text: Document, body: Mapping[str, Any]) -> None:
        """Put a document's question into a job, unless one has it already."""
        key = self._summarizer.key_of(text)
        if self._gathering is None or key not in self._gathering.numbers:
            if self._is_asked(document, text, key):
                return
            await self._add_request(key, body)
        gathering = self._gathering
        assert gathering is not None  # noqa: S101 - there is one now
        gathering.rows.append(self._row(document, text, key, gathering.numbers[key]))
        gathering.documents += 1
        if len(gathering.rows) >= _ROWS:
            self._note_rows(gathering)

    def _is_asked(self, document: BatchDocument, text: Document, key: str) -> bool:
        """Whether a job on its way asks the same; one for this output then brings this document's answer too."""
        asking = self._jobs.asking(key)
        for job, number in asking:
            if job.output == self._options.output:
                self._jobs.add(job.mark, [self._row(document, text, key, number)])
                self._count_under_way(job)
                return True
        if asking and self._summarizer.settings.answer_cache != "refresh":
            self._summary.elsewhere += 1
            self._count_job(asking[0][0])
            return True
        return False

    def _count_under_way(self, job: StoredJob) -> None:
        self._summary.under_way += 1
        self._count_job(job)

    def _count_job(self, job: StoredJob) -> None:
        if job.provider_id not in (None, *self._summary.jobs, *self._summary.earlier_jobs):
            self._summary.earlier_jobs.append(str(job.provider_id))

    async def _add_request(self, key: str, body: Mapping[str, Any]) -> None:
        gathering = self._gathering
        if gathering is not None:
            line = request_line(custom_id(len(gathering.numbers)), body)
            if (
                len(gathering.numbers) < self._options.most_requests
                and gathering.bytes + len(line) <= self._options.most_bytes
            ):
                gathering.write(key, line)
                return
            await self._send()
        self._gathering = gathering = self._begun()
        gathering.write(key, request_line(custom_id(0), body))

    def _begun(self) -> _Gathering:
        summarizer, options = self._summarizer, self._options
        job = StoredJob(
            mark=uuid4().hex,
            begun_at=datetime.now(UTC).isoformat(),
            model=summarizer.settings.model,
            base_url=summarizer.settings.base_url,
            prompt=summarizer.template.name,
            prompt_version=summarizer.template.version,
            answer_schema=schema_reference(summarizer.schema).name,
            parameters=json.dumps(summarizer.parameters, ensure_ascii=False, default=str),
            settings=settings_to_keep(summarizer.settings),
            output=options.output,
            form=options.form,
        )
        self._jobs.begin(job)
        return _Gathering(job, self._folder)

    def _row(self, document: BatchDocument, text: Document, key: str, number: int) -> StoredRequest:
        return StoredRequest(
            document_id=document.id,
            number=number,
            key=key,
            source=document.source,
            metadata=json.dumps(dict(document.metadata), ensure_ascii=False),
            document_source=text.source,
            title=text.given_title,
            language=text.language,
            text_sha256=text.sha256,
            text=text.text,
            tries=self._ledger.tries(document.id),
            about=json.dumps(text.about(), ensure_ascii=False),
        )

    def _note_rows(self, gathering: _Gathering) -> None:
        self._jobs.add(gathering.job.mark, gathering.rows)
        gathering.rows = []

    async def _send(self) -> None:
        """Upload what is gathered and begin its job."""
        gathering = self._gathering
        if gathering is None:
            return
        gathering.close()
        self._note_rows(gathering)
        self._progress(f"Uploading {len(gathering.numbers)} requests", 0, 0)
        mark = gathering.job.mark
        file_id = await self._api.upload(gathering.path)
        self._jobs.advance(mark, "sending")
        begun = await self._api.begin(file_id, mark)
        self._jobs.advance(mark, "submitted", begun.id)
        self._gathering = None
        gathering.path.unlink()
        self._summary.submitted += gathering.documents
        self._summary.jobs.append(begun.id)
        self._submitted(begun.id, gathering.documents)
