"""Structured calls: messages and a schema go out, an answer under the schema comes back, wrong ones are asked again.

instructor knows how each mode words a request, reads an answer and asks again. On the OpenAI protocol these parts of it
are called directly, because its own loop around them takes most of the CPU of a call: it walks the schema for
validators that it does not run, makes a class and a JSON Schema of it, and copies the usage, each time anew
(benchmarks/README.md). Other providers' calls go through its loop as it stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, ValidationError, create_model
from pydantic_core import to_json

from summarizer.models.retry import Attempts, is_wrong_answer
from summarizer.models.streaming import CompletionStreams, Written
from summarizer.prompting import Message
from summarizer.schemas.wire import wire_schema

if TYPE_CHECKING:
    from instructor import AsyncInstructor
    from instructor.v2 import ModeHandlers
    from openai import AsyncOpenAI

__all__ = ["Call", "InstructorCalls", "ProtocolCalls", "StructuredCalls", "protocol_calls", "send_completion"]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One structured call, whatever provider it goes to."""

    messages: list[Message]
    schema: type[BaseModel]
    context: dict[str, Any]
    """What the answer is validated against."""

    request: dict[str, Any]
    """What is sent besides messages and schema."""

    attempts: Attempts
    heard: Callable[[Any], None]
    """Called with every response before it is read; it may change it."""

    written: Written | None = None
    """Told of the answer while it is written, where it can be had that way."""


class StructuredCalls(Protocol):
    """Makes structured calls over one connection."""

    async def answer(self, call: Call) -> BaseModel:
        """The first answer within the schema; an instance of it, or of a class that instructor made of it.

        Raises:
            Exception: What the last attempt raised, or instructor's own error around it.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class ProtocolCalls:
    """Structured calls on the OpenAI protocol."""

    send: Callable[[Mapping[str, Any]], Awaitable[Any]]
    """Sends the body of a chat completion and gives the response."""

    handlers: ModeHandlers
    """instructor's parts for the mode that the schema is held in."""

    streams: CompletionStreams | None = None
    """Sends it so that the answer is heard while it is written."""

    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)
    """Answers are read one in each round of the event loop. Before Python 3.12, aiohttp sends what is asked next in the
    round after: all answers of a round would be read before the first of those requests leaves."""

    async def answer(self, call: Call) -> BaseModel:
        """See `StructuredCalls`."""
        schema = _prepared(call.schema)
        given = {"messages": list(call.messages), **call.request}
        _, request = self.handlers.request_handler(response_model=schema, kwargs=given)
        async for attempt in call.attempts.controller():
            with attempt:
                response = await self._send(request, call.written)
                await self._turn.acquire()
                asyncio.get_running_loop().call_soon(self._turn.release)
                call.heard(response)
                try:
                    answer: BaseModel = self.handlers.response_parser(
                        response=response, response_model=schema, validation_context=call.context, strict=False
                    )
                except Exception as error:
                    if is_wrong_answer(error):
                        request = self.handlers.reask_handler(kwargs=request, response=response, exception=error)
                    raise
                return answer
        raise AssertionError("the attempts end with an answer or an error")

    async def _send(self, request: Mapping[str, Any], written: Written | None) -> Any:
        if written is None or self.streams is None:
            return await self.send(request)
        response = await self.streams.send(request, written)
        return await self.send(request) if response is None else response


@dataclass(frozen=True, kw_only=True)
class InstructorCalls:
    """Structured calls in instructor's own loop, for providers that speak otherwise."""

    client: AsyncInstructor

    async def answer(self, call: Call) -> BaseModel:
        """See `StructuredCalls`."""
        from instructor.core.hooks import HookName, Hooks  # heavy, loaded when a model is asked

        hooks = Hooks()
        hooks.on(HookName.COMPLETION_RESPONSE, call.heard)
        return await self.client.create(
            messages=list(call.messages),  # type: ignore[arg-type]  # plain role and content
            response_model=_prepared(call.schema),
            context=_NeverATemplate(call.context),
            max_retries=call.attempts.controller(),
            strict=False,
            hooks=hooks,
            **call.request,
        )


def protocol_calls(client: AsyncOpenAI, mode: str) -> ProtocolCalls:
    """Structured calls through an openai client.

    Args:
        client: Its own retries are best off: they would multiply with ours.
        mode: How the schema is held, by instructor's name: `json_schema`, `tools`, `json` or `md_json`.
    """
    import instructor  # heavy, loaded when a model is asked
    from instructor.v2 import mode_registry

    modes = {
        "json_schema": instructor.Mode.JSON_SCHEMA,
        "tools": instructor.Mode.TOOLS,
        "json": instructor.Mode.JSON,
        "md_json": instructor.Mode.MD_JSON,
    }
    known = instructor.from_openai(client, mode=modes[mode])  # it tells the provider from the address

    async def send(request: Mapping[str, Any]) -> Any:
        return await send_completion(client, request)

    handlers = mode_registry.get_handlers(known.provider, known.mode)
    return ProtocolCalls(send=send, handlers=handlers, streams=CompletionStreams(client))


async def send_completion(client: AsyncOpenAI, request: Mapping[str, Any]) -> Any:
    """Ask for a chat completion, as `client.chat.completions.create` does, at a third of its CPU.

    The client's own method walks the request by its declared types, which changes nothing in messages of plain text,
    and builds the response field by field; pydantic reads it at once.

    Args:
        client: Where to ask.
        request: The body; what stands in `extra_body` is put into it.

    Returns:
        A `ChatCompletion`; where the server sent none, what it did send, as JSON or text.
    """
    import httpx2  # heavy, loaded when a model is asked
    from openai.types.chat import ChatCompletion

    body = {key: value for key, value in request.items() if key != "extra_body"} | (request.get("extra_body") or {})
    response = await client.post(
        "/chat/completions",
        cast_to=httpx2.Response,
        content=to_json(body),
        options={
            "security": {"bearer_auth": True},  # or it sends OPENAI_ADMIN_KEY where there is no other
            "headers": {},  # what is not given here it copies, deeply, for each call
            "max_retries": client.max_retries,
            "timeout": client.timeout,
        },
    )
    try:
        return ChatCompletion.model_validate_json(response.content)
    except ValidationError:
        return _loosely_read(response)


def _loosely_read(response: Any) -> Any:
    """What a server sent that does not keep to the letter of the protocol, or that sent something else altogether.

    Raises:
        json.JSONDecodeError: If it broke off within its JSON.
    """
    from openai.types.chat import ChatCompletion

    try:
        data = response.json()
    except ValueError:
        if response.headers.get("content-type", "").partition(";")[0].endswith("json"):
            raise
        return response.text
    return ChatCompletion.construct(**data) if isinstance(data, dict) else data


class _NeverATemplate(dict[str, Any]):
    """A validation context that instructor does not take for template variables.

    instructor renders every message as a Jinja2 template whenever a context is given and counts as true: an article
    with `{{` in it would be changed, or run. A context that counts as false is handed on to pydantic all the same.
    """

    def __bool__(self) -> bool:
        return False


@lru_cache(maxsize=64)
def _prepared(schema: type[BaseModel]) -> type[BaseModel]:
    """The class that instructor wants of a schema, made once, with a JSON Schema that is made once."""
    import instructor  # heavy, loaded when a model is asked

    class Shown(instructor.ResponseSchema):
        @classmethod
        def model_json_schema(cls, *_: Any, **__: Any) -> dict[str, Any]:
            return wire_schema(schema)

    return create_model(schema.__name__, __base__=(schema, Shown), __doc__=schema.__doc__, __module__=schema.__module__)
