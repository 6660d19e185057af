"""Finding a name in a text: the form that the text itself uses."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from itertools import chain

__all__ = ["NameIndex", "fold"]

_PLAIN = {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "‐": "-", "‑": "-", "–": "-"}

_WRITTEN_WITHOUT_BLANKS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff]")

_CAPITALISED_RUN = re.compile(r"[^\W\d_a-zà-ÿ][\w’'-]+(?:[ \n](?:of |the )?[^\W\d_a-zà-ÿ][\w’'-]+){0,4}")
_WORD = re.compile(r"\w+")
_NO_BLANK = re.compile(r"\S+")

_SEARCHES = 64
"""Searches through a whole text before its words are indexed: a few are quicker than the index, many are not."""


def fold(name: str) -> str:
    """A form to compare names by: case, blanks and the kind of quotes and hyphens make no difference."""
    return " ".join(_plain(name).split()).casefold()


class NameIndex:
    """Looks up name forms in one text.

    Nothing is prepared before the first name is looked up. A few names are searched for in the whole text; from then
    on its words are indexed, and a name is looked for where its rarest word stands. So many names take time in
    proportion to the text and to their number, not to both multiplied.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._searches_left = _SEARCHES
        self._found: dict[str, tuple[int, int] | None] = {}

    def find(self, name: str) -> str | None:
        """The name as the text has it, or None where the text lacks it.

        Whole words only; case, blanks and the kind of quotes and hyphens may differ. The text's spelling of the
        same case is preferred over another.
        """
        place = self._place(name)
        return self._spaced[slice(*place)] if place else None

    def candidates(self, most: int = 64) -> list[str]:
        """Runs of capitalised words that may be names, the most frequent first, at most `most`."""
        found = Counter(" ".join(match[0].split()) for match in _CAPITALISED_RUN.finditer(self._text))
        return [name for name, _ in found.most_common(most)]

    def span(self, name: str) -> tuple[int, int] | None:
        """Start and end of the name's first occurrence, in characters, end exclusive."""
        place = self._place(name)
        return (self._in_text(place[0]), self._in_text(place[1] - 1) + 1) if place else None

    # What follows counts characters of the text with every run of blanks as one.

    @cached_property
    def _spaced(self) -> str:
        return " ".join(self._text.split())

    @cached_property
    def _plain(self) -> str:
        return _plain(self._spaced)

    @cached_property
    def _folded(self) -> str:
        return _case_folded(self._plain)

    @cached_property
    def _starts(self) -> dict[str, list[int]]:
        """Where each word of the folded text begins."""
        starts: dict[str, list[int]] = {}
        for word in _WORD.finditer(self._folded):
            starts.setdefault(word[0], []).append(word.start())
        return starts

    @cached_property
    def _parts(self) -> tuple[list[int], list[int]]:
        """Where the parts between blanks begin, here and in the text as it was given."""
        here: list[int] = []
        given: list[int] = []
        at = 0
        for part in _NO_BLANK.finditer(self._text):
            here.append(at)
            given.append(part.start())
            at += part.end() - part.start() + 1
        return here, given

    def _in_text(self, at: int) -> int:
        here, given = self._parts
        part = bisect_right(here, at) - 1
        return given[part] + at - here[part]

    def _place(self, name: str) -> tuple[int, int] | None:
        """Start and end of the name's first occurrence, end exclusive."""
        if name not in self._found:
            self._found[name] = self._looked_up(name)
        return self._found[name]

    def _looked_up(self, name: str) -> tuple[int, int] | None:
        spellings = [name]
        if not name.isascii():
            spellings += [unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)]
        forms = [" ".join(_plain(spelling).split()) for spelling in dict.fromkeys(spellings) if spelling.strip()]
        same_case = ((self._plain, form) for form in forms)
        any_case = ((self._folded, _case_folded(form)) for form in forms)
        for text, form in chain(same_case, any_case):
            start = self._first(text, form)
            if start is not None:
                return start, start + len(form)
        return None

    def _first(self, text: str, form: str) -> int | None:
        """Where a form first stands in the plain or the folded text, with no word going on before or after it."""
        if _WRITTEN_WITHOUT_BLANKS.search(form.partition(" ")[0]):
            return next(_occurrences(text, form), None)
        for start in self._occurrences(text, form):
            end = start + len(form)
            if not (_is_of_a_word(text[start - 1 : start]) or _is_of_a_word(text[end : end + 1])):
                return start
        return None

    def _occurrences(self, text: str, form: str) -> Iterator[int]:
        if self._searches_left:
            self._searches_left -= 1
            return _occurrences(text, form)
        words = [(self._starts.get(word[0], []), word.start()) for word in _WORD.finditer(_case_folded(form))]
        if not words:
            return _occurrences(text, form)
        starts, offset = min(words, key=lambda word: len(word[0]))
        return (at - offset for at in starts if at >= offset and text.startswith(form, at - offset))


def _occurrences(text: str, form: str) -> Iterator[int]:
    at = text.find(form)
    while at >= 0:
        yield at
        at = text.find(form, at + 1)


def _is_of_a_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _plain(text: str) -> str:
    """A text with one kind of quotes and hyphens, character for character, so that offsets hold."""
    if not text.isascii():
        for character, plain in _PLAIN.items():
            text = text.replace(character, plain)
    return text


def _case_folded(text: str) -> str:
    """A text in folded case, character for character, so that offsets hold; the Turkish i's count as one."""
    folded = text.casefold()
    if len(folded) != len(text):  # some characters fold to several
        folded = text.translate({ord(character): _folded_character(character) for character in set(text)})
    return folded.replace("ı", "i")


def _folded_character(character: str) -> str:
    if character == "İ":
        return "i"
    return next((form for form in (character.casefold(), character.lower()) if len(form) == 1), character)
