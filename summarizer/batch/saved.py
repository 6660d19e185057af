"""Briefings that were saved, one or many to a file: by `summarize --json`, by a batch, by `log export`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from summarizer.errors import InputError
from summarizer.schemas import Briefing, Envelope

__all__ = ["SavedBriefing", "saved_briefings"]

_STANDARD_INPUT = "-"


@dataclass(frozen=True, kw_only=True)
class SavedBriefing:
    """A briefing and what it is called."""

    id: str
    """Of the document in a batch, of the answer in the store, else the file, with the line where it has several."""

    envelope: Envelope[Briefing] | None
    """Nothing where the answer follows a schema of the user's own."""

    metadata: Mapping[str, Any] = field(default_factory=dict)


def saved_briefings(path: str) -> Iterator[SavedBriefing]:
    """The briefings in a file, in a folder that a batch wrote, or, as JSON lines, on standard input (`-`).

    Raises:
        InputError: If it cannot be read, or something in it is no saved briefing.
    """
    if path == _STANDARD_INPUT:
        yield from _from_lines(sys.stdin.buffer, "standard input")
        return
    try:
        if Path(path).is_dir():
            for file in sorted(Path(path).glob("*.json")):
                yield from saved_briefings(str(file))
            return
        with Path(path).open("rb") as lines:
            first = lines.readline()
            several = _is_whole(first) and bool(lines.readline().strip())
            lines.seek(0)
            yield from _from_lines(lines, path) if several else [_saved(lines.read(), path, path)]
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None


def _from_lines(lines: Iterable[bytes], shown: str) -> Iterator[SavedBriefing]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _saved(line, f"{shown}:{number}", f"line {number} of {shown}")


def _is_whole(line: bytes) -> bool:
    """Whether a line is a value by itself, as in a file of JSON lines; an indented value begins with a brace alone."""
    with suppress(ValueError):
        return isinstance(json.loads(line), dict)
    return False


def _saved(raw: bytes, name: str, shown: str) -> SavedBriefing:
    """One briefing.

    Args:
        raw: As it was saved.
        name: What it is called where it has no id.
        shown: What messages call it.
    """
    try:
        record = json.loads(raw)
        identifier = str(record.pop("id", name))
        metadata = record.pop("metadata", {})
        envelope = record.get("envelope", record)  # a line of `log export` has one inside
        if envelope["answer_schema"]["name"] != Briefing.__name__:
            return SavedBriefing(id=identifier, envelope=None)
        loaded = Envelope[Briefing].model_validate(envelope)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "all of it"
        raise InputError(f"{shown} is no saved briefing ({place}: {first['msg']}).") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            f"{shown} is no saved briefing; name what 'summarize --json', 'batch' or 'log export' wrote."
        ) from None
    return SavedBriefing(id=identifier, envelope=loaded, metadata=metadata)
