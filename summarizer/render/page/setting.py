"""Setting a page: what it shows, and the policy under which a browser runs nothing but the page's own script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

from summarizer.documents import Document
from summarizer.render.content import described, not_covered, printable, sections
from summarizer.render.page.article import Item, Passage, article_of, passages_of, quotes_of
from summarizer.render.page.grouping import demands_by_parties, steps_by_status
from summarizer.render.page.language import Voice, direction, language_tag
from summarizer.render.page.picture import picture_of
from summarizer.schemas import Briefing, Demand, Envelope

if TYPE_CHECKING:
    from jinja2 import Environment, Template

__all__ = ["GENERATOR", "as_page", "html_environment", "page_template", "policy_of", "source_of"]

GENERATOR = "summarizer"
"""What a page names as its maker."""

_FOLDER = Path(__file__).parent
_TONES = 5
_NAMES = {
    "summary": "Statement",
    "actors": "Actor",
    "demands": "Demand",
    "agreed_steps": "Agreed step",
    "open_questions": "Open question",
}
"""What the items of a briefing's sections are called one by one."""


@dataclass(frozen=True, kw_only=True)
class PageSection:
    """A section and its items."""

    id: str
    title: str
    tone: int
    items: Sequence[Item]


def as_page(envelope: Envelope[Any], document: Document | None = None, *, confidence: bool = False) -> str:
    """Set a result as one HTML page that needs nothing else and asks nothing of the network.

    Whatever the article or the model wrote is escaped, and the page's policy lets a browser run nothing but the one
    script that ships with this package.

    Args:
        envelope: The result.
        document: What was read; without it, or where the evidence does not stand in it, the page has the cited
            sentences alone and says so.
        confidence: Whether items tell their confidence.
    """
    answer = envelope.briefing
    parts = list(_sections(answer, confidence))
    passages = passages_of(item for part in parts for item in part.items)
    shown = document if document is not None and _stand_in(document, passages) else None
    text = shown.text if shown else "\n".join(passage.evidence.quote for passage in passages)
    language = language_tag(text, envelope.document.language)
    style, script = source_of("page.css"), source_of("page.js")
    return page_template("page.html.jinja").render(
        generator=GENERATOR,
        policy=policy_of(style, script),
        style=style,
        script=script,
        envelope=envelope,
        described=described(envelope),
        missing=not_covered(envelope),
        headline=printable(answer.headline) if isinstance(answer, Briefing) else type(answer).__name__,
        sections=parts,
        of_briefing=isinstance(answer, Briefing),
        passages=passages,
        whole=shown is not None,
        confidence=confidence,
        title=printable(envelope.document.title or ""),
        paragraphs=article_of(shown, passages, envelope.not_covered) if shown else quotes_of(passages),
        link=_link(envelope.document.source),
        language=language,
        text=text,
        direction=direction,
        lang=Voice(text, language, envelope.prompt.output_language).lang,
        picture=_picture(parts) if isinstance(answer, Briefing) else None,
        demands_by_parties=demands_by_parties,
        steps_by_status=lambda items: steps_by_status(items, envelope.document.language, envelope.written_at),
    )


def html_environment(folder: Path) -> Environment:
    """Templates that escape whatever they are handed, and that fail on a name that nothing defines."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # loaded when a page is set

    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=2)
def page_template(name: str) -> Template:
    """A template of a page that ships with this package, with the filter `printable`."""
    environment = html_environment(_FOLDER)
    environment.filters["printable"] = printable
    return environment.get_template(name)


@lru_cache(maxsize=3)
def source_of(name: str) -> Any:
    """A file of this package as it goes into the page, unescaped."""
    from markupsafe import Markup

    return Markup((_FOLDER / name).read_text(encoding="utf-8"))  # noqa: S704 - a file of this package


def policy_of(style: str, script: str | None = None) -> str:
    """The content security policy: this style and this script by their hashes, and nothing else at all."""

    def hashed(source: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"

    scripts = f"script-src {hashed(script)}; " if script is not None else ""
    return f"default-src 'none'; style-src {hashed(style)}; {scripts}img-src data:; base-uri 'none'; form-action 'none'"


def _sections(answer: BaseModel, confidence: bool) -> Iterator[PageSection]:
    names = list(_NAMES) if isinstance(answer, Briefing) else list(type(answer).model_fields)
    for index, (name, section) in enumerate(zip(names, sections(answer, confidence=confidence), strict=True)):
        value = getattr(answer, name)
        values = value if isinstance(answer, Briefing) else [None] * len(section.entries)
        tone = index % _TONES + 1
        called = _NAMES.get(name, section.title)
        identifier = name.replace("_", "-") if isinstance(answer, Briefing) else f"field-{index}"
        yield PageSection(
            id=identifier,
            title=section.title,
            tone=tone,
            items=[
                Item(id=f"{identifier}-{number}", label=f"{called} {number}", tone=tone, entry=entry, value=one)
                for number, (entry, one) in enumerate(zip(section.entries, values, strict=True), 1)
            ],
        )


def _picture(parts: Sequence[PageSection]) -> Any:
    items = next(part.items for part in parts if part.id == "demands")
    return picture_of([(item.id, cast("Demand", item.value)) for item in items])


def _stand_in(document: Document, passages: Sequence[Passage]) -> bool:
    """Whether a document has the cited passages where the briefing says."""
    return all(
        document.text[passage.evidence.start : passage.evidence.end] == passage.evidence.quote for passage in passages
    )


def _link(source: str | None) -> str | None:
    """The source, where it is an address that a reader may follow."""
    return source if source and source.startswith(("http://", "https://")) else None
