"""Actors that are known before a document is read, as from earlier articles on the same matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from summarizer.documents.names import fold
from summarizer.schemas import ActorKind

__all__ = ["KnownActor", "actors_by_form", "bare"]


@dataclass(frozen=True, kw_only=True)
class KnownActor:
    """An actor with the forms that it goes by. What a document says of it goes before what is known."""

    name: str
    aliases: tuple[str, ...] = ()
    kind: ActorKind | None = None
    role: str | None = None

    @property
    def forms(self) -> tuple[str, ...]:
        """The name and the aliases."""
        return self.name, *self.aliases


def actors_by_form(known: Sequence[KnownActor]) -> Mapping[str, KnownActor]:
    """The actor of each form, bare, that is of one actor alone: a surname of two people is of neither."""
    owners = [(form, actor) for actor in known for form in {bare(form) for form in actor.forms}]
    claims = Counter(form for form, _ in owners)
    return {form: actor for form, actor in owners if claims[form] == 1}


def bare(form: str) -> str:
    """A form to compare by, folded, without the English article."""
    return fold(form).removeprefix("the ")
