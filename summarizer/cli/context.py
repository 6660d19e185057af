"""`--context`: what a dossier knows goes into the reading of the next article, by the prompt or by code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from summarizer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from summarizer.engine import Summarizer

__all__ = ["Context", "summarizer_in_context"]

Context = Annotated[
    Path | None,
    typer.Option(metavar="DOSSIER.json", help="Known names and open points of the matter, from 'track --format json'."),
]
_PARAMETER = "context"


def summarizer_in_context(context: Path | None, parameters: Mapping[str, Any], **options: Any) -> Summarizer:
    """A summarizer that knows what a dossier does, where one is given.

    A prompt that shows whole articles tells it; one that shows a sentence at a time has no room for it, and code
    gathers the known names.

    Raises:
        InputError: If the dossier cannot be loaded.
        UsageError: If the template has no place for it.
    """
    from summarizer.engine import Summarizer

    plain = Summarizer(parameters=parameters, **options)
    if context is None:
        return plain
    from summarizer.matters import Dossier
    from summarizer.matters.context import context_lines, known_actors

    dossier = Dossier.load(context)
    if _PARAMETER in plain.template.parameters:
        return Summarizer(parameters={**parameters, _PARAMETER: context_lines(dossier)}, **options)
    if plain.template.way == "turns":
        return Summarizer(parameters=parameters, known_actors=known_actors(dossier), **options)
    raise UsageError(
        f"The template {plain.template.name!r} has no place for --context; name the prompt 'briefing', give yours a "
        "parameter 'context', or leave --context away."
    )
