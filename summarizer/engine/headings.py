"""Headings in the case of a sentence.

A small model takes every capitalised word of "Union Makes New Push in Talks With Port" for a name, and reads capitals
letter by letter. The text below a heading tells which of its words are names.
"""

from __future__ import annotations

import re
from collections import Counter

from summarizer.documents import Document

__all__ = ["HeadingCase"]

_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_BEGINS_A_SENTENCE = re.compile(r"(?:(?:^|[.!?:“”\"(\[–—•-])\s*|\s['‘])$")
_LEAST_WORDS = 5
_CAPITALISED = 0.75
"""Share of the words of four letters and more with a capital from which a heading says nothing by them."""

_LONG = 4


class HeadingCase:
    """Tells the case of words by how the running text of a document writes them.

    Args:
        document: Whose headings they are.
    """

    def __init__(self, document: Document) -> None:
        self._written: dict[str, Counter[str]] = {}
        for sentence in document.sentences:
            if sentence.is_heading:
                continue
            for match in _WORD.finditer(sentence.text):
                if not _BEGINS_A_SENTENCE.search(sentence.text[: match.start()]):
                    self._written.setdefault(match[0].casefold(), Counter())[match[0]] += 1

    def __call__(self, heading: str) -> str:
        """The heading as a sentence would have it; unaltered where its capitals tell names already."""
        words = _WORD.findall(heading)
        long = [word for word in words if len(word) >= _LONG]
        shouted = heading.isupper()
        if len(words) < _LEAST_WORDS or sum(word[:1].isupper() for word in long) < _CAPITALISED * len(long):
            return heading
        if not self._written:
            return heading
        told = _WORD.sub(lambda match: self._cased(match[0], shouted=shouted), heading)
        return told[:1].upper() + told[1:]

    def _cased(self, word: str, *, shouted: bool) -> str:
        forms = self._written.get(word.casefold())
        if forms:
            return forms.most_common(1)[0][0]
        stem = re.sub(r"(?i:['’]s?)$", "", word)
        if stem != word and (own := self._written.get(stem.casefold())):
            return own.most_common(1)[0][0] + word[len(stem) :].lower()
        return word if word.isupper() and not shouted and len(word) > 1 else word.lower()
