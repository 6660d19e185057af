"""Articles with some of their actors renamed throughout: what a model then learns of holders is not tied to names.

Only names that can be exchanged without a trace are: surnames of people (the given name stays, and with it the
pronouns), and states that go by single names. Those take the names of other invented states, where no other word of the
text is built of theirs ("Orvanian"), or become real ones with their capitals and adjectives: the corpus has none, and
reports are full of them. What such an article then tells of a state is as invented as before; it is kept nowhere.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from corpus_articles import Actor, Article

from summarizer.engine.states import State, all_states

__all__ = ["Renaming"]

_STEM = 4
"""Letters of a state's name by which words that are built of it are told."""


class Renaming:
    """Exchanges names for those of other articles.

    Args:
        articles: Where names come from.
    """

    def __init__(self, articles: Sequence[Article]) -> None:
        actors = [actor for article in articles for actor in article.actors]
        self._surnames = sorted({surname for actor in actors if (surname := _surname(actor))})
        self._states = sorted({form for actor in actors if _is_plain_state(actor) for form in actor.forms})
        self._real_states = [state for state in all_states() if _is_plain(state.names[0])]

    def __call__(self, article: Article, chance: random.Random) -> Article:
        """The article with new surnames and states; each name that can be exchanged is, in half of the cases."""
        text = "\n".join([*article.sentences, *(line for _, line in article.labels)])
        exchanged: dict[str, str] = {}
        for actor in article.actors:
            if chance.random() < 0.5 and (real := self._as_real(actor, article, text, chance)):  # noqa: PLR2004 - half
                exchanged |= real
                continue
            for old, pool in self._exchangeable(actor, article, text):
                new = chance.choice(pool)
                if chance.random() < 0.5 and not re.search(rf"(?<!\w){re.escape(new)}", text):  # noqa: PLR2004 - half
                    exchanged[old] = new
        return _exchange(article, exchanged) if len(set(exchanged.values())) == len(exchanged) else article

    def _exchangeable(self, actor: Actor, article: Article, text: str) -> list[tuple[str, Sequence[str]]]:
        others = [form for other in article.actors if other is not actor for form in other.forms]
        surname = _surname(actor)
        if surname and not any(surname in form.split() for form in others):
            return [(surname, self._surnames)]
        if _is_plain_state(actor):
            return [(form, self._states) for form in actor.forms if _is_alone(form, text)]
        return []

    def _as_real(self, actor: Actor, article: Article, text: str, chance: random.Random) -> dict[str, str]:
        """The words that make an invented state a real one; none where something of the old one would be left."""
        if not _is_plain_state(actor) or len(actor.forms) > 2:  # noqa: PLR2004 - its name and its capital
            return {}
        name, built = actor.name, _built_of(actor.name, text)
        adjective = min(built, key=len, default="").removesuffix("s")
        several = f"{adjective}s"
        if not built <= {adjective, several} or any(_is_in_a_longer_name(form, text) for form in actor.forms):
            return {}
        if adjective and any(adjective in a.name.split() and any(map(str.isupper, a.forms)) for a in article.actors):
            return {}  # its acronym would no longer fit
        real = chance.choice(self._real_states)
        new = {name: real.names[0]} | dict(zip(actor.forms[1:], real.seats, strict=False))
        new |= {adjective: real.adjectives[0]} if adjective and real.adjectives else {}
        new |= {several: f"{new[adjective]}s"} if adjective in new and new[adjective][-1] in "ni" else {}
        whole = new.keys() >= {*actor.forms, *built} and all(word.isalpha() for word in new.values())
        return new if whole and not _names_any_form(real, text) else {}


def _is_plain(name: str) -> bool:
    return name.isalpha() and name.istitle()


def _built_of(name: str, text: str) -> set[str]:
    """The other words of a text that begin like a state's name."""
    stem = name[: max(_STEM, len(name) - 2)]
    return set(re.findall(rf"(?<!\w){re.escape(stem)}\w*", text)) - {name}


def _names_any_form(state: State, text: str) -> bool:
    return any(form in text for form in (*state.names, *state.seats, *state.adjectives))


def _surname(actor: Actor) -> str | None:
    """The last word of a person's name of two words, where all forms end in it or are other words."""
    words = actor.name.split()
    if actor.kind != "person" or len(words) != 2 or not all(word.isalpha() and word.istitle() for word in words):  # noqa: PLR2004
        return None
    return words[1]


def _is_plain_state(actor: Actor) -> bool:
    return actor.kind == "state" and all(map(_is_plain, actor.forms))


def _is_alone(form: str, text: str) -> bool:
    """Whether no other word begins like the form, and no longer name holds it."""
    if re.search(rf"(?<!\w){re.escape(form[:_STEM])}(?!{re.escape(form[_STEM:])}(?!\w))", text):
        return False
    return not _is_in_a_longer_name(form, text)


def _is_in_a_longer_name(form: str, text: str) -> bool:
    return re.search(rf"[A-Z]\w+ {re.escape(form)}(?!\w)|(?<!\w){re.escape(form)} [A-Z]", text) is not None


def _exchange(article: Article, exchanged: Mapping[str, str]) -> Article:
    if not exchanged:
        return article
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, exchanged))})(?!\w)")

    def new(text: str) -> str:
        return pattern.sub(lambda match: exchanged[match[0]], text)

    return replace(
        article,
        actors=[replace(actor, forms=[new(form) for form in actor.forms]) for actor in article.actors],
        sentences=[new(sentence) for sentence in article.sentences],
        labels=[(number, new(line)) for number, line in article.labels],
    )
