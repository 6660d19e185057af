"""Where the sentences of a text begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["paragraph_spans", "sentence_spans"]

_LINE = re.compile(r"[^\r\n\u2028\u2029]+")
_BLANK_LINE = re.compile(r"\n[ \t\r\f\v]*\n|\u2029")
_CLOSED = re.compile(r"[.!?…:;。！？؟][\"'”’»)\]]*\s*$")
_WRAPPED_LINE = (45, 100)


def sentence_spans(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Split a text into sentences, on line breaks first, then by the language's rules (sentencex).

    A line break within a sentence does not end it: where the next line goes on in lower case ("…,”⏎he said."),
    or where the lines before it are all of one width, as in text wrapped by a mail program.

    Args:
        text: Any text; it is not altered.
        language: ISO 639-1 code; sentencex falls back to related languages, at last to English.

    Returns:
        Start and end of each sentence in characters, end exclusive, blanks trimmed, in order, none empty.
    """
    from sentencex import get_sentence_boundaries  # a compiled module, loaded when needed

    spans: list[tuple[int, int]] = []
    for start, end in paragraph_spans(text):
        part = text[start:end]
        at = 0
        for boundary in get_sentence_boundaries(language, part):
            # The boundaries' texts tile the paragraph, so their lengths give offsets in characters.
            length = len(boundary["text"])
            spans.extend(_trimmed(text, start + at, start + at + length))
            at += length
        if at < len(part):
            spans.extend(_trimmed(text, start + at, end))
    return spans


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def paragraph_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each run of lines that belong together, in characters, end exclusive, in order."""
    block_start = 0
    for block_end in [*(match.start() for match in _BLANK_LINE.finditer(text)), len(text)]:
        lines = [(m.start() + block_start, m.end() + block_start) for m in _LINE.finditer(text[block_start:block_end])]
        lines = [span for span in lines if text[slice(*span)].strip()]
        wrapped = _is_wrapped([text[slice(*span)] for span in lines])
        begun: tuple[int, int] | None = None
        for start, end in lines:
            if begun and (wrapped or _goes_on(text[slice(*begun)], text[start:end])):
                begun = begun[0], end
                continue
            if begun:
                yield begun
            begun = start, end
        if begun:
            yield begun
        block_start = block_end


def _goes_on(line: str, following: str) -> bool:
    first = following.lstrip()[:1]
    return first.islower() and not _CLOSED.search(line.rstrip())


def _is_wrapped(lines: list[str]) -> bool:
    """Whether the lines of a block are one paragraph broken at a fixed width."""
    full = [len(line.rstrip()) for line in lines[:-1]]
    if len(full) < 2:  # noqa: PLR2004 - two full lines are the least that show a width
        return False
    least, most = _WRAPPED_LINE
    open_ends = sum(not _CLOSED.search(line.rstrip()) for line in lines[:-1])
    return min(full) >= least and max(full) <= most and max(full) - min(full) <= 15 and open_ends * 2 > len(full)  # noqa: PLR2004
