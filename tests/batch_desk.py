"""Files and batch jobs of the OpenAI protocol, as the test server keeps them: what may go wrong is set by a test."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["BatchDesk", "Response"]

_UNDER_WAY = ("validating", "in_progress", "finalizing")


def _none(_number: int) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Response:
    """What goes back; `dropped` breaks the connection in place of it."""

    status: int = 200
    body: bytes = b""
    dropped: bool = False


@dataclass
class BatchDesk:
    """Takes files and jobs; `answer` gives the status and body of one request of a job.

    A job goes through `validating`, `in_progress` and `finalizing` as it is looked at, `looks` times in all, and then
    ends as `ends` says. The tests' rules are asked by the number of a request in its job, from 0.
    """

    answer: Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]
    looks: int = 0
    ends: str = "completed"
    problem: str = "Enqueued token limit reached"
    """Of a job that ends as `failed`."""

    unreached: Callable[[int], bool] = _none
    """Requests that the job's end cut off: `batch_expired` or `batch_cancelled`, in the error file."""

    left_out: Callable[[int], bool] = _none
    """Requests that no file has a line for."""

    garbled: Callable[[int], bool] = _none
    """Requests whose line is broken in the middle."""

    backwards: bool = False
    """Whether the answers come in another order than the requests."""

    key: str | None = None
    """The key that is asked for, if any."""

    faults: deque[tuple[str, str]] = field(default_factory=deque)
    """What goes wrong next: a call (`POST /v1/files`), and `before` it is heeded or `after`, or the status it gets."""

    calls: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    _looked: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def handle(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> Response:
        """Answer a call."""
        path, _, query = path.partition("?")
        headers = {name.lower(): value for name, value in headers.items()}
        call = re.sub(r"(file|batch)_\w+", r"\1", f"{method} {path}")
        with self._lock:
            self.calls.append(call)
            fault = self.faults.popleft()[1] if self.faults and self.faults[0][0] == call else None
            if fault == "before":
                return Response(dropped=True)
            if fault is not None and fault.isdecimal():
                return _error(int(fault), "so it was set")
            if self.key is not None and headers.get("authorization") != f"Bearer {self.key}":
                return _error(401, "Incorrect API key provided")
            response = self._answered(method, path, query, headers, raw)
            return Response(dropped=True) if fault == "after" else response

    def _answered(self, method: str, path: str, query: str, headers: dict[str, str], raw: bytes) -> Response:
        match method, path.removeprefix("/v1/").split("/"):
            case "POST", ["files"]:
                return self._upload(headers, raw)
            case "GET", ["files", file_id, "content"]:
                found = self.files.get(file_id)
                return _error(404, "No such File object") if found is None else Response(body=found)
            case "POST", ["batches"]:
                return self._begin(json.loads(raw))
            case "GET", ["batches"]:
                return self._list(query)
            case "GET", ["batches", job_id] if job_id in self.jobs:
                return _json(self._look(job_id))
            case "POST", ["batches", job_id, "cancel"] if job_id in self.jobs:
                self.jobs[job_id]["status"] = "cancelling"
                return _json(self.jobs[job_id])
        return _error(404, f"No such address or object: {path}")

    def _upload(self, headers: dict[str, str], raw: bytes) -> Response:
        boundary = headers["content-type"].partition("boundary=")[2].encode()
        fields: dict[str, tuple[str, bytes]] = {}
        for part in raw.split(b"--" + boundary)[1:-1]:
            head, _, content = part.strip(b"\r\n").partition(b"\r\n\r\n")
            names = dict(re.findall(r'(name|filename)="([^"]*)"', head.decode()))
            fields[names["name"]] = names.get("filename", ""), content + b"\n" * names["name"].startswith("file")
        if fields["purpose"][1] != b"batch":
            return _error(400, "Only the purpose 'batch' is known here")
        name, content = fields["file"]
        file_id = f"file_{len(self.files)}"
        self.files[file_id], self.names[file_id] = content, name
        described = {"bytes": len(content), "created_at": int(time.time()), "filename": name, "status": "processed"}
        return _json({"id": file_id, "object": "file", "purpose": "batch", **described})

    def _begin(self, asked: dict[str, Any]) -> Response:
        if asked["completion_window"] != "24h" or asked["input_file_id"] not in self.files:
            return _error(400, "The window is 24h, and the file must be there")
        now = int(time.time())
        job: dict[str, Any] = {
            "id": f"batch_{len(self.jobs)}",
            "object": "batch",
            "endpoint": asked["endpoint"],
            "completion_window": "24h",
            "input_file_id": asked["input_file_id"],
            "metadata": asked.get("metadata"),
            "status": "validating",
            "created_at": now - 3600,
            "expires_at": now + 23 * 3600,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
            **dict.fromkeys(("output_file_id", "error_file_id", "errors", "completed_at", "expired_at", "failed_at")),
        }
        self.jobs[job["id"]] = job
        self._looked[job["id"]] = 0
        return _json(job)

    def _list(self, query: str) -> Response:
        newest_first = list(reversed(self.jobs.values()))
        after = re.search(r"after=(\w+)", query)
        if after:
            newest_first = newest_first[[job["id"] for job in newest_first].index(after[1]) + 1 :]
        page, rest = newest_first[:2], newest_first[2:]  # small pages: whoever looks must turn them
        return _json({"object": "list", "data": page, "has_more": bool(rest)})

    def _look(self, job_id: str) -> dict[str, Any]:
        job = self.jobs[job_id]
        looked = self._looked[job_id]
        self._looked[job_id] += 1
        if job["status"] in _UNDER_WAY or job["status"] == "cancelling":
            if looked < self.looks:
                job["status"] = _UNDER_WAY[min(2, looked * 3 // self.looks)]
                job["request_counts"] = {"total": self._requests(job), "completed": looked, "failed": 0}
            else:
                self._end(job, "cancelled" if job["status"] == "cancelling" else self.ends)
        return job

    def _requests(self, job: dict[str, Any]) -> int:
        return len(self.files[job["input_file_id"]].splitlines())

    def _end(self, job: dict[str, Any], status: str) -> None:
        requests = [json.loads(line) for line in self.files[job["input_file_id"]].split(b"\n") if line]
        wrong = _what_is_wrong(requests, job["endpoint"])
        if wrong or status == "failed":
            told = {"code": "invalid", "message": wrong or self.problem, "line": 1 if wrong else None, "param": None}
            job |= {"status": "failed", "failed_at": int(time.time()), "errors": {"object": "list", "data": [told]}}
            return
        good, bad = self._lines(requests, status)
        for name, lines in (("output_file_id", good), ("error_file_id", bad)):
            if lines:
                job[name] = f"file_{len(self.files)}"
                self.files[job[name]] = b"".join(reversed(lines) if self.backwards else lines)
        counts = {"total": len(requests), "completed": len(good), "failed": len(bad)}
        job |= {"status": status, f"{status}_at": int(time.time()), "request_counts": counts}

    def _lines(self, requests: list[dict[str, Any]], status: str) -> tuple[list[bytes], list[bytes]]:
        good: list[bytes] = []
        bad: list[bytes] = []
        for number, request in enumerate(requests):
            line: dict[str, Any] = {"id": f"batch_req_{number}", "custom_id": request["custom_id"], "error": None}
            if self.left_out(number):
                continue
            if self.unreached(number):
                line["response"] = None
                line["error"] = {"code": f"batch_{status}", "message": "This request could not be executed in time."}
                bad.append(_line(line))
                continue
            code, body = self.answer(request["body"])
            line["response"] = {"status_code": code, "request_id": f"req_{number}", "body": body}
            told = _line(line)
            (good if code == 200 else bad).append(told[: len(told) // 2] + b"\n" if self.garbled(number) else told)
        return good, bad


def _what_is_wrong(requests: list[dict[str, Any]], endpoint: str) -> str | None:
    """What OpenAI's validation would say of a file."""
    ids = [request["custom_id"] for request in requests]
    if len(set(ids)) < len(ids) or any(not 0 < len(one) <= 64 for one in ids):
        return "custom_id must be unique and at most 64 characters"
    if any((request["method"], request["url"]) != ("POST", endpoint) for request in requests):
        return "method and url must be those of the batch"
    if len({request["body"]["model"] for request in requests}) > 1:
        return "all requests must be for the same model"
    return None


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _json(value: Any) -> Response:
    return Response(body=json.dumps(value).encode())


def _error(status: int, message: str) -> Response:
    return Response(status=status, body=json.dumps({"error": {"message": message}}).encode())
