"""The briefing: who is involved, who demands what of whom, what is agreed, what is open.

The definitions are those of the annotation guide that the labels and the scorer follow too. The field descriptions
are what a model is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticOmit

from summarizer.documents import Document
from summarizer.documents.names import fold
from summarizer.schemas.evidence import Evidence, Name, document_of

__all__ = ["Actor", "ActorKind", "AgreedStep", "Briefing", "Demand", "OpenQuestion", "Overview", "Statement"]

ActorKind = Literal["person", "state", "organisation", "group"]

Text = Annotated[str, Field(min_length=1)]
Citations = Annotated[
    list[Evidence],
    Field(
        min_length=1,
        description="The sentences that a reader could check this against; the fewest that carry it.",
    ),
]


class _OnlySaved:
    """Leaves a field out of the schema that a model is shown: what the engine adds is not asked for."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        if handler.mode == "validation":
            raise PydanticOmit
        return handler(core_schema)


Confidence = Annotated[
    float | None,
    Field(
        ge=0,
        le=1,
        description="The model's own probability that the sentence reports an item of this kind; null where the model "
        "gives none.",
    ),
    _OnlySaved,
]


class _Item(BaseModel):
    # A model is told to add no fields; one that does all the same is not asked again for that.
    model_config = ConfigDict(extra="ignore", json_schema_extra={"additionalProperties": False})


class _Scored(_Item):
    @field_validator("confidence", mode="before", check_fields=False)
    @classmethod
    def _not_by_the_model(cls, value: Any, info: ValidationInfo) -> Any:
        """A number that a model writes into its answer is no probability."""
        return None if document_of(info) is not None else value


class Statement(_Item):
    """One sentence of the summary, with the sentences that it rests on."""

    text: Text = Field(description="One plain sentence. A claim is attributed to who makes it, never told as a fact.")
    evidence: Citations


class Actor(_Item):
    """A person, state, government body, organisation or group that acts in the affair."""

    name: Name = Field(description="The fullest form in the text, letter for letter; a person without title or office.")
    aliases: list[str] = Field(
        default_factory=list,
        description="Every other form that the text uses for this actor alone: surname, acronym, spelling variants, "
        "forms with a title, and a capital or seat that stands for its state or body.",
    )
    kind: ActorKind | None = Field(default=None, description="What the actor is; null where the text does not tell.")
    role: str | None = Field(
        default=None,
        description="Office or part in the affair, in the text's own terms; null where it gives none.",
    )
    evidence: Citations

    @field_validator("aliases")
    @classmethod
    def _only_forms_of_the_text(cls, aliases: list[str], info: ValidationInfo) -> list[str]:
        """Aliases are an aid, not a claim: one that the text lacks is dropped rather than asked again."""
        document = document_of(info)
        if document is None:
            return aliases
        name = info.data.get("name")
        found = dict.fromkeys(form for alias in aliases if (form := document.names.find(alias)))
        return [form for form in found if form != name]


class Demand(_Scored):
    """A position, reported in the text, that someone do, stop, accept or refrain from something."""

    by: list[Name] = Field(
        description="Who holds it: the state or body, where a spokesman or leader speaks for one; several names where "
        "several hold it."
    )
    of: list[Name] = Field(default_factory=list, description="Who is to act; empty where the text names none.")
    demand: Text = Field(
        description="One short imperative paraphrase. Insisting, calling on, requiring, setting as a condition, "
        "requesting, urging all count; an accusation or a forecast alone does not. Separate acts are separate demands."
    )
    status: Literal["open", "accepted", "rejected"] = Field(
        default="open",
        description="Open unless the text says otherwise; rejected only where the one asked refused this demand.",
    )
    evidence: Citations
    confidence: Confidence = None


class AgreedStep(_Scored):
    """A step that two or more parties are reported to have agreed on, or to be carrying out jointly."""

    parties: list[Name] = Field(
        description="Who agreed, two or more; not who is merely affected. A promise, offer or announcement by one side "
        "alone is no agreed step, and neither is a proposal not yet accepted."
    )
    step: Text = Field(description="A short paraphrase of the act agreed on; one item for each act.")
    when: str | None = Field(
        default=None, description="Its date or time as the text gives it; null where it gives none."
    )
    status: Literal["planned", "under_way", "done"] | None = Field(
        default=None,
        description="Done when the act itself is complete, planned while it is still to come; null where the text "
        "does not tell.",
    )
    evidence: Citations
    confidence: Confidence = None


class OpenQuestion(_Scored):
    """A matter that the text itself shows as undecided, unknown, awaited or disputed between the actors."""

    question: Text = Field(
        description="A question that a later article could answer. There must be words that show it open (will be "
        "announced, may include, it is not clear); what the text simply leaves out is no open question."
    )
    awaits: list[Name] = Field(
        default_factory=list,
        description="Whose decision or answer it hangs on, where the text says; else empty.",
    )
    evidence: Citations
    confidence: Confidence = None


class Overview(_Item):
    """What a hurried reader needs of an article."""

    headline: Text = Field(description="One line that says what is new, without judging.")
    summary: list[Statement] = Field(description="Two to four statements that a hurried reader needs first.")


class Briefing(Overview):
    """What a reader needs to know of one article about a conflict, a strike, a dispute or a negotiation."""

    actors: list[Actor] = Field(
        description="Everyone that the text reports as speaking, acting, negotiating, demanding or being demanded of. "
        "A person and the state that the person speaks for are two actors. A place that is only a place, and an "
        "outlet that only carries a quote, are none."
    )
    demands: list[Demand] = Field(description="Who demands what of whom; empty where there are none.")
    agreed_steps: list[AgreedStep] = Field(description="What has been agreed; empty where nothing has.")
    open_questions: list[OpenQuestion] = Field(description="What is still open; empty where nothing is.")

    @model_validator(mode="after")
    def _resolve_names(self, info: ValidationInfo) -> Self:
        """Give every party the name of its actor; a party that is no actor yet becomes one."""
        document = document_of(info)
        if document is not None:
            _resolve(self, document)
        return self


def _resolve(briefing: Briefing, document: Document) -> None:
    known: dict[str, str] = {}
    for actor in briefing.actors:
        known.setdefault(fold(actor.name), actor.name)
    for actor in briefing.actors:
        for alias in actor.aliases:
            known.setdefault(fold(alias), actor.name)

    def resolved(names: Iterable[str], evidence: list[Evidence]) -> list[str]:
        result: dict[str, None] = {}
        for name in names:
            if fold(name) not in known:
                known[fold(name)] = name
                briefing.actors.append(Actor(name=name, evidence=[_where_named(name, evidence, document)]))
            result[known[fold(name)]] = None
        return list(result)

    for demand in briefing.demands:
        demand.by, demand.of = resolved(demand.by, demand.evidence), resolved(demand.of, demand.evidence)
    for step in briefing.agreed_steps:
        step.parties = resolved(step.parties, step.evidence)
    for question in briefing.open_questions:
        question.awaits = resolved(question.awaits, question.evidence)


def _where_named(name: str, evidence: list[Evidence], document: Document) -> Evidence:
    """A sentence that has the name: one that the item cites, else the first in the document."""
    span = document.names.span(name)
    if span and not any(fold(name) in fold(item.quote) for item in evidence):
        for sentence in document.sentences:
            if sentence.start <= span[0] < sentence.end:
                return Evidence.of(sentence)
    return next((item for item in evidence if fold(name) in fold(item.quote)), evidence[0])
