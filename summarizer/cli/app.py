"""The command `summarizer` and how it ends."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import traceback
from typing import Annotated

import typer

from summarizer.cli import batch, config, export, log, models, prompts, read, schema, show, summarize, track
from summarizer.cli import eval as eval_command
from summarizer.cli.batch_command import BatchCommand
from summarizer.cli.terminal import say
from summarizer.errors import SummarizerError

__all__ = ["app", "main"]

INTERRUPTED = 130
UNEXPECTED = 1

_HELP = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="summarizer",
    help="Turn an article about a dispute or a negotiation into a briefing in which every point cites its sentences.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=_HELP,
    rich_markup_mode=None,
)
app.command("summarize")(summarize.summarize)
app.command("show")(show.show)
app.command("batch", cls=BatchCommand)(batch.batch)
app.command("read")(read.read)
app.command("schema")(schema.schema)
app.command("diff")(track.diff)
app.command("track")(track.track)
app.command("export")(export.export)
app.add_typer(eval_command.app, name="eval", context_settings=_HELP)
app.add_typer(log.app, name="log", context_settings=_HELP)
app.add_typer(prompts.app, name="prompts", context_settings=_HELP)
app.add_typer(models.app, name="models", context_settings=_HELP)
app.add_typer(config.app, name="config", context_settings=_HELP)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"summarizer {version('summarizer')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Turn an article about a dispute or a negotiation into a briefing in which every point cites its sentences."""


class _Warnings(logging.Handler):
    """Says what the package warns of as the command says its own warnings."""

    def emit(self, record: logging.LogRecord) -> None:
        say(f"Warning: {record.getMessage()}")


def main() -> None:
    """Run the command; end with one sentence and an exit code of its own where something is wrong."""
    logging.getLogger("summarizer").addHandler(_Warnings(logging.WARNING))
    try:
        app(summarize.joined_parameters(sys.argv[1:]), prog_name="summarizer")
    except SummarizerError as error:
        _end(error, error.exit_code)
    except BrokenPipeError:
        # The reader of a pipe has seen enough; what is still buffered goes nowhere.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(UNEXPECTED)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            say("Interrupted.")
        raise
    except Exception as error:  # noqa: BLE001 - the last resort: no traceback unless asked for
        _end(error, UNEXPECTED)


def _end(error: Exception, code: int) -> None:
    if wants_debug():
        say(_without_keys("".join(traceback.format_exception(error))))
    if isinstance(error, SummarizerError):
        say(f"Error: {error}")
    else:
        say(
            f"Error: something unforeseen happened ({type(error).__name__}: {error}); "
            "run again with --debug and report it."
        )
    sys.exit(code)


def _without_keys(text: str) -> str:
    """A traceback quotes what servers say, and some say the key."""
    from summarizer.settings import load_settings

    keys = [value for name, value in os.environ.items() if name.endswith(("_KEY", "_TOKEN")) and value]
    with contextlib.suppress(SummarizerError):
        key = load_settings().api_key
        keys += [key.get_secret_value()] if key else []
    for key_text in keys:
        text = text.replace(key_text, "[key]")
    return text


def wants_debug() -> bool:
    """Whether tracebacks are to be shown: `--debug` anywhere on the line, or SUMMARIZER_DEBUG."""
    return "--debug" in sys.argv[1:] or bool(os.environ.get("SUMMARIZER_DEBUG"))
