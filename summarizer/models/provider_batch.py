"""A provider's batch API in the OpenAI protocol: requests up as a file, a job begun and looked after, answers down."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from summarizer.errors import UsageError
from summarizer.models.failures import explained_job
from summarizer.models.language_model import LanguageModel, quiet_libraries
from summarizer.models.names import parse_model_name
from summarizer.models.retry import Attempts, status_of
from summarizer.settings import Settings

if TYPE_CHECKING:
    from instructor.batch import BatchError, BatchSuccess
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletion

__all__ = ["ProviderBatch", "ProviderJob", "check_batch_model", "read_results", "request_line"]

MOST_REQUESTS = 50_000
MOST_BYTES = 200_000_000
"""Of one file. Source of both: OpenAI's API reference, "Create batch", as the SDK's `batches.create` quotes it."""

_ENDPOINT: Final = "/v1/chat/completions"
_MARK = "summarizer_job"
_CLOCKS_APART = 24 * 3600
"""Seconds that the provider's clock and ours may differ; jobs begun longer ago than that before ours are not ours."""

_GONE = (404, 410)
_NO_API = "has no batch API; leave out --provider-batch"
_OTHER_KEY = "set the key that submitted it, or give the job up with 'summarizer batch resume ID --forget'"

_LINE_ENDS = str.maketrans({character: f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"})
"""What JSON leaves as it is and some readers of lines take for the end of one."""

# instructor.batch gives the types of jobs and results. Its requests and its calls are not used: BatchRequest asks for
# the strict form of a schema, which OpenAI refuses where a field has a default, always sends a temperature and a
# max_tokens, and knows one mode; BatchProcessor makes a client of its own without base URL, key or our retries, reads
# finished jobs alone (expired ones have answers too), holds whole files in memory, and validates without a context.

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, kw_only=True)
class ProviderJob:
    """A job as the provider describes it."""

    id: str
    status: str
    """The provider's own word: `validating`, `in_progress`, `completed`, `expired` …"""

    is_finished: bool
    """Whether nothing will change any more; there may be answers whatever the status."""

    total: int
    completed: int
    failed: int
    """Requests in all, answered, and refused, as far as the provider has counted."""

    output_file: str | None
    error_file: str | None
    problem: str | None
    """Why the provider refused all of it, where it did."""

    seconds: float
    """From its beginning to its end; 0 where it has not ended."""

    expires_at: datetime | None


def check_batch_model(settings: Settings) -> None:
    """Make sure that a model may be asked through a batch API.

    Raises:
        UsageError: If it is not on a server that speaks the OpenAI protocol.
    """
    name = parse_model_name(settings.model, settings.base_url)
    if name.where != "server" or (name.provider == "ollama" and settings.base_url is None):
        raise UsageError(
            f"--provider-batch needs a server with OpenAI's batch API, which {name.full} has not; name a model with "
            "-m openai/NAME or --base-url, or leave --provider-batch out."
        )


def request_line(custom_id: str, body: Mapping[str, Any]) -> bytes:
    """A line of the file that is uploaded.

    Args:
        custom_id: Comes back with the answer; at most 64 characters.
        body: Of the chat completion.
    """
    line = {"custom_id": custom_id, "method": "POST", "url": _ENDPOINT, "body": body}
    return json.dumps(line, ensure_ascii=False).translate(_LINE_ENDS).encode() + b"\n"


def read_results(path: Path) -> Iterator[BatchSuccess[ChatCompletion] | BatchError | None]:
    """The results in a file that was downloaded, in its order; None for a line that is none."""
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                yield _result(line)


def _result(line: bytes) -> BatchSuccess[ChatCompletion] | BatchError | None:
    from instructor.batch import BatchError, BatchSuccess
    from openai.types.chat import ChatCompletion

    try:
        data = json.loads(line)
        custom_id, response, error = str(data["custom_id"]), data.get("response") or {}, data.get("error")
        status, body = int(response.get("status_code") or 200), response.get("body")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if error is None and status == 200 and isinstance(body, dict):  # noqa: PLR2004
        return BatchSuccess[ChatCompletion](custom_id=custom_id, result=ChatCompletion.construct(**body))
    said = error or (body.get("error") if isinstance(body, dict) else body) or {}
    if not isinstance(said, dict):
        said = {"message": str(said)}
    code = str(said.get("code") or status)
    return BatchError(custom_id=custom_id, error_type=code, error_message=str(said.get("message") or "no reason given"))


class ProviderBatch:
    """The batch API of a model's server, over the model's own connection.

    Args:
        model: On a server that speaks the OpenAI protocol.
        retries: How often a call that fails on the way is repeated.
        timeout: Deadline of one call, in seconds, over all its attempts.
    """

    def __init__(self, model: LanguageModel, *, retries: int, timeout: float) -> None:
        self.model = model
        self._retries = retries
        self._timeout = timeout

    async def upload(self, path: Path) -> str:
        """Upload a file of requests; gives the provider's id of it.

        Raises:
            ModelUnavailableError: From every method, if the server is out of reach or refuses.
        """

        async def send(client: AsyncOpenAI) -> str:
            with path.open("rb") as file:
                return (await client.files.create(file=(path.name, file), purpose="batch")).id

        return await self._call(send)

    async def begin(self, file_id: str, mark: str) -> ProviderJob:
        """Begin a job, once however often the call is repeated.

        Args:
            file_id: Of the uploaded requests.
            mark: A name of our own that the job carries, so that it is found again where its id was lost on the way.
        """
        begun_at = time.time()
        sent = False

        async def create(client: AsyncOpenAI) -> ProviderJob:
            nonlocal sent
            if sent and (found := await _find(client, mark, begun_at)) is not None:
                return found
            sent = True
            batch = await client.batches.create(
                input_file_id=file_id, endpoint=_ENDPOINT, completion_window="24h", metadata={_MARK: mark}
            )
            return _described(batch)

        return await self._call(create)

    async def find(self, mark: str, begun_at: datetime) -> ProviderJob | None:
        """The job that carries our name for it; None where there is none.

        Args:
            mark: Our name.
            begun_at: When it was begun, if it was; older jobs are not looked at.
        """
        return await self._call(lambda client: _find(client, mark, begun_at.timestamp()))

    async def look(self, job_id: str) -> ProviderJob:
        """How a job stands."""

        async def retrieve(client: AsyncOpenAI) -> ProviderJob:
            return _described(await client.batches.retrieve(job_id))

        return await self._call(retrieve, f"knows no job {job_id}; {_OTHER_KEY}")

    async def download(self, file_id: str, path: Path) -> bool:
        """Download a file of results, whole or not at all; False where the provider has deleted it."""

        async def stream(client: AsyncOpenAI) -> bool:
            try:
                async with client.files.with_streaming_response.content(file_id) as response:
                    await response.stream_to_file(path)
            except Exception as error:
                if status_of(error) in _GONE:
                    return False
                raise
            return True

        return await self._call(stream)

    async def aclose(self) -> None:
        """Close the connection."""
        await self.model.aclose()

    async def _call(self, ask: Callable[[AsyncOpenAI], Awaitable[ResultT]], missing: str = _NO_API) -> ResultT:
        quiet_libraries()
        client = self.model.connection().chat
        assert client is not None  # noqa: S101 - check_batch_model has seen to it
        deadline = time.monotonic() + self._timeout
        attempts = Attempts(retries=self._retries, deadline=deadline, answered=lambda: 0)
        try:
            async with asyncio.timeout(self._timeout):
                async for attempt in attempts.controller():
                    with attempt:
                        result = await ask(client)
        except Exception as error:
            raise explained_job(error, self.model, attempts, missing) from error
        return result


async def _find(client: AsyncOpenAI, mark: str, begun_at: float) -> ProviderJob | None:
    async for batch in await client.batches.list(limit=100):  # newest first
        if (batch.metadata or {}).get(_MARK) == mark:
            return _described(batch)
        if batch.created_at < begun_at - _CLOCKS_APART:
            return None
    return None


def _described(batch: Any) -> ProviderJob:
    from instructor.batch import BatchJobInfo, BatchStatus

    data = batch.model_dump(exclude_none=True)
    info = BatchJobInfo.from_openai(data)
    counts, times = info.request_counts, info.timestamps
    under_way = info.status in (BatchStatus.PENDING, BatchStatus.PROCESSING) or info.raw_status == "cancelling"
    late = info.status is BatchStatus.COMPLETED and bool(counts.completed) and not info.files.output_file_id
    ended = times.completed_at or times.expired_at or times.cancelled_at or times.failed_at
    return ProviderJob(
        id=info.id,
        status=info.raw_status,
        is_finished=not (under_way or late),  # a job may be completed a moment before its file is there
        total=counts.total or 0,
        completed=counts.completed or 0,
        failed=counts.failed or 0,
        output_file=info.files.output_file_id,
        error_file=info.files.error_file_id,
        problem=_problem(data),
        seconds=(ended - times.created_at).total_seconds() if ended and times.created_at else 0.0,
        expires_at=times.expires_at,
    )


def _problem(data: Mapping[str, Any]) -> str | None:
    """What is wrong with the whole job: OpenAI gives a list of it, which instructor's `BatchErrorInfo` leaves out."""
    found = (data.get("errors") or {}).get("data") or []
    told = [f"line {one['line']}: {one['message']}" if one.get("line") else one.get("message") for one in found]
    return "; ".join(text for text in dict.fromkeys(told) if text) or None
