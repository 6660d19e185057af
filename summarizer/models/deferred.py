"""A model whose requests are sent by other means: it says what it would send, and reads what came back."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import BaseModel

from summarizer.documents import Document
from summarizer.errors import SummarizerError
from summarizer.models.connections import Connection
from summarizer.models.language_model import LanguageModel, Limits, Reply
from summarizer.models.structured import ProtocolCalls
from summarizer.prompting import Message

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletion

__all__ = ["DeferredModel"]

AnswerT = TypeVar("AnswerT", bound=BaseModel)

_NOTHING_TO_ASK: list[Message] = [{"role": "user", "content": ""}]
_SECONDS = 60.0
"""Of what waits for no network: far more than it takes."""


class DeferredModel:
    """Makes requests and reads responses in two steps that may lie a day apart.

    Both steps run through `LanguageModel.answer`, with nothing but the sending taken out, so that the request, the
    reading of the response and the validation are those of a live call.

    Args:
        model: On a server that speaks the OpenAI protocol.
    """

    def __init__(self, model: LanguageModel) -> None:
        self._request: Mapping[str, Any] = {}
        self._response: Any = None
        self._model = replace(model, connect=lambda: self._connected(model.connect()))

    async def request(self, messages: list[Message], schema: type[BaseModel], document: Document) -> Mapping[str, Any]:
        """The body of the chat completion that a live call would send first."""
        from openai.types.chat import ChatCompletion

        self._request, self._response = {}, ChatCompletion.construct(choices=[])
        try:
            await self._answer(messages, schema, document)
        except SummarizerError:  # there is no answer yet
            if not self._request:
                raise
        return self._request

    async def reply(self, completion: ChatCompletion, schema: type[AnswerT], document: Document) -> Reply[AnswerT]:
        """The reply that a live call would have given for a completion.

        Raises:
            AnswerError: If the answer does not fit the schema or the document.
        """
        self._response = completion
        return await self._answer(_NOTHING_TO_ASK, schema, document)

    async def _answer(self, messages: list[Message], schema: type[AnswerT], document: Document) -> Reply[AnswerT]:
        limits = Limits(retries=0, deadline=time.monotonic() + _SECONDS)
        return await self._model.answer(messages, schema, document, limits)

    def _connected(self, connection: Connection) -> Connection:
        async def send(request: Mapping[str, Any]) -> Any:
            self._request = request
            return self._response

        structured = replace(cast("ProtocolCalls", connection.structured), send=send)
        return replace(connection, open_structured=lambda: structured)
