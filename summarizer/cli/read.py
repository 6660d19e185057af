"""`summarizer read`: the text of a source as the model will see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from summarizer.cli.summarize import AllowPrivateNetwork, named_source
from summarizer.cli.terminal import say, write

if TYPE_CHECKING:
    from summarizer.documents import Document, Sentence


def read(  # noqa: PLR0913, PLR0917 - the options of a command
    source: Annotated[
        str | None,
        typer.Argument(
            help="A file (text, Markdown, HTML, PDF, DOCX, EML), an address, or - for standard input; a pipe needs no "
            "name.",
            show_default=False,
        ),
    ] = None,
    lang: Annotated[str | None, typer.Option(help="Language of the text, ISO 639-1. [told from it]")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of the text, as cp1252. [utf-8]")] = None,
    json: Annotated[bool, typer.Option("--json", help="The text, its sentences and all that is known of it.")] = False,
    allow_private_network: AllowPrivateNetwork = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing about the source.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: ARG001
) -> None:
    """Print a source's text as the model will see it, sentence by sentence, with their numbers; call no model."""
    from summarizer.settings import load_settings  # heavy, loaded when something is read
    from summarizer.sources import Fetcher, FetchLimits, read_source

    settings = load_settings(language=lang, allow_private_network=allow_private_network or None)
    document = read_source(
        named_source(source),
        language=settings.language,
        encoding=encoding,
        fetcher=Fetcher(FetchLimits.of(settings)),
    )
    if json:
        write(_as_json(document))
        return
    from summarizer.render import place
    from summarizer.render.content import printable

    if not quiet:
        say(printable(_about(document)))
    write("".join(f"[{place(one.number, one.page)}] {printable(one.text)}\n" for one in document.sentences))


def _about(document: Document) -> str:
    said = [document.title, document.author, document.site, document.date]
    pages = f", {len(document.page_starts)} pages" if document.page_starts else ""
    counts = (
        f"language {document.language}, {len(document.text)} characters, {len(document.sentences)} sentences{pages}"
    )
    return f"{document.url or document.source}: {', '.join(filter(None, said)) or 'no title'} ({counts})"


def _as_json(document: Document) -> str:
    import json

    from summarizer.schemas import DocumentReference

    told = {
        "document": DocumentReference.of(document).model_dump(mode="json"),
        "text": document.text,
        "sentences": [_sentence(one) for one in document.sentences],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _sentence(one: Sentence) -> dict[str, int | str | None]:
    return {"number": one.number, "start": one.start, "end": one.end, "text": one.text, "page": one.page}
