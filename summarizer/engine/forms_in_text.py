"""The forms in which a document has names: found, shortened, told from places and rid of titles."""

from __future__ import annotations

import re

from summarizer.documents import Document
from summarizer.documents.names import fold
from summarizer.engine.actor_forms import RANKS, fighters_of, initials, is_event, leading_titles
from summarizer.engine.states import forms_of_state, state_of_adjective
from summarizer.engine.states_in_text import StatesInText

__all__ = ["CAPITALISED", "NAMES_A_BODY", "OPENERS", "FormsInText"]

OPENERS = frozenset(
    """
    a according after against all also although an and another any are as at because before between both but
    by can could did do does each earlier even every for from had has have he her his how however if in is it
    its later many meanwhile most no nor of on once one only or other our several she since so some that the
    their then there these they this those though to two under unless until was were what when where whether
    which while who why will with without would yet
    """.split()
)
CAPITALISED = r"(?:[A-Z]\.|[^\W\d_a-zà-ÿ][\w’'-]*)"
NAMES_A_BODY = re.compile(
    r"\b(agency|alliance|army|assembly|association|bank|board|coalition|commission|committee|company|congress|council"
    r"|court|federation|forum|front|fund|government|group|guild|league|ministry|movement|office|parliament|partners|party"
    r"|police|senate|society|trust|union)\b",
    re.IGNORECASE,
)
_IS_NO_PLACE = re.compile(
    rf"{NAMES_A_BODY.pattern}|.[ ’'](?:Airways|Airlines?|Authority|Brewery|Bureau|Chamber|Confederation|Conference"
    r"|Consortium|Department|Electronics|Foods|Holdings|Industries|Institute|Logistics|Mining|Motors|Newspapers"
    r"|Organi[sz]ation|Railways?|Resources|Service|Steel|Tribunal|University)$"
    r"|^(?:Authority|Bureau|Chamber|Conference|Consortium|Department|Institute|Registry|Tribunal|University)"
    r" (?:of|for) "
    r"|^(?:\w+ )?(?:Commonwealth|Diocese|Duchy|Emirate|Kingdom|Municipality|Principality|Provinces?|Republic|State"
    r"|Sultanate) of [A-Z]"
    r"|^[A-Z]\w+ (?:Commonwealth|Emirate|Kingdom|Principality|Republic|Sultanate)$",
    re.IGNORECASE,
)
"""What "in" or "at" before it makes no place of: "the strike at Marwick Motors", "in the Republic of Kasoro"."""
_COLLECTIVE = frozenset(
    "both sides|two sides|the two sides|sides|each side|either side|neither side|the sides|both|both parties|parties|"
    "the parties|two parties|the two|they|he|she|it|we|you|i|them|us|who|others|everyone|nobody|all|all sides|each|"
    "one side|the other side|other side|mr|mrs|ms|dr".split("|")
)
_SPEAKERS = frozenset("spokesman spokeswoman spokesperson spokespeople official officials negotiators".split())
_COMMON_FIRST_WORDS = frozenset(
    """
    african arab asian central eastern european federal foreign free general high international joint national network
    new northern public regional royal southern state supreme united western
    """.split()
)
_FIRST_WORDS_OF_PLACES = frozenset(
    """
    castle fort great lake lower mount north old port river saint santa south upper west east city state villa puerto
    """.split()
)
_LOCATIVE = re.compile(
    r"\b(?:in|at|near|outside|around|across|along|towards?|into|off|beyond|via)\s(?:the\s)?$", re.IGNORECASE
)
_AFTER_A_DATELINE = re.compile(r",?\s*(?:\(|[A-Z][a-z]{2,8}\.? \d|\d{1,2} [A-Z]|[-–—])")
_ABBREVIATION = re.compile(r"(?:^|\s)(?:[A-Z]\.)+[A-Z]$")
_COUNTED = re.compile(r" of (?:[a-z-]+ )*\d.*")
_LONGEST_FORM = 8
_SHORT_WORD = 3
_DAYS = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"


class FormsInText:
    """Finds forms of names in one document.

    Args:
        document: Whose names they are.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._states = StatesInText(document)

    def find(self, written: str) -> str | None:
        """The text's own form of a name, or of the longest part of it that the text has."""
        bare = re.sub(r"(?:['’]s|['’])$", "", written.strip(" .,“”\"'"))
        bare = f"{bare}." if _ABBREVIATION.search(bare) and f"{bare}." in self._document.text else bare  # "U.S."
        words = bare.split()
        if words and fold(words[0]) == "the" and len(words) > 1:
            words = words[1:]
        if not words or len(words) > _LONGEST_FORM or fold(" ".join(words)) in _COLLECTIVE:
            return None
        if len(words) > 1 and fold(words[-1]) in _SPEAKERS:  # who speaks for a body, unnamed: the body
            words = [*words[:-2], re.sub(r"['’]s?$", "", words[-2])]
        written = _COUNTED.sub("", " ".join(words))
        if is_event(written):
            return None
        found = self._document.names.find(written) or self._part(words)
        if found is not None:
            found = self._states.of_adjective(found) or self._states.in_full(found)
        if found is None or fold(found) in _COLLECTIVE or self._states.is_adjective(found) or self.is_place(found):
            return None
        return found

    def _part(self, words: list[str]) -> str | None:
        plain = [re.sub(r"['’]s$", "", word) for word in words]
        for length in range(len(plain), 0, -1):
            for start in range(len(plain) - length + 1):
                part = " ".join(plain[start : start + length])
                if part[:1].isupper() and (found := self._document.names.find(part)) and found[:1].isupper():
                    return found
        return None

    def is_place(self, form: str) -> bool:
        """Whether the text has it only as a place: after "in", "at" and the like, or in a dateline."""
        if not form[:1].isupper() or _IS_NO_PLACE.search(form):
            return False
        return self._only_as_place(form) and not any(
            self._document.text.count(first) > self._document.text.count(form)
            and not self._only_as_place(first, alone=True)
            for first in _first_names(form)
        )

    def _only_as_place(self, form: str, *, alone: bool = False) -> bool:
        """Whether each mention stands as a place; with `alone`, of those that are no part of a longer name."""
        ahead = r"(?!\w)(?! [A-Z])" if alone else r"(?!\w)"
        places = list(re.finditer(rf"(?<!\w){re.escape(form)}{ahead}", self._document.text))
        return (alone or bool(places)) and all(self._stands_as_place(match) for match in places)

    def _stands_as_place(self, match: re.Match[str]) -> bool:
        text = self._document.text
        before, after = text[max(0, match.start() - 24) : match.start()], text[match.end() : match.end() + 16]
        dateline = match[0].isupper() and not before.rpartition("\n")[2].strip() and _AFTER_A_DATELINE.match(after)
        return bool(dateline or _LOCATIVE.search(before))

    def stands_alone(self, form: str, full: str) -> bool:
        """Whether the text has the form, letter for letter, elsewhere than as a part of a longer name."""
        before = full.partition(form)[0] if form in full else ""
        behind = rf"(?<!{re.escape(before.strip())}\s)" if before.strip() else ""
        ahead = rf"(?!\s(?!{_DAYS})[A-ZÀ-Þ])"
        return re.search(rf"{behind}(?<!\w){re.escape(form)}(?!\w){ahead}", self._document.text) is not None

    def short_forms(self, full: str) -> set[str]:
        """What a body may be called once it has been named: its acronym, what kind of body it is, its first name."""
        text = self._document.text
        found = set(re.findall(rf"{re.escape(full)}\s+\(([A-Z][A-Z&.-]+)\)", text))
        if " " in full and full[:1].isupper():
            found.update(acronym for acronym in initials(full) if len(acronym) > 1 and acronym.isalpha())
        kind, *rest = re.split(r" (?:of|for|against|on|in|to) ", full, maxsplit=1, flags=re.IGNORECASE)
        head = kind.split()[-1]
        heads = {head, head.lower()} if NAMES_A_BODY.search(head) else {head}
        the_head = rf"\b[Tt]he ({'|'.join(map(re.escape, heads))})\b(?! [A-ZÀ-Þ])"
        found.update(match[1] for match in re.finditer(the_head, text))
        if fighters := fighters_of(full):
            found.add(f"{fighters}s")
        if rest and head.casefold() == "government":
            found.add(rest[0].removeprefix("the "))
        first, *others = full.split()
        tells_little = fold(first) in OPENERS | _COMMON_FIRST_WORDS or self._states.is_adjective(first)
        tells_little |= NAMES_A_BODY.fullmatch(first) is not None  # "Union" Pacific
        if (
            len(others) == 1 and first[:1].isupper() and others[0][:1].isupper() and not tells_little
        ):  # "Northline" Rail
            found.add(first)
        return found - {full}

    def without_title(self, form: str) -> tuple[str, str | None]:
        """A name without the title before it, and that title ("Trade Minister Ann Lund")."""
        words = form.split()
        nation = next(
            (n for n in (2, 1) if state_of_adjective(" ".join(words[:n]))), 0
        )  # "South Korean President Park"
        before = leading_titles(words[nation:-1])
        before = words[:nation] + before if before else before
        rest = " ".join(words[len(before) :])
        if before and len(words) > len(before) and rest[:1].isupper() and self._document.names.find(rest):
            return rest, " ".join(before)
        last = max((place for place, word in enumerate(words) if fold(word.strip(".")) in RANKS), default=-1)
        rest = " ".join(words[last + 1 :])  # "U.S. Trade Representative Ann Lund", "independent mediator Ann Lund"
        if (
            last >= 0
            and re.fullmatch(rf"{CAPITALISED}(?: {CAPITALISED}){{1,2}}", rest)
            and not NAMES_A_BODY.search(rest)
        ):
            return self._document.names.find(rest) or form, " ".join(words[: last + 1])
        return form, None

    def first_half(self, form: str) -> str | None:
        """What stands before "&" wherever the text has a form ("Orchard Row & Mill Yard Tenants' Association")."""
        before = rf"(?:((?:{CAPITALISED} )*{CAPITALISED}) & )?(?<!\w){re.escape(form)}(?!\w)"
        halves = {match[1] for match in re.finditer(before, self._document.text)}
        return halves.pop() if len(halves) == 1 else None

    def of_state(self, state: str) -> list[str]:
        """The names and seats of a state, as `state_of` gives it, that the text has."""
        return [found for form in forms_of_state(state) if (found := self._document.names.find(form))]

    def told_role(self, role: str | None) -> str | None:
        """A role in words of the text, None for one that is not."""
        words = [word for word in re.findall(r"\w+", role or "") if len(word) > _SHORT_WORD]
        return role if words and all(self._document.names.find(word) for word in words) else None


def _first_names(form: str) -> set[str]:
    """What a body may be called by after its full name: "Larsby" for "Larsby Nickel"; nothing for other names."""
    first, *others = form.split()
    named = bool(others) and all(word[:1].isupper() for word in others) and len(first) > _SHORT_WORD
    plain = named and fold(first) not in OPENERS | _COMMON_FIRST_WORDS | _FIRST_WORDS_OF_PLACES
    return {first, form.rpartition(" ")[0]} if plain else set()
