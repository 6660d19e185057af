"""Turns an article about a dispute or a negotiation into a briefing in which every point cites its sentences.

```python
from summarizer import summarize

briefing = summarize("…the article's text…").briefing
for demand in briefing.demands:
    print(demand.by, "→", demand.of, demand.demand, [evidence.quote for evidence in demand.evidence])
```
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from summarizer.documents import Document, Sentence, read
    from summarizer.engine import Summarizer, asummarize, summarize
    from summarizer.errors import (
        AnswerError,
        InputError,
        ModelUnavailableError,
        OutputError,
        SummarizerError,
        UsageError,
    )
    from summarizer.schemas import (
        Actor,
        AgreedStep,
        Briefing,
        Demand,
        Envelope,
        Evidence,
        Name,
        OpenQuestion,
        Statement,
        grounding_context,
    )
    from summarizer.sources import read_source
    from summarizer.store import AnswerStore

_HOMES = {
    "summarizer.documents": ("Document", "Sentence", "read"),
    "summarizer.engine": ("Summarizer", "asummarize", "summarize"),
    "summarizer.sources": ("read_source",),
    "summarizer.store": ("AnswerStore",),
    "summarizer.errors": (
        "AnswerError",
        "InputError",
        "ModelUnavailableError",
        "OutputError",
        "SummarizerError",
        "UsageError",
    ),
    "summarizer.schemas": (
        "Actor",
        "AgreedStep",
        "Briefing",
        "Demand",
        "Envelope",
        "Evidence",
        "Name",
        "OpenQuestion",
        "Statement",
        "grounding_context",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Actor",
    "AgreedStep",
    "AnswerError",
    "AnswerStore",
    "Briefing",
    "Demand",
    "Document",
    "Envelope",
    "Evidence",
    "InputError",
    "ModelUnavailableError",
    "Name",
    "OpenQuestion",
    "OutputError",
    "Sentence",
    "Statement",
    "Summarizer",
    "SummarizerError",
    "UsageError",
    "asummarize",
    "grounding_context",
    "read",
    "read_source",
    "summarize",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used (PEP 562), so that importing the package stays cheap."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
