"""`summarizer batch`: many documents in, a line for each out."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

import typer

from summarizer.cli.answer_store import NoCache, Refresh, answer_store, cache_setting
from summarizer.cli.batch_command import complete_source
from summarizer.cli.context import Context, summarizer_in_context
from summarizer.cli.feeds import new_entries
from summarizer.cli.provider_batch import POLL_EVERY, PollEvery, Wait, submit
from summarizer.cli.ray_engine import Address, Engine, EngineOption, MaxWorkers, MinWorkers, check_engine, with_workers
from summarizer.cli.summarize import PARAMETER, AllowPrivateNetwork, parse_parameters
from summarizer.cli.terminal import say
from summarizer.errors import TooManyFailuresError, UsageError

if TYPE_CHECKING:
    from summarizer.batch import BatchDocument, BatchSummary

INTERRUPTED = 130
_LINE_EVERY = 30.0
"""Seconds between lines where there is no terminal for a progress bar."""


def batch(  # noqa: PLR0913, PLR0917 - the options of a command
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files, folders, globs, addresses, JSON lines (.jsonl), or - for JSON lines on standard input.",
            autocompletion=complete_source,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", help="OUT.jsonl, OUT.parquet, a folder (FOLDER/), or - for stdout."),
    ] = None,
    form: Annotated[str | None, typer.Option("--format", "-f", metavar="jsonl|folder|parquet")] = None,
    feed: Annotated[
        list[str] | None,
        typer.Option(help="An RSS or Atom feed, by address or path: its new entries. May be repeated."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("-m", "--model", help="local, local:PATH.gguf, openai/NAME, ollama/NAME, PROVIDER/NAME. [local]"),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="A server that speaks the OpenAI protocol, up to and including /v1.")
    ] = None,
    prompt: Annotated[str | None, typer.Option(help="A template by name or path.")] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(*PARAMETER, metavar="KEY VALUE", help="Set a parameter of the template; may be repeated."),
    ] = None,
    context: Context = None,
    schema: Annotated[str | None, typer.Option(help="A pydantic model of your own, module:Class.")] = None,
    way: Annotated[str | None, typer.Option(help="whole, turns or auto. [auto]")] = None,
    mode: Annotated[str | None, typer.Option(help="json_schema, tools, json or md_json. [auto]")] = None,
    lang: Annotated[str | None, typer.Option(help="Language of the texts, ISO 639-1. [told from each]")] = None,
    output_lang: Annotated[
        str | None, typer.Option(help="Language to answer in, as de or pt-BR; names and quotes stay. [the text's]")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of the texts. [utf-8]")] = None,
    text_field: Annotated[str, typer.Option(help="Where a JSON line has its text.")] = "text",
    id_field: Annotated[str, typer.Option(help="Where a JSON line has its id; else its place is its id.")] = "id",
    concurrency: Annotated[
        int | None,
        typer.Option(min=1, help="Documents on their way at once; by default as many as the server bears."),
    ] = None,
    rpm: Annotated[float | None, typer.Option(min=0.1, help="Requests a minute, at most.")] = None,
    tpm: Annotated[float | None, typer.Option(min=1, help="Tokens a minute, at most.")] = None,
    ordered: Annotated[bool, typer.Option("--ordered", help="Write in the order of the documents.")] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try the documents that failed before, and no others.")
    ] = False,
    max_failures: Annotated[
        str | None, typer.Option(metavar="N|P%", help="Stop when more than so many documents fail.")
    ] = None,
    provider_batch: Annotated[
        bool,
        typer.Option(
            "--provider-batch", help="Submit to the provider's batch API: half the price, answers within a day."
        ),
    ] = False,
    wait: Wait = False,
    poll_every: PollEvery = POLL_EVERY,
    engine: EngineOption = Engine.LOCAL,
    address: Address = None,
    min_workers: MinWorkers = None,
    max_workers: MaxWorkers = None,
    timeout: Annotated[float | None, typer.Option(help="Deadline of one document in seconds. [600]")] = None,
    retries: Annotated[int | None, typer.Option(help="Repeats of a failed call, and of a wrong answer. [3]")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Longest answer, in tokens.")] = None,
    min_confidence: Annotated[
        float | None, typer.Option(help="Leave out items that the model is less sure of, 0 to 1. [0]")
    ] = None,
    allow_private_network: AllowPrivateNetwork = False,
    no_cache: NoCache = False,
    refresh: Refresh = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Show no progress and no summary.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: ARG001
) -> None:
    """Read many documents. Interrupted at any moment, the same command goes on where it stopped.

    Ends with 6 where some documents failed (OUT.errors.jsonl says why); all others are done.
    """
    if not sources and not feed:
        raise UsageError("There is nothing to read; name files, folders, globs, addresses, JSON lines or a --feed.")
    if output is None:
        raise UsageError("Name where the answers go with -o: OUT.jsonl, OUT.parquet, a folder, or - for stdout.")
    paced = {
        "--concurrency": concurrency,
        "--rpm": rpm,
        "--tpm": tpm,
        "--max-failures": max_failures,
        "--ordered": ordered or None,
    }
    _check_ways(
        provider_batch=provider_batch,
        wait=wait,
        feed=bool(feed),
        paced=[name for name in paced if paced[name] is not None],
    )
    check_engine(
        engine,
        only_ray={"--address": address, "--min-workers": min_workers, "--max-workers": max_workers},
        only_local={"--rpm": rpm, "--tpm": tpm, "--provider-batch": provider_batch or None},
    )

    from summarizer.batch import BatchOptions, BatchSummary, batch_documents, open_output, run_batch
    from summarizer.batch.documents import SourceOptions
    from summarizer.batch.outputs import FailureFile, output_lock
    from summarizer.batch.running import FailureLimit
    from summarizer.models.pace import Pace
    from summarizer.settings import load_settings
    from summarizer.sources import Fetcher, FetchLimits

    settings = load_settings(
        model=model,
        base_url=base_url,
        prompt=prompt,
        way=way,
        mode=mode,
        language=lang,
        output_language=output_lang,
        timeout=timeout,
        retries=retries,
        max_tokens=max_tokens,
        min_confidence=min_confidence,
        answer_cache=cache_setting(no_cache=no_cache, refresh=refresh),
        allow_private_network=allow_private_network or None,
    )
    options = BatchOptions(
        ordered=ordered,
        retry_failed=retry_failed,
        failure_limit=FailureLimit.parse(max_failures) if max_failures else FailureLimit(),
    )
    embedded = settings.model.startswith("local")
    pace = Pace(
        concurrency=concurrency or (settings.slots if embedded else None), requests_a_minute=rpm, tokens_a_minute=tpm
    )
    summarizer = summarizer_in_context(
        context, parse_parameters(parameter or []), schema=schema, settings=settings, pace=pace
    )
    fetcher = Fetcher(FetchLimits.of(settings))
    how = SourceOptions(
        text_field=text_field, id_field=id_field, language=settings.language, encoding=encoding, fetcher=fetcher
    )
    named = sources or []
    if provider_batch:
        submit(
            summarizer,
            batch_documents(named, how),
            output=output,
            form=form,
            retry_failed=retry_failed,
            wait=wait,
            poll_every=poll_every,
            quiet=quiet,
        )
        return
    summary = BatchSummary()

    def reading(documents: Iterator[BatchDocument]) -> AbstractContextManager[tuple[Iterator[BatchDocument], Pace]]:
        if engine is Engine.LOCAL:
            return contextlib.nullcontext((documents, pace))
        return with_workers(summarizer, documents, address, min_workers, max_workers, concurrency)

    with (
        output_lock(output),
        answer_store(settings.answer_cache) as summarizer.store,
        new_entries(feed or [], how, settings.answer_cache) as entries,
        reading(chain(batch_documents(named, how), entries)) as (documents, paced_by),
        _progress(_total(named, entries), paced_by, quiet=quiet) as show,
    ):

        async def run() -> None:
            with contextlib.suppress(NotImplementedError):  # Windows has no such handlers
                asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, _cancel_this(asyncio.current_task()))
            try:
                await run_batch(
                    summarizer,
                    documents,
                    open_output(output, form),
                    FailureFile(output),
                    pace=paced_by,
                    options=options,
                    progress=show,
                    summary=summary,
                )
            finally:
                fetcher.close()
                await summarizer.aclose()

        try:
            asyncio.run(run())
        except (KeyboardInterrupt, asyncio.CancelledError):
            say(f"{told(summary)} The same command goes on where it stopped.")
            sys.exit(INTERRUPTED)
    if not quiet:
        say(told(summary))
    _end(summary, output)


def _total(sources: list[str], entries: list[BatchDocument]) -> int | None:
    from summarizer.batch.documents import count_documents

    counted = count_documents(sources)
    return None if counted is None else counted + len(entries)


def _check_ways(*, provider_batch: bool, wait: bool, feed: bool, paced: list[str]) -> None:
    """Refuse options of the other way of asking."""
    if provider_batch and feed:
        raise UsageError(
            "An entry of a --feed counts as read once its briefing is written, and --provider-batch writes it another "
            "day; leave one of the two out."
        )
    if wait and not provider_batch:
        raise UsageError("--wait is for --provider-batch; a batch without it always waits.")
    if provider_batch and paced:
        raise UsageError(f"With --provider-batch the provider sets the pace; leave {', '.join(paced)} out.")


def _end(summary: BatchSummary, output: str) -> None:
    if summary.stopped is not None:
        raise type(summary.stopped)(
            f"{summary.stopped} The batch stopped here; what is done is kept, and the same command goes on."
        )
    if summary.left_failed:
        raise TooManyFailuresError(
            f"{_counted(summary.left_failed, 'document')} failed; {output.rstrip('/')}.errors.jsonl says why, and "
            "--retry-failed tries them again."
        )


def told(summary: BatchSummary) -> str:
    """One line of what was done."""
    parts = [f"{_counted(summary.done, 'document')} done"]
    if summary.from_store:
        parts.append(f"{summary.from_store} of them from the store")
    if summary.failed:
        parts.append(f"{summary.failed} failed")
    if summary.skipped:
        parts.append(f"{summary.skipped} skipped (done or failed before)")
    used = summary.usage
    if used.requests:
        parts.append(f"{used.total_tokens} tokens in {_counted(used.requests, 'request')}")
    if summary.price is not None:
        parts.append(f"${summary.price:.4f}")
    return ", ".join(parts) + "."


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 else ''}"


def _cancel_this(task: asyncio.Task[Any] | None) -> Callable[[], None]:
    return lambda: None if task is None else (task.cancel(), None)[1]


@contextmanager
def _progress(total: int | None, pace: Any, *, quiet: bool) -> Iterator[Callable[[BatchSummary], None]]:
    """A bar on a terminal, a line now and then elsewhere."""
    if quiet:
        yield lambda _summary: None
        return
    if not sys.stderr.isatty():
        yield _lines(total)
        return
    from rich.console import Console  # heavy, for terminals alone
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns: list[Any] = [MofNCompleteColumn(), BarColumn(), TextColumn("{task.description}")]
    started = time.monotonic()
    with Progress(
        *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as shown:
        bar = shown.add_task("starting", total=total)

        def show(summary: BatchSummary) -> None:
            finished = summary.done + summary.failed
            rate = finished / max(time.monotonic() - started, 1e-3)
            failed = f", {summary.failed} failed" if summary.failed else ""
            price = "" if summary.price is None else f", ${summary.price:.2f}"
            tokens = f"{summary.usage.total_tokens:,} tokens" if summary.usage.requests else "no tokens"
            what = f"{summary.done} done{failed}, {rate:.1f}/s, {pace.limit} at once, {tokens}{price}"
            shown.update(bar, completed=finished + summary.skipped, description=what)

        yield show


def _lines(total: int | None) -> Callable[[BatchSummary], None]:
    last = time.monotonic()

    def show(summary: BatchSummary) -> None:
        nonlocal last
        if time.monotonic() - last >= _LINE_EVERY:
            last = time.monotonic()
            say(told(summary)[:-1] + (f", {total} in all." if total is not None else "."))

    return show
