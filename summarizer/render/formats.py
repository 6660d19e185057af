"""The formats a result can have, and what writes each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args, overload

from summarizer.documents import Document
from summarizer.render.docx import as_docx
from summarizer.render.markdown import as_markdown
from summarizer.render.page import as_page
from summarizer.render.terminal import as_terminal_page
from summarizer.schemas import Envelope

__all__ = ["FORMATS", "Format", "TextFormat", "render"]

TextFormat = Literal["text", "markdown", "html", "json", "yaml"]
Format = TextFormat | Literal["docx"]
FORMATS: tuple[str, ...] = (*get_args(TextFormat), "docx")


@overload
def render(
    envelope: Envelope[Any],
    form: TextFormat,
    *,
    document: Document | None = None,
    width: int = 100,
    colour: bool = False,
    confidence: bool = False,
) -> str: ...
@overload
def render(
    envelope: Envelope[Any],
    form: Literal["docx"],
    *,
    document: Document | None = None,
    width: int = 100,
    colour: bool = False,
    confidence: bool = False,
) -> bytes: ...
@overload
def render(
    envelope: Envelope[Any],
    form: Format,
    *,
    document: Document | None = None,
    width: int = 100,
    colour: bool = False,
    confidence: bool = False,
) -> str | bytes: ...
def render(
    envelope: Envelope[Any],
    form: Format,
    *,
    document: Document | None = None,
    width: int = 100,
    colour: bool = False,
    confidence: bool = False,
) -> str | bytes:
    """Write an envelope in a format.

    Args:
        envelope: The result.
        form: One of `FORMATS`.
        document: What was read; HTML alone shows it.
        width: Columns of a terminal page.
        colour: Whether a terminal page may hold colour codes.
        confidence: Whether text, Markdown, HTML and DOCX tell the confidence of items; JSON and YAML always do.

    Returns:
        The text, with a line end at its end; of DOCX, the file.

    Raises:
        UsageError: If DOCX is asked for and python-docx is not installed.
    """
    if form == "docx":
        return as_docx(envelope, confidence=confidence)
    writers: dict[TextFormat, Callable[[], str]] = {
        "text": lambda: as_terminal_page(envelope, width=width, colour=colour, confidence=confidence),
        "markdown": lambda: as_markdown(envelope, confidence=confidence),
        "html": lambda: as_page(envelope, document, confidence=confidence),
        "json": lambda: envelope.model_dump_json(indent=2),
        "yaml": lambda: _as_yaml(envelope),
    }
    return writers[form]().rstrip("\n") + "\n"


def _as_yaml(envelope: Envelope[Any]) -> str:
    import yaml  # only one of the formats needs it

    return yaml.safe_dump(envelope.model_dump(mode="json"), allow_unicode=True, sort_keys=False, width=100)
