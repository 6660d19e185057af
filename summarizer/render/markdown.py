"""A result as Markdown, with the cited sentences as footnotes, which GitHub, pandoc and Obsidian know alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from summarizer.render.content import (
    Entry,
    citation_labels,
    cited,
    described,
    not_covered,
    place,
    printable,
    sections,
)
from summarizer.schemas import Briefing, Envelope

__all__ = ["as_markdown"]

# CommonMark's marks, and those of the three: mathematics, superscript, a citation, ==highlight==, %%comment%%.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&$^@]|=(?==)|%(?=%))")
_STARTS_A_BLOCK = re.compile(r"^(\s*\d*)([-+.)])(?=\s|$)")


def as_markdown(envelope: Envelope[Any], *, confidence: bool = False) -> str:
    """Set a result as Markdown; whatever the article or the model wrote is escaped."""
    answer = envelope.briefing
    title = printable(answer.headline) if isinstance(answer, Briefing) else type(answer).__name__
    lines = [f"# {_escaped(title)}", "", f"*{_escaped(described(envelope))}*"]
    if missing := not_covered(envelope):
        lines += ["", f"**{_escaped(missing)}**"]
    passages = cited(answer)
    labels = citation_labels(passages)
    for section in sections(answer, confidence=confidence):
        lines += ["", f"## {_escaped(section.title)}", ""]
        lines += [_line(entry, labels) for entry in section.entries] or ["none found"]
    for evidence in passages:
        label = labels[evidence.start, evidence.end]
        # Renderers count footnotes anew: the sentence's own number stands in the note.
        about = f"Sentence {place(evidence.sentence, evidence.page)}"
        lines += ["", f"[^{label}]: {about}: {_escaped(printable(evidence.quote))}"]
    return "\n".join(lines)


def _line(entry: Entry, labels: Mapping[tuple[int, int], str]) -> str:
    lead = f"**{_escaped(entry.lead)}**" if entry.lead else ""
    body = ": ".join(part for part in (lead, _escaped(entry.text)) if part)
    notes = f" ({_escaped('; '.join(entry.notes))})" if entry.notes else ""
    return f"- {body}{notes}{''.join(f'[^{labels[place]}]' for place in entry.places)}"


def _escaped(text: str) -> str:
    return _STARTS_A_BLOCK.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text))
