"""The whole way for a text of any length: one call where it fits, else its windows side by side, merged."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel

from summarizer.engine.merging import merge
from summarizer.engine.overview import with_overview
from summarizer.engine.reading import Lost, Reading, gaps
from summarizer.engine.whole import Question, ask, texts_to_count, whole_windows
from summarizer.engine.windows import LEAST_WINDOW, Window, cut_smaller
from summarizer.errors import AnswerError, CutOffError, RefusedError, SummarizerError, TooLongError, UsageError
from summarizer.models import LanguageModel, Reply
from summarizer.models.language_model import Limits
from summarizer.models.weights import Progress
from summarizer.schemas import Briefing, TokenUsage

__all__ = ["read_in_windows"]

AnswerT = TypeVar("AnswerT", bound=BaseModel)

_MOST_CUTS = 3
"""How often a window is cut because its answer was cut off: such an answer is paid for, a refused prompt is not."""


@dataclass(frozen=True)
class _Part(Generic[AnswerT]):
    """A window, and the answer to it or what went wrong."""

    window: Window
    outcome: Reply[AnswerT] | SummarizerError


async def read_in_windows(
    question: Question[AnswerT],
    model: LanguageModel,
    limits: Limits,
    at_once: int,
    progress: Progress,
    so_far: Callable[[AnswerT], None] | None = None,
) -> Reading[AnswerT]:
    """Ask for an answer to a document.

    Args:
        question: What is asked.
        model: Who is asked.
        limits: Repeats of each call, and the deadline of the whole.
        at_once: Windows that are read side by side.
        progress: Told after each window.
        so_far: Called with what is complete: of the answer while it is written where it is one, else after each window.

    Raises:
        RefusedError: As soon as the model takes no call at all.
        SummarizerError: What the first window failed with, where all of them did.
    """
    tokens = [await model.count_tokens(text) for text in texts_to_count(question)]
    windows = whole_windows(question, tokens, model.context_tokens, embedded=model.embedded)
    reader = _WindowReader(question, model, limits, at_once, progress, so_far)
    parts = await reader.read(windows)
    read = [(part.window, part.outcome) for part in parts if isinstance(part.outcome, Reply)]
    lost = [Lost(part.window.sentences, part.outcome) for part in parts if isinstance(part.outcome, SummarizerError)]
    if not read:
        raise lost[0].error
    replies: list[Reply[Any]] = [reply for _, reply in read]
    content = replies[0].content if len(replies) == 1 else merge([reply.content for reply in replies])
    if len(replies) > 1 and isinstance(content, Briefing):
        progress("Writing the summary", 0, 0)
        content, overview = await with_overview(question.document, content, question.parameters, model, limits)
        replies += [overview] if overview else []
    usage = sum((reply.usage for reply in replies), TokenUsage(complete=not (lost or reader.answers_lost)))
    return Reading(
        content=cast("AnswerT", content),
        usage=usage,
        served_as=next((reply.served_as for reply in reversed(replies) if reply.served_as), None),
        not_covered=gaps(lost, (sentence for window, _ in read for sentence in window.sentences)),
    )


class _WindowReader(Generic[AnswerT]):
    """Reads windows side by side; cuts those smaller that are too long, and tries those again, alone, that failed."""

    def __init__(
        self,
        question: Question[AnswerT],
        model: LanguageModel,
        limits: Limits,
        at_once: int,
        progress: Progress,
        so_far: Callable[[AnswerT], None] | None,
    ) -> None:
        self._question = question
        self._model = model
        self._limits = limits
        self._places = asyncio.Semaphore(at_once)
        self._progress = progress
        self._so_far = so_far
        self._answered: dict[int, AnswerT] = {}
        """By the first character of their windows."""

        self._done = self._total = 0
        self._fatal: SummarizerError | None = None
        self._refusal: tuple[float, TooLongError | None] = (math.inf, None)
        """Tokens of the shortest window that was too long, and what was said of it."""

        self.answers_lost = False
        """Whether a model wrote answers whose tokens nobody told us."""

    async def read(self, windows: Sequence[Window]) -> list[_Part[AnswerT]]:
        """Read all windows; gives a part for each, in order, or for each that it was cut into."""
        self._total = len(windows)
        if len(windows) == 1:
            self._progress("Waiting for the answer", 0, 0)
            parts = await self._window(windows[0], self._question.messages())
        else:
            parts = await self._side_by_side(windows)
        return await self._again(parts) if len(parts) > 1 else parts

    async def _side_by_side(self, windows: Sequence[Window]) -> list[_Part[AnswerT]]:
        self._progress("Reading windows", 0, self._total)
        tasks: list[asyncio.Task[list[_Part[AnswerT]]]] = []
        try:
            async with asyncio.TaskGroup() as group:
                tasks += [group.create_task(self._window(window)) for window in windows]
        except BaseExceptionGroup as errors:  # what ends the document, as it was raised
            raise errors.exceptions[0] from errors.exceptions[0].__cause__
        return [part for task in tasks for part in task.result()]

    async def _window(self, window: Window, messages: list[Any] | None = None, cuts: int = 0) -> list[_Part[AnswerT]]:
        """Read a window, in smaller ones where it is too long. What else goes wrong is its outcome."""
        try:
            reply = await self._ask(window, messages)
        except (TooLongError, CutOffError) as error:
            paid = isinstance(error, CutOffError)
            self.answers_lost |= paid
            smaller = cut_smaller(self._question.document, window) if window.tokens >= LEAST_WINDOW else []
            if len(smaller) < 2 or (paid and cuts >= _MOST_CUTS):  # noqa: PLR2004 - no window can be cut in one
                return [_Part(window, error)]
            self._total += len(smaller) - 1
            parts = [await self._window(one, cuts=cuts + paid) for one in smaller]
            return [part for found in parts for part in found]
        except (RefusedError, UsageError):
            raise
        except SummarizerError as error:
            return [_Part(window, error)]
        self._done += 1
        self._progress("Reading windows", self._done, self._total)
        self._tell(window, reply)
        return [_Part(window, reply)]

    def _tell(self, window: Window, reply: Reply[AnswerT]) -> None:
        """Tell what is known by now of a text of several windows."""
        if self._so_far is None or self._total == 1:
            return
        self._answered[window.start] = reply.content
        try:
            merged = merge([self._answered[start] for start in sorted(self._answered)])
        except AnswerError:  # beyond a bound of the schema; how that ends is told when all is read
            return
        self._so_far(merged)

    async def _ask(self, window: Window, messages: list[Any] | None) -> Reply[AnswerT]:
        async with self._places:
            if self._fatal:
                raise self._fatal
            longest, refusal = self._refusal
            if refusal and window.tokens >= longest:
                raise refusal
            shown = None if messages else window.numbers
            asked = messages or self._question.messages(window.sentences)
            try:
                so_far = self._so_far if self._total == 1 else None
                return await ask(self._question, asked, self._model, self._limits, shown, so_far)
            except (RefusedError, UsageError) as error:
                self._fatal = error
                raise
            except TooLongError as error:
                self._refusal = min(self._refusal, (window.tokens, error), key=lambda refusal: refusal[0])
                raise

    async def _again(self, parts: list[_Part[AnswerT]]) -> list[_Part[AnswerT]]:
        """Try each window that failed once more, alone, unless nothing is answered at all or the deadline is past."""
        result: list[_Part[AnswerT]] = []
        answered = any(isinstance(part.outcome, Reply) for part in parts)
        given_up = False
        for part in parts:
            failed = isinstance(part.outcome, SummarizerError) and not isinstance(part.outcome, TooLongError)
            if not failed or given_up or time.monotonic() >= self._limits.deadline:
                result.append(part)
                continue
            again = await self._window(part.window)
            answered = answered or any(isinstance(one.outcome, Reply) for one in again)
            given_up = not answered
            result += again
        return result
