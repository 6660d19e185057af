"""The states that a text names, found behind its adjectives, delegations and officials."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from summarizer.documents import Document
from summarizer.engine.states import forms_of_state, state_of, state_of_adjective

__all__ = ["StatesInText"]

_CAPITALISED = r"[^\W\d_a-zà-ÿ][\w’'-]*"
_PLAIN = r"[^\W\d_a-zà-ÿ][\w-]*"
_NAME = rf"{_CAPITALISED}(?: {_CAPITALISED}){{0,2}}"
_LIST = rf"{_NAME}(?:, (?:and )?(?:the )?{_NAME})*(?:,? and (?:the )?{_NAME})?"
_THEIR_PEOPLE = (
    r"(?:(?:[a-z-]+ )?(?:leaders|presidents|premiers|ministers|governments|delegations|negotiators|officials|envoys"
    r"|representatives|diplomats|delegates|authorities|sides|heads of (?:state|government)))"
)
_PEOPLE_OF = re.compile(
    rf"(?:(?:[Tt]he|[Bb]oth|[Tt]wo|[Tt]hree|[Ff]our) )*(?i:{_THEIR_PEOPLE}) (?:of|from) (?:the )?({_LIST})"
)
_ADJECTIVES = re.compile(
    rf"(?:[Tt]he )?({_LIST}) (?:[a-z-]+ )?"
    r"(?:side|sides|delegation|delegations|negotiators|officials|authorities|diplomats)"
)
_ADJECTIVES_OF_SEVERAL = re.compile(rf"(?:[Tt]he )?({_LIST}) (?:{_THEIR_PEOPLE}|(?:[a-z-]+ )?counterparts)")
_SEPARATOR = re.compile(r",? and (?:the )?|, (?:the )?")
_FIELD = (
    r"(?:acting|affairs|agriculture|and|chief|commerce|defen[cs]e|deputy|economy|education|energy|environment|external"
    r"|finance|first|fisheries|foreign|general|health|home|industry|interior|international|irrigation|justice|labou?r"
    r"|permanent|prime|security|special|state|top|trade|transport|vice|water)"
)
_ABROAD = (
    r"(?:(?:foreign|external affairs) (?:minister|secretary)|secretary of state|ambassador|envoy|negotiator"
    r"|spokes(?:man|woman|person))"
)
_OFFICE = (
    rf"(?P<office>(?i:(?:{_FIELD},? ){{0,4}}(?:ministry |minister of [a-z]+ )??"
    rf"(?:{_ABROAD}|minister|president|premier|chancellor)))"
)
_BEFORE = [
    re.compile(rf"(?P<who>{_CAPITALISED}(?: {_CAPITALISED})??) {_OFFICE},?(?: {_CAPITALISED}){{0,2}}? $"),
    re.compile(rf"(?<!\w){_OFFICE} of (?:the )?(?P<who>{_NAME}?),?(?: {_CAPITALISED}){{0,2}}? $"),
]
_AFTER = [
    re.compile(rf",? (?:who is )?(?:the )?(?P<who>{_CAPITALISED}(?: {_CAPITALISED})??) {_OFFICE}\b"),
    re.compile(rf", (?:who is )?(?:the )?{_OFFICE} of (?:the )?(?P<who>{_NAME})"),
]
_NEAR = 90
"""Characters before and behind a name in which its office is looked for."""

_SHORTEST_STEM = 4
_RUN = re.compile(rf"(?:[A-Z]\.){{2,}}|{_PLAIN}(?: (?:of |and |the )?{_PLAIN}){{0,4}}")


class StatesInText:
    """Finds states in one document, each in the document's own form.

    Args:
        document: English; in other languages adjectives and offices are formed otherwise, and nothing is found.
    """

    def __init__(self, document: Document) -> None:
        self._document = document

    def named(self) -> dict[str, str]:
        """The states of the table that the text names, not within longer names, each with the first form for it."""
        found: dict[str, str] = {}
        for run in _RUN.finditer(self._document.text):
            words = run[0].split()
            ends = [place for place in range(1, len(words) + 1) if place == len(words) or words[place].islower()]
            start = 0
            while start < len(words):
                forms = {end: " ".join(words[start:end]) for end in reversed(ends) if end > start}
                end, form = next(((end, form) for end, form in forms.items() if state_of(form)), (start, ""))
                if state := state_of(form):
                    found.setdefault(state, form)
                while end < len(words) and not words[end].islower():  # within a longer name ("Ali Jordan")
                    end += 1
                start = end + 1
        return found

    def of_adjective(self, form: str) -> str | None:
        """The state that the text names besides by this adjective ("Dornia" by "Dornian", or "Cheap Dornian")."""
        words = form.split()
        for adjective in (" ".join(words[-2:]), words[-1]):
            if state := state_of_adjective(adjective):
                return next(filter(None, map(self._document.names.find, forms_of_state(state))), None)
        return next((match[0] for match in self._alike(words[-1]) if match[1]), None)

    def in_full(self, form: str) -> str:
        """A form, or the longer name of a state within which alone the text has it ("Sudan" in "South Sudan")."""
        state = state_of(form)
        if state is None:
            return form
        whole = rf"({_CAPITALISED}\.? )?(?<!\w){re.escape(form)}(?!\w| [A-Z])"
        names = {f"{match[1]}{form}" for match in re.finditer(whole, self._document.text)}
        is_within = names and all(state_of(name) not in (None, state) for name in names)
        return max(names, key=len) if is_within else form

    def governed(self, form: str) -> str | None:
        """The state that a form calls by its government ("Dornian government"), as the text names it.

        The state's name is another actor's for none of the 167 such forms in the corpus (`python
        training/measure_wording.py`).
        """
        match = re.fullmatch(r"(.+) (?:[Gg]overnment|authorities)|[Gg]overnment of (?:the )?([A-Z].+)", form)
        if match is None:
            return None
        return self.of_adjective(match[1]) if match[1] else self._document.names.find(match[2])

    def is_adjective(self, form: str) -> bool:
        """Whether it is the adjective of a state that the text or the table of states names ("Russian")."""
        if state_of_adjective(form):
            return True
        return " " not in form and any(match[0] != form for match in self._alike(form))

    def _alike(self, form: str) -> Iterator[re.Match[str]]:
        """The words of the text that a form may be the adjective of."""
        stem = re.sub(r"(?:ian|an|ish|ese|ch|i)$", "", form)
        if stem == form or not form[:1].isupper() or state_of(form) or len(stem) < _SHORTEST_STEM:
            return iter(())
        return re.finditer(rf"(?<!\w){re.escape(stem)}(a|ia|e|and|y|land)?(?!\w)", self._document.text)

    def behind(self, written: str) -> list[str]:
        """The states that a form of words stands for: "the Saudi side", "leaders of Chad and Niger"; mostly none."""
        if match := _PEOPLE_OF.fullmatch(written):
            return self._all(match[1], self._document.names.find)
        if match := _ADJECTIVES.fullmatch(written):
            return self._all(match[1], self.of_adjective)
        match = _ADJECTIVES_OF_SEVERAL.fullmatch(written)
        several = self._all(match[1], self.of_adjective) if match else []
        return several if len(several) > 1 else []

    def _all(self, names: str, find: Callable[[str], str | None]) -> list[str]:
        """What is found for each of a list of names, nothing unless something is found for each."""
        found = [find(name) for name in _SEPARATOR.split(names)]
        return [name for name in found if name] if all(found) else []

    def officials(self, adjective: str, sentence: str) -> str | None:
        """Whom a sentence means by the adjective of a state that the text does not name: "French and German ministers".

        In the longest form that the text has for them.
        """
        whole = (
            rf"(?<!\w)(?:{_PLAIN}(?:,| and) )*{re.escape(adjective)}(?:(?:,| and) {_PLAIN})* (?:{_FIELD} )*"
            r"(?:ambassador|delegation|diplomat|envoy|FM|leader|minister|negotiator|official|president|side)s?\b"
        )
        if not (here := re.search(whole, sentence)):
            return None
        named = set(filter(self.is_adjective, re.findall(_PLAIN, here[0])))
        forms = (found[0] for found in re.finditer(whole, self._document.text))
        return max((form for form in forms if named <= set(re.findall(_PLAIN, form))), key=len, default=here[0])

    def served_by(self, person: str, states: Collection[str], *, abroad_only: bool) -> str | None:
        """The state whose minister, envoy or spokesman a person is said to be.

        Args:
            person: A form of the person's name that the text has.
            states: Forms of states that are in no table.
            abroad_only: Whether a president or a minister of the interior do not count.
        """
        text, surname = self._document.text, person.rsplit(maxsplit=1)[-1]
        for place in re.finditer(rf"(?<!\w){re.escape(surname)}(?!\w)", text):
            before = text[max(0, place.start() - _NEAR) : place.start()]
            after = text[place.end() : place.end() + _NEAR]
            for told in filter(None, [*(way.search(before) for way in _BEFORE), *(way.match(after) for way in _AFTER)]):
                if abroad_only and not re.search(_ABROAD, told["office"], re.IGNORECASE):
                    continue
                if state := self._named(told["who"], states):
                    return state
        return None

    def _named(self, written: str, states: Collection[str]) -> str | None:
        """The state that is meant by its name or adjective, with whatever other capitalised word stands before it."""
        words = re.sub(r"['’]s?$", "", written).split()
        for name in (" ".join(words), words[-1]):
            if state_of(name) or name in states:
                return self._document.names.find(name)
        return self.of_adjective(" ".join(words))
