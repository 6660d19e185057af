"""A model that answers: structured under a schema, or in turns under a grammar. One code path for all of them."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from summarizer.documents import Document
from summarizer.errors import AnswerError, SummarizerError
from summarizer.models.connections import Connection, Connections
from summarizer.models.failures import explained
from summarizer.models.partial import AnswerSoFar
from summarizer.models.retry import Attempts
from summarizer.models.structured import Call, send_completion
from summarizer.models.tokens import estimated_tokens
from summarizer.prompting import Message
from summarizer.schemas import ModelReference, TokenUsage, grounding_context

__all__ = ["LanguageModel", "Limits", "Meter", "Reply", "Token"]

AnswerT = TypeVar("AnswerT", bound=BaseModel)
ContentT = TypeVar("ContentT")

_FENCED = re.compile(r"^\s*(?:<think>.*?</think>\s*)?```(?:json)?\s*(?P<json>.*?)\s*```\s*$", re.DOTALL)
_THOUGHT = re.compile(r"^\s*<think>.*?</think>\s*", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long a call may take and how often it may be repeated."""

    retries: int
    deadline: float
    """On the clock of `time.monotonic`."""


@dataclass
class Meter:
    """Counts what a call uses over all its attempts."""

    usage: TokenUsage = field(default_factory=TokenUsage)
    served_as: str | None = None

    def attempts(self, limits: Limits) -> Attempts:
        """The attempts of the call that is metered."""
        return Attempts(retries=limits.retries, deadline=limits.deadline, answered=lambda: self.usage.requests)

    def record(self, response: Any) -> None:
        """Add a response's token usage."""
        if isinstance(response, str | bytes | list | dict):  # a page or a list: no answer of a model
            return
        used = getattr(response, "usage", None)
        prompt = _first_number(used, "prompt_tokens", "input_tokens")
        completion = _first_number(used, "completion_tokens", "output_tokens")
        self.usage += TokenUsage(
            prompt_tokens=prompt or 0,
            completion_tokens=completion or 0,
            requests=1,
            complete=prompt is not None and completion is not None,
        )
        model = getattr(response, "model", None)
        self.served_as = model if isinstance(model, str) and model else self.served_as


@dataclass(frozen=True)
class Token:
    """A token of a completion."""

    text: str
    log_probability: float
    """Natural logarithm, over the whole vocabulary: a grammar that left no other choice does not raise it."""


@dataclass(frozen=True, kw_only=True)
class Reply(Generic[ContentT]):
    """What a model said, and what that took."""

    content: ContentT
    usage: TokenUsage
    served_as: str | None = None
    """What the server calls the model that answered."""

    tokens: tuple[Token, ...] = ()
    """Of a free completion, where their probabilities were asked for and told."""


@dataclass(kw_only=True)
class LanguageModel:
    """A model, named and ready to be asked."""

    reference: ModelReference
    prompt: str
    """The template that suits it."""

    connect: Callable[[], Connection]
    request: dict[str, Any]
    """What every structured call is sent besides messages and schema."""

    secrets: Sequence[str] = ()
    """What must never be shown."""

    embedded: bool = False
    """Whether it runs in this process, so that its prompt cache, grammar and tokenizer are at hand."""

    context_tokens: int
    """Longest prompt and completion together."""

    _connections: Connections = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Nothing is connected before it is asked."""
        self._connections = Connections(self.connect)

    def connection(self) -> Connection:
        """The connection of the running event loop."""
        return self._connections.of_running_loop()

    async def aclose(self) -> None:
        """Close the connection of the running event loop; the next call opens another."""
        await self._connections.aclose()

    async def answer(
        self,
        messages: list[Message],
        schema: type[AnswerT],
        document: Document,
        limits: Limits,
        shown: Collection[int] | None = None,
        so_far: Callable[[AnswerT], None] | None = None,
        **request: Any,
    ) -> Reply[AnswerT]:
        """Ask for an answer under a schema, grounded in a document.

        Args:
            messages: The conversation.
            schema: A pydantic model; fields of `Evidence` and `Name` are checked against the document.
            document: What the answer is grounded in.
            limits: Repeats and deadline.
            shown: Numbers of the sentences that the answer may cite; all by default.
            so_far: Called with what is complete of the answer while it is written, where it can be had that way.
            request: Sent in addition to the model's own request.

        Raises:
            AnswerError: If no answer fits the schema, however often asked.
            ModelUnavailableError: If no answer can be had.
            TooLongError: If the model says that the text is too long for it.
        """
        quiet_libraries()
        meter = Meter()
        attempts = meter.attempts(limits)

        def heard(response: Any) -> None:
            meter.record(response)
            unwrap_json(response)

        context = grounding_context(document, shown)
        call = Call(
            messages=messages,
            schema=schema,
            context=context,
            request={**self.request, **request},
            attempts=attempts,
            heard=heard,
            written=so_far and AnswerSoFar(schema=schema, context=context, tell=so_far),
        )
        try:
            async with asyncio.timeout(max(0.0, limits.deadline - time.monotonic())):
                answer = await self.connection().structured.answer(call)
        except SummarizerError:
            raise
        except Exception as error:
            raise explained(error, self, document, attempts, meter.usage) from error
        usage = meter.usage.model_copy(update={"re_asks": attempts.wrong, "repeats": attempts.dropped})
        return Reply(content=_as_exactly(schema, answer), usage=usage, served_as=meter.served_as)

    async def complete(
        self, messages: list[Message], document: Document, limits: Limits, *, max_tokens: int, **extra: Any
    ) -> Reply[str]:
        """Ask for a free completion, held to a form by what `extra` adds to the request (a grammar).

        Raises:
            AnswerError: If the model's provider does not take turns in the OpenAI protocol.
            ModelUnavailableError: If no answer can be had.
        """
        quiet_libraries()
        chat = self.connection().chat
        if chat is None:
            raise AnswerError(
                f"{self.reference.name} does not speak the OpenAI protocol, which turns need; use --way whole."
            )
        meter = Meter()
        attempts = meter.attempts(limits)
        asked = {**self.request, "messages": messages, "max_tokens": max_tokens, **extra}
        try:
            async with asyncio.timeout(max(0.0, limits.deadline - time.monotonic())):
                async for attempt in attempts.controller():
                    with attempt:
                        response = await send_completion(chat, asked)
                        meter.record(response)
                        choice = response.choices[0]
        except Exception as error:
            raise explained(error, self, document, attempts, meter.usage) from error
        told = (choice.logprobs and choice.logprobs.content) or ()
        tokens = tuple(Token(token.token, token.logprob) for token in told)
        content = choice.message.content or ""
        usage = meter.usage.model_copy(update={"repeats": attempts.dropped})
        return Reply(content=content, usage=usage, served_as=meter.served_as, tokens=tokens)

    async def count_tokens(self, text: str) -> int:
        """Tokens of a text by the model's own tokenizer; where that is not at hand, estimated on the safe side."""
        chat = self.connection().chat
        if not self.embedded or chat is None:
            return estimated_tokens(text)
        root = str(chat.base_url).removesuffix("/").removesuffix("/v1")
        counted = await chat.post(f"{root}/tokenize", body={"content": text}, cast_to=object)
        return len(counted["tokens"]) if isinstance(counted, dict) else estimated_tokens(text)


def unwrap_json(response: Any) -> None:
    """Bare the JSON of an answer in place: some servers wrap it in a code fence, a thought, or a tool call."""
    choices = getattr(response, "choices", None)
    message = getattr(choices[0], "message", None) if choices else None
    content = getattr(message, "content", None)
    if message is None or not isinstance(content, str | None):
        return
    calls = getattr(message, "tool_calls", None)
    if not content and calls:
        message.content = getattr(getattr(calls[0], "function", None), "arguments", None)
    elif content:
        fenced = _FENCED.match(content)
        message.content = fenced["json"] if fenced else _THOUGHT.sub("", content)


def quiet_libraries() -> None:
    """Keep what libraries log from reaching the terminal on its own; failures are told by our own errors."""
    for name in ("instructor", "openai", "httpx", "httpx2"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


def _as_exactly(schema: type[AnswerT], answer: Any) -> AnswerT:
    """The answer as an instance of the schema itself, where instructor made a subclass of it."""
    if type(answer) is schema:
        return answer
    values = {name: getattr(answer, name) for name in schema.model_fields}
    return schema.model_construct(_fields_set=set(answer.model_fields_set), **values)


def _first_number(holder: Any, *names: str) -> int | None:
    for name in names:
        value = getattr(holder, name, None)
        if isinstance(value, int):
            return value
    return None
