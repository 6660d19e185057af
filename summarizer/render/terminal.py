"""A result as a terminal page: numbered citations that lead to the sentences at its foot."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from summarizer.render.content import Entry, cited, described, not_covered, place, printable, sections
from summarizer.schemas import Briefing, Envelope

if TYPE_CHECKING:
    from rich.padding import Padding
    from rich.text import Text

__all__ = ["as_terminal_page"]

_COLOURS = {
    "Summary": "default",
    "Actors": "cyan",
    "Demands": "red",
    "Agreed steps": "green",
    "Open questions": "yellow",
}
_EMPTY = "none found"


def as_terminal_page(envelope: Envelope[Any], *, width: int, colour: bool, confidence: bool = False) -> str:
    """Set a result for a terminal.

    Args:
        envelope: The result.
        width: Columns.
        colour: Whether to write colour codes.
        confidence: Whether items tell their confidence.
    """
    from rich.console import Console  # heavy, needed for this format alone
    from rich.padding import Padding
    from rich.text import Text

    target = io.StringIO()
    console = Console(
        file=target,
        width=width,
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    answer = envelope.briefing
    if isinstance(answer, Briefing):
        console.print(Text(printable(answer.headline), style="bold"))
    console.print(Text(described(envelope), style="dim"))
    if missing := not_covered(envelope):
        console.print(Text(missing, style="bold red"))
    for section in sections(answer, confidence=confidence):
        style = _COLOURS.get(section.title, "default")
        console.print()
        console.print(Text(section.title, style=f"bold {style}"))
        if section.entries:
            console.print(_hanging(("•", style, _line(entry, style)) for entry in section.entries))
        if not section.entries:
            console.print(Padding(Text(_EMPTY, style="dim"), (0, 0, 0, 2)))
    passages = cited(answer)
    if passages:
        console.print()
        console.print(Text("Sentences cited", style="bold"))
        rows = (
            (f"[{place(evidence.sentence, evidence.page)}]", "dim", Text(printable(evidence.quote)))
            for evidence in passages
        )
        console.print(_hanging(rows))
    return "\n".join(line.rstrip() for line in target.getvalue().splitlines())


def _hanging(rows: Iterable[tuple[str, str, Text]]) -> Padding:
    """A list whose wrapped lines begin under its text, not under its marks."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, justify="right")
    grid.add_column(ratio=1, overflow="fold")  # a text without blanks is broken anywhere, not cut off
    for mark, style, text in rows:
        grid.add_row(Text(mark, style=style), text)
    return Padding(grid, (0, 0, 0, 2))


def _line(entry: Entry, style: str) -> Text:
    from rich.text import Text

    line = Text()
    if entry.lead:
        line.append(entry.lead, style="bold")
        line.append(": " if entry.text else "", style="default")
    line.append(entry.text, style="default")
    if entry.notes:
        line.append(f" ({'; '.join(entry.notes)})", style="dim")
    if entry.sentences:
        line.append(f" [{', '.join(map(str, entry.sentences))}]", style=style)
    return line
