"""From the answers of all turns to one briefing: names resolved, repeats merged, headline and summary from the text.

What no answer and no sentence tells stays at its default: code that guesses a status or a role would be believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from summarizer.documents import Document, Sentence
from summarizer.engine.actor_forms import are_no_state
from summarizer.engine.actors import ActorBook
from summarizer.engine.dates import find_date
from summarizer.engine.known_actors import KnownActor
from summarizer.engine.noted_items import LEAST_PARTIES, NotedItem, merged, with_main_parties
from summarizer.engine.offices import body_served
from summarizer.engine.speakers import quoted_by_name
from summarizer.engine.states import state_of
from summarizer.engine.summary import headline_of, summary_of
from summarizer.engine.turn_answers import TurnAnswer, TurnItem
from summarizer.engine.wording import Wording, opens_with
from summarizer.schemas import AgreedStep, Briefing, Demand, OpenQuestion, grounding_context
from summarizer.similarity import numbers, stems

__all__ = ["assemble"]

_SHOWN_DIGITS = 3
"""Of a confidence; what is shown is also what `--min-confidence` goes by."""

_LEAST_WORDS = 2
_WITH_A_NUMBER = re.compile(
    r"(?:,? (?:(?:no|not) )?(?:after|at|before|between|by|for|from|in|later than|of|on|over|than|to|until|up to|with"
    r"|within)\b[^,\d]{0,30}?)? \S*\d\S*"
)


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
        min_confidence: Items that the model gives a lower probability are left out; the actors that they named stay.
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
    ]
    _note_states(book, noted)
    read = {sentence.number for sentence, _ in answers}
    quoted = [(name, number) for name, number in quoted_by_name(document) if number in read]
    for name, number in quoted:
        book.note_speaker(name, number)
    actors = book.gather()
    worded = list(_as_worded([_named(book, item) for item in noted], actors, book.other_states(), document))
    worded = [_held_by_its_speaker(book, item, quoted) for item in worded]
    for state, number in _newly_named(worded, actors):
        book.note(state, number)
    actors = book.gather()
    items = with_main_parties([_for_bodies(book, item, actors) for item in worded])
    items = merged(items, document)
    items = [item for item in items if item.kind != "agreed_step" or item.unresolved or len(item.holders) > 1]
    # only now: what is left has the parties and the wording that it has beside the others
    items = [i for i in items if i.confidence is None or round(i.confidence, _SHOWN_DIGITS) >= min_confidence]
    demands = [item for item in items if item.kind == "demand"]
    items = [item for item in items if item.kind != "open_question" or not _asks_of_one(item, demands)]
    briefing = Briefing.model_validate(
        {
            "headline": headline_of(document, items, actors),
            "summary": summary_of(document, items, actors),
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


def _add_confidences(built: Sequence[Demand | AgreedStep | OpenQuestion], items: Iterable[NotedItem]) -> None:
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


def _noted(book: ActorBook, item: TurnItem, sentence: Sentence, known_numbers: AbstractSet[str]) -> NotedItem:
    def forms(names: Sequence[str]) -> list[str]:
        return [form for name in names for form in book.note(name, sentence.number)]

    holders = forms(item.holders)
    if (
        item.kind == "demand"
        and (people := opens_with(sentence.text))
        and (not holders or (are_no_state(people) and all(map(state_of, holders))))
    ):
        holders = book.note(people, sentence.number)
    unresolved = len(holders) < max(len(item.holders), LEAST_PARTIES)
    addressees = forms(item.addressees)
    return NotedItem(
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


def _note_states(book: ActorBook, items: Iterable[NotedItem]) -> None:
    """Note the states for which the holders of items speak."""
    for item in items:
        for state in filter(None, map(book.served_by, item.holders if item.kind != "open_question" else ())):
            book.note(state, item.sentences[0])


def _named(book: ActorBook, item: NotedItem) -> NotedItem:
    holders = list(dict.fromkeys(map(book.name_of, item.holders)))
    addressees = [name for name in dict.fromkeys(map(book.name_of, item.addressees)) if name not in holders]
    return replace(item, holders=holders, addressees=addressees)


def _held_by_its_speaker(book: ActorBook, item: NotedItem, quoted: Iterable[tuple[str, int]]) -> NotedItem:
    """A demand of nobody is that of the one whom its sentence quotes."""
    if item.kind != "demand" or item.holders:
        return item
    speakers = {book.name_of(name) for name, number in quoted if number == item.sentences[0]} - set(item.addressees)
    return replace(item, holders=list(speakers)) if len(speakers) == 1 else item


def _newly_named(items: Iterable[NotedItem], actors: Sequence[dict[str, Any]]) -> list[tuple[str, int]]:
    """Those whom only the wording tells as holders or addressees, with the sentence."""
    known = {actor["name"] for actor in actors}
    named = ((name, item.sentences[0]) for item in items for name in (*item.holders, *item.addressees))
    return [(name, number) for name, number in named if name not in known]


def _as_worded(
    items: Iterable[NotedItem], actors: Sequence[dict[str, Any]], states: Sequence[dict[str, Any]], document: Document
) -> Iterator[NotedItem]:
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
            is_voiced_again = is_english and item.status == "accepted" and wording.voices_a_demand(sentence)
            status = None if is_voiced_again else item.status
            yield replace(item, holders=by, addressees=of, status=status)
        else:
            awaited = wording.awaited(sentence)
            yield replace(item, holders=[awaited]) if awaited else item


def _for_bodies(book: ActorBook, item: NotedItem, actors: Sequence[dict[str, Any]]) -> NotedItem:
    """An item held by the states and bodies for which its holders speak."""
    if item.kind == "open_question":
        return item
    known = {actor["name"] for actor in actors}
    served = ((name, book.name_of(book.served_by(name) or body_served(name, actors) or name)) for name in item.holders)
    holders = dict.fromkeys(body if body in known else name for name, body in served)
    return replace(item, holders=list(holders), addressees=[name for name in item.addressees if name not in holders])


def _asks_of_one(question: NotedItem, demands: Iterable[NotedItem]) -> bool:
    """Whether a question asks no more than whether a demand of its sentence will be met; every demand is that open."""
    asked = stems(question.text)
    return any(set(question.sentences) & set(one.sentences) and stems(one.text) <= asked for one in demands)


def _demand(item: NotedItem) -> dict[str, Any]:
    return {
        "by": item.holders,
        "of": item.addressees,
        "demand": _capitalised(item.text),
        "status": item.status or "open",
        "evidence": item.sentences,
    }


def _agreed_step(item: NotedItem, document: Document) -> dict[str, Any]:
    told = document.names.find(item.when) if item.when else None
    when = told or find_date(document.sentences[item.sentences[0] - 1].text, document.language)
    return {
        "parties": item.holders,
        "step": _capitalised(item.text),
        "when": when,
        "status": item.status,
        "evidence": item.sentences,
    }


def _open_question(item: NotedItem) -> dict[str, Any]:
    question = _capitalised(item.text.rstrip("?. "))
    return {"question": f"{question}?", "awaits": item.holders, "evidence": item.sentences}


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
