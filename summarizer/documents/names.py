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

_HANGUL = re.compile("[\u1100-\u11ff\uac00-\ud7a3]")
_BEGINS_A_SYLLABLE = re.compile("[\u1100-\u115f\uac00-\ud7a3]")
_WRITTEN_BEFORE_A_NAME = re.compile(
    "(?<!\\w)(?:[\u0648\u0641]?[\u0628\u0643\u0644]?|\u05d5?\u05e9?[\u05d1\u05d4\u05db\u05dc\u05de]?)$"
)
"""Words of one letter ("and", "to", "the" …) that Arabic and Hebrew write in front of a name, without a blank."""

_TAKES_WORDS_ON = re.compile("[\u05d0-\u05ea\u0620-\u064a\u1100-\u11ff\uac00-\ud7a3]")
_MOST_BEFORE_A_NAME = 3

_CAPITALISED_RUN = re.compile(r"[^\W\d_a-zà-ÿ][\w’'-]+(?:[ \n](?:of |the )?[^\W\d_a-zà-ÿ][\w’'-]+){0,4}")
_WORD = re.compile(r"\w+")
_NO_BLANK = re.compile(r"\S+")

_SEARCHES = 64
"""Searches through a whole text before its words are indexed: a few are quicker than the index, many are not."""


def fold(name: str) -> str:
    """A form to compare names by: case, blanks, composition and the kind of quotes and hyphens make no difference."""
    return unicodedata.normalize("NFC", " ".join(_plain(name).split()).casefold())


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

        Whole words only; case, blanks, composition and the kind of quotes and hyphens may differ. The text's spelling
        of the same case is preferred over another.
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
        """Where a form first stands in the plain or the folded text, with no word going on before or after it.

        Where it stands nowhere else, words that a language writes onto a name count as no part of it: particles behind
        a Korean one, "and" or "to" before an Arabic or Hebrew one.
        """
        if _WRITTEN_WITHOUT_BLANKS.search(form.partition(" ")[0]):
            return next((start for start in _occurrences(text, form) if not _is_cut(text, start + len(form))), None)
        attached = None
        for start in self._occurrences(text, form):
            end = start + len(form)
            if not (_is_of_a_word(text[start - 1 : start]) or _is_of_a_word(text[end : end + 1])):
                return start
            if attached is None and _is_attached(text, start, end):
                attached = start
        return attached

    def _occurrences(self, text: str, form: str) -> Iterator[int]:
        if _TAKES_WORDS_ON.match(form):  # it may stand within a word of the index
            return _occurrences(text, form)
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
    return character.isalnum() or character == "_" or _is_mark(character)


def _is_mark(character: str) -> bool:
    """Whether it belongs to the letter before it: an accent of its own, a vowel sign, a point."""
    return not character.isascii() and unicodedata.category(character)[0] == "M"


def _is_cut(text: str, end: int) -> bool:
    """Whether what ends here is only a part of its last character."""
    return end < len(text) and _is_mark(text[end])


def _is_attached(text: str, start: int, end: int) -> bool:
    """Whether the only letters around a form are words of their own that a language writes onto a name."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if _HANGUL.match(text[end - 1]):
        return not _is_of_a_word(before) and bool(_BEGINS_A_SYLLABLE.match(after))
    if _is_of_a_word(after) or not _TAKES_WORDS_ON.match(text[start]):
        return False
    return _WRITTEN_BEFORE_A_NAME.search(text[max(0, start - _MOST_BEFORE_A_NAME - 1) : start]) is not None


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
