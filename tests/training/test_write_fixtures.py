"""Articles of the corpus as labelled folders."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "training"))

from corpus_articles import Article, read_corpus
from write_fixtures import labels_of

from summarizer import Document
from summarizer.evaluation.labels import Labels, problems


@pytest.mark.parametrize("article", read_corpus()[::60], ids=lambda article: article.identifier)
def test_the_labels_of_an_article_are_those_of_a_fixture_and_hold(article: Article) -> None:
    labels = Labels.model_validate(labels_of(article))
    assert list(problems(Document(text="\n".join(article.sentences)), labels)) == []
    assert len(labels.actors) == len(article.actors)


def test_a_demand_that_is_labelled_again_is_one_with_both_sentences_and_its_last_status() -> None:
    article = Article("x.txt", "x-012", sentences=["The union wants pay.", "Rail said no."])
    article.labels = [(1, ">D union > Rail: raise pay"), (2, ">D union > Rail: raise pay {rejected}")]
    (demand,) = Labels.model_validate(labels_of(article)).demands
    assert (demand.by, demand.of, demand.status) == (["union"], ["Rail"], "rejected")
    assert demand.evidence == article.sentences
