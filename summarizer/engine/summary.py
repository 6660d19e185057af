"""Headline and summary from the sentences and items of a document: nothing is written that they do not say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from summarizer.documents import Document
from summarizer.engine.noted_items import LEAST_PARTIES, NotedItem
from summarizer.engine.turns import without_dateline

__all__ = ["headline_of", "summary_of"]

_SUMMARY_STATEMENTS = 4
_LONGEST_HEADLINE = 110
_LEAST_HEADING_WORDS = 5

_LEANS = re.compile(r"(?:(?:And|But|So|Then|Yet) )?(?:He|Her|His|It|Its|She|Such|That|Their|These|They|This|Those)\b")
"""How an English sentence begins that needs the one before it."""

_RANK = {"agreed_step": 0, "demand": 1, "open_question": 2}


def _most_telling(items: Sequence[NotedItem]) -> list[NotedItem]:
    """One item of each section first, agreed steps before demands before questions; one for each sentence."""
    ranked = sorted(items, key=lambda item: (_RANK[item.kind], -len(item.sentences)))
    firsts = [next((item for item in ranked if item.kind == kind), None) for kind in _RANK]
    order = [item for item in firsts if item] + ranked
    firsts_of_sentences: dict[int, NotedItem] = {}
    for item in order:
        firsts_of_sentences.setdefault(item.sentences[0], item)
    return list(firsts_of_sentences.values())


def headline_of(document: Document, items: Sequence[NotedItem], actors: Sequence[dict[str, Any]]) -> str:
    """The title, else the first heading that names an actor, else the most telling sentence, shortened."""
    if document.title:
        return document.title
    forms = [form for actor in actors for form in (actor["name"], *actor["aliases"])]
    for sentence in document.sentences:
        long_enough = sentence.is_heading and len(sentence.text.split()) >= _LEAST_HEADING_WORDS
        if long_enough and any(form in sentence.text for form in forms):
            return " ".join(sentence.text.split())
    telling = next((item.sentences[0] for item in _most_telling(items)), _lead(document))
    return _shortened(document.sentences[telling - 1].text)


def summary_of(
    document: Document, items: Sequence[NotedItem], actors: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The lead, where it tells of two actors, and the most telling items, in the order of the text.

    An item stands in the words of its sentence, unless that needs the one before it ("They want it back.").
    """
    forms = {form: actor["name"] for actor in actors for form in (actor["name"], *actor["aliases"])}

    def named(number: int) -> set[str]:
        text = document.sentences[number - 1].text
        return set() if _LEANS.match(text) else {name for form, name in forms.items() if form in text}

    lead = _lead(document)
    chosen: dict[int, dict[str, Any]] = {}
    if len(named(lead)) >= LEAST_PARTIES:
        chosen[lead] = _statement(document, lead)
    for item in _most_telling(items):
        number = next((one for one in item.sentences if not document.sentences[one - 1].is_heading), None)
        if number is None:  # the headline says it
            continue
        told = None if named(number) or document.language != "en" else _in_words(item)
        worded = {"text": told, "evidence": item.sentences} if told else _statement(document, number)
        if len(chosen) < _SUMMARY_STATEMENTS:
            chosen.setdefault(number, worded)
    return [chosen[number] for number in sorted(chosen)] or [_statement(document, lead)]


def _in_words(item: NotedItem) -> str | None:
    """An item as an English sentence with its names; None where nobody is named."""
    holders, text = " and ".join(item.holders), item.text.rstrip("?. ")
    if item.kind == "open_question":
        return f"Still open: {text}?"
    if not holders:
        return None
    if item.kind == "agreed_step":
        return f"{holders} agreed to {text}."
    verb = "wants" if len(item.holders) == 1 else "want"
    return (
        f"{holders} {verb} {' and '.join(item.addressees)} to {text}."
        if item.addressees
        else f"{holders} {verb}: {text}."
    )


def _lead(document: Document) -> int:
    return next((sentence.number for sentence in document.sentences if not sentence.is_heading), 1)


def _shortened(sentence: str) -> str:
    text = " ".join(sentence.split())
    if len(text) <= _LONGEST_HEADLINE:
        return text.rstrip(".")
    return text[: text.rfind(" ", 0, _LONGEST_HEADLINE)].rstrip(",;:–— ") + " …"


def _statement(document: Document, number: int) -> dict[str, Any]:
    return {"text": " ".join(without_dateline(document.sentences[number - 1].text).split()), "evidence": [number]}
