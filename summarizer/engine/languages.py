"""Which languages can be read and answered in, and how a template is told."""

from __future__ import annotations

from typing import Any

from summarizer.documents.languages import language_name, primary_language
from summarizer.errors import UsageError
from summarizer.prompting import PromptTemplate

__all__ = ["EMBEDDED_LANGUAGE", "check_copied", "not_read_well", "parameter_for"]

EMBEDDED_LANGUAGE = "en"
"""The one language that the embedded model was trained on."""

_PARAMETER = "output_language"


def parameter_for(output_language: str, template: PromptTemplate) -> dict[str, Any]:
    """The parameter that tells a template in which language to ask for an answer.

    Nothing for templates that read turn by turn: those have answers in the words of the text.

    Args:
        output_language: A code or tag, as "de" or "pt-BR".
        template: What shows the document.

    Raises:
        UsageError: If there is no such language, or the template has no such parameter.
    """
    try:
        name = language_name(output_language)
    except ValueError:
        raise UsageError(
            f"There is no language {output_language!r}; give --output-lang a code as de, ja or pt-BR."
        ) from None
    if template.way != "whole":
        return {}
    if _PARAMETER not in template.parameters:
        raise UsageError(
            f"The template {template.name!r} cannot be told in which language to answer; give it a parameter "
            f"{_PARAMETER!r} and use that in its text, or leave --output-lang out."
        )
    return {_PARAMETER: name}


def check_copied(language: str, output_language: str | None) -> None:
    """Make sure that an answer in the words of the text is in the language that is asked for.

    Args:
        language: Of the text.
        output_language: What is asked for; None for the text's.

    Raises:
        UsageError: If it is another.
    """
    if output_language is not None and primary_language(output_language) != primary_language(language):
        raise UsageError(
            f"The text is in {_named(language)}, and the embedded model and templates that read turn by turn answer in "
            f"its words, not in {_named(output_language)}; name a server's model with --model (and --way whole), or "
            "leave --output-lang out."
        )


def not_read_well(language: str) -> str:
    """A sentence of warning for a text that the embedded model was not made for."""
    return (
        f"The text is in {_named(language)}, and the embedded model reads English only: its answer will be poor; name "
        "a server's model with --model, or the right language with --lang."
    )


def _named(language: str) -> str:
    try:
        return language_name(language)
    except ValueError:
        return repr(language)
