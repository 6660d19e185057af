"""Forms of an actor's name: which are of one actor, which are an office, and the titles before a name."""

from __future__ import annotations

import difflib
import re

from summarizer.documents.names import fold
from summarizer.engine.states import state_of

__all__ = [
    "ADDRESSES",
    "JOINS",
    "PEOPLE_APART",
    "RANKS",
    "are_no_state",
    "are_two_names",
    "are_two_of_a_kind",
    "calls_a_state",
    "fighters_of",
    "initials",
    "is_body_of",
    "is_event",
    "is_office",
    "is_same_actor",
    "is_same_surname",
    "leading_titles",
    "noun_of_bodies",
]

_NOUN_OF_BODIES = re.compile(
    r"\b(agency|alliance|assembly|association|authority|bank|board|bureau|chamber|coalition|commission|committee|council"
    r"|court|department|federation|forum|fund|guild|hospital|ministry|mission|office|panel|police|society|tribunal|trust"
    r"|university)$"
)

_NOUN_OF_STATES = re.compile(
    r"\b(?:administration|army|authority|authorities|cabinet|country|emirate|executive|federation|government|hosts?|islands?"
    r"|junta|kingdom|mainland|nation|neighbou?r|north|palace|power|principality|province|region|regime|republic|south|state"
    r"|sultanate|territory|(?:con)?federation|commonwealth|canton|duchy|enclave|archipelago|ally)$"
)
_EVENT = re.compile(
    r"\b(?:agreements?|attacks?|blockade|bombing|ceasefire|conference|deal|dispute|election|mediation|meetings?"
    r"|negotiations|offensive|peace|process|raids?|resolutions?|rounds?|session|strikes?|summits?|talks|treaty|truce)"
    r"(?: (?:at|between|for|in|of|on|with)\b.*)?$"
)

PEOPLE_APART = (
    r"(?:doctors|drivers|families|farmers|insurgents|militants|nurses|protesters|rebels|residents|separatists|strikers"
    r"|students|teachers|unions|workers)"
)
"""A pattern of people in the plural who speak for themselves, or against a state."""

_NO_STATE = re.compile(rf"\b(?:{PEOPLE_APART}|(?:opposition|rebel)\b.*)$|\bunion$", re.IGNORECASE)
_FIGHTERS = re.compile(
    r"(?P<of>[A-Z][\w-]+?)(?P<plural>s)?"
    r"(?: (?:faction|fighters|group|guerrillas|insurgents|militants|militia|movement|rebels))?"
)

JOINS = frozenset("of the for and on in to de del della al el la le van von bin ibn".split())
"""Words in small letters within names."""

ADDRESSES = frozenset("mr mrs ms miss dr sir dame lord lady".split())
"""Words before a name, in small letters, that are no office."""

RANKS = frozenset(
    """
    president presidents minister ministers secretary chancellor ambassador envoy governor mayor senator senators
    general colonel major captain lieutenant admiral commander judge justice chairman chairwoman chair chief
    director manager spokesman spokeswoman spokesperson leader premier king queen prince princess sheikh sultan
    pope bishop archbishop professor doctor dr mr mrs ms miss sir dame lord lady councillor commissioner
    representative delegate negotiator mediator secretary-general executive fm pm mp mps mep superintendent
    brother capt cllr col coun father gen gov inspector maître prof rep reverend rev sen sergeant sgt sister
    """.split()
)
"""Words, in small letters, in which a title before a name ends ("foreign minister")."""

_SURNAMES_TOO = frozenset("bishop captain chair chief dean general judge king lord major pope prince queen".split())
_QUALIFIERS = frozenset(
    """
    prime deputy vice acting former foreign defence defense interior finance trade labour labor health transport economy
    energy education agriculture environment state union chief general first
    """.split()
)
_BODIES_OF = frozenset(
    """
    agency army assembly bank board commission committee congress council court ministry office parliament police senate
    """.split()
)
"""In small letters, no part of a name: what follows the state or town that it belongs to."""

_OF = re.compile(r"(?:.* )?(?P<head>[\w’'-]+) (?:of|for) (?:the )?(?P<whole>[A-Z].*)")
_CALLED_AS_A_WHOLE = frozenset(
    """
    canton city commonwealth commune community confederacy confederation county dominion duchy emirate empire federation
    generality government isle isles islands kingdom land municipality port principality province provinces region
    republic sheikhdom state states sultanate territory town union university village
    """.split()
)
_VARIANT_LETTERS = 5
_VARIANT_LIKENESS = 0.85


def is_office(form: str) -> bool:
    """Whether a form is what somebody is, not a name ("Health secretary")."""
    last = form.rsplit(maxsplit=1)[-1]
    return fold(last) in RANKS and (last.islower() or fold(last) not in _SURNAMES_TOO)


def leading_titles(words: list[str]) -> list[str]:
    """The words before a name that make its title: they end in a rank ("Foreign Minister")."""
    plain = [fold(word.strip(".")) for word in words]
    count = 0
    while count < len(plain) and plain[count] in RANKS | _QUALIFIERS:
        count += 1
    while count and plain[count - 1] not in RANKS:
        count -= 1
    return words[:count]


def is_same_actor(one: str, other: str, *, spelt_alike: bool = True) -> bool:
    """Whether two forms are of one actor: the same state, a surname, an acronym, a shortening or a spelling variant.

    Args:
        one: A form.
        other: Another.
        spelt_alike: Whether spellings that differ in a few letters count as one (Peskov, Peskyov).
    """
    if fold(one) == fold(other) or (fighters_of(one) and fighters_of(one) == fighters_of(other)):
        return True
    states = state_of(one), state_of(other)
    if states[0] or states[1]:
        return states[0] == states[1]
    short, long = sorted((one, other), key=lambda form: (len(form.split()), len(form)))
    if len(short.split()) == len(long.split()):
        return spelt_alike and _is_variant(short, long)
    words = long.split()
    if (short in initials(long) and short.isupper()) or (short == "opposition" in words and long.islower()):
        return True
    if " " not in short and short.islower():  # "the federation" for the Cane Growers' Federation
        return long[:1].isupper() and fold(short) in {fold(word) for word in words}
    if not all(word[:1].isupper() or word.isdigit() for word in short.split()):
        return False
    head, tail = " ".join(words[: len(short.split())]), " ".join(words[-len(short.split()) :])
    if (words[-1] in _BODIES_OF and fold(short) == fold(head)) or is_body_of(long, short):
        return False  # "Dornia parliament" is not Dornia
    return fold(short) in (fold(head), fold(tail)) or (spelt_alike and _is_variant(tail, short))


def is_body_of(form: str, whole: str) -> bool:
    """Whether a form names a body of something ("Central Bank of Dornia"), and no state or town ("Republic of").

    Of the forms in the corpus that end so, some 230 are of another actor than what follows, and some 30 of the same.
    """
    found = _OF.fullmatch(form)
    return found is not None and fold(found["whole"]) == fold(whole) and fold(found["head"]) not in _CALLED_AS_A_WHOLE


def fighters_of(form: str) -> str | None:
    """The name that an armed group goes by ("Houthi" of "Houthi rebels", "Houthi movement" and "Houthis")."""
    found = _FIGHTERS.fullmatch(form)
    return found["of"] if found and (found["plural"] or " " in form) else None


def is_same_surname(one: str, other: str) -> bool:
    """Whether two single words are spellings of one surname."""
    return fold(one) == fold(other) or _is_variant(one, other)


def _is_variant(one: str, other: str) -> bool:
    """Whether two capitalised forms are spellings of one name (Peskov, Peskyov)."""
    if min(len(one), len(other)) < _VARIANT_LETTERS or not (one[:1].isupper() and one[:1] == other[:1]):
        return False
    if re.findall(r"\d", one) != re.findall(r"\d", other):  # Local 12 is not Local 13
        return False
    return difflib.SequenceMatcher(None, fold(one), fold(other)).ratio() >= _VARIANT_LIKENESS


def initials(form: str) -> set[str]:
    """The acronyms that a form may have: of its capitalised words, and of all of them.

    Of the 786 that texts of the corpus have, 782 are forms of that actor (`python training/measure_wording.py`).
    """
    words = [word for word in re.split(r"[\s-]+", form) if word]
    return {"".join(w[0] for w in words if w[:1].isupper()), "".join(w[0].upper() for w in words)}


def are_two_names(form: str, other: str) -> bool:
    """Whether an acronym and another single name have no letters in common order ("GDL", "Verdi")."""
    for acronym, name in ((form, other), (other, form)):
        if acronym.isupper() and len(acronym) > 1 and " " not in name and name[:1].isupper() and not state_of(name):
            letters = iter(fold(name))
            return not all(letter in letters for letter in fold(acronym) if letter.isalnum())
    return False


def are_two_of_a_kind(form: str, other: str) -> bool:
    """Whether two forms in small letters tell two of one kind apart ("finance ministry", "health ministry").

    Of 66 such pairs in an article of the corpus, seven are of one actor.
    """
    (*before, noun), (*others, last) = form.split(), other.split()
    return bool(before and others) and noun == last and form.islower() and set(before).isdisjoint(others)


def noun_of_bodies(form: str) -> str | None:
    """The noun at the end of a form in small letters that a body is called by only where its name has it.

    So the labels of the corpus have it for 2,991 of 3,204 such forms (`python training/measure_wording.py`): "the
    central bank" is no fund. Other nouns ("the company", "the grocer") tell nothing of the name.
    """
    found = _NOUN_OF_BODIES.search(form) if form[:1].islower() else None
    return found[1] if found else None


def calls_a_state(form: str) -> bool:
    """Whether a form in small letters is one that states are called by ("the kingdom").

    So are 1,038 of the 1,147 such forms of states in the corpus (`python training/measure_wording.py`).
    """
    return _NOUN_OF_STATES.search(form) is not None


def are_no_state(form: str) -> bool:
    """Whether those whom a common noun names speak for themselves, or against a state, never for one."""
    return _NO_STATE.search(form) is not None


def is_event(form: str) -> bool:
    """Whether a form names what takes place, not who acts ("second round of talks").

    Five of the 31,280 actors of the corpus have such a name (`python training/measure_wording.py`).
    """
    return _EVENT.search(form) is not None
