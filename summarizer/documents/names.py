"""Finding a name in a text: the form that the text itself uses."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

__all__ = ["NameIndex", "fold"]

_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "‐": "-", "‑": "-", "–": "-"})

_WRITTEN_WITHOUT_BLANKS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff]")

_CAPITALISED_RUN = re.compile(r"[^\W\d_a-zà-ÿ][\w’'-]+(?:[ \n](?:of |the )?[^\W\d_a-zà-ÿ][\w’'-]+){0,4}")


def fold(name: str) -> str:
    """A form to compare names by: case, blanks and the kind of quotes and hyphens make no difference."""
    return " ".join(name.translate(_QUOTES).split()).casefold()


class NameIndex:
    """Looks up name forms in one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._plain = text.translate(_QUOTES)  # one character for one: offsets hold

    def find(self, name: str) -> str | None:
        """The name as the text has it, or None where the text lacks it.

        Whole words only; case, blanks and the kind of quotes and hyphens may differ. The text's spelling of the
        same case is preferred over another.
        """
        span = self.span(name)
        return " ".join(self._text[slice(*span)].split()) if span else None

    def candidates(self, most: int = 64) -> list[str]:
        """Runs of capitalised words that may be names, the most frequent first, at most `most`."""
        found = Counter(" ".join(match[0].split()) for match in _CAPITALISED_RUN.finditer(self._text))
        return [name for name, _ in found.most_common(most)]

    def span(self, name: str) -> tuple[int, int] | None:
        """Start and end of the name's first occurrence, in characters, end exclusive."""
        forms = dict.fromkeys([name, unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)])
        for flags in (0, re.IGNORECASE):
            for form in forms:
                words = form.translate(_QUOTES).split()
                match = _pattern(tuple(words), flags).search(self._plain) if words else None
                if match:
                    return match.span()
        return None


@lru_cache(maxsize=4096)
def _pattern(words: tuple[str, ...], flags: int) -> re.Pattern[str]:
    body = r"\s+".join(map(re.escape, words))
    if _WRITTEN_WITHOUT_BLANKS.search(words[0]):
        return re.compile(body, flags)
    return re.compile(rf"(?<!\w){body}(?!\w)", flags)
