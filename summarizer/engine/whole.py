"""The whole way: one call shows the numbered sentences and brings the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from summarizer.documents import Document
from summarizer.engine.bounded_schema import bounded_schema
from summarizer.errors import InputError
from summarizer.models import LanguageModel, Reply
from summarizer.models.language_model import Limits
from summarizer.prompting import Message

__all__ = ["read_whole"]

AnswerT = TypeVar("AnswerT", bound=BaseModel)

_LEAST_ROOM = 384
_MOST_TOKENS = 2048
_TOKENS_A_MESSAGE = 8
_REPEAT_PENALTY = 1.1


async def read_whole(
    document: Document, messages: list[Message], schema: type[AnswerT], model: LanguageModel, limits: Limits
) -> Reply[AnswerT]:
    """Ask a model for the whole answer at once.

    Raises:
        InputError: If the text is longer than the model can take.
        AnswerError: If no answer fits the schema.
        ModelUnavailableError: If no answer can be had.
    """
    if not model.embedded:
        return await model.answer(messages, schema, document, limits)
    request = await _embedded_request(document, messages, schema, model)
    return await model.answer(messages, schema, document, limits, **request)


async def _embedded_request(
    document: Document, messages: list[Message], schema: type[BaseModel], model: LanguageModel
) -> Mapping[str, Any]:
    """A small model needs the schema's lists and numbers bounded, or it repeats itself until the context is full."""
    tokens = await model.count_tokens("\n".join(message["content"] for message in messages)) or 0
    tokens += _TOKENS_A_MESSAGE * len(messages)
    room = (model.context_tokens or 0) - tokens
    if room < _LEAST_ROOM:
        raise InputError(
            f"The text with its prompt is {tokens} tokens and {model.reference.name} reads {model.context_tokens}, "
            f"{_LEAST_ROOM} of them for its answer; shorten the text, raise SUMMARIZER_CONTEXT_TOKENS, or name a model "
            "with a larger context."
        )
    held = bounded_schema(schema, document)
    extra: dict[str, Any] = {
        "response_format": {"type": "json_schema", "json_schema": {"name": schema.__name__, "schema": held}},
        "repeat_penalty": _REPEAT_PENALTY,
        "cache_prompt": True,
    }
    if model.has_adapter:
        extra["lora"] = [{"id": 0, "scale": 0.0}]  # the adapter knows turns only
    return {"max_tokens": min(room, _MOST_TOKENS), "extra_body": extra}
