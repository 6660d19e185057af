"""Floors without a language model: any model must do better than the first sentences, and than cue words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from summarizer.documents import Document, Sentence
from summarizer.schemas import Briefing, grounding_context

__all__ = ["FLOORS", "cues", "lead"]

_DEMAND = re.compile(
    r"\b(demand(?:s|ed|ing)?|call(?:s|ed|ing)? (?:on|for)|urg(?:e|es|ed|ing)|insist(?:s|ed|ing)?|requir(?:e|es|ed|ing)"
    r"|ask(?:s|ed|ing)? (?!if|whether)|want(?:s|ed)? \w+ to|must|should|appeal(?:s|ed) to|request(?:s|ed))\b"
)
_AGREED = re.compile(
    r"\b(agreed|have signed|signed|initialled|jointly|accord|settled on|will meet again|resume talks)\b"
)
_OPEN = re.compile(
    r"\b(unclear|not clear|not known|remains? (?:open|divided|to be)|ha(?:s|ve) yet to|no date|whether|undecided|"
    r"will (?:soon )?(?:announce|decide|rule)|awaits?|may include|until the terms)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Z][\w’'-]+(?:\s+(?:of\s+)?[A-Z][\w’'-]+)*")
_LEAD_SENTENCES = 3


def lead(document: Document) -> Briefing:
    """Nothing but the first sentences, as the summary."""
    return _briefing(document, {})


def cues(document: Document) -> Briefing:
    """Sentences with cue words as items, runs of capitalised words as actors; the first is who, the second of whom."""
    sections: dict[str, list[dict[str, Any]]] = {"demands": [], "agreed_steps": [], "open_questions": []}
    actors: dict[str, dict[str, Any]] = {}
    for sentence in document.sentences:
        names = _names(sentence)
        for name in names:
            actors.setdefault(name, {"name": name, "evidence": [sentence.number]})
        said: dict[str, Any] = {"evidence": [sentence.number]}
        if _DEMAND.search(sentence.text):
            sections["demands"].append({**said, "by": names[:1], "of": names[1:2], "demand": sentence.text})
        if _AGREED.search(sentence.text):
            sections["agreed_steps"].append({**said, "parties": names[:2], "step": sentence.text})
        if _OPEN.search(sentence.text):
            sections["open_questions"].append({**said, "awaits": names[:1], "question": sentence.text})
    return _briefing(document, {"actors": list(actors.values()), **sections})


def _names(sentence: Sentence) -> list[str]:
    """Capitalised runs of a sentence, without single words that merely begin it."""
    found = (match for match in _NAME.finditer(sentence.text) if match.start() or " " in match[0])
    return list(dict.fromkeys(re.sub(r"['’]s$", "", " ".join(match[0].split())) for match in found))


def _briefing(document: Document, sections: dict[str, Any]) -> Briefing:
    first = document.sentences[:_LEAD_SENTENCES]
    return Briefing.model_validate(
        {
            "headline": document.title or first[0].text,
            "summary": [{"text": sentence.text, "evidence": [sentence.number]} for sentence in first],
            **{name: [] for name in ("actors", "demands", "agreed_steps", "open_questions")},
            **sections,
        },
        context=grounding_context(document),
    )


FLOORS: dict[str, Callable[[Document], Briefing]] = {"baseline:lead": lead, "baseline:cues": cues}
"""The floors by the names under which they stand in a list of models."""
