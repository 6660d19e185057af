"""`summarizer schema`: the JSON Schema of a result."""

from __future__ import annotations

from typing import Annotated

import typer

from summarizer.cli.terminal import write


def schema(
    name: Annotated[str, typer.Argument(help="Briefing, or a pydantic model of your own, module:Class.")] = "Briefing",
    envelope: Annotated[
        bool, typer.Option("--envelope", help="With the envelope around it, as --json writes it.")
    ] = False,
    wire: Annotated[
        bool, typer.Option("--wire", help="As a model is asked for it: evidence is the number of a sentence.")
    ] = False,
) -> None:
    """Print the JSON Schema of what is written: the briefing, or the file that --json writes."""
    import json  # loaded when the command runs

    from summarizer.errors import UsageError
    from summarizer.prompting import load_schema
    from summarizer.schemas import Envelope

    if envelope and wire:
        raise UsageError("A model is never asked for the envelope; give --envelope or --wire.")
    answer = load_schema(name)
    shown = Envelope[answer] if envelope else answer  # type: ignore[valid-type]  # known when the command runs
    printed = shown.model_json_schema(mode="validation" if wire else "serialization")
    write(json.dumps(printed, ensure_ascii=False, indent=2) + "\n")
