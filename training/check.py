"""Check the training corpus: its form, near-duplicates, and that no article of the evals is trained on.

Usage: python training/check.py [FILE…]   (by default all of training/corpus)
Prints what is wrong, then counts per kind of dispute, style and label; ends with 1 where anything is wrong.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus_articles import CORPUS, FIXTURES, LABEL, STATUS, Article, read_articles

DEMAND_STATUSES = ("open", "accepted", "rejected")
STEP_STATUSES = ("planned", "under_way", "done")
SENTENCES = (12, 45)
MOST_LABELLED = 0.5
SHINGLE = 8
MOST_SHARED_SHINGLES = 3
"""Runs of eight words that two articles may share before they count as near-duplicates."""


def problems_of(article: Article) -> Iterator[str]:
    """What is wrong with one article."""
    yield from article.problems
    body = "\n".join(article.sentences)
    least, most = SENTENCES
    if not least <= len(article.sentences) <= most:
        yield f"{len(article.sentences)} sentences, not {least} to {most}"
    labelled = len({number for number, _ in article.labels})
    if labelled > MOST_LABELLED * len(article.sentences):
        yield f"{labelled} of {len(article.sentences)} sentences are labelled"
    for form in article.names:
        if not re.search(rf"(?<!\w){re.escape(form)}(?!\w)", body):
            yield f"the form {form!r} is not in the article"
    for number, line in article.labels:
        for problem in _problems_of_label(article, number, line):
            yield f"{problem}: {line}"


def _problems_of_label(article: Article, number: int, line: str) -> Iterator[str]:
    match = LABEL.fullmatch(line)
    if not match or not number:
        yield "no label of the form, or none above which a sentence stands"
        return
    kind, head, text = match.groups()
    sides = head.split(" > ") if kind == "D" else [head]
    if kind == "D" and len(sides) != 2:  # noqa: PLR2004 - by and of
        yield "a demand is 'by > of'"
    names = [name.strip() for side in sides for name in side.split(" + ")]
    if kind == "S" and (len(names) < 2 or "-" in names):  # noqa: PLR2004 - a step binds two
        yield "a step needs two named parties"
    for name in names:
        if name != "-" and article.names.get(name) != name:
            yield f"{name!r} is no actor's name"
    status = STATUS.search(text)
    if status:
        value, _, when = (part.strip() for part in status[1].partition(";"))
        allowed = {"D": DEMAND_STATUSES, "S": STEP_STATUSES, "Q": ()}[kind]
        if value not in allowed:
            yield f"there is no status {value!r} here"
        if when and when not in " ".join(article.sentences):
            yield f"the time {when!r} is not in the article"


def shingles(text: str) -> set[str]:
    """Runs of eight words, without case and punctuation."""
    words = re.findall(r"\w+", text.casefold())
    return {" ".join(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1)}


def near_duplicates(articles: list[Article]) -> Iterator[str]:
    """Pairs of articles, and articles and fixtures, that share more than a few runs of eight words."""
    texts = {article.identifier: " ".join(article.sentences) for article in articles}
    texts |= {
        f"fixture {path.parent.relative_to(FIXTURES)}": path.read_text(encoding="utf-8")
        for path in FIXTURES.rglob("article.txt")
    }
    where: defaultdict[str, list[str]] = defaultdict(list)
    for name, text in texts.items():
        for shingle in shingles(text):
            where[shingle].append(name)
    shared: Counter[tuple[str, str]] = Counter()
    for names in where.values():
        shared.update((one, other) for place, one in enumerate(names) for other in names[place + 1 :])
    for (one, other), count in shared.items():
        if count > MOST_SHARED_SHINGLES and not (one.startswith("fixture") and other.startswith("fixture")):
            yield f"{one} and {other} share {count} runs of {SHINGLE} words"


def main(names: Sequence[str]) -> int:
    """Check the named files, or the whole corpus."""
    files = [Path(name) for name in names] or sorted(CORPUS.glob("*.txt"))
    articles = [article for file in files for article in read_articles(file)]
    found = [f"{a.file} {a.identifier}: {problem}" for a in articles for problem in problems_of(a)]
    repeated = [name for name, count in Counter(a.identifier for a in articles).items() if count > 1]
    found += [f"the id {name} stands twice" for name in repeated] + list(near_duplicates(articles))
    for problem in found:
        print(problem)
    kinds = Counter(line[1] for a in articles for _, line in a.labels)
    labelled = sum(len({number for number, _ in a.labels}) for a in articles)
    print(f"{len(articles)} articles, {sum(len(a.sentences) for a in articles)} sentences, {labelled} of them labelled")
    print(f"labels: {kinds['D']} demands, {kinds['S']} agreed steps, {kinds['Q']} open questions")
    print(f"kinds of dispute: {len({a.kind for a in articles})}, styles: {len({a.style for a in articles})}")
    print(f"{len(found)} problems" if found else "every article holds")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
