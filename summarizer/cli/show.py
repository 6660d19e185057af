"""`summarizer show`: a saved briefing as a page to read, or in another format."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from summarizer.cli.answer_store import tell_if_set_aside
from summarizer.cli.terminal import check_form, check_writable, colour_wanted, page_width, say, write
from summarizer.errors import InputError, StoreError, UsageError

if TYPE_CHECKING:
    from summarizer.documents import Document
    from summarizer.render import Format
    from summarizer.schemas import Briefing, Envelope

_FORMATS = "html|text|markdown|docx|json|yaml"
_STANDARD_OUTPUT = Path("-")
_HEAD = 4096
"""Bytes of a file within which a page names its maker."""


def show(  # noqa: PLR0913, PLR0917 - the options of a command
    briefing: Annotated[Path, typer.Argument(metavar="BRIEFING.json", help="What 'summarize --json' wrote.")],
    form: Annotated[str, typer.Option("--format", "-f", metavar=_FORMATS, help="Form of the result.")] = "html",
    article: Annotated[
        Path | None, typer.Option(help="The text that was read; by default its source, or the answer store.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of the article, as cp1252. [utf-8]")] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write here, - for stdout. [a page beside the briefing, else stdout]"),
    ] = None,
    confidence: Annotated[bool, typer.Option("--confidence", help="Show how sure the model is of each item.")] = False,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: ARG001
) -> None:
    """Write the page of a saved briefing: headline, actors, demands, and the article with its sentences marked."""
    target = _target(briefing, form, output)
    if open_it and (form != "html" or target is None):
        raise UsageError("--open opens a page in a file; leave --format away and name a file, or nothing, with -o.")
    check_form(form, target)

    from summarizer.render import not_covered, render  # loaded after the options are known to be right

    envelope = load_saved(briefing)
    if target is not None:
        check_writable(target)
    document = _document(envelope, briefing, article, encoding) if form == "html" else None
    on_page = target is None and colour_wanted()
    shown = cast("Format", form)
    write(render(envelope, shown, document=document, width=page_width(), colour=on_page, confidence=confidence), target)
    if missing := not_covered(envelope):
        say(f"Warning: {missing}")
    if target is not None and form == "html":
        say(f"Written to {target}")
        if open_it:
            _open(target)


def load_saved(path: Path) -> Envelope[Briefing]:
    """The envelope in a file of `summarize --json`, or of a batch, which adds an id and metadata.

    Raises:
        InputError: If it is neither.
    """
    from summarizer.schemas import Briefing, Envelope

    try:
        return Envelope.load(path)
    except InputError:
        from summarizer.batch.records import BatchRecord  # only where it is no plain envelope

        with suppress(OSError, ValueError):
            return BatchRecord[Briefing].model_validate_json(path.read_bytes())
        raise


def _target(briefing: Path, form: str, output: Path | None) -> Path | None:
    """The file to write to, or None for standard output."""
    if form not in _FORMATS.split("|"):
        raise UsageError(f"There is no format {form!r}; name one of {_FORMATS.replace('|', ', ')}.")
    if output is not None:
        return None if output == _STANDARD_OUTPUT else output
    if form != "html":
        return None
    beside = briefing.with_suffix(".html")
    if beside.exists() and not _is_own(beside):
        raise UsageError(f"{beside} is no page of this program and is left as it is; name another file with -o.")
    return beside


def _is_own(path: Path) -> bool:
    """Whether a file is a page that this command wrote, and may write anew."""
    from summarizer.render.page.setting import GENERATOR

    try:
        with path.open("rb") as file:
            return f'<meta name="generator" content="{GENERATOR}">'.encode() in file.read(_HEAD)
    except OSError:
        return False


def _document(
    envelope: Envelope[Briefing], briefing: Path, article: Path | None, encoding: str | None
) -> Document | None:
    """The text that a briefing is about: as named, from its source, or from the store; None where it is nowhere.

    Raises:
        InputError: If the named article cannot be read, or is not the text that was read.
    """
    from summarizer.documents import read

    wanted = envelope.document
    if article is not None:
        named = read(article, language=wanted.language, encoding=encoding)
        if named.sha256 != wanted.sha256:
            raise InputError(f"{article} is not the text that was read, its SHA-256 differs; name the one that was.")
        return _titled(named.text, envelope)
    for path in _places(wanted.source, briefing):
        try:
            found = read(path, language=wanted.language, encoding=encoding)
        except InputError:
            continue  # whatever lies there now, it is not the text that was read
        if found.sha256 == wanted.sha256:
            return _titled(found.text, envelope)
    text = _kept_text(wanted.sha256)
    if text is None:
        say(
            "Warning: the article is neither where it was read, unaltered, nor in the answer store; the page has only "
            "the sentences cited. Name the article with --article."
        )
        return None
    return _titled(text, envelope)


def _titled(text: str, envelope: Envelope[Any]) -> Document:
    from summarizer.documents import Document

    wanted = envelope.document
    plain = Document(text=text, source=wanted.source, language=wanted.language)
    if plain.title == wanted.title:
        return plain
    return Document(text=text, source=wanted.source, language=wanted.language, given_title=wanted.title)


def _places(source: str | None, briefing: Path) -> list[Path]:
    """Files that may be the source: by its path from here, and from the briefing's folder."""
    if not source or source == "-" or "://" in source:
        return []
    try:
        return [path for path in (Path(source), briefing.parent / source) if path.is_file()]
    except (OSError, ValueError):  # no name that a file can have
        return []


def _kept_text(sha256: str) -> str | None:
    """The text from the answer store, where there is one and it has it."""
    from summarizer.settings import load_settings
    from summarizer.store import AnswerStore, store_path

    try:
        if load_settings().answer_cache == "off" or not store_path().is_file():
            return None
        store = AnswerStore()
    except StoreError as error:
        say(f"Warning: {error}")
        return None
    tell_if_set_aside(store)
    try:
        return store.find_text(sha256)
    except StoreError as error:
        say(f"Warning: {error}")
        return None
    finally:
        store.close()


def _open(path: Path) -> None:
    import webbrowser

    if not webbrowser.open(path.resolve().as_uri()):
        say(f"No browser could be opened; open {path} yourself.")
