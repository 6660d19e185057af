"""From the names that a model wrote to the actors of a document: forms of the text, gathered under one name each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from summarizer.documents import Document
from summarizer.documents.names import fold
from summarizer.engine.actor_forms import (
    ADDRESSES,
    JOINS,
    PEOPLE_APART,
    are_no_state,
    are_two_names,
    are_two_of_a_kind,
    calls_a_state,
    fighters_of,
    is_body_of,
    is_office,
    is_same_actor,
    is_same_surname,
    leading_titles,
    noun_of_bodies,
)
from summarizer.engine.forms_in_text import CAPITALISED, NAMES_A_BODY, OPENERS, FormsInText
from summarizer.engine.known_actors import KnownActor, actors_by_form, bare
from summarizer.engine.offices import office_of
from summarizer.engine.states import forms_of_state, is_state, state_of
from summarizer.engine.states_in_text import StatesInText
from summarizer.engine.turn_answers import Introduction
from summarizer.schemas import ActorKind

__all__ = ["ActorBook"]

_NOT_OTHERWISE = "(?<![Ss]hadow )(?<![Ff]ormer )(?<![Dd]eputy )"
_BODIES_OF_STATES = frozenset(
    "african union;arab league;asean;brics;eu;european union;g20;g7;imf;nato;opec;u.n.;un;united nations;wto".split(";")
)

_NOT_THE_STATE = (
    r"(?:[a-z-]+ ){0,2}?(?P<who>opposition(?: (?:coalition|alliance|party|parties|leaders?|groups?))?|parliament"
    rf"|{PEOPLE_APART}"
    r"|(?:[A-Z][\w-]+ ){0,3}(?:Alliance|Assembly|Congress|Court|Federation|Front|Movement|Parliament|Party|Union))\b"
)
"""After the name of a state and an "'s": who speaks and acts for himself, or against it."""

_OFFICES_OF = ("Minister of ", "minister of ", "President of ", "president of ", "Secretary of ", "secretary of ")
_ENDS_AS_A_BODY = re.compile(rf"^(?!.* (?:of|for) )(?:.*{NAMES_A_BODY.pattern})$", re.IGNORECASE)
_HAS_OFFICERS = re.compile(rf"{NAMES_A_BODY.pattern}|\b(?:City|College|County|District|Hospital|School|University)\b")
_OF_SOMETHING = re.compile(r"\b[A-Z][\w’'-]+ (?:of|for) (?:the )?[A-Z][\w’'-]+$")


@dataclass
class _Entry:
    forms: list[str] = field(default_factory=list)
    sentences: list[int] = field(default_factory=list)
    title: str | None = None
    kind: ActorKind | None = None
    role: str | None = None
    known: KnownActor | None = None

    @property
    def full(self) -> str:
        """The longest form; a name before an office."""
        return max(self.forms, key=lambda form: (not is_office(form), len(form)))

    def take(self, other: _Entry) -> None:
        """Add what another entry of the same actor knows."""
        self.forms = list(dict.fromkeys([*self.forms, *other.forms]))
        self.sentences += other.sentences
        self.title = self.title or other.title
        self.kind = self.kind or other.kind
        self.role = self.role or other.role
        self.known = self.known or other.known


class ActorBook:
    """The actors of one document, as they come to light.

    Args:
        document: Whose names they have.
        known: Actors known before. Where the document has several forms of one, they are gathered as its; one that no
            answer names stays out, as a name alone tells of no part in the affair.
    """

    def __init__(self, document: Document, known: Sequence[KnownActor] = ()) -> None:
        self._document = document
        self._states = StatesInText(document)
        self._in_text = FormsInText(document)
        self._known = actors_by_form(known)
        self._entries: dict[str, _Entry] = {}
        self._names: dict[str, str] = {}
        self._links: list[tuple[str, str]] = []

    def note(self, written: str, sentence: int) -> list[str]:
        """Take a name that a model wrote in the turn of a sentence.

        Returns:
            The text's form of it: several where it stands for several ("leaders of Chad and Niger"), none for no actor.
        """
        if both := self._two_in_one(written):
            return [form for name in both for form in self.note(name, sentence)]
        forms = self._states.behind(written.strip(" .,"))
        if not forms and (form := self._in_text.find(self._without_opening_words(written, sentence))) is not None:
            forms = [self._opposed(form, sentence) or self._without_its_officer(form)]
        if not forms and self._states.is_adjective(written):
            officials = self._states.officials(written, self._document.sentences[sentence - 1].text)
            forms = [officials] if officials else []
        for form in forms:
            self._entries.setdefault(form, _Entry(forms=[form])).sentences.append(sentence)
        return forms

    def _two_in_one(self, written: str) -> tuple[str, ...]:
        """Two actors that a model takes for one: both noted before, or such as the text has each by itself.

        Hardly a body of one name has halves that the text has elsewhere alone, or an "and the" in it.
        """
        halves = re.fullmatch(r"(?:the )?(.+?) (?:and|&) ((?:the )?)(.+?)(?: [a-z]+)?", written)
        if not halves:
            return ()
        one, article, other = halves.groups()
        both = one, other
        others = [known for known in self._entries if not (one in known and other in known)]
        if " & " not in written and all(any(is_same_actor(half, known) for known in others) for half in both):
            return both
        elsewhere = self._document.text.replace(written, "")
        are_names = all(half[:1].isupper() and self._document.names.find(half) for half in both)
        alone = all(re.search(rf"(?<!\w){re.escape(half)}(?!\w)", elsewhere) for half in both)
        return both if are_names and (alone or (article and NAMES_A_BODY.search(other))) else ()

    def _without_opening_words(self, written: str, sentence: int) -> str:
        """The name at the end of words that open a sentence ("Butter back at Fairlow"): their capital says nothing."""
        words = written.split()
        common = [
            place for place, word in enumerate(words) if word.islower() and word not in JOINS | {"against", "with"}
        ]
        opens = self._document.sentences[sentence - 1].text.lstrip("“\"‘'").startswith(written)
        return " ".join(words[common[-1] + 1 :]) if common and opens and words[-1][:1].isupper() else written

    def _opposed(self, form: str, sentence: int) -> str | None:
        """Who is meant where a sentence has a state only as the one whose opposition it is."""
        if (itself := re.fullmatch(rf".+['’]s? {_NOT_THE_STATE}", form)) and itself["who"][:1].islower():
            return self._document.names.find(itself["who"])
        text = self._document.sentences[sentence - 1].text if form[:1].isupper() else ""
        found = re.search(rf"(?<!\w){re.escape(form)}(?:['’]s? {_NOT_THE_STATE}| (?P<it>[Oo]pposition)\b)", text)
        if found is None or len(re.findall(rf"(?<!\w){re.escape(form)}(?!\w)", text)) > 1:
            return None
        return self._document.names.find(found["who"] or found["it"])

    @staticmethod
    def _without_its_officer(form: str) -> str:
        """The body before an office that stands before a person's name ("Elm School District Superintendent")."""
        rest, _, last = form.rpartition(" ")
        is_officer = " " in rest and last[:1].isupper() and is_office(form) and _HAS_OFFICERS.search(rest)
        return rest if is_officer else form

    def introduce(self, actor: Introduction, sentence: int) -> None:
        """Take what a model said of a form that a sentence is the first to use."""
        forms = self.note(actor.form, sentence)
        if len(forms) != 1:
            return
        (form,) = forms
        entry = self._entries[form]
        is_plain = actor.form.startswith(form) or form == self._in_text.find(actor.form)
        entry.kind = entry.kind or (actor.kind if is_plain else "group")
        entry.role = entry.role or self._in_text.told_role(actor.role)
        other = self._in_text.find(actor.same_as) if actor.same_as else None
        if other is not None and other in self._entries and other != form:
            self._links.append((form, other))

    def note_speaker(self, name: str, sentence: int) -> None:
        """Take one whom a sentence quotes by name: a form of the one actor that it fits, or another actor."""
        form = self._in_text.find(name)
        if form is None or form in self._entries:
            return
        fits = [known for known in self._entries if is_same_actor(form, known)]
        if (fits and " " in form) or len([known for known in fits if " " in known]) > 1:
            return
        kind: ActorKind | None = "person" if " " in form and not NAMES_A_BODY.search(form) else None
        self._entries[form] = _Entry(forms=[form], sentences=[sentence], kind=kind)

    def served_by(self, person: str) -> str | None:
        """The state for which a noted person speaks as its minister, envoy or the like, in the text's form.

        A president or a minister of the interior speaks for the state where two states or more are noted: else the
        affair may well be between him and others within it.
        """
        entry = self._entries.get(person)
        if NAMES_A_BODY.search(person) or (entry and entry.kind in ("organisation", "group", "state")):
            return None
        states = {form for form, entry in self._entries.items() if entry.kind == "state" or state_of(form)}
        several = len({state_of(form) or form for form in states}) > 1
        return None if person in states else self._states.served_by(person, states, abroad_only=not several)

    def other_states(self) -> list[dict[str, Any]]:
        """States that the text names otherwise than as places, and that were not noted: in the form of `gather`."""
        noted = set(filter(None, map(state_of, self._entries)))
        named = {state: form for state, form in self._states.named().items() if state not in noted}
        return [
            {
                "name": form,
                "aliases": [other for other in self._in_text.of_state(state) if other != form],
                "kind": "state",
            }
            for state, form in named.items()
            if not all(map(self._in_text.is_place, self._in_text.of_state(state)))
        ]

    def gather(self) -> list[dict[str, Any]]:
        """The actors, each with the fullest form in the text as its name, as `Actor` is built from."""
        groups: list[_Entry] = []
        fuller = {form: self._fuller(form) for form in self._entries}
        bare_name = {form: self._in_text.without_title(form)[0] for form in self._entries}
        for form in sorted(self._entries, key=lambda form: (-len(bare_name[form].split()), -len(form), form)):
            full, title = fuller[form]
            entry = self._entries[form]
            home = self._home(full, form, groups, entry)
            if home is None:
                home = _Entry()
                groups.append(home)
            home.take(_Entry([full, form], entry.sentences, title, entry.kind, entry.role))
        offices = dict(self._holding_office(groups))
        links = [
            (form, other) for form, other in self._links if form not in offices and not self._are_apart(form, other)
        ]
        for form, other in [*links, *self._bracketed(groups), *offices.items()]:
            _join(groups, form, other)
        self._recognise(groups)
        groups.sort(key=lambda group: min(group.sentences))
        self._add_other_forms(groups)
        actors = [self._actor(group) for group in groups]
        for group, actor in zip(groups, actors, strict=True):
            self._names.update((form, actor["name"]) for form in group.forms)
        return actors

    def _governed(self, form: str) -> str:
        return self._states.governed(form) or form

    def _are_apart(self, *forms: str) -> bool:
        """Whether one of two forms ends as bodies do and the other is a person: no form of 26,088 of people does."""
        bodies = [bool(_ENDS_AS_A_BODY.search(form)) and not is_office(form) for form in forms]
        people = [is_office(form) or self._entries[form].kind == "person" for form in forms]
        return (bodies[0] and people[1]) or (bodies[1] and people[0])

    def _bracketed(self, groups: list[_Entry]) -> list[tuple[str, str]]:
        """Acronyms that stand in brackets behind a name, whatever their letters, each with that name."""
        forms = [form for group in groups for form in group.forms]
        acronyms = [form for form in forms if form.isupper() and " " not in form]
        return [
            (acronym, form)
            for acronym in acronyms
            for form in forms
            if f"{form} ({acronym})" in self._document.text and form != acronym
        ]

    def _state_of_office(self, form: str) -> str | None:
        """The state of an office that is named by its adjective ("Serbian leader")."""
        nation = " ".join(form.split()[:-1])
        return self._states.of_adjective(nation) if nation and is_office(form) else None

    def _holding_office(self, groups: list[_Entry]) -> list[tuple[str, str]]:
        """Offices that go as actors of their own ("Health secretary"), each with the one person said to hold it."""
        fullest = [group.full for group in groups if group.kind in (None, "person")]
        people = [name for name in fullest if name[:1].isupper() and not NAMES_A_BODY.search(name)]
        found = []
        for form in [form for group in groups for form in group.forms if is_office(form)]:
            if state := self._state_of_office(form):
                served = [
                    name
                    for name in people
                    if self._states.served_by(name, (), abroad_only=False) == state
                    or fold(office_of(self._document, [name]) or "") == fold(form)
                ]
                found += [(form, served[0])] if len(served) == 1 and form != served[0] else []
                continue
            first, last = re.escape(form.split()[0]), re.escape(form.split()[-1])
            office = rf"(?i:\b{first}\b[\w -]{{0,30}}\b{last})" if first != last else rf"(?i:\b{first})"
            holders = [
                name
                for name in people
                if not is_office(name)
                and re.search(
                    rf"{_NOT_OTHERWISE}{office},? (?:{CAPITALISED} ){{0,2}}{re.escape(name.rsplit(maxsplit=1)[-1])}\b"
                    rf"|{re.escape(name)}, (?:the )?{office}\b",
                    self._document.text,
                )
            ]
            found += [(form, holders[0])] if len(holders) == 1 and form != holders[0] else []
        return found

    def _recognise(self, groups: list[_Entry]) -> None:
        """Make one actor of the groups that go by forms of one known actor."""
        homes: dict[str, _Entry] = {}
        for group in list(groups):
            group.known = self._known_as(group)
            if group.known is None:
                continue
            home = homes.setdefault(group.known.name, group)
            if home is not group:
                home.take(group)
                groups[:] = [one for one in groups if one is not group]

    def _known_as(self, group: _Entry) -> KnownActor | None:
        """The known actor that has the group's fullest form, or another of its names and a name like the fullest."""
        full = group.full
        if actor := self._known.get(bare(full)):
            return actor
        named = (self._known.get(bare(form)) for form in group.forms if form[:1].isupper())
        return next((actor for actor in named if actor and is_same_actor(full, actor.name, spelt_alike=False)), None)

    def _add_other_forms(self, groups: list[_Entry]) -> None:
        """Add the forms that the text uses besides those that a model wrote: seats of a state, surnames, acronyms."""
        taken = {form for group in groups for form in group.forms}
        found = [(form, group) for group in groups for form in sorted(self._other_forms(group))]
        claims = Counter(form for form, _ in found)
        for form, group in found:
            own = form.capitalize() in group.forms  # "the ministry" is the one that a heading calls "Ministry"
            if form not in taken and (claims[form] == 1 or own):  # a surname of two people is of neither
                group.forms.append(form)
                taken.add(form)

    def _other_forms(self, group: _Entry) -> set[str]:
        full = group.full
        state = next(filter(None, map(state_of, group.forms)), None)
        if state:
            candidates = set(forms_of_state(state))
        elif group.kind in ("organisation", "group", "state") or NAMES_A_BODY.search(full):
            candidates = self._in_text.short_forms(full)
        elif " " in full and full.split()[-1][:1].isupper():
            candidates = {full.split()[-1]}
        else:
            candidates = set()
        if group.known:
            candidates |= self._known_forms(group.known)
        return {form for form in candidates if self._in_text.stands_alone(form, full)}

    def _known_forms(self, known: KnownActor) -> set[str]:
        """Those forms of a known actor that the text may mean by it: a common noun only after its article."""
        text = self._document.text
        own = (
            form for form in known.forms if self._known.get(bare(form)) is known and not self._in_text.is_place(form)
        )
        return {form for form in own if form[:1].isupper() or re.search(rf"\b[Tt]he {re.escape(form)}\b", text)}

    def name_of(self, form: str) -> str:
        """The name of the actor that a noted form belongs to, once they are gathered."""
        return self._names.get(form, form)

    def _actor(self, group: _Entry) -> dict[str, Any]:
        known = group.known or KnownActor(name="")
        governed = {self._states.governed(form) for form in group.forms}

        def fullness(form: str) -> tuple[bool, bool, bool, bool, int]:
            capitals = sum(letter.isupper() for letter in form)
            # "RMT" before "union"; one that is known may have a long common noun.
            is_name = capitals > 1 or (group.known is not None and capitals == 1)
            is_person = group.kind == "person" or (group.kind is None and group.title is not None)
            is_bare = not is_person or self._in_text.without_title(form)[1] is None
            is_own = state_of(form) is not None and is_state(form)
            is_name &= not is_office(form) and self._governed(form) == form
            return is_own, is_name, form in governed, is_bare, len(form)

        name = max(group.forms, key=fullness)
        state = state_of(name)
        kind = "state" if state else group.kind or ("person" if group.title else known.kind)
        kind = "organisation" if any(fold(form) in _BODIES_OF_STATES for form in group.forms) else kind
        office = None if state else self._office(name, group)
        if office and kind in (None, "state", "organisation") and group.kind != "group":
            kind = "person"
        return {
            "name": name,
            "aliases": [form for form in group.forms if form != name],
            "kind": kind,
            "role": office or next(filter(_is_told, (group.role, group.title)), known.role),
            "evidence": [min(group.sentences)],
        }

    def _office(self, name: str, group: _Entry) -> str | None:
        """The office of a person that the wording tells: surer than the model, which takes those of others."""
        if (
            group.kind == "group"
            or NAMES_A_BODY.search(name)
            or not re.fullmatch(rf"{CAPITALISED}(?: {CAPITALISED})+", name)
        ):
            return None
        return office_of(self._document, [form for form in group.forms if form[:1].isupper()])

    def _fuller(self, form: str) -> tuple[str, str | None]:
        """The fullest form of a name in the text ("Sergey Lavrov"), and the title before it."""
        form = self._with_its_second_half(form)
        if " " in form or not form[:1].isupper() or state_of(form) or form.isupper():
            return self._in_text.without_title(form)
        text = self._document.text
        found: list[str] = []
        title = None
        for match in re.finditer(rf"((?:{CAPITALISED} ){{1,4}})({CAPITALISED})", text):
            if not is_same_surname(match[2], form) or self._states.of_adjective(match[2]) == form:
                continue
            words = match[1].split()
            if text.endswith(_OFFICES_OF, 0, match.start()):  # "Secretary of State" John Kerry
                words.pop(0)
            while words and (fold(words[0].strip(".")) in OPENERS or re.search(r"['’]s?$", words[0])):
                words.pop(0)
            before = leading_titles(words)
            given = words[len(before) :]
            if given and not any(state_of(word) for word in given) and len(given) <= 2:  # noqa: PLR2004
                candidate = self._document.names.find(" ".join([*given, match[2]]))
                found += [candidate] if candidate and candidate not in found else []
            title = title or " ".join(before) or None
        if len({name.split()[0] for name in found}) > 1:  # two people with one surname: the form is of neither
            return form, None
        return max([form, *found], key=len), title

    def _with_its_second_half(self, form: str) -> str:
        """The whole of a body's name that a model broke at "and" or "&" ("Federation of Nurses and Midwives")."""
        if first := self._in_text.first_half(form):
            return f"{first} & {form}"
        if not _OF_SOMETHING.search(form):
            return form
        places = re.finditer(
            rf"(?<!\w){re.escape(form)}(?!\w)( and {CAPITALISED}(?: {CAPITALISED})?)?", self._document.text
        )
        halves = {match[1] for match in places}
        half = halves.pop() if len(halves) == 1 else None
        other = half and half.removeprefix(" and ")
        if not other or any(other in (noted, noted.split()[0]) for noted in self._entries) or state_of(other):
            return form
        return form + (half or "")

    def _home(self, full: str, form: str, groups: list[_Entry], entry: _Entry) -> _Entry | None:
        """The group that a form belongs to; None where there is none, or more than one.

        Of two people with one surname, the one named by the sentence that first has it is meant. Of a state, "Central
        Bank of Dornia" is no form.
        """
        governed = self._governed(form)
        names = {full, form, governed}
        is_sure = governed != form or state_of(form) is not None  # whatever kind the model says
        fits = [
            group
            for group in groups
            if (is_sure or not _are_of_two_kinds(entry, group) or form in map(fighters_of, group.forms))
            and any(is_same_actor(name, self._governed(known)) for name in names for known in group.forms)
        ]
        if len(fits) > 1 and " " not in full:
            fits = [group for group in fits if min(group.sentences) <= min(entry.sentences)]
        return fits[0] if len(fits) == 1 else None


def _join(groups: list[_Entry], form: str, other: str) -> None:
    """Make one actor of two that a model holds to be the same, unless both have a full name of their own."""
    one = next(group for group in groups if form in group.forms)
    two = next(group for group in groups if other in group.forms)
    are_fighters = any(map(fighters_of, two.forms))
    if one is two or (_has_full_name(one) and (_has_full_name(two) or are_fighters)) or are_two_names(form, other):
        return
    if is_body_of(form, other) or is_body_of(other, form) or are_two_of_a_kind(form, other):
        return
    if any(map(state_of, two.forms)) and (
        are_no_state(form) or (form.islower() and not is_office(form) and not calls_a_state(form))
    ):
        return
    if (noun := noun_of_bodies(form)) and not any(noun in fold(name) for name in two.forms):
        return
    two.take(one)
    groups.remove(one)


def _are_of_two_kinds(one: _Entry, other: _Entry) -> bool:
    kinds = {one.kind, other.kind} - {None}
    return len(kinds) > 1 and kinds != {"organisation", "group"}


def _is_told(role: str | None) -> bool:
    return role is not None and fold(role.strip(".")) not in ADDRESSES


def _has_full_name(group: _Entry) -> bool:
    words = (form.split() for form in group.forms if not is_office(form))
    names = (form for form in words if len(form) > 1 and form[0][:1].isupper() and not form[-1].islower())
    return any(names) or any(map(state_of, group.forms))
