"""From the answers of all turns to one briefing: names resolved, repeats merged, headline and summary from the text.

What no answer and no sentence tells stays at its default: code that guesses a status or a role would be believed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from summarizer.documents import Document, Sentence
from summarizer.engine.actors import ActorBook
from summarizer.engine.dates import find_date
from summarizer.engine.known_actors import KnownActor
from summarizer.engine.merging import numbers_agree
from summarizer.engine.turn_answers import TurnAnswer, TurnItem
from summarizer.engine.turns import without_dateline
from summarizer.engine.wording import Wording
from summarizer.schemas import AgreedStep, Briefing, Demand, OpenQuestion, grounding_context
from summarizer.similarity import SAME_WORDING, numbers, stem_containment, stems, token_f1

__all__ = ["assemble"]

_SUMMARY_STATEMENTS = 4
_LONGEST_HEADLINE = 110
_LEAST_HEADING_WORDS = 5
_SHOWN_DIGITS = 3
"""Of a confidence; what is shown is also what `--min-confidence` goes by."""

_CONTAINED = 0.75
"""Share of the words of one item from which another of the same holders says it again, at more length."""

_CONTAINED_IN_LEAD = 0.5
"""That share where one of the two stands in a heading, which the text below it puts in other words."""

_LEAST_PARTIES = 2
_LEAST_WORDS = 2
_WITH_A_NUMBER = re.compile(
    r"(?:,? (?:(?:no|not) )?(?:after|at|before|between|by|for|from|in|later than|of|on|over|than|to|until|up to|with"
    r"|within)\b[^,\d]{0,30}?)? \S*\d\S*"
)

_LEANS = re.compile(r"(?:(?:And|But|So|Then|Yet) )?(?:He|Her|His|It|Its|She|Such|That|Their|These|They|This|Those)\b")
"""How an English sentence begins that needs the one before it."""

_RANK = {"agreed_step": 0, "demand": 1, "open_question": 2}


@dataclass
class _Item:
    kind: str
    holders: list[str]
    addressees: list[str]
    text: str
    sentences: list[int]
    status: str | None = None
    when: str | None = None
    confidence: float | None = None
    unresolved: bool = False
    """Whether the model left a party open, or named one that is no actor of the text."""


def assemble(
    document: Document,
    answers: Sequence[tuple[Sentence, TurnAnswer]],
    *,
    min_confidence: float = 0.0,
    known_actors: Sequence[KnownActor] = (),
) -> Briefing:
    """Build the briefing that a conversation amounts to.

    Args:
        document: What was read.
        answers: Each sentence that was shown, with the answer to it, in order.
        min_confidence: Items that the model gives a lower probability are left out.
        known_actors: Actors known before, whose forms are gathered where the text has them. Items take nothing from
            elsewhere: what the text does not say of a status, a time or a party stays unsaid.

    Returns:
        A briefing grounded in the document: each item cites the sentence of its turn.
    """
    book = ActorBook(document, known_actors)
    told = numbers(document.text)
    noted = [
        _noted(book, item, sentence, told)
        for sentence, answer in answers
        for item in _with_actors(book, answer, sentence)
        if item.confidence is None or round(item.confidence, _SHOWN_DIGITS) >= min_confidence
    ]
    _note_states(book, noted)
    actors = book.gather()
    worded = list(_as_worded([_named(book, item) for item in noted], actors, book.other_states(), document))
    for state, number in _newly_named(worded, actors):
        book.note(state, number)
    actors = book.gather()
    items = _with_main_parties([_for_states(book, item, actors) for item in worded])
    items = _merged(items, document)
    items = [item for item in items if item.kind != "agreed_step" or item.unresolved or len(item.holders) > 1]
    demands = [item for item in items if item.kind == "demand"]
    items = [item for item in items if item.kind != "open_question" or not _asks_of_one(item, demands)]
    briefing = Briefing.model_validate(
        {
            "headline": _headline(document, items, actors),
            "summary": _summary(document, items, actors),
            "actors": actors,
            "demands": [_demand(item) for item in items if item.kind == "demand"],
            "agreed_steps": [_agreed_step(item, document) for item in items if item.kind == "agreed_step"],
            "open_questions": [_open_question(item) for item in items if item.kind == "open_question"],
        },
        context=grounding_context(document),
    )
    _add_confidences(briefing.demands, (item for item in items if item.kind == "demand"))
    _add_confidences(briefing.agreed_steps, (item for item in items if item.kind == "agreed_step"))
    _add_confidences(briefing.open_questions, (item for item in items if item.kind == "open_question"))
    return briefing


def _add_confidences(built: Sequence[Demand | AgreedStep | OpenQuestion], items: Iterable[_Item]) -> None:
    for answer, item in zip(built, items, strict=True):
        answer.confidence = None if item.confidence is None else round(item.confidence, _SHOWN_DIGITS)


def _with_actors(book: ActorBook, answer: TurnAnswer, sentence: Sentence) -> Sequence[TurnItem]:
    for actor in answer.actors:
        book.introduce(actor, sentence.number)
    return answer.items


def _told(text: str, told: AbstractSet[str]) -> str:
    """The wording of an item up to a number that the text does not tell: a model makes up dates and deadlines."""
    for match in _WITH_A_NUMBER.finditer(text):
        rest = text[: match.start()].rstrip(" ,")
        if not numbers(match[0]) <= told and len(rest.split()) >= _LEAST_WORDS:
            return rest
    return text


def _noted(book: ActorBook, item: TurnItem, sentence: Sentence, known_numbers: AbstractSet[str]) -> _Item:
    def forms(names: Sequence[str]) -> list[str]:
        return [form for name in names for form in book.note(name, sentence.number)]

    holders = forms(item.holders)
    unresolved = len(holders) < max(len(item.holders), _LEAST_PARTIES)
    addressees = forms(item.addressees)
    return _Item(
        kind=item.kind,
        holders=holders,
        addressees=addressees,
        text=_told(item.text, known_numbers),
        sentences=[sentence.number],
        status=item.status,
        when=item.when,
        confidence=item.confidence,
        unresolved=unresolved,
    )


def _note_states(book: ActorBook, items: Iterable[_Item]) -> None:
    """Note the states for which the holders of items speak."""
    for item in items:
        for state in filter(None, map(book.served_by, item.holders if item.kind != "open_question" else ())):
            book.note(state, item.sentences[0])


def _named(book: ActorBook, item: _Item) -> _Item:
    holders = list(dict.fromkeys(map(book.name_of, item.holders)))
    addressees = [name for name in dict.fromkeys(map(book.name_of, item.addressees)) if name not in holders]
    return replace(item, holders=holders, addressees=addressees)


def _newly_named(items: Iterable[_Item], actors: Sequence[dict[str, Any]]) -> list[tuple[str, int]]:
    """Those whom only the wording tells as holders or addressees, with the sentence."""
    known = {actor["name"] for actor in actors}
    named = ((name, item.sentences[0]) for item in items for name in (*item.holders, *item.addressees))
    return [(name, number) for name, number in named if name not in known]


def _as_worded(
    items: Iterable[_Item], actors: Sequence[dict[str, Any]], states: Sequence[dict[str, Any]], document: Document
) -> Iterator[_Item]:
    """The items with those holders that the wording of their sentences tells, other states too where it is plain."""
    is_english = document.language == "en"
    wording, with_states = Wording(actors if is_english else []), Wording([*actors, *states] if is_english else [])
    before: list[str] = []
    for item in items:
        sentence = document.sentences[item.sentences[0] - 1].text
        if item.kind == "agreed_step":
            holders = with_states.joint_parties(sentence) or wording.parties(sentence, item.holders, before)
            before = holders if len(holders) > 1 else before
            yield replace(item, holders=list(holders))
        elif item.kind == "demand":
            by, of = with_states.demand(sentence, item.holders, item.addressees)
            yield replace(item, holders=by, addressees=of)
        else:
            awaited = wording.awaited(sentence)
            yield replace(item, holders=[awaited]) if awaited else item


def _for_states(book: ActorBook, item: _Item, actors: Sequence[dict[str, Any]]) -> _Item:
    """An item held by the states for which its holders speak."""
    if item.kind == "open_question":
        return item
    known = {actor["name"] for actor in actors}
    served = ((name, book.name_of(book.served_by(name) or name)) for name in item.holders)
    holders = dict.fromkeys(state if state in known else name for name, state in served)
    return replace(item, holders=list(holders), addressees=[name for name in item.addressees if name not in holders])


def _with_main_parties(items: Sequence[_Item]) -> list[_Item]:
    """Steps for which no two parties are known ("the two sides agreed"): those between whom most else is said."""
    pairs = Counter(
        frozenset(pair)
        for item in items
        for pair in (
            product(item.holders, item.addressees)
            if item.kind == "demand"
            else [item.holders] * (item.kind == "agreed_step" and len(item.holders) == _LEAST_PARTIES)
        )
    )
    main = next(iter(pairs.most_common(1)), (frozenset[str](), 0))[0]
    return [
        replace(item, holders=sorted(main))
        if item.kind == "agreed_step"
        and item.unresolved
        and len(item.holders) < _LEAST_PARTIES
        and main >= set(item.holders)
        else item
        for item in items
    ]


def _merged(items: Iterable[_Item], document: Document) -> list[_Item]:
    """Items said twice become one with both pieces of evidence, in the fuller of the two wordings."""
    result: list[_Item] = []
    for item in items:
        twin = next((known for known in result if _is_repeat(known, item, document)), None)
        if twin is None:
            result.append(item)
            continue
        twin.sentences += [number for number in item.sentences if number not in twin.sentences]
        twin.status, twin.when = item.status or twin.status, item.when or twin.when
        if _settles(twin, item) and twin.holders:  # who refuses a demand is easily taken for who made it
            if not twin.addressees and _share_one(twin.holders, item.holders):
                twin.addressees = list(item.addressees)
            continue
        twin.holders += [name for name in item.holders if name not in twin.holders]
        twin.text = max(twin.text, item.text, key=lambda text: stems(text).total())
        twin.confidence = max(filter(None, (twin.confidence, item.confidence)), default=None)
        twin.addressees += [name for name in item.addressees if name not in [*twin.addressees, *twin.holders]]
    return result


def _is_repeat(known: _Item, item: _Item, document: Document) -> bool:
    if known.kind != item.kind or not (_share_one(known.holders, item.holders) or _settles(known, item)):
        return False
    if not numbers_agree(known.text, item.text):
        return False
    if token_f1(known.text, item.text) >= SAME_WORDING:
        return True
    if not _share_one(known.addressees, item.addressees):
        return False
    share = stem_containment(known.text, item.text)
    if any(document.sentences[number - 1].is_heading for number in known.sentences):
        return share >= _CONTAINED_IN_LEAD or (_are_held_alike(known, item) and stems(known.text) <= stems(item.text))
    return bool(known.holders) and set(known.holders) == set(item.holders) and share >= _CONTAINED


def _settles(known: _Item, item: _Item) -> bool:
    """Whether an item says in the same words that a demand was refused or granted."""
    return item.kind == "demand" and item.status is not None and token_f1(known.text, item.text) >= SAME_WORDING


def _are_held_alike(one: _Item, other: _Item) -> bool:
    return bool(one.holders and one.addressees) and (one.holders, one.addressees) == (other.holders, other.addressees)


def _asks_of_one(question: _Item, demands: Iterable[_Item]) -> bool:
    """Whether a question asks no more than whether a demand of its sentence will be met; every demand is that open."""
    asked = stems(question.text)
    return any(set(question.sentences) & set(one.sentences) and stems(one.text) <= asked for one in demands)


def _share_one(names: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two lists of names have one in common, or one of them is empty."""
    return not names or not others or not set(names).isdisjoint(others)


def _most_telling(items: Sequence[_Item]) -> list[_Item]:
    """One item of each section first, agreed steps before demands before questions; one for each sentence."""
    ranked = sorted(items, key=lambda item: (_RANK[item.kind], -len(item.sentences)))
    firsts = [next((item for item in ranked if item.kind == kind), None) for kind in _RANK]
    order = [item for item in firsts if item] + ranked
    firsts_of_sentences: dict[int, _Item] = {}
    for item in order:
        firsts_of_sentences.setdefault(item.sentences[0], item)
    return list(firsts_of_sentences.values())


def _headline(document: Document, items: Sequence[_Item], actors: Sequence[dict[str, Any]]) -> str:
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


def _summary(document: Document, items: Sequence[_Item], actors: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lead, where it tells of two actors, and the most telling items, in the order of the text.

    An item stands in the words of its sentence, unless that needs the one before it ("They want it back.").
    """
    forms = {form: actor["name"] for actor in actors for form in (actor["name"], *actor["aliases"])}

    def named(number: int) -> set[str]:
        text = document.sentences[number - 1].text
        return set() if _LEANS.match(text) else {name for form, name in forms.items() if form in text}

    lead = _lead(document)
    chosen: dict[int, dict[str, Any]] = {}
    if len(named(lead)) >= _LEAST_PARTIES:
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


def _in_words(item: _Item) -> str | None:
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


def _demand(item: _Item) -> dict[str, Any]:
    return {
        "by": item.holders,
        "of": item.addressees,
        "demand": _capitalised(item.text),
        "status": item.status or "open",
        "evidence": item.sentences,
    }


def _agreed_step(item: _Item, document: Document) -> dict[str, Any]:
    told = document.names.find(item.when) if item.when else None
    when = told or find_date(document.sentences[item.sentences[0] - 1].text, document.language)
    return {
        "parties": item.holders,
        "step": _capitalised(item.text),
        "when": when,
        "status": item.status,
        "evidence": item.sentences,
    }


def _open_question(item: _Item) -> dict[str, Any]:
    question = _capitalised(item.text.rstrip("?. "))
    return {"question": f"{question}?", "awaits": item.holders, "evidence": item.sentences}


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
