"""A dossier to read: as text, as Markdown, and as one self-contained page with a time line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal, get_args

from summarizer.matters import Change, ChangeKind, Dossier, Report, TrackedArticle
from summarizer.render.content import printable
from summarizer.render.page.setting import GENERATOR, page_template, policy_of, source_of

__all__ = ["DOSSIER_FORMATS", "DossierFormat", "render_dossier"]

DossierFormat = Literal["text", "markdown", "json", "html"]
DOSSIER_FORMATS: tuple[DossierFormat, ...] = get_args(DossierFormat)

CHANGE_TITLES: dict[ChangeKind, str] = {
    "demand_new": "New demand",
    "demand_met": "Demand met",
    "demand_rejected": "Demand rejected",
    "demand_dropped": "Demand dropped",
    "step_agreed": "Step agreed",
    "step_begun": "Step begun",
    "step_done": "Step done",
    "question_opened": "Question opened",
    "question_answered": "Question answered",
    "demand_not_raised": "Demand not raised again",
}
_ORDERED = {
    "document": "by the dates of the articles",
    "written_at": "by when the briefings were written, as not every article has a date",
    "given": "as given",
}
_TONES = {"demand": 3, "step": 4, "question": 5}
_MARKED = re.compile(r"([\\`*_{}\[\]<>#|!~&])")


def render_dossier(dossier: Dossier, form: DossierFormat) -> str:
    """Set a dossier in a format.

    Args:
        dossier: What was followed.
        form: `json` loads again with `Dossier.load`.
    """
    if form == "json":
        return f"{dossier.model_dump_json(indent=2)}\n"
    if form == "html":
        return _page(dossier)
    return "\n".join(_lines(dossier, markdown=form == "markdown")) + "\n"


def _lines(dossier: Dossier, *, markdown: bool) -> Iterator[str]:
    def said(text: str) -> str:
        plain = " ".join(printable(text).split())
        return _MARKED.sub(r"\\\1", plain) if markdown else plain

    def heading(text: str) -> str:
        return f"## {text}" if markdown else text

    bullet = "- " if markdown else "  "
    title = "What changed"
    yield f"# {title}" if markdown else title
    yield ""
    yield f"{len(dossier.articles)} articles, in order {_ORDERED[dossier.ordered_by]}."
    for article in dossier.articles:
        yield ""
        yield heading(f"{article.number}. {_day(article.date)} {said(_named(article))}".rstrip())
        yield ""
        changes = _of_article(dossier, article.number)
        if article.number == 1:
            yield f"{bullet}The state that everything starts from."
        elif not changes:
            yield f"{bullet}Nothing new."
        for change in changes:
            whose = f" ({', '.join(map(said, change.by))})" if change.by else ""
            kind = CHANGE_TITLES[change.change]
            yield f"{bullet}{f'**{kind}**' if markdown else kind}{whose}: {said(change.item)}"
            for name, report in (("before", change.earlier), ("now", change.later)):
                if report is not None:
                    yield f"  {bullet}{name}: {said(_quoted(report))}"
    yield from _state(dossier, heading, said, bullet)


def _state(dossier: Dossier, heading: Callable[[str], str], said: Callable[[str], str], bullet: str) -> Iterator[str]:
    yield ""
    yield heading("Where it stands")
    yield ""
    for item in (*dossier.demands, *dossier.steps, *dossier.questions):
        whose = f" ({', '.join(map(said, item.by))})" if item.by else ""
        yield f"{bullet}{item.kind}, {item.state.replace('_', ' ')}{whose}: {said(item.wording)}"
    yield ""
    yield heading("Actors")
    yield ""
    for actor in dossier.actors:
        also = f", also {', '.join(map(said, actor.aliases))}" if actor.aliases else ""
        yield f"{bullet}{said(actor.name)}{also}"


def _quoted(report: Report) -> str:
    quotes = "; ".join(f"“{evidence.quote}” [{evidence.sentence}]" for evidence in report.evidence)
    return f"article {report.article}, {_day(report.date)}: {quotes}"


def _day(date: str | None) -> str:
    return (date or "undated")[:10]


def _named(article: TrackedArticle) -> str:
    return article.document.title or article.headline


def _of_article(dossier: Dossier, number: int) -> list[Change]:
    return [change for change in dossier.changes if change.article == number]


def _page(dossier: Dossier) -> str:
    style = source_of("page.css") + source_of("matter.css")
    return page_template("matter.html.jinja").render(
        generator=GENERATOR,
        policy=policy_of(style),
        style=style,
        dossier=dossier,
        ordered=_ORDERED[dossier.ordered_by],
        titles=CHANGE_TITLES,
        tone=lambda change: _TONES[change.change.partition("_")[0]],
        changes=lambda number: _of_article(dossier, number),
        day=_day,
        named=_named,
    )
