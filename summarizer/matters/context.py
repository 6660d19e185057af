"""What a model is told of a matter before it reads the next article."""

from __future__ import annotations

from collections.abc import Iterator

from summarizer.engine import KnownActor
from summarizer.matters.dossier import Dossier

__all__ = ["context_lines", "known_actors"]

_MOST_ITEMS = 40
_MOST_CHARACTERS = 300
_OPEN = frozenset({"open", "agreed", "planned", "under_way"})


def context_lines(dossier: Dossier) -> list[str]:
    """The names of the actors, and the items that are not settled, the last reported last; one line each."""
    lines = [line for actor in dossier.actors for line in _of_actor(actor.name, actor.aliases)]
    items = [item for item in (*dossier.demands, *dossier.steps, *dossier.questions) if item.state in _OPEN]
    items.sort(key=lambda item: item.history[-1].article)
    for item in items[-_MOST_ITEMS:]:
        whose = f" of {', '.join(item.by)}" if item.by else ""
        lines.append(_line(f"{item.kind}{whose}, {item.state.replace('_', ' ')}: {item.wording}"))
    return lines


def known_actors(dossier: Dossier) -> list[KnownActor]:
    """The actors, for a reader whose code gathers their names."""
    return [
        KnownActor(name=actor.name, aliases=tuple(actor.aliases), kind=actor.kind, role=actor.role)
        for actor in dossier.actors
    ]


def _of_actor(name: str, aliases: list[str]) -> Iterator[str]:
    also = f" (also {', '.join(aliases)})" if aliases else ""
    yield _line(f"actor: {name}{also}")


def _line(text: str) -> str:
    """One line, whatever an article wrote, of a length that a prompt has room for."""
    return " ".join(text.split())[:_MOST_CHARACTERS]
