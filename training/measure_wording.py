"""How often the wording of a sentence tells what the label says: each rule of the engine against the corpus.

Usage: python training/measure_wording.py [--only PART…] [--wrong RULE]
The rules (summarizer/engine/wording.py) are asked without any belief of a model's; they see the actors of the labels.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Annotated

import typer
from corpus_articles import LABEL, Article, read_corpus

from summarizer.engine.wording import Wording

NOBODY = ["?"]
"""What the model is taken to believe, so that an answer is the rule's own."""


def main(
    only: Annotated[list[str] | None, typer.Option(help="Parts of the corpus, by their files' prefix.")] = None,
    wrong: Annotated[str, typer.Option(help="A rule whose wrong answers are listed.")] = "",
) -> None:
    """Print a table of the rules: in how many sentences each speaks, and in how many it is right."""
    counts: dict[str, Counter[bool]] = defaultdict(Counter)
    for article in read_corpus():
        if only and not article.file.startswith(tuple(f"{part}-" for part in only)):
            continue
        for rule, sentence, told, labelled in _answers(article):
            counts[rule][told == labelled] += 1
            if rule == wrong and told != labelled:
                print(f"{article.identifier}: {sentence}\n  {sorted(told)}, labelled {sorted(labelled)}")
    print("| rule | right | of | share |\n| --- | ---: | ---: | ---: |")
    for rule, count in sorted(counts.items()):
        print(f"| {rule} | {count[True]} | {count.total()} | {count[True] / count.total():.3f} |")


def _answers(article: Article) -> Iterator[tuple[str, str, set[str], set[str]]]:
    """Rule, sentence, who the rule tells and who is labelled, wherever a rule speaks."""
    actors = [{"name": a.name, "aliases": list(a.forms[1:]), "kind": a.kind} for a in article.actors]
    wording = Wording(actors)
    before: list[str] = []
    for number, line in article.labels:
        sentence = article.sentences[number - 1]
        letter, head, _ = LABEL.fullmatch(line).groups()  # type: ignore[union-attr]  # the articles hold
        first, _, second = (_named(part) for part in head.partition(" > "))
        if letter == "D":
            by, of = wording.demand(sentence, NOBODY, NOBODY)
            found = [("holder", by, first), ("addressee", of, second)]
        elif letter == "S":
            parties = wording.parties(sentence, NOBODY, before)
            found = [("parties", parties, first), ("joint parties", wording.joint_parties(sentence), first)]
            before = sorted(first)
        else:
            awaited = wording.awaited(sentence)
            found = [("awaited", [awaited] if awaited else [], first)]
        for rule, told, labelled in found:
            if told and told != NOBODY:
                yield rule, sentence, set(told), labelled


def _named(names: str) -> set[str]:
    return {name for part in names.split("+") if (name := part.strip()) not in ("", "-", ">")}


if __name__ == "__main__":
    typer.run(main)
