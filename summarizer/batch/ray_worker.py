"""What runs on the machines of a Ray cluster: documents taken from the driver, read by one `Summarizer` a worker.

Nothing here imports Ray, and everything that travels is plain: documents and what became of them as JSON, the settings
as they are (a key in them shows as asterisks wherever Ray prints what a worker was made with).
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from summarizer import errors
from summarizer.documents import Document
from summarizer.engine import KnownActor, Summarizer
from summarizer.errors import SummarizerError
from summarizer.models.pace import Pace
from summarizer.schemas import Envelope
from summarizer.settings import Settings

__all__ = [
    "DOCUMENTS",
    "OUTCOMES",
    "DocumentFeed",
    "UnforeseenError",
    "Worker",
    "WorkerSetup",
    "pack_document",
    "unpack_outcome",
]

DOCUMENTS, OUTCOMES = "documents", "outcomes"
"""The columns of the dataset: a row is a page of documents, or of what became of them, as JSON; a task reads one."""

_LINGER = 0.05
"""Seconds that a page waits for more documents: a task of Ray's costs far more than a document on its way."""


class DocumentFeed:
    """An actor beside the driver: documents go in as the driver has them, and out to the dataset's one reader.

    Args:
        page: Documents that go out together, at most.
    """

    def __init__(self, page: int) -> None:
        self._page = page
        self._waiting: deque[tuple[int, str]] = deque()
        self._taken = 0
        self._total: int | None = None
        self._changed = asyncio.Condition()
        self._reader: str | None = None

    async def put(self, number: int, document: str) -> None:
        """Take a document in, by a number that is its own."""
        async with self._changed:
            self._waiting.append((number, document))
            self._changed.notify_all()

    async def end(self, total: int) -> None:
        """Say how many documents there are; some may come in after this, as Ray keeps no order among calls."""
        async with self._changed:
            self._total = total
            self._changed.notify_all()

    async def take(self, reader: str) -> str | None:
        """Wait for documents and give a page of them; None at the end.

        Args:
            reader: Who asks. A reader that Ray runs a second time would miss what the first one took.

        Raises:
            RuntimeError: If another reader has taken documents before.
        """
        self._reader = self._reader or reader
        if self._reader != reader:
            raise RuntimeError("The reader of the documents died")
        async with self._changed:
            await self._changed.wait_for(lambda: self._waiting or self._taken == self._total)
        if not self._waiting:
            return None
        if len(self._waiting) < self._page:
            await asyncio.sleep(_LINGER)
        page = [self._waiting.popleft() for _ in range(min(self._page, len(self._waiting)))]
        self._taken += len(page)
        return json.dumps(page)


@dataclass(frozen=True, kw_only=True)
class WorkerSetup:
    """What a worker needs in order to read as the driver would."""

    settings: Settings
    template: str
    """The template's whole text: the file may be on the driver's machine alone."""

    schema: type[BaseModel]
    parameters: Mapping[str, Any]
    concurrency: int | None
    """Documents on their way at once; None finds the number."""

    most: int
    """What the found number may reach."""

    known_actors: Sequence[KnownActor] = ()


class Worker:
    """Reads documents with one `Summarizer`: the embedded model is loaded, and connections are opened, once.

    Args:
        setup: How documents are read.
    """

    def __init__(self, setup: WorkerSetup) -> None:
        with tempfile.TemporaryDirectory(prefix="summarizer-") as folder:
            template = Path(folder) / "template.md"
            template.write_text(setup.template, encoding="utf-8")
            self._pace = Pace(concurrency=setup.concurrency, most=setup.most)
            self._summarizer = Summarizer(
                prompt=template,
                schema=setup.schema,
                parameters=setup.parameters,
                known_actors=setup.known_actors,
                settings=setup.settings,
                pace=self._pace,
            )

    async def __call__(self, batch: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Read pages of documents; what fails is an outcome like any other."""
        return {OUTCOMES: await asyncio.gather(*map(self._read_page, batch[DOCUMENTS]))}

    async def _read_page(self, page: str) -> str:
        numbers, documents = zip(*json.loads(page), strict=True)
        outcomes = await asyncio.gather(*map(self._outcome, documents))
        return json.dumps(list(zip(numbers, outcomes, strict=True)))

    async def _outcome(self, document: str) -> str:
        await self._pace.enter()
        try:
            envelope = await self._summarizer.asummarize(_unpack_document(document))
        except SummarizerError as error:
            return json.dumps({"error": type(error).__name__, "reason": str(error)})
        except Exception as error:  # noqa: BLE001 - one document must not end the others
            return json.dumps({"error": None, "reason": f"{type(error).__name__}: {error}"})
        finally:
            await self._pace.leave()
        return envelope.model_dump_json()


class UnforeseenError(Exception):
    """What a worker did not foresee; the text names it."""


def pack_document(document: Document) -> str:
    """A document as it travels to a worker."""
    named = (document.text, document.source, document.language, document.given_title)
    return json.dumps([*named, document.about()])


def _unpack_document(packed: str) -> Document:
    text, source, language, title, about = json.loads(packed)
    about = Document.from_about(about)
    return Document(text=text, source=source, language=language, given_title=title, **about)


def unpack_outcome(packed: str, schema: type[BaseModel]) -> Envelope[Any]:
    """The answer that a worker gave.

    Raises:
        SummarizerError: The one that the worker met.
        UnforeseenError: What else it met.
    """
    outcome = json.loads(packed)
    if "reason" not in outcome:
        return Envelope[schema].model_validate(outcome)  # type: ignore[valid-type]
    kind = getattr(errors, outcome["error"]) if outcome["error"] else UnforeseenError
    raise kind(outcome["reason"])
