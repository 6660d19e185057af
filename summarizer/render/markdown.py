"""A result as Markdown, with the cited sentences as a list at its end."""

from __future__ import annotations

import re
from typing import Any

from summarizer.render.content import Entry, cited, described, not_covered, place, printable, sections
from summarizer.schemas import Briefing, Envelope

__all__ = ["as_markdown"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_STARTS_A_BLOCK = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)")


def as_markdown(envelope: Envelope[Any], *, confidence: bool = False) -> str:
    """Set a result as Markdown; whatever the article or the model wrote is escaped."""
    answer = envelope.briefing
    title = printable(answer.headline) if isinstance(answer, Briefing) else type(answer).__name__
    lines = [f"# {_escaped(title)}", "", f"*{_escaped(described(envelope))}*"]
    if missing := not_covered(envelope):
        lines += ["", f"**{_escaped(missing)}**"]
    for section in sections(answer, confidence=confidence):
        lines += ["", f"## {_escaped(section.title)}", ""]
        lines += [_line(entry) for entry in section.entries] or ["none found"]
    passages = cited(answer)
    if passages:
        lines += ["", "## Sentences cited", ""]
        lines += [
            f"- **\\[{place(evidence.sentence, evidence.page)}\\]** {_escaped(printable(evidence.quote))}"
            for evidence in passages
        ]
    return "\n".join(lines)


def _line(entry: Entry) -> str:
    lead = f"**{_escaped(entry.lead)}**" if entry.lead else ""
    body = ": ".join(part for part in (lead, _escaped(entry.text)) if part)
    notes = f" ({_escaped('; '.join(entry.notes))})" if entry.notes else ""
    numbers = f" \\[{', '.join(map(str, entry.sentences))}\\]" if entry.sentences else ""
    return f"- {body}{notes}{numbers}"


def _escaped(text: str) -> str:
    return _STARTS_A_BLOCK.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text))
