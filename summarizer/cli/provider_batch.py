"""`summarizer batch --provider-batch` and `summarizer batch resume`: half the price, answers within a day."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from summarizer.cli.answer_store import tell_if_set_aside
from summarizer.cli.terminal import progress_shown, say, write
from summarizer.errors import SummarizerError, TooManyFailuresError, UsageError

if TYPE_CHECKING:
    from summarizer.batch import BatchDocument, BatchSummary
    from summarizer.batch.submitting import SubmissionSummary
    from summarizer.engine import Summarizer
    from summarizer.models.provider_batch import ProviderBatch, ProviderJob
    from summarizer.store import AnswerStore, ProviderJobs, StoredJob

COME_BACK_LATER = 75
"""The exit code for a job that is not finished: EX_TEMPFAIL of sysexits.h, "try again later"."""

INTERRUPTED = 130

Wait = Annotated[bool, typer.Option("--wait", help="Wait until the jobs are finished, and fetch their answers.")]
PollEvery = Annotated[float, typer.Option("--poll-every", min=0.01, hidden=True, help="Seconds between first looks.")]
POLL_EVERY = 10.0


def submit(  # noqa: PLR0913 - what a submission is made of
    summarizer: Summarizer,
    documents: Iterator[BatchDocument],
    *,
    output: str,
    form: str | None,
    retry_failed: bool,
    wait: bool,
    poll_every: float,
    quiet: bool,
) -> None:
    """Submit documents as jobs and say how to come back, or wait for them.

    Raises:
        UsageError: If documents cannot be read so, or answers that come later cannot go to this output.
        TooManyFailuresError: If some documents failed.
    """
    from summarizer.batch.outputs import kind_of, output_lock
    from summarizer.batch.submitting import SubmissionOptions, SubmissionSummary, check_deferrable, submit_batch

    check_deferrable(summarizer)
    if output == "-":
        raise UsageError("The answers come later, and standard output is gone by then; name a file or folder with -o.")
    target = str(Path(output).resolve())
    options = SubmissionOptions(output=target, form=form or kind_of(output), retry_failed=retry_failed)
    summary = SubmissionSummary()
    with output_lock(output), _opened() as (store, jobs), _interruptible("The same command goes on where it stopped."):
        summarizer.store = store
        with progress_shown(quiet=quiet) as progress:
            asyncio.run(
                submit_batch(
                    summarizer,
                    documents,
                    jobs,
                    options,
                    submitted=_told_submitted(quiet=quiet, wait=wait),
                    progress=progress,
                    summary=summary,
                )
            )
        if not quiet:
            say(_submission(summary, wait=wait))
    fetched = wait and _fetch_all(
        lambda jobs: jobs.jobs("submitted", output=target), wait=True, poll_every=poll_every, quiet=quiet
    )
    if not fetched and summary.left_failed:
        raise _some_failed(summary.left_failed, output)


def resume(  # noqa: PLR0913, PLR0917 - the options of a command
    identifiers: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Jobs, by the ids that were printed.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All jobs that are not fetched yet.")] = False,
    output: Annotated[
        str | None, typer.Option("-o", "--output", help="Another output than the one that was named at first.")
    ] = None,
    form: Annotated[str | None, typer.Option("--format", "-f", metavar="jsonl|folder|parquet")] = None,
    wait: Wait = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Give the jobs up: their documents count as not asked about.")
    ] = False,
    poll_every: PollEvery = POLL_EVERY,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Show no progress and no summary.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: ARG001
) -> None:
    """Fetch the answers of jobs that --provider-batch submitted.

    Ends with 75 where a job is not finished (come back later), with 6 where some documents failed. Run twice, it
    writes nothing twice.
    """
    if every == bool(identifiers):
        raise UsageError(_which_jobs())
    if forget:
        _forget(identifiers or [], every=every, quiet=quiet)
        return

    def chosen(jobs: ProviderJobs) -> list[StoredJob]:
        if every:
            return jobs.jobs("gathering", "sending", "submitted")
        return [job for identifier in identifiers or [] for job in _named(jobs, identifier)]

    if not _fetch_all(chosen, wait=wait, poll_every=poll_every, quiet=quiet, output=output, form=form) and not quiet:
        say("There is nothing to fetch.")


def _named(jobs: ProviderJobs, identifier: str) -> list[StoredJob]:
    found = jobs.jobs(provider_id=identifier)
    if not found:
        raise UsageError(f"No job {identifier!r} was submitted from here. {_known(jobs)}")
    return found


def _which_jobs() -> str:
    with _opened() as (_, jobs):
        return f"Name jobs by their ids, or give --all. {_known(jobs)}"


def _known(jobs: ProviderJobs) -> str:
    known = [job.provider_id for job in jobs.jobs("submitted") if job.provider_id]
    return f"Not fetched yet: {', '.join(known)}." if known else "There is no job whose answers are not fetched yet."


def _forget(identifiers: list[str], *, every: bool, quiet: bool) -> None:
    with _opened() as (_, jobs):
        chosen = jobs.jobs("gathering", "sending", "submitted") if every else []
        for job in chosen or [job for one in identifiers for job in _named(jobs, one)]:
            jobs.drop(job.mark)
            if not quiet:
                say(f"{job.provider_id or 'A job that was not begun'} is given up.")


def _fetch_all(
    chosen: Callable[[ProviderJobs], list[StoredJob]],
    *,
    wait: bool,
    poll_every: float,
    quiet: bool,
    output: str | None = None,
    form: str | None = None,
) -> bool:
    """Fetch jobs one after the other; tell of each, and end as the worst of them does. Gives whether there was any."""
    unfinished, errors, failed = 0, list[SummarizerError](), dict[str, int]()
    with _opened() as (store, jobs), _interruptible("The same command goes on where it stopped."):
        found = chosen(jobs)
        for job in found:
            fetch = _Fetch(store, jobs, output or job.output, form, wait=wait, poll_every=poll_every, quiet=quiet)
            try:
                summary = fetch.run(job)
            except SummarizerError as error:
                if len(found) == 1:
                    raise
                errors.append(error)
                say(f"{job.provider_id}: {error}")
                continue
            if summary is None:
                unfinished += 1
            else:
                failed[fetch.output] = summary.left_failed
    if errors:
        raise errors[0]
    if unfinished:
        raise typer.Exit(COME_BACK_LATER)
    for name, left in failed.items():
        if left:
            raise _some_failed(left, _shown(name))
    return bool(found)


class _Fetch:
    """Fetches one job and tells of it."""

    def __init__(  # noqa: PLR0913 - how it is fetched
        self,
        store: AnswerStore,
        jobs: ProviderJobs,
        output: str,
        form: str | None,
        *,
        wait: bool,
        poll_every: float,
        quiet: bool,
    ) -> None:
        self._store, self._jobs, self.output, self._form = store, jobs, output, form
        self._wait, self._poll_every, self._quiet = wait, poll_every, quiet

    def run(self, job: StoredJob) -> BatchSummary | None:
        """What was fetched; None where the job is not finished."""
        from summarizer.batch.outputs import output_lock

        with output_lock(self.output):
            return asyncio.run(self._fetch(job))

    async def _fetch(self, job: StoredJob) -> BatchSummary | None:
        from summarizer.batch import BatchSummary
        from summarizer.batch.fetching import fetch_job, is_fetched
        from summarizer.batch.outputs import kind_of
        from summarizer.batch.provider_jobs import batch_api, settings_of, settled
        from summarizer.cli.batch import told

        form = self._form or (job.form if self.output == job.output else kind_of(self.output))
        if (before := is_fetched(job, self._jobs, self.output, form)) is not None:
            self._say(f"{job.provider_id} was fetched before: {told(before)}")
            return before
        known = await settled(job, self._jobs)
        if known is None or known.provider_id is None:
            self._say(
                f"A job for {_shown(job.output)} was never begun; the command that was cut short submits it again."
            )
            return BatchSummary()
        api = batch_api(settings_of(known))
        try:
            state = await self._state(api, known.provider_id)
            if not state.is_finished:
                say(f"{_standing(state)} {_come_back(state.id)}")
                return None
            with progress_shown(quiet=self._quiet) as progress:
                summary = await fetch_job(
                    known, state, api, self._jobs, self._store, output=self.output, form=form, progress=progress
                )
        finally:
            await api.aclose()
        self._say(f"{state.id} is {state.status}: {told(summary)}")
        return summary

    async def _state(self, api: ProviderBatch, job_id: str) -> ProviderJob:
        from summarizer.batch.fetching import wait_for_job

        if not self._wait:
            return await api.look(job_id)
        with _looks_shown(quiet=self._quiet) as show:
            return await wait_for_job(api, job_id, first_wait=self._poll_every, progress=show)

    def _say(self, message: str) -> None:
        if not self._quiet:
            say(message)


@contextmanager
def _looks_shown(*, quiet: bool) -> Iterator[Callable[[ProviderJob], None]]:
    """A bar on a terminal; elsewhere a line whenever a job has got further."""
    with progress_shown(quiet=quiet) as progress:
        last = ""

        def show(state: ProviderJob) -> None:
            nonlocal last
            progress(f"{state.id} is {_words(state.status)}", state.completed + state.failed, state.total)
            if not quiet and not sys.stderr.isatty() and last != (last := _standing(state)):
                say(last)

        yield show


def _standing(state: ProviderJob) -> str:
    counted = f", {state.completed} of {state.total} requests answered" if state.total else ""
    refused = f", {state.failed} refused" if state.failed else ""
    until = f"; it ends by {state.expires_at:%Y-%m-%d %H:%M} UTC at the latest" if state.expires_at else ""
    return f"{state.id} is {_words(state.status)}{counted}{refused}{until}."


def _come_back(*job_ids: str) -> str:
    return f"Come back with 'summarizer batch resume {' '.join(job_ids)}'."


def _words(status: str) -> str:
    return status.replace("_", " ")


def _told_submitted(*, quiet: bool, wait: bool) -> Callable[[str, int], None]:
    """The id on stdout, for scripts; how to come back on stderr."""

    def tell(job_id: str, documents: int) -> None:
        write(f"{job_id}\n")
        back = "" if wait else f" {_come_back(job_id)}"
        if not quiet:
            say(f"{job_id} asks about {_counted(documents, 'document')}.{back}")

    return tell


def _submission(summary: SubmissionSummary, *, wait: bool) -> str:
    """One line of what became of the documents."""
    parts = ["Nothing new submitted"]
    if summary.jobs:
        parts = [f"{_counted(summary.submitted, 'document')} submitted in {_counted(len(summary.jobs), 'job')}"]
    if summary.done:
        parts.append(f"{summary.done} done from the store")
    if summary.under_way:
        parts.append(f"{summary.under_way} under way in jobs submitted before")
    if summary.elsewhere:
        parts.append(
            f"{summary.elsewhere} asked about by jobs for other outputs (once those are fetched, the same command "
            "finds the answers in the store)"
        )
    if summary.failed:
        parts.append(f"{summary.failed} failed")
    if summary.skipped:
        parts.append(f"{summary.skipped} skipped (done or failed before)")
    back = f" {_come_back(*summary.earlier_jobs)}" if summary.earlier_jobs and not wait else ""
    return f"{', '.join(parts)}.{back}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 else ''}"


def _some_failed(count: int, output: str) -> TooManyFailuresError:
    return TooManyFailuresError(
        f"{_counted(count, 'document')} failed; {output.rstrip('/')}.errors.jsonl says why, and "
        "'summarizer batch … --retry-failed' tries them again."
    )


def _shown(output: str) -> str:
    """An output's path, short where it is below the current folder."""
    path = Path(output)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else output


@contextmanager
def _opened() -> Iterator[tuple[AnswerStore, ProviderJobs]]:
    """The store, without which no job could be remembered."""
    from summarizer.store import AnswerStore, ProviderJobs

    with closing(AnswerStore()) as store, closing(ProviderJobs(store.path)) as jobs:
        tell_if_set_aside(store)
        yield store, jobs


@contextmanager
def _interruptible(message: str) -> Iterator[None]:
    try:
        yield
    except (KeyboardInterrupt, asyncio.CancelledError):
        say(message)
        sys.exit(INTERRUPTED)
