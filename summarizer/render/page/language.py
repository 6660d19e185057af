"""What a page tells a browser and a screen reader of a text's language and direction."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Literal

from summarizer.documents.languages import detect_language

__all__ = ["Voice", "direction", "language_tag"]

_LOOKED_AT = 4000
"""Characters from the start of a text that its script and direction are judged by."""

_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_WORD = re.compile(r"\w{3,}")
_LIKELY = 0.5
"""Probability from which a short text is taken to be in the article's language."""

_DEFAULT = "en"
"""What a document's language is called where nobody named it."""


def direction(text: str) -> Literal["ltr", "rtl"]:
    """The direction that most letters of a text have (Unicode's bidirectional classes L, R and AL)."""
    classes = Counter(map(unicodedata.bidirectional, text[:_LOOKED_AT]))
    return "rtl" if classes["R"] + classes["AL"] > classes["L"] else "ltr"


def language_tag(text: str, stated: str) -> str:
    """A value for the attribute `lang`: the stated language, or nothing, which stands for an unknown one.

    English is what a language is called that nobody named; it is not believed of a text in another script.
    """
    if not _TAG.fullmatch(stated):
        return ""
    return "" if stated == _DEFAULT and _script(text) not in ("LATIN", None) else stated


class Voice:
    """Tells of texts that a model wrote whether they are in the article's language, in the page's, or another.

    Args:
        article: The article, or what is known of it.
        language: Its language, as `language_tag` gives it.
        asked: The language that the model was asked to write in; None for the article's.
    """

    def __init__(self, article: str, language: str, asked: str | None = None) -> None:
        self._language = language
        self._asked = asked if asked and _TAG.fullmatch(asked) else None
        self._script = _script(article)
        self._words = set(_WORD.findall(article.casefold()))

    def lang(self, text: str) -> str:
        """The value for the attribute `lang`: the article's language where words, script or spelling show it.

        Else it is the language that was asked for, or the page's where none was.
        """
        other = self._asked or _DEFAULT
        if self._language == other:
            return other
        script = _script(text)
        if script not in ("LATIN", None):
            return self._language if script == self._script else self._asked or ""
        words = _WORD.findall(text.casefold())
        shared = sum(word in self._words for word in words)
        if 2 * shared > len(words):
            return self._language
        found = detect_language(text)
        return self._language if found.language == self._language and found.probability > _LIKELY else other


def _script(text: str) -> str | None:
    """The first word of most letters' Unicode names (LATIN, ARABIC, CJK …); None where there is no letter."""
    names = (unicodedata.name(c, "?").partition(" ")[0] for c in text[:_LOOKED_AT] if c.isalpha())
    common = Counter(names).most_common(1)
    return common[0][0] if common else None
