"""Chat completions that are heard while they are written (server-sent events of the OpenAI protocol)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from summarizer.models.retry import BrokenStreamError, status_of

if TYPE_CHECKING:
    from openai import AsyncOpenAI

__all__ = ["CompletionStreams", "Written"]

_NOT_UNDERSTOOD = frozenset({400, 405, 415, 422, 501})
_FORMS: tuple[dict[str, Any], ...] = ({"stream": True, "stream_options": {"include_usage": True}}, {"stream": True})
"""How an answer is asked for in parts: with its token usage, or without where a server refuses that."""


class Written(Protocol):
    """Hears what a model writes."""

    def __call__(self, pieces: list[str], *, last: bool = False) -> None:
        """Take in all that is written by now, in pieces; `last` where no more will come of this answer."""
        ...


@dataclass
class CompletionStreams:
    """Asks one server for completions in parts, in the form that it takes."""

    client: AsyncOpenAI
    _forms: list[dict[str, Any]] = field(default_factory=lambda: list(_FORMS), repr=False)

    async def send(self, request: Mapping[str, Any], written: Written) -> Any:
        """Ask for a completion and hear it while it is written.

        Args:
            request: The body; what stands in `extra_body` is put into it.
            written: Told of the text, or of the arguments of a tool call.

        Returns:
            A `ChatCompletion`; None where the server gives none in parts, and is to be asked for the whole.

        Raises:
            BrokenStreamError: If the answer breaks off.
        """
        for form in list(self._forms):
            try:
                return await self._send({**request, **form}, written)
            except Exception as error:
                if status_of(error) not in _NOT_UNDERSTOOD or "stream" not in str(error).lower():
                    raise
                if form in self._forms:  # another call may have found out at the same time
                    self._forms.remove(form)
        return None

    async def _send(self, request: Mapping[str, Any], written: Written) -> Any:
        import aiohttp  # heavy, loaded when a model is asked
        import httpx2
        from openai import APIError
        from openai.types.chat import ChatCompletion

        heard = _Heard(written)
        async with self.client.chat.completions.with_streaming_response.create(**request) as response:
            if "event-stream" not in response.headers.get("content-type", ""):  # it sends the whole all the same
                return ChatCompletion.model_validate_json(await response.read())
            try:
                async for chunk in await response.parse():
                    heard.take(chunk)
            except (APIError, httpx2.HTTPError, aiohttp.ClientError, ValueError) as error:
                raise BrokenStreamError(str(error)) from error
            finally:
                heard.end()
            if not heard.is_whole:
                raise BrokenStreamError("it ended before the answer did")
        return ChatCompletion.model_validate(heard.completion())


class _Heard:
    """A completion as its chunks bring it."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._content: list[str] = []
        self._refusal: list[str] = []
        self._arguments: list[str] = []
        self._tool: dict[str, Any] = {"id": "call", "name": "answer"}
        self._finish_reason: str | None = None
        self._head: dict[str, Any] = {"id": "", "created": 0, "model": "", "object": "chat.completion"}

    def take(self, chunk: Any) -> None:
        """Take in a chunk; those that bring nothing for the first choice may bring usage."""
        for name in ("id", "created", "model", "usage"):
            if value := getattr(chunk, name, None):
                self._head[name] = value
        choice = next((one for one in getattr(chunk, "choices", None) or () if not one.index), None)
        if choice is None:
            return
        self._finish_reason = choice.finish_reason or self._finish_reason
        delta = choice.delta
        if delta is None:
            return
        for kept, name in ((self._content, "content"), (self._refusal, "refusal")):
            if piece := getattr(delta, name, None):
                kept.append(piece)
        for call in getattr(delta, "tool_calls", None) or ():
            if not call.index and call.function is not None:  # one is asked for; a second would be no part of it
                self._tool["id"] = call.id or self._tool["id"]
                self._tool["name"] = call.function.name or self._tool["name"]
                self._arguments.append(call.function.arguments or "")
        self._written(self._arguments or self._content)

    def end(self) -> None:
        """No more will come."""
        self._written(self._arguments or self._content, last=True)

    @property
    def is_whole(self) -> bool:
        """Whether the server said that it is done, or what it wrote is done by itself."""
        from instructor.v2.dsl.json_tracker import is_json_complete

        return self._finish_reason is not None or is_json_complete("".join(self._arguments or self._content))

    def completion(self) -> dict[str, Any]:
        """The same as a server sends that sends it whole."""
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self._content) or None}
        message["refusal"] = "".join(self._refusal) or None
        if self._arguments:
            function = {"name": self._tool["name"], "arguments": "".join(self._arguments)}
            message["tool_calls"] = [{"id": self._tool["id"], "type": "function", "function": function}]
        usage = self._head.get("usage")
        choice = {"index": 0, "message": message, "finish_reason": self._finish_reason or "stop", "logprobs": None}
        head = {**self._head, "usage": usage.model_dump() if usage else None}
        return {**head, "choices": [choice]}
