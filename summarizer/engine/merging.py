"""Several answers, each to one window of a document, become one: what windows say twice stands once.

Actors are the same by name and alias, items by evidence and wording (`summarizer.similarity`, as in the evals). Where
that leaves a doubt, both stand: a repeat is a nuisance, a lost point is a wrong answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from summarizer.engine.actor_forms import is_same_actor
from summarizer.engine.known_actors import bare
from summarizer.engine.states import is_state
from summarizer.errors import AnswerError
from summarizer.schemas import Actor, AgreedStep, Briefing, Demand, Evidence, OpenQuestion
from summarizer.similarity import CUT, SAME_WORDING, is_telling, item_similarity, numbers, pair_off, token_f1, tokens

__all__ = ["PARTIES", "TEXT", "GatheredActors", "merge", "numbers_agree"]

AnswerT = TypeVar("AnswerT", bound=BaseModel)
ItemT = TypeVar("ItemT", bound=BaseModel)

_LEAST_WORDING = 0.2
"""Two demands may rest on one sentence: the same evidence alone does not make one item of two."""

TEXT: Mapping[type[BaseModel], str] = {Demand: "demand", AgreedStep: "step", OpenQuestion: "question"}
PARTIES: Mapping[type[BaseModel], tuple[str, ...]] = {
    Demand: ("by", "of"),
    AgreedStep: ("parties",),
    OpenQuestion: ("awaits",),
}
_UNTOLD_STATUS: Mapping[type[BaseModel], str | None] = {Demand: "open", AgreedStep: None}


def merge(answers: Sequence[AnswerT]) -> AnswerT:
    """Make one answer of the answers to a document's windows.

    Of a briefing, headline and summary are the first window's headline and every window's statements. Under a schema of
    the user's own, lists are joined without repeats, dictionaries too, and of single values the first that is told
    stands.

    Args:
        answers: In the order of the windows, at least one, under one schema.

    Raises:
        AnswerError: If the answers together break a bound of the schema that each of them kept.
    """
    first = answers[0]
    briefings = [answer for answer in answers if isinstance(answer, Briefing)]
    merged = _merged_briefing(briefings) if briefings else {}
    for name in type(first).model_fields.keys() - merged.keys():
        merged[name] = _joined([getattr(answer, name) for answer in answers])
    whole = first.model_copy(update=merged)
    try:
        type(first).model_validate_json(whole.model_dump_json(by_alias=True, round_trip=True))
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise AnswerError(
            f"The answers to {len(answers)} parts of the text, together, are not within the schema "
            f"({'.'.join(map(str, problem['loc']))}: {problem['msg']}); widen it, or name a model with a larger "
            "context."
        ) from error
    return whole


def _merged_briefing(briefings: Sequence[Briefing]) -> dict[str, Any]:
    actors = GatheredActors(briefings)
    merged: dict[str, Any] = {"headline": briefings[0].headline, "actors": actors.merged()}
    for section in ("demands", "agreed_steps", "open_questions"):
        merged[section] = _items(
            [actors.renamed(item, window) for item in getattr(briefing, section)]
            for window, briefing in enumerate(briefings)
        )
    return merged


# Items


def _joined(values: Sequence[Any]) -> Any:
    """One value of a field out of each window's."""
    if all(isinstance(value, list) for value in values):
        if all(isinstance(item, BaseModel) and not isinstance(item, Evidence) for value in values for item in value):
            return _items(values)
        joined: list[Any] = []
        for value in values:
            joined += [item for item in value if item not in joined]
        return joined
    if all(isinstance(value, dict) for value in values):
        return {key: value for one in reversed(values) for key, value in one.items()}
    return next((value for value in values if value not in (None, "")), values[0])


def _items(windows: Iterable[Sequence[ItemT]]) -> list[ItemT]:
    """The items of all windows in the order of their evidence; one is paired with one of another window at most."""
    merged: list[ItemT] = []
    for items in windows:
        likeness = [
            (value, known, new)
            for known, one in enumerate(merged)
            for new, other in enumerate(items)
            if (value := _likeness(one, other))
        ]
        partners = pair_off(likeness)
        for new, item in enumerate(items):
            if new in partners:
                merged[partners[new]] = _as_one(merged[partners[new]], item)
            else:
                merged.append(item)
    return sorted(merged, key=lambda item: min((e.start for e in _evidence(item)), default=0))


def _likeness(one: BaseModel, other: BaseModel) -> float:
    """How alike two items are, where they are one and the same; 0 where they are not."""
    text, other_text = _text(one), _text(other)
    if type(one) is not type(other) or not numbers_agree(text, other_text):
        return 0.0
    wording = token_f1(text, other_text)
    if wording < _LEAST_WORDING:
        return 0.0
    cited, other_cited = _cited(one), _cited(other)
    likeness = item_similarity(cited, text, other_cited, other_text)
    if cited & other_cited:
        same = likeness >= CUT and (_parties_agree(one, other) or (cited == other_cited and wording >= SAME_WORDING))
    else:
        same = wording >= SAME_WORDING and _parties_agree(one, other) and not _differ_in_a_word(text, other_text)
    return likeness if same else 0.0


def numbers_agree(text: str, other: str) -> bool:
    """Whether two texts have the same numbers, or one has none."""
    one, another = numbers(text), numbers(other)
    return not one or not another or one == another


def _differ_in_a_word(text: str, other: str) -> bool:
    """Whether each has a telling word that the other has not ("the northern bridge", "the southern bridge")."""
    words, others = Counter(tokens(text)), Counter(tokens(other))
    return all(any(map(is_telling, left)) for left in (words - others, others - words))


def _parties_agree(one: BaseModel, other: BaseModel) -> bool:
    """Whether neither names a party in place of one that the other names."""
    pairs = ((set(getattr(one, name)), set(getattr(other, name))) for name in PARTIES.get(type(one), ()))
    return all(parties <= others or others <= parties for parties, others in pairs)


def _as_one(one: ItemT, other: ItemT) -> ItemT:
    """An item that two windows report: the words of the first, the evidence of both, the status told last."""
    changed: dict[str, Any] = {}
    for name in type(one).model_fields:
        value, further = getattr(one, name), getattr(other, name)
        if isinstance(value, list):
            changed[name] = _both(value, further)
        elif name in ("status", "when"):
            changed[name] = _told_last(one, other, name)
        elif name == "confidence":
            changed[name] = max(filter(None, (value, further)), default=None)
        elif value is None:
            changed[name] = further
    return one.model_copy(update=changed)


def _both(values: list[Any], further: list[Any]) -> list[Any]:
    joined = values + [value for value in further if value not in values]
    if all(isinstance(value, Evidence) for value in joined):
        joined.sort(key=lambda evidence: evidence.start)
    return joined


def _told_last(one: BaseModel, other: BaseModel, name: str) -> Any:
    """The status or time that the later evidence tells; what no text told (`open`) does not undo what one did."""
    later, earlier = sorted((one, other), key=lambda item: max(_cited(item), default=0), reverse=True)
    untold = _UNTOLD_STATUS.get(type(one)) if name == "status" else None
    told = getattr(later, name)
    return getattr(earlier, name) if told == untold else told


def _text(item: BaseModel) -> str:
    """What an item says; under a schema of the user's own, all its texts."""
    if type(item) in TEXT:
        return str(getattr(item, TEXT[type(item)]))
    return " ".join(value for name in type(item).model_fields if isinstance(value := getattr(item, name), str))


def _cited(item: BaseModel) -> frozenset[int]:
    return frozenset(evidence.sentence for evidence in _evidence(item))


def _evidence(item: BaseModel) -> Iterator[Evidence]:
    for name in type(item).model_fields:
        value = getattr(item, name)
        for part in value if isinstance(value, list | tuple) else [value]:
            if isinstance(part, Evidence):
                yield part


# Actors


@dataclass
class _Group:
    """One actor, as the windows know it."""

    actors: list[Actor] = field(default_factory=list)
    windows: set[int] = field(default_factory=set)

    @property
    def names(self) -> set[str]:
        return {bare(actor.name) for actor in self.actors}

    @property
    def aliases(self) -> set[str]:
        return {bare(alias) for actor in self.actors for alias in actor.aliases}


class GatheredActors:
    """The actors of several answers, gathered: to windows of one document, or to the documents of one matter."""

    def __init__(self, briefings: Sequence[Briefing]) -> None:
        self._groups: list[_Group] = []
        self._group_of: dict[tuple[int, str], _Group] = {}
        for window, briefing in enumerate(briefings):
            for actor in briefing.actors:
                group = self._home(actor, window)
                group.actors.append(actor)
                group.windows.add(window)
                self._group_of[window, actor.name] = group
        self._names = {id(group): _fullest(group) for group in self._groups}

    def merged(self) -> list[Actor]:
        """One actor for each, in the order of their first mention."""
        forms = Counter(form for group in self._groups for form in group.names | group.aliases)
        ambiguous = {form for form, count in forms.items() if count > 1}
        actors = [self._one(group, ambiguous) for group in self._groups]
        return sorted(actors, key=lambda actor: min((evidence.start for evidence in actor.evidence), default=0))

    def renamed(self, item: ItemT, window: int) -> ItemT:
        """An item of a window with its parties under their names in the whole."""
        named: dict[str, list[str]] = {}
        for party in PARTIES[type(item)]:
            names = dict.fromkeys(self.name_of(window, name) for name in getattr(item, party))
            named[party] = [name for name in names if party != "of" or name not in named["by"]]
        return item.model_copy(update=named)

    def name_of(self, window: int, name: str) -> str:
        """An actor's name in the whole, by its name in a window."""
        group = self._group_of.get((window, name))
        return self._names[id(group)] if group else name

    def _home(self, actor: Actor, window: int) -> _Group:
        """The group that an actor belongs to, a new one where none fits, or more than one."""
        name, aliases = bare(actor.name), set(map(bare, actor.aliases))
        acronyms = {bare(alias) for alias in actor.aliases if alias.isupper() and len(alias) > 1}
        apart = [group for group in self._groups if window not in group.windows]
        kin: list[Callable[[_Group], bool]] = [
            lambda group: name in group.names,
            lambda group: name in group.aliases or bool(aliases & group.names),
            lambda group: group in apart and any(_is_same(actor.name, one.name) for one in group.actors),
            lambda group: group in apart and bool(acronyms & group.aliases),
        ]
        for is_kin in kin:
            found = [group for group in self._groups if is_kin(group)]
            if len(found) == 1:
                return found[0]
        self._groups.append(_Group())
        return self._groups[-1]

    def _one(self, group: _Group, ambiguous: set[str]) -> Actor:
        name = self._names[id(group)]
        forms = dict.fromkeys(form for actor in group.actors for form in (actor.name, *actor.aliases))
        roles = [actor for actor in group.actors if actor.role]
        evidence = [*group.actors[0].evidence, *(roles[0].evidence if roles else ())]
        kinds = Counter(actor.kind for actor in group.actors if actor.kind)
        return group.actors[0].model_copy(
            update={
                "name": name,
                "aliases": [form for form in forms if form != name and bare(form) not in ambiguous],
                "kind": kinds.most_common(1)[0][0] if kinds else None,
                "role": roles[0].role if roles else None,
                "evidence": _both([], list(dict.fromkeys(evidence))),
            }
        )


def _is_same(name: str, other: str) -> bool:
    return is_same_actor(name, other, spelt_alike=False)


def _fullest(group: _Group) -> str:
    """The fullest of the names that windows gave an actor; a state's own before its capital's."""
    return max((actor.name for actor in group.actors), key=lambda name: (is_state(name), len(name)))
