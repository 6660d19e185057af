"""Reading the corpus: articles with line labels, and which of them are kept for validation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["CORPUS", "FIXTURES", "LABEL", "STATUS", "Actor", "Article", "read_articles", "read_corpus"]

CORPUS = Path(__file__).parent / "corpus"
FIXTURES = Path(__file__).parent.parent / "fixtures"
KINDS = ("person", "state", "organisation", "group")
VALIDATION_EVERY = 12
"""Every twelfth article of each part of the corpus is kept for validation."""

LABEL = re.compile(r">([DSQ]) ([^:]+): (.+)")
STATUS = re.compile(r" \{([^{}]*)\}$")


@dataclass
class Actor:
    """An `@` line: the forms that the text uses, the fullest first."""

    forms: list[str]
    kind: str
    role: str | None = None

    @property
    def name(self) -> str:
        """The fullest form."""
        return self.forms[0]


@dataclass
class Article:
    """One article of the corpus, as read."""

    file: str
    identifier: str
    kind: str = ""
    style: str = ""
    actors: list[Actor] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    labels: list[tuple[int, str]] = field(default_factory=list)
    """Number of the sentence above, counted from 1, and the label line."""

    problems: list[str] = field(default_factory=list)

    @property
    def names(self) -> dict[str, str]:
        """Form to the name of its actor."""
        return {form: actor.name for actor in self.actors for form in actor.forms}

    @property
    def is_validation(self) -> bool:
        """Whether the article is kept for validation: by its number, so that a new article moves none."""
        number = re.search(r"\d+$", self.identifier)
        return number is not None and int(number[0]) % VALIDATION_EVERY == 0


def read_articles(path: Path) -> list[Article]:
    """Read a corpus file; what breaks its form is kept in the articles' problems."""
    articles: list[Article] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        if line.startswith("# "):
            parts = [part.strip() for part in line[2:].split("|")]
            identifier, kind, style = (*parts, "", "")[:3]
            articles.append(Article(path.name, identifier, kind, style))
            if len(parts) != 3:  # noqa: PLR2004 - id, kind, style
                articles[-1].problems.append("its first line is not '# id | kind | style'")
        elif not articles:
            articles.append(Article(path.name, "?", problems=["a line stands before the first article"]))
        elif line.startswith("@ "):
            _read_actor(articles[-1], line)
        elif line.startswith(">"):
            articles[-1].labels.append((len(articles[-1].sentences), line))
        else:
            articles[-1].sentences.append(line.strip())
    return articles


def read_corpus(folder: Path = CORPUS) -> list[Article]:
    """All articles of a folder, in the order of its files."""
    return [article for path in sorted(folder.glob("*.txt")) for article in read_articles(path)]


def _read_actor(article: Article, line: str) -> None:
    parts = [part.strip() for part in line[2:].split("|")]
    if len(parts) not in (2, 3) or parts[1] not in KINDS:
        article.problems.append(f"not '@ name; alias | kind | role': {line}")
        return
    forms = [form.strip() for form in parts[0].split(";") if form.strip()]
    article.problems += [f"the form {form!r} is given twice" for form in forms if form in article.names]
    article.actors.append(Actor(forms, parts[1], parts[2] if len(parts) == 3 else None))  # noqa: PLR2004
