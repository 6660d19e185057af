"""A page on the terminal that fills in while the model writes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from summarizer.cli.terminal import colour_wanted, page_width

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

    from summarizer.documents import Document
    from summarizer.engine import Summarizer
    from summarizer.schemas import Envelope

__all__ = ["can_be_redrawn", "fill_in"]

_INTERRUPTED = "It was interrupted."
_DRAWN_A_SECOND = 8


def can_be_redrawn() -> bool:
    """Whether stdout is a terminal on which lines can be written again."""
    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")


def fill_in(summarizer: Summarizer, document: Document, *, confidence: bool) -> tuple[Envelope[Any], bool]:
    """Read a document and show what is complete meanwhile; in the end nothing of it is left on the terminal.

    Args:
        summarizer: What reads it.
        document: What is read.
        confidence: Whether items tell their confidence.

    Returns:
        The answer, and whether an interrupt ended it: it is then what was complete.

    Raises:
        KeyboardInterrupt: If an interrupt came before anything was complete.
        SummarizerError: As `Summarizer.stream`.
    """
    from contextlib import closing
    from typing import cast

    from rich.console import Console  # heavy, for terminals alone
    from rich.live import Live

    page = _GrowingPage(confidence=confidence)
    console = Console(no_color=not colour_wanted())
    with Live(page, console=console, transient=True, refresh_per_second=_DRAWN_A_SECOND):
        try:
            with closing(cast("Any", summarizer.stream(document, page.tell))) as snapshots:
                for page.envelope in snapshots:
                    pass
        except KeyboardInterrupt:
            if page.envelope is None:
                raise
            return page.envelope.model_copy(update={"partial": _INTERRUPTED}), True
    assert page.envelope is not None  # noqa: S101 - a stream gives something, or raises
    return page.envelope, False


class _GrowingPage:
    """The end of the page as far as it fits on the screen, and under it what is going on."""

    def __init__(self, *, confidence: bool) -> None:
        from rich.spinner import Spinner

        self.envelope: Envelope[Any] | None = None
        self._confidence = confidence
        self._spinner = Spinner("dots", "Starting")
        self._drawn: tuple[Envelope[Any] | None, list[str]] = (None, [])

    def tell(self, what: str, done: int, total: int) -> None:
        """Take in what is going on."""
        self._spinner.update(text=f"{what} {done}/{total}" if total else what)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        room = max(0, console.size.height - 2)  # the spinner, and the line on which the cursor stands
        for line in self._lines()[-room:] if room else []:
            text = Text.from_ansi(line, no_wrap=True, overflow="crop")
            text.truncate(options.max_width)
            yield text
        yield self._spinner

    def _lines(self) -> list[str]:
        """The sections that have something."""
        from summarizer.render import render

        envelope, lines = self.envelope, self._drawn[1]
        if envelope is not None and envelope is not self._drawn[0]:
            unmarked = envelope.model_copy(update={"partial": None})  # the spinner says that it goes on
            page = render(unmarked, "text", width=page_width(), colour=colour_wanted(), confidence=self._confidence)
            lines = _without_what_is_to_come(page.splitlines())
            self._drawn = (envelope, lines)
        return lines


def _without_what_is_to_come(lines: list[str]) -> list[str]:
    """A page without empty sections, of which nobody knows yet, and without its foot, which would push them off."""
    from rich.text import Text

    kept: list[str] = []
    for line in lines:
        plain = Text.from_ansi(line).plain.strip()
        if plain == "Sentences cited":
            break
        if plain == "none found":
            del kept[-2:]  # its heading and the line before
        else:
            kept.append(line)
    return kept
