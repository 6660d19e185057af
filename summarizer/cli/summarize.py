"""`summarizer summarize`: one document in, one briefing out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from summarizer.cli.answer_store import NoCache, Refresh, answer_store, cache_setting
from summarizer.cli.context import Context, summarizer_in_context
from summarizer.cli.feeds import brief_new_entries
from summarizer.cli.filling_in import can_be_redrawn, fill_in
from summarizer.cli.terminal import check_form, check_writable, colour_wanted, page_width, progress_shown, say, write
from summarizer.errors import TooManyFailuresError, UsageError

if TYPE_CHECKING:
    from summarizer.documents import Document
    from summarizer.engine import Summarizer
    from summarizer.schemas import Envelope

AllowPrivateNetwork = Annotated[
    bool,
    typer.Option(
        "--allow-private-network", help="Fetch pages from this machine and the local network too, if you trust them."
    ),
]
PARAMETER = ("-p", "--parameter")
_FORMATS = "text|markdown|html|docx|json|yaml"


def summarize(  # noqa: PLR0913, PLR0917 - the options of a command
    source: Annotated[
        str | None,
        typer.Argument(
            help="A file (text, Markdown, HTML, PDF, DOCX, EML), an address, or - for standard input; a pipe needs no "
            "name.",
            show_default=False,
        ),
    ] = None,
    feed: Annotated[
        list[str] | None,
        typer.Option(help="In place of a source: an RSS or Atom feed, by address or path; its new entries."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("-m", "--model", help="local, local:PATH.gguf, openai/NAME, ollama/NAME, PROVIDER/NAME. [local]"),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="A server that speaks the OpenAI protocol, up to and including /v1.")
    ] = None,
    prompt: Annotated[
        str | None, typer.Option(help="A template by name or path; see 'summarizer prompts list'.")
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(*PARAMETER, metavar="KEY VALUE", help="Set a parameter of the template; may be repeated."),
    ] = None,
    context: Context = None,
    schema: Annotated[
        str | None,
        typer.Option(help="A pydantic model of your own, module:Class; by default the template's."),
    ] = None,
    way: Annotated[
        str | None,
        typer.Option(help="whole: one call. turns: one turn a sentence. auto: what suits the model. [auto]"),
    ] = None,
    mode: Annotated[
        str | None, typer.Option(help="How the schema is held: json_schema, tools, json, md_json. [auto]")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="Language of the text, ISO 639-1. [told from it]")] = None,
    output_lang: Annotated[
        str | None, typer.Option(help="Language to answer in, as de or pt-BR; names and quotes stay. [the text's]")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of the text, as cp1252. [utf-8]")] = None,
    form: Annotated[
        str | None, typer.Option("--format", "-f", metavar=_FORMATS, help="Form of the result. [text]")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to a file instead of stdout.")] = None,
    timeout: Annotated[float | None, typer.Option(help="Deadline in seconds, all attempts included. [600]")] = None,
    retries: Annotated[int | None, typer.Option(help="Repeats of a failed call, and of a wrong answer. [3]")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Longest answer, in tokens.")] = None,
    context_tokens: Annotated[
        int | None,
        typer.Option(help="What the model reads at once, in tokens; longer texts go in windows. [as the model]"),
    ] = None,
    min_confidence: Annotated[
        float | None, typer.Option(help="Leave out items that the model is less sure of, 0 to 1. [0]")
    ] = None,
    confidence: Annotated[bool, typer.Option("--confidence", help="Show how sure the model is of each item.")] = False,
    no_cache: NoCache = False,
    refresh: Refresh = False,
    allow_private_network: AllowPrivateNetwork = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Print the messages and schema that would be sent; call nothing."),
    ] = False,
    stream: Annotated[
        bool | None,
        typer.Option(
            "--stream/--no-stream",
            help="On a terminal, fill the page in while the model writes. [stream]",
            show_default=False,
        ),
    ] = None,
    usage: Annotated[bool, typer.Option("--usage", help="Say on stderr what the answer took.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Show no progress.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say on stderr what is done with what.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: ARG001
) -> None:
    """Turn an article into a briefing: who, who demands what of whom, what is agreed, what is open."""
    chosen = _format(form, json=json)
    if feed:
        _check_feed(chosen, alone=source is None and output is None and not dry_run)
    if not dry_run:
        _check_output(chosen, output)

    from summarizer.render import not_covered, render
    from summarizer.settings import load_settings
    from summarizer.sources import Fetcher, FetchLimits, read_source

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
        context_tokens=context_tokens,
        min_confidence=min_confidence,
        answer_cache=cache_setting(no_cache=no_cache, refresh=refresh),
        allow_private_network=allow_private_network or None,
        stream=stream,
    )
    summarizer = summarizer_in_context(context, parse_parameters(parameter or []), schema=schema, settings=settings)
    fetcher = Fetcher(FetchLimits.of(settings))
    shown = 0
    live = settings.stream and chosen == "text" and output is None and not (quiet or feed) and can_be_redrawn()

    def brief(document: Document) -> None:
        nonlocal shown
        if verbose:
            say(
                f"Reading {document.source} ({len(document.text)} characters, {len(document.sentences)} sentences, "
                f"language {document.language}) with {settings.model}, prompt {summarizer.template.name} "
                f"{summarizer.template.version}, {summarizer.template.way}."
            )
        envelope, interrupted = _answered(summarizer, document, live=live, quiet=quiet, confidence=confidence)
        on_page = output is None and colour_wanted()
        page = render(envelope, chosen, document=document, width=page_width(), colour=on_page, confidence=confidence)
        write(_one_of_many(envelope, chosen, page, shown) if feed else page, output)
        shown += 1
        if missing := not_covered(envelope):
            say(f"Warning: {missing}")
        _tell_no_confidence(summarizer, wanted=confidence)
        if usage or verbose:
            say(_used(envelope))
        _end_if_partial(envelope, interrupted=interrupted)

    if feed:
        with answer_store(settings.answer_cache) as summarizer.store, summarizer:
            brief_new_entries(feed, fetcher, settings, brief)
        return
    document = read_source(named_source(source), language=settings.language, encoding=encoding, fetcher=fetcher)
    if dry_run:
        write(_planned(summarizer, document), output)
        return
    with answer_store(settings.answer_cache) as summarizer.store, summarizer:
        brief(document)


def _answered(
    summarizer: Summarizer, document: Document, *, live: bool, quiet: bool, confidence: bool
) -> tuple[Envelope[Any], bool]:
    """The answer, and whether an interrupt ended it before it was whole."""
    if live:
        return fill_in(summarizer, document, confidence=confidence)
    with progress_shown(quiet=quiet) as progress:
        return summarizer.summarize(document, progress), False


def _tell_no_confidence(summarizer: Summarizer, *, wanted: bool) -> None:
    if (wanted or summarizer.settings.min_confidence) and summarizer.template.way == "whole":
        say("Items have a confidence only where the embedded model reads in turns (--way turns); none was left out.")


def _end_if_partial(envelope: Envelope[Any], *, interrupted: bool) -> None:
    if interrupted:
        raise KeyboardInterrupt
    if envelope.partial:
        raise typer.Exit(TooManyFailuresError.exit_code)


def _check_output(form: str, output: Path | None) -> None:
    check_form(form, output)
    if output is not None:
        check_writable(output)


def _check_feed(form: str, *, alone: bool) -> None:
    if not alone:
        raise UsageError(
            "With --feed the briefings of many articles go to stdout; leave the source, --output and --dry-run out, or "
            "use 'summarizer batch --feed'."
        )
    if form in ("html", "docx"):
        raise UsageError(
            "With --feed there are many briefings, and a page or a Word document has one; name another format, or use "
            "'summarizer batch --feed' with 'summarizer show'."
        )


def _one_of_many(envelope: Envelope[Any], form: str, page: str, shown: int) -> str:
    """A page as it stands among others: JSON as a line, YAML as a document of a stream, a blank line between texts."""
    if form == "json":
        return envelope.model_dump_json() + "\n"
    if form == "yaml":
        return f"---\n{page}"
    return f"\n{page}" if shown else page


def _format(form: str | None, *, json: bool) -> Any:
    if json and form not in (None, "json"):
        raise UsageError(f"--json and --format {form} contradict each other; give one of them.")
    chosen = "json" if json else form or "text"
    if chosen not in _FORMATS.split("|"):
        raise UsageError(f"There is no format {chosen!r}; name one of {_FORMATS.replace('|', ', ')}.")
    return chosen


def joined_parameters(arguments: list[str]) -> list[str]:
    """Command line words with each `-p KEY VALUE` made one `-p KEY=VALUE`, as typer has no repeated pairs."""
    joined: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        joined.append(word)
        if word == "--":
            return joined + rest
        if word in PARAMETER and len(rest) > 1 and "=" not in rest[0]:
            joined.append(f"{rest.pop(0)}={rest.pop(0)}")
    return joined


def parse_parameters(pairs: list[str]) -> dict[str, str]:
    """The parameters of `-p KEY=VALUE` options.

    Raises:
        UsageError: If one has no value.
    """
    parameters: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise UsageError(f"The parameter {pair!r} has no value; write -p KEY VALUE.")
        parameters[key] = value
    return parameters


def named_source(source: str | None) -> str:
    """The source that a command was given, or `-` where a pipe stands for it.

    Raises:
        UsageError: If there is neither.
    """
    if source is not None:
        return source
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("There is nothing to read; name a file, or pipe a text in. See 'summarizer -h'.")
    return "-"


def _planned(summarizer: Summarizer, document: Document) -> str:
    import dataclasses
    import json

    plan = dataclasses.asdict(summarizer.plan(document))
    return (
        json.dumps({key: value for key, value in plan.items() if value is not None}, ensure_ascii=False, indent=2)
        + "\n"
    )


def _used(envelope: Envelope[Any]) -> str:
    used = envelope.token_usage
    incomplete = "" if used.complete else " (the server did not count all of it)"
    repeated = f" and {used.repeats} more that got lost on the way" if used.repeats else ""
    when = (
        f"From the store, nothing was asked; on {envelope.written_at:%Y-%m-%d} it took " if envelope.from_store else ""
    )
    return when + (
        f"{used.prompt_tokens} prompt and {used.completion_tokens} completion tokens in {used.requests} "
        f"request{'s' if used.requests != 1 else ''}{repeated}{incomplete}, {envelope.seconds:.1f} s"
    )
