"""What can be told of an answer while it is being written: what is complete in it, within the schema and grounded.

jiter reads JSON that is not at its end, as in instructor's partial streaming; as there, a value is complete once
another stands behind it. Unlike there, nothing of a value that is not complete is given, and all is validated: half a
demand is no demand.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_origin

from pydantic import BaseModel, ValidationError

__all__ = ["AnswerSoFar", "Unhurried", "complete_parts", "grounded_part", "items_of"]

AnswerT = TypeVar("AnswerT", bound=BaseModel)

_LEAST_PAUSE = 0.05
_SHARE = 0.1
_NEXT_VALUES = ("", ",[]", ',"":[]')
"""Put behind a text, they tell whether its last value is complete: only then may another follow it."""


class Unhurried:
    """Does something at most every 50 ms, and in at most a tenth of the time: what grows is read again each time.

    What comes too soon is done a moment later on the running event loop, if nothing newer comes in between.
    """

    def __init__(self) -> None:
        self._next = 0.0
        self._later: asyncio.TimerHandle | None = None

    def __call__(self, work: Callable[[], None]) -> None:
        """Do it now, or a moment later if something was done a moment ago."""
        self.cancel()
        wait = self._next - time.monotonic()
        if wait > 0:
            self._later = asyncio.get_running_loop().call_later(wait, self._do, work)
        else:
            self._do(work)

    def cancel(self) -> None:
        """Leave what was put off undone."""
        if self._later is not None:
            self._later.cancel()
            self._later = None

    def _do(self, work: Callable[[], None]) -> None:
        started = time.monotonic()
        work()
        ended = time.monotonic()
        self._next = ended + max(_LEAST_PAUSE, (ended - started) / _SHARE)


@dataclass(kw_only=True)
class AnswerSoFar(Generic[AnswerT]):
    """Hears an answer as it is written, and tells what is complete in it."""

    schema: type[AnswerT]
    context: dict[str, Any]
    """What answers are validated against."""

    tell: Callable[[AnswerT], None]
    """Called with each answer so far that has more items than the one before."""

    _unhurried: Unhurried = field(default_factory=Unhurried, init=False, repr=False)
    _told: int = field(default=-1, init=False, repr=False)

    def __call__(self, pieces: list[str], *, last: bool = False) -> None:
        """Take in what is written by now.

        Args:
            pieces: All of the text, in pieces.
            last: Whether no more will come, so that it is read at once.
        """
        if last:
            self._unhurried.cancel()
            self._read("".join(pieces))
        else:
            self._unhurried(lambda: self._read("".join(pieces)))

    def _read(self, text: str) -> None:
        parts = complete_parts(text)
        found = grounded_part(self.schema, parts, self.context) if parts else None
        if found is not None and items_of(found) > self._told:  # an answer that is asked again begins anew
            self._told = items_of(found)
            self.tell(found)


def complete_parts(text: str) -> dict[str, Any]:
    """The fields of a JSON object that are complete, and of the one that is not, if a list, its complete items.

    Args:
        text: How the answer begins; a thought or a code fence may stand before it.
    """
    from jiter import from_json  # instructor's, loaded when a model is asked

    written = text.rpartition("</think>")[2]
    if written.lstrip().startswith("<think>") or "{" not in written:
        return {}
    data = written[written.index("{") :].rstrip("` \r\n").encode()
    try:
        whole = from_json(data)
    except ValueError:
        pass
    else:
        return whole if isinstance(whole, dict) else {}
    for ending in reversed(_NEXT_VALUES) if data.endswith((b"}", b"]", b'"')) else ("",):  # a number may go on
        try:
            begun = from_json(data + ending.encode(), partial_mode="trailing-strings")
        except ValueError:
            continue
        return _without_the_last(begun)
    return {}


def _without_the_last(begun: dict[str, Any]) -> dict[str, Any]:
    """An object without its last field; if that is a list, without the last item of it."""
    *complete, last = begun or {"": None}
    parts = {name: begun[name] for name in complete}
    if isinstance(begun.get(last), list) and begun[last]:
        parts[last] = begun[last][:-1]
    return parts


def grounded_part(schema: type[AnswerT], parts: Mapping[str, Any], context: dict[str, Any]) -> AnswerT | None:
    """An answer within the schema, of what is complete: lists that are not begun are empty, wrong items left out.

    Args:
        schema: What the answer must keep to.
        parts: Its complete fields.
        context: What it is validated against.

    Returns:
        The answer; None where what is complete does not make one yet.
    """
    given = {name: list(part) if isinstance(part, list) else part for name, part in parts.items()}
    for name, about in schema.model_fields.items():
        empty = get_origin(about.annotation) or about.annotation
        key = about.alias or name
        if about.is_required() and key not in given and isinstance(empty, type) and issubclass(empty, list | dict):
            given[key] = empty()
    try:
        return schema.model_validate(given, context=context)
    except ValidationError as error:
        wrong = {(place[0], place[1]) for one in error.errors() if len(place := one["loc"]) > 1}
    for name, part in given.items():
        if isinstance(part, list):
            given[name] = [item for number, item in enumerate(part) if (name, number) not in wrong]
    try:
        return schema.model_validate(given, context=context)
    except ValidationError:
        return None


def items_of(answer: BaseModel) -> int:
    """How many items the lists of an answer have, as a measure of how much of it is there."""
    return sum(len(value) for name in type(answer).model_fields if isinstance(value := getattr(answer, name), list))
