"""The dossier of one matter: its articles, actors and items, each with its history, and what changed when."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from summarizer.errors import InputError
from summarizer.schemas import ActorKind, DocumentReference, Evidence

__all__ = [
    "CHANGE_KINDS",
    "DOSSIER_VERSION",
    "Change",
    "ChangeKind",
    "Dossier",
    "OrderedBy",
    "Report",
    "TrackedActor",
    "TrackedArticle",
    "TrackedItem",
]

DOSSIER_VERSION = "1.0"
"""Version of the dossier's form; the first number changes when a saved file no longer loads."""

ChangeKind = Literal[
    "demand_new",
    "demand_met",
    "demand_rejected",
    "demand_dropped",
    "step_agreed",
    "step_begun",
    "step_done",
    "question_opened",
    "question_answered",
    "demand_not_raised",
]
CHANGE_KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)

OrderedBy = Literal["document", "written_at", "given"]
ItemKind = Literal["demand", "step", "question"]
State = Literal["open", "accepted", "rejected", "dropped", "agreed", "planned", "under_way", "done", "answered"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TrackedArticle(_Part):
    """An article of the matter."""

    number: int = Field(ge=1)
    """Its place in the order of the matter."""

    document: DocumentReference
    date: str | None
    """By which it stands where it does: the document's, else when its briefing was written; ISO 8601."""

    headline: str


class Report(_Part):
    """What one article says of an item."""

    article: int = Field(ge=1)
    date: str | None
    wording: str
    status: str | None = None
    """As its briefing has it."""

    evidence: list[Evidence]
    """Sentences of that article."""


class TrackedActor(_Part):
    """An actor under one name, with all the forms that the articles use."""

    name: str
    aliases: list[str] = Field(default_factory=list)
    kind: ActorKind | None = None
    role: str | None = None
    articles: list[int] = Field(default_factory=list)
    """Numbers of the articles that have the actor."""


class TrackedItem(_Part):
    """A demand, an agreed step or an open question over time."""

    kind: ItemKind
    by: list[str] = Field(default_factory=list)
    """Who holds a demand, agreed on a step, or is to answer a question."""

    of: list[str] = Field(default_factory=list)
    """Of whom a demand is made."""

    state: State
    """After the last article."""

    history: list[Report] = Field(min_length=1)
    """In the order of the articles."""

    @property
    def wording(self) -> str:
        """As last reported."""
        return self.history[-1].wording


class Change(_Part):
    """What an article reports that the ones before it did not."""

    change: ChangeKind
    article: int = Field(ge=1)
    date: str | None
    by: list[str] = Field(default_factory=list)
    item: str
    """The item's wording in this article; the earlier one where this article has none."""

    later: Report | None = None
    """What this article says; nothing where it is silent."""

    earlier: Report | None = None
    """What was said before; nothing where the item is new."""


class Dossier(_Part):
    """One matter as its articles tell it. Saved as JSON, it loads again unchanged."""

    dossier_version: str = DOSSIER_VERSION
    ordered_by: OrderedBy
    """What put the articles in order: their own dates, when their briefings were written, or as they were given."""

    articles: list[TrackedArticle]
    actors: list[TrackedActor] = Field(default_factory=list)
    demands: list[TrackedItem] = Field(default_factory=list)
    steps: list[TrackedItem] = Field(default_factory=list)
    questions: list[TrackedItem] = Field(default_factory=list)
    changes: list[Change] = Field(default_factory=list)
    """In the order of the articles; article 1 is the state that everything starts from and changes nothing."""

    @classmethod
    def load(cls, path: str | Path) -> Dossier:
        """Load a saved dossier.

        Raises:
            InputError: If the file cannot be read or is no saved dossier.
        """
        try:
            return cls.model_validate_json(Path(path).read_bytes())
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}.") from None
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "the file"
            raise InputError(
                f"{path} is no saved dossier ({place}: {first['msg']}); 'summarizer track --format json' writes one."
            ) from None
