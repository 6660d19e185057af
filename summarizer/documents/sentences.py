"""Where the sentences of a text begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise

__all__ = ["AFTER_A_STOP", "STOPS", "is_long_without_stops", "paragraph_spans", "sentence_spans"]

STOPS = ".!?…。！？؟۔।॥።։။។៕།"
"""Characters that end sentences, of all scripts, as they stand between the brackets of a regular expression."""

AFTER_A_STOP = r"[\"'”’“‘»›)\]」』）》]*"
"""Regular expression of what may close behind a stop: quotes and brackets."""

_LINE = re.compile(r"[^\r\n\u2028\u2029]+")
_BLANK_LINE = re.compile(r"\n[ \t\r\f\v]*\n|\u2029")
_CLOSED = re.compile(rf"[{STOPS}:;：；؛]{AFTER_A_STOP}\s*$")
_WRAPPED_LINE = (45, 100)

_BEGINS_WITH_A_PARTICLE = re.compile("[\u3041-\u3096]")
_LETTER_WITH_A_STOP = re.compile(r"(?<![^\W\d_])[^\W\d_]\.$")
_MARKS_AN_ENTRY = re.compile(r"\s*\(?(?:\d{1,2}|[A-Za-z]|[ivx]{2,4})[.)]\s*")
_HOUR = re.compile(r"(?<!\w)[ap]\.m\.\s*$")
_AFTER_AN_HOUR = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|[A-Z]{2,4}\b")
_ABBREVIATION = re.compile(
    r"(?<![^\W\d_])(?:[^\W\d_]|approx|avg|ca|cf|dept|est|etc|excl|govt|incl|max|min|pct|resp|vs)\.\s*$"
)
_GOES_ON = re.compile(r"[a-zß-öø-ÿ]")
_ENDS_A_QUOTE = re.compile(r"[。！？.!?][」』”’）)]$")
_STOPS_OF_OTHERS = re.compile("[\u17d4\u17d5\u0f0d\u0f0e][\\s\u17d4\u17d5\u0f0d\u0f0e]*")
"""Where sentences end in Khmer and Tibetan, whose stops sentencex does not know."""

_WITHOUT_STOPS = re.compile("(?<=[\u0e00-\u0eff]) +(?=[\u0e40-\u0e44\u0ec0-\u0ec4\u0e01-\u0e2e\u0e81-\u0eae])")
"""A blank between letters of Thai or Lao, which end sentences, and clauses, with nothing else."""

_LETTER_WITHOUT_STOPS = re.compile("[\u0e01-\u0eff]")
_LEAST_WITHOUT_STOPS = 60
"""Characters between such blanks that are taken for a sentence: two clauses or so, enough to check a point against."""


def sentence_spans(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Split a text into sentences, on line breaks first, then by the language's rules (sentencex).

    A line break within a sentence does not end it: where the next line goes on in lower case ("…,”⏎he said."),
    or where the lines before it are all of one width, as in text wrapped by a mail program.

    Args:
        text: Any text; it is not altered.
        language: ISO 639-1 code; sentencex falls back to related languages, at last to English.
            Stops of other scripts count in any language.

    Returns:
        Start and end of each sentence in characters, end exclusive, blanks trimmed, in order, none empty.
    """
    from sentencex import get_sentence_boundaries  # a compiled module, loaded when needed

    spans: list[tuple[int, int]] = []
    for start, end in paragraph_spans(text):
        part = text[start:end]
        # The boundaries' texts tile the paragraph, so their lengths give offsets in characters.
        lengths = (len(boundary["text"]) for boundary in get_sentence_boundaries(language, part))
        borders = [0, *accumulate(lengths), len(part)]
        for first, last in pairwise(_by_script(part, borders)):
            spans.extend(_trimmed(text, start + first, start + last))
    return spans


def _by_script(text: str, borders: Iterable[int]) -> list[int]:
    """Borders of the sentences of a paragraph, with what sentencex does not know of some scripts."""
    kept = {border for border in borders if not _is_within_a_sentence(text, border)}
    kept.update(match.end() for match in _STOPS_OF_OTHERS.finditer(text))
    cut: list[int] = []
    for first, last in pairwise(sorted(kept)):
        cut.append(first)
        for match in _WITHOUT_STOPS.finditer(text, first, last):
            if min(match.start() - cut[-1], last - match.end()) >= _LEAST_WITHOUT_STOPS:
                cut.append(match.end())
    return [*cut, len(text)]


def is_long_without_stops(text: str) -> bool:
    """Whether a text is as long as a sentence and in a script that closes sentences with nothing (Thai, Lao)."""
    return len(text) >= _LEAST_WITHOUT_STOPS and _LETTER_WITHOUT_STOPS.search(text) is not None


def _is_within_a_sentence(text: str, border: int) -> bool:
    """Whether a sentence goes on at a border of sentencex: within "EU-U.S.", behind "5 pct." or a list's "1.".

    Japanese goes on after a quotation where a particle stands right behind its closing mark (「…。」と言う).
    """
    if border < len(text) and _MARKS_AN_ENTRY.fullmatch(text, 0, border):
        return True
    before, following = text[max(0, border - 8) : border], text[border : border + 12]
    if _LETTER_WITH_A_STOP.search(before) and following[:1].isalpha():
        return True
    if _ABBREVIATION.search(before) and _GOES_ON.match(following):
        return True
    if _HOUR.search(before) and _AFTER_AN_HOUR.match(following):
        return True
    after = _BEGINS_WITH_A_PARTICLE.match(text, border)
    return after is not None and _ENDS_A_QUOTE.search(text[max(0, border - 2) : border]) is not None


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
