"""`--context`: a dossier goes into the prompt of the next article."""

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
    """A summarizer whose prompt tells what a dossier knows, where one is given.

    Raises:
        InputError: If the dossier cannot be loaded.
        UsageError: If the template has no place for it, as those that show one sentence at a time.
    """
    from summarizer.engine import Summarizer

    plain = Summarizer(parameters=parameters, **options)
    if context is None:
        return plain
    from summarizer.matters import Dossier
    from summarizer.matters.context import context_lines

    lines = context_lines(Dossier.load(context))
    if _PARAMETER not in plain.template.parameters:
        raise UsageError(
            f"The template {plain.template.name!r} has no place for --context; name the prompt 'briefing' and a model "
            "that reads whole articles, or leave --context away."
        )
    return Summarizer(parameters={**parameters, _PARAMETER: lines}, **options)
