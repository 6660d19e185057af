"""From what was read in a document to the answer in its envelope."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from summarizer.documents import Document
from summarizer.engine.reading import Reading
from summarizer.models import LanguageModel
from summarizer.schemas import (
    SCHEMA_VERSION,
    Briefing,
    DocumentReference,
    Envelope,
    ModelReference,
    PromptReference,
    SchemaReference,
)

__all__ = ["envelope_of", "schema_reference"]


def schema_reference(schema: type[BaseModel]) -> SchemaReference:
    """What an envelope calls a schema: `Briefing`, or `module:Class`."""
    name = "Briefing" if schema is Briefing else f"{schema.__module__}:{schema.__qualname__}"
    return SchemaReference(name=name, version=SCHEMA_VERSION)


def envelope_of(
    document: Document,
    model: LanguageModel,
    schema: type[BaseModel],
    prompt: PromptReference,
    reading: Reading[Any],
    seconds: float,
) -> Envelope[Any]:
    """The envelope of an answer, written now.

    Args:
        document: What was read.
        model: What read it.
        schema: What the answer follows.
        prompt: The template that was used.
        reading: The answer and what it took.
        seconds: From the first request to the validated answer.
    """
    reference = model.reference
    return _envelope_class(schema)(
        document=DocumentReference.of(document),
        model=ModelReference(
            name=reference.name,
            served_as=reference.served_as if model.embedded else reading.served_as,
            base_url=reference.base_url,
        ),
        prompt=prompt,
        answer_schema=schema_reference(schema),
        token_usage=reading.usage,
        seconds=round(seconds, 3),
        written_at=datetime.now(UTC).replace(microsecond=0),
        not_covered=list(reading.not_covered),
        briefing=reading.content,
    )


@lru_cache(maxsize=64)
def _envelope_class(schema: type[BaseModel]) -> type[Envelope[Any]]:
    return Envelope[schema]  # type: ignore[valid-type]
