"""A real HTTP server on loopback that speaks the OpenAI protocol, records what it was sent, and can misbehave."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.batch_desk import BatchDesk

__all__ = ["Answer", "Given", "ProtocolServer", "Request", "Stream", "protocol_server"]


@dataclass(frozen=True, kw_only=True)
class Stream:
    """How an answer is sent in parts, as server-sent events."""

    piece: int = 40
    """Characters of an event."""

    pause_at: str | None = None
    """Before the piece that follows this text..."""

    until: threading.Event | None = None
    """...wait for this event, ten seconds at the most."""

    break_at: str | None = None
    """After this text, break the connection."""

    error_at: str | None = None
    """After this text, send an error in the protocol's form, and no more."""

    done: bool = True
    """Whether the last event says that it is the last."""

    finish: bool = True
    """Whether a finish reason is sent."""

    refusal: str | None = None
    """Words of a refusal in place of the content."""

    def wait(self, sent: str) -> None:
        """Wait where it was told to."""
        if self.pause_at and self.until and sent.endswith(self.pause_at):
            self.until.wait(10)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server does with one request."""

    content: str | None = None
    """The message's text; JSON for a structured call."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    error: dict[str, Any] | None = None
    """The body of an error, in the protocol's form."""

    finish_reason: str = "stop"
    usage: dict[str, int] | None = field(default_factory=lambda: {"prompt_tokens": 100, "completion_tokens": 20})
    tool_call: str | None = None
    """Arguments of a tool call in place of text."""

    body: bytes | None = None
    """Raw bytes in place of all this."""

    close_after: int | None = None
    """Send so many bytes of the body, then break the connection."""

    delay: float = 0.0
    """Seconds before the answer begins."""

    stream: Stream | None = None
    """How it is sent to who asks for a stream; whole, as to all others, where that is not told."""


@dataclass
class Request:
    """What was asked."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    at: float

    @property
    def schema_name(self) -> str:
        """What a structured call asks for."""
        return str(self.body["response_format"]["json_schema"]["name"])

    @property
    def sentences(self) -> dict[int, str]:
        """The numbered sentences that the first message from the user shows."""
        shown = [message["content"] for message in self.body["messages"] if message["role"] == "user"]
        return {int(number): text for number, text in _NUMBERED.findall(shown[0])}


_NUMBERED = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)
Given = Answer | str | dict[str, Any]
Written = Given | Callable[[Request], Given]
"""An answer, or what makes one of a request; a text or an object stands for a message with that content."""


class ProtocolServer:
    """Answers requests one after the other as it was told; the last answer stands for all that follow."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._answers: deque[Written] = deque()
        self._lock = threading.Lock()
        self.batches = BatchDesk(self._answer_later)
        """Its files and batch jobs (/v1/files, /v1/batches); what they ask is answered as live requests are."""
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                with contextlib.suppress(ConnectionError):  # whoever asked no longer waits for the answer
                    server._handle(self)

            do_GET = do_POST  # noqa: N815 - http.server's name

            def log_message(self, *_: object) -> None:
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def will(self, *answers: Written) -> None:
        """Set the answers to come."""
        self._answers.extend(answers)

    def will_follow(self, rule: Callable[[Request], Answer]) -> None:
        """Answer all requests from now on by a rule, whatever was set before; it is called from many threads."""
        with self._lock:
            self._answers.clear()
            self._answers.append(rule)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        raw = _read_body(handler)
        if handler.path.startswith(("/v1/files", "/v1/batches")):
            self._handle_batch(handler, raw)
            return
        request = Request(handler.path, dict(handler.headers), json.loads(raw or b"{}"), time.monotonic())
        answer = self._answer_to(request)
        time.sleep(answer.delay)
        if answer.stream and request.body.get("stream"):
            self._send_events(handler, answer, answer.stream, request)
            return
        body = answer.body if answer.body is not None else json.dumps(self._completion(answer, request)).encode()
        handler.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if answer.close_after is not None:
            handler.wfile.write(body[: answer.close_after])
            handler.wfile.flush()
            _break_off(handler)
            return
        handler.wfile.write(body)

    @staticmethod
    def _send_events(handler: BaseHTTPRequestHandler, answer: Answer, how: Stream, request: Request) -> None:
        def send(data: str) -> None:
            event = f"data: {data}\n\n".encode()
            handler.wfile.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
            handler.wfile.flush()

        def send_chunk(delta: dict[str, Any], finish_reason: str | None = None, **more: Any) -> None:
            choices = [{"index": 0, "delta": delta, "finish_reason": finish_reason}]
            head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m-0613"}
            send(json.dumps({**head, "choices": choices, **more}))

        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        send_chunk({"role": "assistant", "content": ""})
        if how.refusal:
            send_chunk({"refusal": how.refusal})
        text = answer.tool_call or answer.content or ""
        sent = ""
        for piece in _pieces(text, how):
            sent += piece
            function = {"name": _tool_name(request.body), "arguments": piece}
            delta = {"tool_calls": [{"index": 0, "function": function}]} if answer.tool_call else {"content": piece}
            send_chunk(delta)
            how.wait(sent)
            if how.break_at and sent.endswith(how.break_at):
                _break_off(handler)
                return
            if how.error_at and sent.endswith(how.error_at):
                send(json.dumps({"error": {"message": "the model fell over", "type": "server_error"}}))
                text = ""
                break
        if text and how.finish:
            send_chunk({}, answer.finish_reason)
        if answer.usage and "stream_options" in request.body:
            send_chunk({}, choices=[], usage={**answer.usage, "total_tokens": sum(answer.usage.values())})
        if how.done:
            send("[DONE]")
        handler.wfile.write(b"0\r\n\r\n")

    def _answer_to(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            written = self._answers.popleft() if len(self._answers) > 1 else self._answers[0]
        return _answer(written(request) if callable(written) else written)

    def _handle_batch(self, handler: BaseHTTPRequestHandler, raw: bytes) -> None:
        response = self.batches.handle(handler.command, handler.path, dict(handler.headers), raw)
        if response.dropped:
            _break_off(handler)
            return
        handler.send_response(response.status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(response.body)))
        handler.end_headers()
        handler.wfile.write(response.body)

    def _answer_later(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The answer to one request of a batch."""
        request = Request("/v1/chat/completions", {}, body, time.monotonic())
        answer = self._answer_to(request)
        return answer.status, self._completion(answer, request)

    @staticmethod
    def _completion(answer: Answer, request: Request) -> dict[str, Any]:
        if answer.error is not None:
            return {"error": answer.error}
        message: dict[str, Any] = {"role": "assistant", "content": answer.content}
        if answer.tool_call is not None:
            function = {"name": _tool_name(request.body), "arguments": answer.tool_call}
            message["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
        completion: dict[str, Any] = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": f"{request.body.get('model')}-0613",
            "choices": [{"index": 0, "message": message, "finish_reason": answer.finish_reason}],
        }
        if answer.usage is not None:
            completion["usage"] = {**answer.usage, "total_tokens": sum(answer.usage.values())}
        return completion


def _pieces(text: str, how: Stream) -> Iterator[str]:
    """A text in pieces, cut where something is to happen too."""
    marks = [mark for mark in (how.pause_at, how.break_at, how.error_at) if mark]
    start = 0
    while start < len(text):
        ends = [place + len(mark) for mark in marks if (place := text.find(mark, max(0, start - len(mark) + 1))) >= 0]
        end = min([start + how.piece, *(end for end in ends if end > start)])
        yield text[start:end]
        start = end


def _read_body(handler: BaseHTTPRequestHandler) -> bytes:
    """The body of a request, of known length or in chunks."""
    if handler.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
    chunks = []
    while size := int(handler.rfile.readline(), 16):
        chunks.append(handler.rfile.read(size))
        handler.rfile.readline()
    handler.rfile.readline()
    return b"".join(chunks)


def _break_off(handler: BaseHTTPRequestHandler) -> None:
    """Break the connection; without lingering: the other side sees it reset, as when a server dies."""
    handler.close_connection = True
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def _answer(given: Given) -> Answer:
    content = json.dumps(given) if isinstance(given, dict) else given
    return Answer(content=content) if isinstance(content, str) else content


def _tool_name(body: dict[str, Any]) -> str:
    tools = body.get("tools") or [{"function": {"name": "answer"}}]
    return str(tools[0]["function"]["name"])


@contextmanager
def protocol_server() -> Iterator[ProtocolServer]:
    """A server for the length of a block."""
    server = ProtocolServer()
    try:
        yield server
    finally:
        server.close()
