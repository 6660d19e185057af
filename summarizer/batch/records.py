"""What a batch writes of each document: its answer, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from summarizer.schemas import Envelope

__all__ = ["BatchFailure", "BatchRecord", "record_of"]

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class BatchRecord(Envelope[AnswerT]):
    """An answer in its envelope, with what the document brought along. One line of the output."""

    id: str
    """Of the document; unique in a batch."""

    metadata: dict[str, Any] = Field(default_factory=dict)
    """What stood beside the text in its source, unchanged."""


def record_of(
    identifier: str, metadata: Mapping[str, Any], envelope: Envelope[Any], schema: type[BaseModel]
) -> BatchRecord[Any]:
    """The record of a document that was answered; the envelope is not validated again."""
    kind: type[BatchRecord[Any]] = BatchRecord[schema]  # type: ignore[valid-type]
    values = {name: getattr(envelope, name) for name in type(envelope).model_fields}
    return kind.model_construct(id=identifier, metadata=dict(metadata), **values)


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
