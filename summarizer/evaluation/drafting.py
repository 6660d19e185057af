"""A labels file from a model's answer, for a person to correct."""

from __future__ import annotations

from typing import Any

import yaml

from summarizer.schemas import Briefing, Evidence

__all__ = ["draft_about", "draft_labels"]


def draft_labels(briefing: Briefing, language: str) -> str:
    """A briefing as the text of a labels file.

    Args:
        briefing: The model's answer.
        language: ISO 639-1 code of the article.
    """

    def quotes(evidence: list[Evidence]) -> list[str]:
        return [piece.quote for piece in evidence]

    apart = {"evidence", "confidence"}
    labels: dict[str, Any] = {
        "language": language,
        "split": "dev",
        "tags": ["draft"],
        "actors": [
            {
                **a.model_dump(exclude=apart, exclude_none=True),
                "kind": a.kind or "group",
                "evidence": quotes(a.evidence),
            }
            for a in briefing.actors
        ],
        "demands": [{**d.model_dump(exclude=apart), "evidence": quotes(d.evidence)} for d in briefing.demands],
        "agreed_steps": [
            {**s.model_dump(exclude=apart, exclude_none=True), "evidence": quotes(s.evidence)}
            for s in briefing.agreed_steps
        ],
        "open_questions": [
            {**q.model_dump(exclude=apart), "evidence": quotes(q.evidence)} for q in briefing.open_questions
        ],
    }
    head = "# A draft: correct every line against the article and the annotation guide before it counts.\n"
    return head + yaml.safe_dump(labels, allow_unicode=True, sort_keys=False, width=120)


def draft_about(name: str, model: str) -> str:
    """The text of `about.md` for a fixture that began as a draft."""
    return f"# {name}\n\nThe labels began as a draft by the model {model} and have not been corrected yet.\n"
