"""What the assembly makes of right answers: where it falls short of 1, code spoils what a model says.

Usage: python training/measure_assembly.py [--only PART…] [--show by --show parties]
Each validation article is read as if the model had answered every sentence as the labels do, and the briefing is scored
as `summarizer eval run` does. An actor that a sentence cannot name yet stays unsaid there, so 1 is out of reach.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from conversations import conversation
from corpus_articles import Article, read_corpus
from write_fixtures import write_fixture

from summarizer.documents import Document
from summarizer.engine.assembly import assemble
from summarizer.evaluation.counts import ArticleScore, score_article
from summarizer.evaluation.items import labelled_items, predicted_items
from summarizer.evaluation.labels import Fixture, load_fixtures
from summarizer.evaluation.metrics import metrics_of
from summarizer.schemas import Briefing

SECTIONS = {"by": "demands", "of": "demands", "parties": "agreed_steps", "awaits": "open_questions"}
SHOWN = [
    "items.macro_f1",
    "actors.f1",
    "actors.kind",
    "actors.role",
    *(f"{section}.{name}" for name, section in SECTIONS.items()),
    "demands.status",
]


def briefing_of_labels(article: Article, document: Document) -> Briefing | None:
    """The briefing that comes of the labels' own answers; None where the text is split into other sentences."""
    turns = conversation(article)
    if len(turns) != len(document.sentences):
        return None
    return assemble(document, [(s, turn.answer) for s, turn in zip(document.sentences, turns, strict=True)])


def _show(names: list[str], fixture: Fixture, briefing: Briefing, score: ArticleScore) -> None:
    labelled = labelled_items(fixture.labels, fixture.document, briefing)
    predicted = predicted_items(briefing, fixture.labels)
    for name in names:
        section = SECTIONS[name]
        for pair in score.pairs[section]:
            if not pair.found:
                continue
            ours, theirs = predicted[section][pair.predicted], labelled[section][pair.labelled]
            if ours.names[name] != theirs.names[name]:
                sentence = fixture.document.sentences[min(theirs.sentences) - 1].text
                wrong, right = sorted(ours.names[name]), sorted(theirs.names[name])
                print(f"{fixture.name} {name}: {wrong} for {right}: {sentence}")


def main(
    only: Annotated[list[str] | None, typer.Option(help="Parts, by their files' prefix.")] = None,
    show: Annotated[list[str] | None, typer.Option(help="Print what differs: by, of, parties or awaits.")] = None,
) -> None:
    """Print the scores of right answers."""
    articles = {
        article.identifier: article
        for article in read_corpus()
        if article.is_validation and (not only or article.file.startswith(tuple(only)))
    }
    counts = []
    with tempfile.TemporaryDirectory() as folder:
        for article in articles.values():
            write_fixture(article, Path(folder))
        for fixture in load_fixtures(Path(folder)):
            briefing = briefing_of_labels(articles[fixture.name], fixture.document)
            if briefing is None:
                continue
            score = score_article(briefing, fixture.labels, fixture.document)
            counts.append(score.counts)
            _show(show or [], fixture, briefing, score)
    metrics = metrics_of(counts)
    print(f"{len(counts)} of {len(articles)} articles")
    for name in SHOWN:
        print(f"{name:22} {metrics[name]:.3f}")


if __name__ == "__main__":
    typer.run(main)
