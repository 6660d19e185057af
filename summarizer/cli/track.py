"""`summarizer diff` and `summarizer track`: what changed between articles on one matter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from summarizer.cli.show import load_saved
from summarizer.cli.terminal import check_writable, say, write
from summarizer.errors import InputError, UsageError

if TYPE_CHECKING:
    from summarizer.matters import Dossier
    from summarizer.render.matters import DossierFormat
    from summarizer.schemas import Briefing, Envelope

_FORMATS = "text|markdown|json|html"
_SQLITE = b"SQLite format 3\0"
_MOST = 1000
"""Answers of a store that are looked at."""

Form = Annotated[str, typer.Option("--format", "-f", metavar=_FORMATS, help="Form of the result.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="Write to a file instead of stdout.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD.json", help="What 'summarize --json' wrote of the older one.")],
    new: Annotated[Path, typer.Argument(metavar="NEW.json", help="The same of the newer one.")],
    form: Form = "text",
    output: Output = None,
    debug: Debug = False,  # noqa: ARG001
) -> None:
    """Say what changed from one saved briefing to another, with both quotes and dates."""
    _check(form, output)
    from summarizer.matters import diff as changes_between

    _show(changes_between(load_saved(old), load_saved(new)), form, output)


def track(
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="SOURCE…", help="Saved briefings, folders or batches of them, a store."),
    ],
    search: Annotated[str | None, typer.Option(help="Of a store: answers with all these words.")] = None,
    source: Annotated[str | None, typer.Option(help="Of a store: of sources like '*/port/*'.")] = None,
    form: Form = "text",
    output: Output = None,
    debug: Debug = False,  # noqa: ARG001
) -> None:
    """Follow one matter over many articles: a dossier of who, what, and what changed when."""
    _check(form, output)
    from summarizer.matters import dossier_of

    found = [envelope for path in sources for envelope in _envelopes(path, search, source)]
    if not found:
        raise InputError(f"No saved briefing is in {', '.join(map(str, sources))}; 'summarize --json' writes one.")
    _show(dossier_of(found), form, output)


def _check(form: str, output: Path | None) -> None:
    if form not in _FORMATS.split("|"):
        raise UsageError(f"There is no format {form!r}; name one of {_FORMATS.replace('|', ', ')}.")
    if output is not None:
        check_writable(output)


def _show(dossier: Dossier, form: str, output: Path | None) -> None:
    from summarizer.render.matters import render_dossier

    write(render_dossier(dossier, cast("DossierFormat", form)), output)


def _envelopes(path: Path, search: str | None, source: str | None) -> Iterator[Envelope[Briefing]]:
    if path.is_dir():
        yield from _of_folder(path)
    elif _is_store(path):
        yield from _of_store(path, search, source)
    elif path.suffix == ".jsonl":
        yield from _of_lines(path)
    else:
        yield load_saved(path)


def _of_folder(folder: Path) -> Iterator[Envelope[Briefing]]:
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".json", ".jsonl"):
            continue
        try:
            yield from _of_lines(path) if path.suffix == ".jsonl" else [load_saved(path)]
        except InputError as error:
            say(f"Warning: {error} It is left out.")


def _of_lines(path: Path) -> list[Envelope[Briefing]]:
    from summarizer.batch.records import BatchRecord
    from summarizer.schemas import Briefing

    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    records: list[Envelope[Briefing]] = []
    for number, line in enumerate(lines, 1):
        try:
            records.append(BatchRecord[Briefing].model_validate_json(line))
        except ValueError:
            raise InputError(f"Line {number} of {path} is no briefing of a batch.") from None
    return records


def _is_store(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False  # that it cannot be read is told when it is loaded


def _of_store(path: Path, search: str | None, source: str | None) -> Iterator[Envelope[Briefing]]:
    from summarizer.schemas import Briefing, Envelope
    from summarizer.store import AnswerStore
    from summarizer.store.history import entries, find_entry
    from summarizer.store.history import search as search_store

    if search is None and source is None:
        raise UsageError(f"{path} holds answers of all matters; say which belong together with --search or --source.")
    with closing(AnswerStore(path)) as store:
        found = search_store(store, search, most=_MOST) if search is not None else entries(store, most=_MOST)
        for entry in sorted(found, key=lambda entry: entry.id):  # as they were written
            if source is not None and not fnmatchcase(entry.source or "", source):
                continue
            text, _ = find_entry(store, entry.id)
            if '"answer_schema":{"name":"Briefing"' in text:
                yield Envelope[Briefing].model_validate_json(text)
