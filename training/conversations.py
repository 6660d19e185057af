"""From labelled articles to the conversations that the model is trained on, a turn a sentence, as the engine has them.

Labels name actors by the fullest form in the whole text. The model reads from the top and can only write what it has
seen: an answer uses the fullest form up to its sentence, and "-" for an actor that was not yet named.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from corpus_articles import LABEL, STATUS, Actor, Article

from summarizer.engine.actor_forms import is_same_actor
from summarizer.engine.turn_answers import Introduction, TurnAnswer, TurnItem, write_answer
from summarizer.engine.turns import without_dateline
from summarizer.schemas import ActorKind

__all__ = ["Turn", "conversation"]

_WORD = re.compile(r"\w{4,}")
_KINDS = {"D": "demand", "S": "agreed_step", "Q": "open_question"}


@dataclass(frozen=True)
class Turn:
    """A sentence and the answer to it."""

    sentence: str
    answer: TurnAnswer

    @property
    def text(self) -> str:
        """The answer as the model writes it."""
        return write_answer(self.answer)


class _Shown:
    """What a reader who has come to a sentence knows of the actors."""

    def __init__(self, article: Article) -> None:
        self._actors = article.actors
        self._forms: dict[int, list[str]] = {}
        """Place of an actor to the forms seen so far."""
        forms = sorted(((form, place) for place, a in enumerate(article.actors) for form in a.forms), key=_longest)
        self._places = dict(forms)
        self._pattern = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(form) for form, _ in forms) + r")(?!\w)")

    def read(self, sentence: str) -> tuple[Introduction, ...]:
        """Take a sentence in; give the forms that it is the first to use and that code could not tell by itself."""
        found = dict.fromkeys((self._places[match[0]], match[0]) for match in self._pattern.finditer(sentence))
        lines: list[Introduction] = []
        for place in dict.fromkeys(place for place, _ in found):
            lines += self._of_actor(place, [form for at, form in found if at == place], sentence)
        return tuple(lines)

    def _of_actor(self, place: int, forms: list[str], sentence: str) -> list[Introduction]:
        actor = self._actors[place]
        if any(re.search(rf"(?<!\w){re.escape(actor.name)}(?!\w)", form) for form in forms):
            forms = [actor.name, *(form for form in forms if actor.name not in form)]
        forms.sort(key=actor.forms.index)
        before = self._forms.setdefault(place, [])
        lines = []
        for form in forms:
            if form in before:
                continue
            if not before:
                lines.append(Introduction(form=form, kind=_kind(actor), role=_role(actor, sentence)))
            elif form == actor.name or not any(is_same_actor(form, known) for known in before):
                lines.append(Introduction(form=form, same_as=self.name(place)))
            before.append(form)
        return lines

    def name(self, place: int) -> str | None:
        """The fullest form seen so far; None before the first."""
        seen = self._forms.get(place)
        return min(seen, key=self._actors[place].forms.index) if seen else None

    def named(self, names: str) -> tuple[str, ...]:
        """The holders or addressees of a label, by the forms seen so far; those not yet named left out."""
        places = [next(p for p, a in enumerate(self._actors) if a.name == n) for n in names.split(" + ") if n != "-"]
        return tuple(name for place in places if (name := self.name(place)))


def conversation(article: Article, *, keep_background: float = 1.0, seed: int = 0) -> list[Turn]:
    """The turns of an article.

    Args:
        article: A labelled article that holds.
        keep_background: Share of the sentences without label, and without an actor's first mention, that are kept.
        seed: Decides which.
    """
    shown = _Shown(article)
    chance = random.Random(seed)  # noqa: S311 - no secret
    turns: list[Turn] = []
    for number, sentence in enumerate(article.sentences, 1):
        text = without_dateline(sentence)
        actors = shown.read(text)
        items = tuple(_item(line, shown) for at, line in article.labels if at == number)
        if items or actors or chance.random() < keep_background:
            turns.append(Turn(text, TurnAnswer(actors=actors, items=items)))
    return turns


def _item(line: str, shown: _Shown) -> TurnItem:
    match = LABEL.fullmatch(line)
    if not match:
        raise ValueError(f"no label: {line}")
    letter, head, text = match.groups()
    by, _, of = head.partition(" > ")
    found = STATUS.search(text)
    status, _, when = (part.strip() for part in (found[1] if found else "").partition(";"))
    return TurnItem(
        kind=_KINDS[letter],  # type: ignore[arg-type]
        holders=shown.named(by.strip()),
        addressees=shown.named(of.strip()) if of else (),
        text=STATUS.sub("", text).strip(),
        status=status if status not in ("", "open") else None,
        when=when or None,
    )


def _kind(actor: Actor) -> ActorKind:
    return actor.kind  # type: ignore[return-value]


def _role(actor: Actor, sentence: str) -> str | None:
    """The role, where the sentence itself tells it."""
    if not actor.role:
        return None
    told = set(_WORD.findall(sentence.casefold()))
    return actor.role if set(_WORD.findall(actor.role.casefold())) <= told else None


def _longest(entry: tuple[str, int]) -> tuple[int, str]:
    return -len(entry[0]), entry[0]
