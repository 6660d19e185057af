"""`summarizer export`: saved briefings as tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from summarizer.cli.terminal import say
from summarizer.errors import InputError


def export(
    briefings: Annotated[
        list[str],
        typer.Argument(
            metavar="BRIEFINGS…",
            help="What 'summarize --json', 'batch' (JSON lines or a folder) or 'log export' wrote; - for a pipe.",
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help="Write the files here.")],
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: ARG001
) -> None:
    """Write saved briefings as CSV files, one for each section: actors.csv, demands.csv and so on."""
    from summarizer.batch.saved import saved_briefings
    from summarizer.render.csv_files import opened_csv_files

    written = left_out = 0
    with opened_csv_files(output) as files:
        for path in briefings:
            for saved in saved_briefings(path):
                if saved.envelope is None:
                    left_out += 1
                    continue
                files.add(saved.id, saved.envelope, saved.metadata)
                written += 1
        if not written:
            raise InputError(f"There is no briefing in {', '.join(briefings)}; nothing was written.")
    if left_out:
        say(f"Warning: {left_out} left out, whose answers follow a schema of your own.")
    say(f"{written} briefing{'s' if written != 1 else ''} written to {output}.")
