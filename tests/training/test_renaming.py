"""Articles with some of their actors renamed, for training."""

from __future__ import annotations

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "training"))

from corpus_articles import Actor, Article
from renaming import Renaming

from summarizer.engine.states import state_of, state_of_adjective


def article_of(*sentences: str, forms: str = "Orvania; Lessk") -> Article:
    return Article(
        file="x.txt",
        identifier="x-001",
        actors=[Actor(forms.split("; "), "state"), Actor(["Ann Sorvel", "Sorvel"], "person")],
        sentences=list(sentences),
        labels=[(1, ">D Orvania > -: pay the Orvanian bank")],
    )


def renamed(article: Article) -> list[Article]:
    renaming = Renaming([article])
    return [renaming(article, random.Random(seed)) for seed in range(40)]


def test_an_invented_state_becomes_a_real_one_with_its_capital_and_its_people() -> None:
    original = article_of("Lessk spoke to the Orvanians.", "Orvania paid an Orvanian bank, Sorvel said.")
    real = [one for one in renamed(original) if state_of(one.actors[0].name)]
    assert real
    for article in real:
        name, capital = article.actors[0].forms
        assert state_of(capital) == state_of(name)
        assert not any(old in line for line in article.sentences for old in ("Orvan", "Lessk"))
        bank = article.sentences[1].split(" paid an ")[1].split(" bank")[0]
        assert state_of_adjective(bank) == state_of(name)
        assert article.labels[0][1] == f">D {name} > -: pay the {bank} bank"


def test_a_state_of_which_something_would_be_left_keeps_its_name() -> None:
    for original in (
        article_of("Orvania paid.", "The Bank of Orvania Minor did not."),  # in a longer name
        article_of("Orvania and the Orvanian, Orvanists and Orvanish paid."),  # of whom there are no real ones
        article_of("Orvania, Lessk and Old Lessk paid.", forms="Orvania; Lessk; Old Lessk"),
    ):
        assert not any(state_of(one.actors[0].name) for one in renamed(original))
