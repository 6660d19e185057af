"""What a batch writes of each document: its answer, or why there is none."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from summarizer.schemas import Envelope

__all__ = ["BatchFailure", "BatchRecord"]

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class BatchRecord(Envelope[AnswerT]):
    """An answer in its envelope, with what the document brought along. One line of the output."""

    id: str
    """Of the document; unique in a batch."""

    metadata: dict[str, Any] = Field(default_factory=dict)
    """What stood beside the text in its source, unchanged."""


class BatchFailure(BaseModel):
    """A document without an answer. One line of the errors file."""

    model_config = ConfigDict(extra="forbid")

    id: str
    source: str
    error: str
    """The kind of error, by its name in `summarizer.errors`."""

    reason: str
    """A sentence for the user."""

    tries: int = Field(ge=1)
    """How often the document was tried, runs with --retry-failed included."""

    failed_at: datetime
    """In UTC."""
