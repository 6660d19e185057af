"""Articles with some of their actors renamed throughout: what a model then learns of holders is not tied to names.

Only names that can be exchanged without a trace are: surnames of people (the given name stays, and with it the
pronouns), and states that go by single names of which no other word of the text is built ("Orvanian").
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from corpus_articles import Actor, Article

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

    def __call__(self, article: Article, chance: random.Random) -> Article:
        """The article with new surnames and states; each name that can be exchanged is, in half of the cases."""
        text = "\n".join([*article.sentences, *(line for _, line in article.labels)])
        exchanged: dict[str, str] = {}
        for actor in article.actors:
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


def _surname(actor: Actor) -> str | None:
    """The last word of a person's name of two words, where all forms end in it or are other words."""
    words = actor.name.split()
    if actor.kind != "person" or len(words) != 2 or not all(word.isalpha() and word.istitle() for word in words):  # noqa: PLR2004
        return None
    return words[1]


def _is_plain_state(actor: Actor) -> bool:
    return actor.kind == "state" and all(form.isalpha() and form.istitle() for form in actor.forms)


def _is_alone(form: str, text: str) -> bool:
    """Whether no other word begins like the form, and no longer name holds it."""
    if re.search(rf"(?<!\w){re.escape(form[:_STEM])}(?!{re.escape(form[_STEM:])}(?!\w))", text):
        return False
    return not re.search(rf"[A-Z]\w+ {re.escape(form)}(?!\w)|(?<!\w){re.escape(form)} [A-Z]", text)


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
