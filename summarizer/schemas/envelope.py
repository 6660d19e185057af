"""The envelope: what was read, by which model and prompt, at what cost, and the answer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from summarizer.documents import Document
from summarizer.errors import InputError
from summarizer.schemas.briefing import Briefing

__all__ = [
    "SCHEMA_VERSION",
    "DocumentReference",
    "Envelope",
    "Gap",
    "ModelReference",
    "PromptReference",
    "SchemaReference",
    "TokenUsage",
]

SCHEMA_VERSION = "1.4"
"""Version of the envelope and the briefing; the first number changes when a saved file no longer loads."""

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class DocumentReference(_Part):
    """Which document was read."""

    source: str | None
    """A path, an address, `-` for standard input, or nothing where a program handed the text over."""

    title: str | None
    language: str
    """ISO 639-1 code."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    """Of the text in UTF-8."""

    characters: int = Field(ge=0)
    author: str | None = None
    """As the source says; so are the date and the site."""

    date: str | None = None
    """Of publication or writing: an ISO 8601 date, or date and time."""

    site: str | None = None
    url: str | None = None
    """Where it was found in the end, all redirects followed; nothing where it was not fetched."""

    fetched_at: datetime | None = None
    """In UTC."""

    pages: int | None = Field(default=None, ge=1)
    """How many pages the source has; nothing where it has none."""

    @classmethod
    def of(cls, document: Document) -> Self:
        """The reference to a document."""
        return cls(
            source=document.source,
            title=document.title,
            language=document.language,
            sha256=document.sha256,
            characters=len(document.text),
            author=document.author,
            date=document.date,
            site=document.site,
            url=document.url,
            fetched_at=document.fetched_at,
            pages=len(document.page_starts) or None,
        )


class ModelReference(_Part):
    """Which model answered."""

    name: str
    """As the user named it."""

    served_as: str | None = None
    """What the server calls the model that answered, or the embedded model's weights and adapter."""

    base_url: str | None = None
    """The server, where one was named."""


class PromptReference(_Part):
    """Which template was used, and in which language it asked for an answer."""

    name: str
    version: str
    output_language: str | None = None
    """Language that the answer's own words were asked for in, a code or tag; nothing where it is the text's."""


class SchemaReference(_Part):
    """Which schema the answer follows."""

    name: str
    """`Briefing`, or `module:Class`."""

    version: str
    """Of the briefing's form; for a schema of the user's own, of the envelope."""


class TokenUsage(_Part):
    """Tokens over all attempts, failed ones included, as the server counts them."""

    prompt_tokens: int = Field(default=0, ge=0)
    completion_tokens: int = Field(default=0, ge=0)
    requests: int = Field(default=0, ge=0)
    """Calls that were answered, wrong answers included."""

    re_asks: int = Field(default=0, ge=0)
    """Answers that did not fit the schema and were asked for again."""

    repeats: int = Field(default=0, ge=0)
    """Calls that were lost on the way (429, 5xx, dropped connections) and sent again."""

    complete: bool = True
    """False where a server did not say what a call used."""

    @property
    def total_tokens(self) -> int:
        """Prompt and completion together."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: TokenUsage) -> TokenUsage:
        return TokenUsage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            requests=self.requests + other.requests,
            re_asks=self.re_asks + other.re_asks,
            repeats=self.repeats + other.repeats,
            complete=self.complete and other.complete,
        )


class Gap(_Part):
    """A part of the document that could not be read: whatever it says is not in the answer."""

    first_sentence: int = Field(ge=1)
    """Number of its first sentence."""

    last_sentence: int = Field(ge=1)
    """Number of its last sentence, itself in the gap."""

    start: int = Field(ge=0)
    """First character in the document's text."""

    end: int
    """End in the document's text, exclusive."""

    reason: str
    """What went wrong, in one sentence."""


class Envelope(_Part, Generic[AnswerT]):
    """An answer and where it came from. Saved as JSON, it loads again unchanged."""

    schema_version: str = SCHEMA_VERSION
    document: DocumentReference
    model: ModelReference
    prompt: PromptReference
    answer_schema: SchemaReference
    token_usage: TokenUsage
    seconds: float = Field(ge=0)
    """From the first request to the validated answer."""

    written_at: datetime
    """In UTC."""

    not_covered: list[Gap] = Field(default_factory=list)
    """The parts of the document that the answer does not rest on; empty where all of it was read."""

    partial: str | None = None
    """Why the answer has only what was complete by then (it is still being written, or broke off), in one sentence;
    nothing where it is whole."""

    from_store: bool = False
    """Whether the answer was asked for earlier and kept; usage, seconds and time are of then."""

    briefing: AnswerT
    """The answer: a `Briefing`, or what the user's own schema asks for."""

    @classmethod
    def load(cls, path: str | Path) -> Envelope[Briefing]:
        """Load a saved envelope.

        Raises:
            InputError: If the file cannot be read or is no saved briefing.
        """
        try:
            # Names and offsets were checked when it was written; a saved file needs no document.
            return Envelope[Briefing].model_validate_json(Path(path).read_bytes())
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}.") from None
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "the file"
            raise InputError(f"{path} is no saved briefing ({place}: {first['msg']}).") from None
