"""Write the validation articles of the corpus as labelled folders, so that whole briefings of them can be scored.

Usage: python training/write_fixtures.py OUT [--only PART…]; then: summarizer eval run OUT -m local
The fixtures of the evals are few; these are more, in the style of the corpus, and no run trains on them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from corpus_articles import LABEL, STATUS, Article, read_corpus

SECTIONS = {"D": "demands", "S": "agreed_steps", "Q": "open_questions"}
TEXTS = {"D": "demand", "S": "step", "Q": "question"}


def labels_of(article: Article) -> dict[str, Any]:
    """The labels of an article in the form of the fixtures; an item that is labelled again has more evidence."""
    items: dict[tuple[str, str, str], dict[str, Any]] = {}
    for number, line in article.labels:
        match = LABEL.fullmatch(line)
        if not match:
            raise ValueError(f"no label: {line}")
        letter, head, text = match.groups()
        told = STATUS.search(text)
        status, _, when = (part.strip() for part in (told[1] if told else "").partition(";"))
        wording = STATUS.sub("", text).strip()
        item = items.setdefault((letter, head, wording), _item(letter, head, wording))
        item["evidence"].append(article.sentences[number - 1])
        item |= {name: value for name, value in (("status", status), ("when", when)) if value}
    actors = [
        {
            "name": a.name,
            "aliases": a.forms[1:],
            "kind": a.kind,
            "role": a.role,
            "evidence": _first_mention(a.name, article),
        }
        for a in article.actors
    ]
    sections = {name: [item for key, item in items.items() if key[0] == letter] for letter, name in SECTIONS.items()}
    return {"tags": [article.kind, article.style], "actors": actors, **sections}


def _item(letter: str, head: str, wording: str) -> dict[str, Any]:
    by, _, of = head.partition(" > ")
    holders = {"D": "by", "S": "parties", "Q": "awaits"}[letter]
    item = {holders: _names(by), TEXTS[letter]: wording, "evidence": []}
    return item | {"of": _names(of)} if letter == "D" else item


def _names(written: str) -> list[str]:
    return [name for part in written.split("+") if (name := part.strip()) not in ("", "-")]


def _first_mention(name: str, article: Article) -> list[str]:
    return [next(sentence for sentence in article.sentences if name in sentence)]


def write_fixture(article: Article, out: Path) -> None:
    """Write the folder of one article."""
    folder = out / article.identifier
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "article.txt").write_text("\n".join(article.sentences) + "\n", encoding="utf-8")
    labels = yaml.safe_dump(labels_of(article), allow_unicode=True, sort_keys=False, width=120)
    (folder / "labels.yaml").write_text(labels, encoding="utf-8")


def main(
    out: Path, only: Annotated[list[str] | None, typer.Option(help="Parts, by their files' prefix.")] = None
) -> None:
    """Write a folder for each article."""
    for article in read_corpus():
        if not article.is_validation or (only and not article.file.startswith(tuple(only))):
            continue
        write_fixture(article, out)


if __name__ == "__main__":
    typer.run(main)
