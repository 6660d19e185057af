"""Dates and times as a sentence gives them."""

from __future__ import annotations

import re

from summarizer.documents.languages import dateparser_language

__all__ = ["find_date"]

_TELLS_A_TIME = re.compile(
    r"\d|\b(mon|tues|wednes|thurs|fri|satur|sun)day|\b(january|february|march|april|june|july|august|september|october"
    r"|november|december)\b|\bMay\b|\b(today|tomorrow|tonight|yesterday|midnight|noon)\b"
    r"|\b(next|this|last|coming|following) (week|month|year|spring|summer|autumn|winter|weekend)\b",
    re.IGNORECASE,
)
_LOOSE_ENDS = re.compile(
    r"^(?:on|at|in|by|from|since|until|of|the|and|to|for|a|an|,|\s)+\b|(?:\b(?:on|at|in|by|of|the|and|to|a|an)|[,;.\s])+$",
    re.IGNORECASE,
)
_A_SUM = re.compile(r"^[\d.,]+\s*(%|percent|per cent|million|billion|tonnes|people)?$", re.IGNORECASE)


def find_date(sentence: str, language: str = "en") -> str | None:
    """The first date or time that a sentence names, letter for letter, or None (dateparser finds them).

    Bare numbers, sums and the verb "may" are none.
    """
    if not _TELLS_A_TIME.search(sentence):
        return None
    from dateparser.search import search_dates  # slow to load, rarely needed

    for found, _ in search_dates(sentence, languages=[dateparser_language(language)]) or []:
        date = _LOOSE_ENDS.sub("", found).strip()
        if date and date in sentence and date != "may" and _TELLS_A_TIME.search(date) and not _A_SUM.match(date):
            return str(date)
    return None
