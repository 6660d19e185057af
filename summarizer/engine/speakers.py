"""Who is quoted by name in an English text: they take part in the affair, whatever a model makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from summarizer.documents import Document
from summarizer.documents.names import fold
from summarizer.engine.actor_forms import is_same_surname, leading_titles
from summarizer.engine.forms_in_text import CAPITALISED, OPENERS

__all__ = ["quoted_by_name"]

_NAME = rf"(?P<name>{CAPITALISED}(?: {CAPITALISED}){{1,3}})"
_SAYS = (
    r"(?:acknowledged|adds|added|announced|argued|claimed|confirmed|declared|explained|insisted|noted|recalled|replied"
    r"|reported|revealed|said|says|stated|stressed|told|warned|wrote)"
)
_NO_PLACE = "".join(
    rf"(?<!\b{word} )"
    for word in ("aboard", "at", "by", "for", "from", "in", "near", "of", "on", "to", "with", "called")
)
_WAYS = (
    re.compile(rf"(?<![\w.’'-]){_NO_PLACE}{_NAME},? {_SAYS}\b"),
    re.compile(rf"\b(?:added|argued|explained|noted|replied|said|says) {_NAME}(?=[,.;]| (?:of|for|from)\b)"),
)
_SURNAME = re.compile(rf"(?<![\w.’'-])(?P<before>{CAPITALISED} )?(?P<name>{CAPITALISED}) {_SAYS}\b")


def quoted_by_name(document: Document) -> list[tuple[str, int]]:
    """Names of two words and more that sentences say to speak, each with the number of the sentence.

    Their surnames alone follow, in the spelling of the sentences that quote them so. Of the 3,183 names that this finds
    in the articles of training/corpus, 3,154 belong to a labelled actor (`python training/measure_wording.py`).
    """
    if document.language != "en":
        return []
    full = dict.fromkeys(_full_names(document))
    surnames = {name.rsplit(maxsplit=1)[-1] for name, _ in full}
    alone = (
        (match["name"], sentence.number)
        for sentence in document.sentences
        for match in _SURNAME.finditer(sentence.text)
        if not match["before"] and any(is_same_surname(match["name"], surname) for surname in surnames)
    )
    return [*full, *alone]


def _full_names(document: Document) -> Iterator[tuple[str, int]]:
    for sentence in document.sentences:
        for match in (match for way in _WAYS for match in way.finditer(sentence.text)):
            words = match["name"].split()
            while words and fold(words[0].strip(".")) in OPENERS:
                words.pop(0)
            words = words[len(leading_titles(words)) :]
            if len(words) > 1:
                yield " ".join(words), sentence.number
