"""`summarizer log`: what was asked and answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from summarizer.cli.answer_store import tell_if_set_aside
from summarizer.cli.terminal import check_form, check_writable, colour_wanted, page_width, say, write
from summarizer.errors import UsageError

if TYPE_CHECKING:
    from summarizer.render import Format
    from summarizer.store import AnswerStore
    from summarizer.store.history import HistoryEntry

app = typer.Typer(help="Look at what was asked and answered.", no_args_is_help=True, rich_markup_mode=None)

_SPAN = re.compile(r"(\d+)\s*(h|d|w)")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_SHOWN_TITLE = 60

Most = Annotated[int, typer.Option("-n", "--most", min=1, help="Answers shown at most.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command("list")
def list_answers(
    most: Most = 20,
    model: Annotated[str | None, typer.Option("-m", "--model", help="Only of this model.")] = None,
    json: AsJson = False,
) -> None:
    """List the latest answers, newest first."""
    from summarizer.store.history import entries

    with _opened() as store:
        _show(entries(store, most=most, model=model), json=json)


@app.command("search")
def search_answers(
    words: Annotated[list[str], typer.Argument(help="Words that all stand in the title, the text or the answer.")],
    most: Most = 20,
    json: AsJson = False,
) -> None:
    """Find answers by words, the best fit first."""
    from summarizer.store.history import search

    with _opened() as store:
        _show(search(store, " ".join(words), most=most), json=json)


@app.command("show")
def show_answer(
    identifier: Annotated[int, typer.Argument(metavar="ID", help="As 'summarizer log list' shows it.")],
    form: Annotated[str, typer.Option("--format", "-f", metavar="text|markdown|html|docx|json|yaml")] = "text",
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    document: Annotated[bool, typer.Option("--document", help="The text that was read, instead.")] = False,
) -> None:
    """Show one answer, or the text that it was given to."""
    from summarizer.documents import Document
    from summarizer.render import FORMATS, render
    from summarizer.schemas import Briefing, Envelope
    from summarizer.store.history import find_entry

    chosen = "json" if json else form
    if chosen not in FORMATS:
        raise UsageError(f"There is no format {chosen!r}; name one of {', '.join(FORMATS)}.")
    check_form(chosen, None)
    with _opened() as store:
        envelope, text = find_entry(store, identifier)
    if document:
        write(text if text.endswith("\n") else f"{text}\n")
    elif '"answer_schema":{"name":"Briefing"' in envelope:
        loaded = Envelope[Briefing].model_validate_json(envelope)
        read = Document(text=text, source=loaded.document.source, language=loaded.document.language)
        shown = cast("Format", chosen)
        write(render(loaded, shown, document=read, width=page_width(), colour=colour_wanted()))
    else:
        write(f"{envelope}\n")


@app.command("export")
def export_answers(
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to a file instead of stdout.")] = None,
) -> None:
    """Write all answers as JSON lines: id, key, price, text and envelope."""
    import json

    from summarizer.store.history import export

    if output is not None:
        check_writable(output)
    with _opened() as store:
        if output is None:
            for entry in export(store):
                write(f"{json.dumps(entry, ensure_ascii=False)}\n")
            return
        with output.open("w", encoding="utf-8") as file:
            count = sum(bool(file.write(f"{json.dumps(entry, ensure_ascii=False)}\n")) for entry in export(store))
        say(f"{count} answers written to {output}.")


@app.command("prune")
def prune_answers(
    identifiers: Annotated[list[int] | None, typer.Argument(metavar="[ID]…", help="These alone.")] = None,
    older_than: Annotated[str | None, typer.Option(help="All older than this: 12h, 30d or 8w.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False,
) -> None:
    """Delete answers, and texts that no answer is left of."""
    from datetime import UTC, datetime

    from summarizer.store.history import delete_entries

    if sum((bool(identifiers), older_than is not None, everything)) != 1:
        raise UsageError("Say what to delete: ids, --older-than 30d, or --all.")
    age = timedelta(0) if everything else _span(older_than) if older_than else None
    if not yes and not typer.confirm("Delete for good?", default=False, err=True):
        say("Nothing was deleted.")
        return
    with _opened() as store:
        before = None if age is None else datetime.now(UTC) - age
        gone = delete_entries(store, before=before, identifiers=identifiers)
        store.compact()
    say(f"{gone} answer{'s' if gone != 1 else ''} deleted.")


@app.command("path")
def show_path() -> None:
    """Print where the store's file is; any SQLite tool opens it."""
    from summarizer.store import store_path

    write(f"{store_path()}\n")


@contextmanager
def _opened() -> Iterator[AnswerStore]:
    from summarizer.store import AnswerStore

    with closing(AnswerStore()) as store:
        tell_if_set_aside(store)
        yield store


def _span(text: str) -> timedelta:
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{text!r} is no span of time; write 12h, 30d or 8w.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _show(found: list[HistoryEntry], *, json: bool) -> None:
    if json:
        from json import dumps

        write(dumps([entry.as_json() for entry in found], ensure_ascii=False, indent=2) + "\n")
        return
    if not found:
        say("There is no such answer in the store.")
    for entry in found:
        price = "" if entry.price is None else f"  ${entry.price:.4f}"
        name = " ".join((entry.title or entry.source or "").split())
        title = name if len(name) <= _SHOWN_TITLE else f"{name[: _SHOWN_TITLE - 1]}…"
        when = f"{entry.written_at[:10]} {entry.written_at[11:16]}"
        write(f"{entry.id:>6}  {when}  {entry.model:<20}  {entry.tokens:>6} tokens{price}  {title}\n")
        if entry.passage:
            write(f"        {' '.join(entry.passage.split())}\n")
