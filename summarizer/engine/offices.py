"""The office of a person, where the wording of an English text tells it beside the name.

Measured on the articles of training/corpus, against their labels: of the offices found where one is
labelled, 1,769 of 2,114 share half their words with it, and most of the others are a part of it ("president").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from summarizer.documents import Document
from summarizer.engine.actor_forms import ADDRESSES

__all__ = ["body_served", "office_of"]

_RANK = (
    r"(?:administrator|adviser|advisor|agent|aide|ambassador|analyst|archbishop|attorney|barrister|bishop|boss|captain|chair"
    r"|chairman|chairwoman|chairperson|chancellor|chief|co-chair|coach|colonel|commander|commandant|commissioner|convenor"
    r"|coordinator|co-ordinator|councillor|counsel|delegate|deputy|director|economist|editor|engineer|envoy|executive|farmer"
    r"|foreman|founder|general|governor|grower|head|inspector|judge|justice|lawyer|leader|lieutenant|major|manager|mayor"
    r"|mediator|member|minister|monarch|moderator|negotiator|officer|official|organi[sz]er|owner|partner|premier|president"
    r"|principal|producer|professor|prosecutor|prefect|rapporteur|rector|representative|researcher|resident"
    r"|secretary|secretary-general|senator|shareholder|solicitor|speaker|spokesman|spokeswoman|spokesperson|steward|strategist"
    r"|superintendent|treasurer|vice-president|warden)"
)
_CAPITALISED = r"[^\W\d_a-zà-ÿ][\w’'.&-]*"
_BEFORE_A_RANK = rf"(?:(?:{_CAPITALISED}|[a-z-]+(?:['’]s)?|and) )"
_OF = r"(?: (?:of|for|at|to|from|in|with) [^,;:.()“”\"]{2,70}?)"
_ARTICLE = r"(?:[Tt]he |[Aa]n? |[Ii]ts |[Tt]heir |[Hh]is |[Hh]er )"
_STOPS_AN_OFFICE = frozenset(
    """
    a an the and or but if as at by for from in into of on to with he she it they we you i who which that this
    these those his her its their our your my said says say told added asked called urged met and's is are was
    were be been has have had do did does will would may might can could must should not no also when where
    while after before since than then there here so another another both all some any each
    """.split()
)
_TWO = re.compile(
    rf"(?P<first>{_CAPITALISED}(?: {_CAPITALISED})?) and (?P<second>{_CAPITALISED}(?: {_CAPITALISED})?) "
    r"(?P<rank>(?:[Ff]oreign |[Pp]rime |[Dd]efen[cs]e |[Tt]rade )?(?:[Aa]mbassador|[Cc]hancellor|[Ee]nvoy|[Ll]eader"
    r"|[Mm]inister|[Pp]remier|[Pp]resident))s,? "
    rf"(?P<one>{_CAPITALISED}(?: {_CAPITALISED}){{0,2}}) and (?P<other>{_CAPITALISED}(?: {_CAPITALISED}){{0,2}})"
)
"""Two offices before two names, in the same order ("Dornian and Vale Presidents Ann Lund and Bo Berg");
none stands in the corpus."""

_A_FIELD = r"(?P<before>[A-Za-z]+)(?: and [A-Za-z]+)? {0}\b|{0} (?:of|for) (?:the )?(?P<after>[A-Za-z]+)"
_MINISTER = re.compile(_A_FIELD.format("(?:[Mm]inister|[Ss]ecretary)"))
_MINISTRY = re.compile(_A_FIELD.format("(?:[Mm]inistry|[Dd]epartment)"))
_NO_LONGER = re.compile(r"\b(?:ex|former|formerly|retired|until)\b", re.IGNORECASE)
_MOST_WORDS = 6
_NEAR = 140
"""Characters before and behind a name in which its office is looked for."""


def office_of(document: Document, forms: Iterable[str]) -> str | None:
    """The office that a text tells beside a name, in its own words; the fullest where it tells several.

    Args:
        document: In English; in other languages offices stand otherwise, and nothing is found.
        forms: Of the person's name, without office.
    """
    if document.language != "en":
        return None
    near = ((form, text) for form in forms for text in _around(document.text, form))
    found = [office for form, text in near for office in _beside(text, form)]
    return max(found, key=lambda office: min(len(office.split()), _MOST_WORDS), default=None)


def body_served(person: str, actors: Sequence[dict[str, Any]]) -> str | None:
    """The one body or state that the office of a person names ("general secretary of the Rail Crew Union").

    A minister serves the ministry of the same field. Of the 3,142 people of the corpus for whom it tells one, ten
    hold an item in their own name (`python training/measure_wording.py`).

    Args:
        person: The name of an actor.
        actors: As `ActorBook.gather` gives them.
    """
    office = next((one["role"] for one in actors if one["name"] == person and one["kind"] == "person"), None)
    if not office or _NO_LONGER.search(office):
        return None
    forms = [
        (form, one["name"]) for one in actors if one["kind"] != "person" for form in (one["name"], *one["aliases"])
    ]
    bodies = {name for form, name in forms if re.search(rf"(?<!\w){re.escape(form)}(?!\w)", office)}
    if not bodies and (field := _field(_MINISTER, office)):
        bodies = {name for form, name in forms if _field(_MINISTRY, form) == field}
    return bodies.pop() if len(bodies) == 1 else None


def _field(way: re.Pattern[str], text: str) -> str | None:
    """What a minister or a ministry is there for, in small letters ("health")."""
    found = way.search(text)
    return (found["before"] or found["after"]).casefold() if found else None


def _around(text: str, form: str) -> Iterator[str]:
    """What stands near each mention of a name, within its line."""
    for line in text.splitlines():
        for match in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", line):
            yield line[max(0, match.start() - _NEAR) : match.end() + _NEAR]


def _beside(text: str, form: str) -> Iterator[str]:
    name = re.escape(form)
    office = rf"(?P<before>{_BEFORE_A_RANK}{{0,5}}?){_RANK}{_OF}?"
    ways = [
        rf"(?<!\w){name}, {_ARTICLE}?(?P<office>{office})(?=[,;:.]| \(| who\b| and\b| said\b)",
        rf"{_ARTICLE}(?P<office>{office}), {name}(?!\w)",
        rf"(?<!\w)(?P<office>(?:(?:East|North|South|West) )?{_CAPITALISED}['’]s? {office}), {name}(?!\w)",
    ]
    if " " in form:  # before a surname alone the given name would pass for a part of the body
        ways.append(
            rf"(?<!\w)(?i:(?P<office>(?P<before>){_RANK}) of) (?P<body>(?:the )?(?:{_CAPITALISED} )+?){name}(?!\w)"
        )
    for match in chain.from_iterable(re.finditer(way, text) for way in ways):
        if _STOPS_AN_OFFICE.isdisjoint(match["before"].split()):
            body = match.groupdict().get("body")
            yield " ".join(f"{match['office']} of {body}".split() if body else match["office"].split())
    for two in _TWO.finditer(text):
        for nation, person in (("first", "one"), ("second", "other")):
            if two[person] == form:
                yield f"{two[nation]} {two['rank']}"
    for match in re.finditer(rf"(?<!\w){name}(?!\w)", text):
        if told := _right_before(text[max(0, match.start() - 90) : match.start()]):
            yield told


def _right_before(before: str) -> str | None:
    """The office that stands right before a name ("Foreign Minister Ann Lund", "union president Ann Lund")."""
    words = before.split() if before.endswith(" ") else []
    if not words or not re.fullmatch(_RANK, words[-1].strip(".").casefold()):
        return None
    taken: list[str] = []
    is_title = words[-1][:1].isupper()
    for word in reversed(words[-_MOST_WORDS:]):
        plain = word.casefold()
        if plain in _STOPS_AN_OFFICE | ADDRESSES or (re.search(r"[.,;:!?“”\"()]$", word) and not word.isupper()):
            break
        if (
            any(map(str.isdigit, word))
            or not any(map(str.isalpha, word))
            or word.endswith(":")
            or (word.endswith("ed") and plain not in ("retired", "united"))
        ):
            break
        if is_title and word.islower() and plain not in ("of", "for"):
            break
        taken.insert(0, word)
    return " ".join(taken)
