"""`summarizer batch`, and beside it the one word that is no source: `summarizer batch resume ID`."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand

from summarizer.cli.provider_batch import resume

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter  # typer brings its own click

__all__ = ["RESUME", "BatchCommand", "complete_source"]

RESUME = "resume"


class BatchCommand(TyperCommand):
    """Takes `resume` as first word for a command of its own; a source of that name is read as `./resume`."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: Context | None = None, **extra: Any
    ) -> Context:
        """See click: parses the words, those of `resume` as its own."""
        if args[:1] == [RESUME]:
            return _resume_command().make_context(f"{info_name} {RESUME}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """See click: the options, then the command."""
        super().format_options(ctx, formatter)
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (
                        f"{RESUME} ID…",
                        f"{_resume_command().get_short_help_str(80)} (A source called {RESUME}: ./{RESUME})",
                    )
                ]
            )


def _resume_command() -> Command:
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(RESUME)(resume)
    return typer.main.get_command(app)


def complete_source(ctx: typer.Context, incomplete: str) -> list[str]:
    """What a shell offers for a source: paths, and the command where it may stand."""
    paths = glob.glob(f"{glob.escape(incomplete)}*")  # noqa: PTH207 - what is begun may be absolute
    found = [f"{path}/" if Path(path).is_dir() else path for path in paths]
    command = [] if ctx.params.get("sources") or not RESUME.startswith(incomplete) else [RESUME]
    return command + sorted(found)
