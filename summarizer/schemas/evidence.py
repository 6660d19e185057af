"""Types that tie a model's answer to the document: annotate a field with one, and validation does the rest.

The document is handed to pydantic as validation context (`grounding_context`). Without it, a saved answer loads
from its object form as it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from summarizer.documents import Document, Sentence
from summarizer.documents.names import NameIndex

__all__ = ["Evidence", "Name", "document_of", "grounding_context", "schema_of_document"]

_CONTEXT_KEY = "document"
_SHOWN_KEY = "shown"


@dataclass(frozen=True)
class _Bounds:
    """What a grammar allows: sentence numbers from one to another, and these names."""

    first: int
    last: int
    names: list[str]


_bounds_of_grammar: ContextVar[_Bounds | None] = ContextVar("_bounds_of_grammar", default=None)


@contextmanager
def schema_of_document(document: Document, shown: range | None = None) -> Iterator[None]:
    """Within, JSON Schemas allow only sentence numbers and names that a document has, as a grammar can hold them.

    Args:
        document: Whose sentences and names are allowed.
        shown: Numbers of the sentences that the model is shown; all by default.
    """
    numbers = shown or range(1, len(document.sentences) + 1)
    first, last = document.sentences[numbers[0] - 1], document.sentences[numbers[-1] - 1]
    index = document.names if shown is None else NameIndex(document.text[first.start : last.end])
    token = _bounds_of_grammar.set(_Bounds(first.number, last.number, index.candidates()))
    try:
        yield
    finally:
        _bounds_of_grammar.reset(token)


def grounding_context(document: Document, shown: Collection[int] | None = None) -> dict[str, Any]:
    """The validation context under which answers are grounded in a document.

    Args:
        document: What the answer is about.
        shown: Numbers of the sentences that the model was shown, and that it may cite; all by default.
    """
    return {_CONTEXT_KEY: document, _SHOWN_KEY: shown}


def document_of(info: ValidationInfo) -> Document | None:
    """The document that a validation is grounded in, if there is one."""
    # No test of truth: the context that instructor is handed counts as empty (see models/language_model.py).
    found = info.context.get(_CONTEXT_KEY) if isinstance(info.context, dict) else None
    return found if isinstance(found, Document) else None


class Evidence(BaseModel):
    """A passage that an item rests on.

    On the wire it is the number of a sentence; validated, it is the passage itself. A number that the document
    lacks is a validation error, and so is an object whose quote is not what the document has at its offsets.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sentence: int = Field(ge=1)
    """Number of the sentence in the document, from 1."""

    start: int = Field(ge=0)
    """First character in the document's text."""

    end: int
    """End in the document's text, exclusive."""

    quote: str = Field(min_length=1)
    """The passage, letter for letter."""

    page: int | None = Field(default=None, ge=1)
    """The page of the source on which it begins, from 1; nothing where the source has no pages."""

    @model_validator(mode="wrap")
    @classmethod
    def _ground(cls, value: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        document = document_of(info)
        number = _sentence_number(value)
        if number is None:
            evidence = handler(value)
            if document and document.text[evidence.start : evidence.end] != evidence.quote:
                raise ValueError(f"the document has no {evidence.quote!r} at {evidence.start} to {evidence.end}")
            return evidence
        if document is None:
            raise ValueError("a sentence number means nothing without its document; pass grounding_context(document)")
        shown = _shown(info, document)
        if number not in shown:
            raise ValueError(
                f"there is no sentence {number}; cite numbers from {min(shown)} to {max(shown)}, as shown in brackets"
            )
        return handler(_passage(document.sentences[number - 1]))

    @classmethod
    def of(cls, sentence: Sentence) -> Self:
        """The evidence that a sentence of a document is."""
        return cls(**_passage(sentence))

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.end - self.start != len(self.quote):
            raise ValueError(f"the quote has {len(self.quote)} characters, its offsets span {self.end - self.start}")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """An integer in the schema that a model is shown, an object in the schema of what is saved."""
        if handler.mode == "validation":
            bounds = _bounds_of_grammar.get()
            least, most = (bounds.first, {"maximum": bounds.last}) if bounds else (1, {})
            about = "Number of a sentence, as shown in brackets."
            return {"type": "integer", "minimum": least, **most, "description": about}
        return handler(core_schema)


def _passage(cited: Sentence) -> dict[str, Any]:
    return {
        "sentence": cited.number,
        "start": cited.start,
        "end": cited.end,
        "quote": cited.text,
        "page": cited.page,
    }


def _shown(info: ValidationInfo, document: Document) -> Collection[int]:
    shown = info.context.get(_SHOWN_KEY) if isinstance(info.context, dict) else None
    return shown or range(1, len(document.sentences) + 1)


def _sentence_number(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.strip().strip("[]").isdecimal():
        return int(value.strip().strip("[]"))
    return None


def _as_in_the_text(name: str, info: ValidationInfo) -> str:
    document = document_of(info)
    if document is None:
        return name
    found = document.names.find(name)
    if found is None:
        raise ValueError(f"{name!r} does not occur in the text; use a form that the text uses, letter for letter")
    return found


class _NameInGrammar:
    """Lists the names of a text in the schema, where a grammar is made for it."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        bounds = _bounds_of_grammar.get()
        names = bounds.names if bounds else []
        return {"type": "string", "enum": names} if names else handler(core_schema)


Name = Annotated[str, Field(min_length=1), AfterValidator(_as_in_the_text), _NameInGrammar]
"""A name that occurs in the document; validation gives it the text's own spelling."""
