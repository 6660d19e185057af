"""A run as others want to see it: Markdown for a pull request, JUnit for CI, a page that shows what was missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from summarizer.evaluation.alignment import CUT
from summarizer.evaluation.labels import SECTIONS, Fixture
from summarizer.evaluation.runs import ArticleRun, Prediction, Run

__all__ = ["SHOWN_METRICS", "as_html", "as_junit", "as_markdown"]

SHOWN_METRICS = (
    "items.macro_f1",
    "items.soft_macro_f1",
    "actors.f1",
    "demands.f1",
    "agreed_steps.f1",
    "open_questions.f1",
    "demands.by",
    "agreed_steps.parties",
    "citations.precision",
    "citations.recall",
    "names_in_text",
    "crashes",
)
"""The metrics that a table shows; the run file has all."""

_TEXT = {"actors": "name", "demands": "demand", "agreed_steps": "step", "open_questions": "question"}
_TITLES = {
    "actors": "Actors",
    "demands": "Demands",
    "agreed_steps": "Agreed steps",
    "open_questions": "Open questions",
}
_TEMPLATE = Path(__file__).with_name("report.html.jinja")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of an article's comparison: a label, a prediction, or both."""

    section: str
    verdict: str
    """`matched`, `missed`, `invented` or `doubtful`."""

    labelled: dict[str, Any] | None = None
    predicted: dict[str, Any] | None = None
    similarity: float | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """One article of the report."""

    name: str
    split: str
    tags: list[str]
    score: float
    error: str | None
    rows: list[Row]
    sentences: list[dict[str, Any]] = field(default_factory=list)


def as_markdown(runs: Sequence[Run]) -> str:
    """A table of runs side by side."""
    lines = ["| metric | " + " | ".join(run.model.replace("|", "\\|") for run in runs) + " |"]
    lines.append("| --- |" + " ---: |" * len(runs))
    lines += [f"| {name} | " + " | ".join(f"{run.metrics[name]:.3f}" for run in runs) + " |" for name in SHOWN_METRICS]
    facts = [run.facts() for run in runs]
    for name in facts[0]:
        values = (fact[name] for fact in facts)
        lines.append(f"| {name} | " + " | ".join("–" if v is None else f"{v:.2f}" for v in values) + " |")
    return "\n".join(lines) + "\n"


def as_junit(runs: Sequence[Run], failures: Iterable[str] = ()) -> str:
    """Runs as JUnit XML: a test case an article, an error where it crashed, and a case for the gate."""
    root = ET.Element("testsuites")
    for run in runs:
        suite = ET.SubElement(root, "testsuite", name=f"{run.suite} {run.model}", tests=str(len(run.articles)))
        suite.set("errors", str(len(run.crashes)))
        for article in run.articles:
            seconds = sum(prediction.seconds for prediction in article.predictions)
            case = ET.SubElement(suite, "testcase", classname=run.model, name=article.name, time=f"{seconds:.3f}")
            error = next((prediction.error for prediction in article.predictions if prediction.error), None)
            if error:
                ET.SubElement(case, "error", message=_valid_xml(error))
    reasons = list(failures)
    if reasons:
        gate = ET.SubElement(root, "testsuite", name="gate", tests=str(len(reasons)), failures=str(len(reasons)))
        for reason in reasons:
            case = ET.SubElement(gate, "testcase", classname="gate", name=_valid_xml(reason))
            ET.SubElement(case, "failure", message=_valid_xml(reason))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def as_html(run: Run, fixtures: Sequence[Fixture]) -> str:
    """A run as one self-contained page; everything from articles, labels and models is escaped."""
    from summarizer.render.page.setting import html_environment  # loaded for this format alone

    environment = html_environment(_TEMPLATE.parent)
    by_name = {fixture.name: fixture for fixture in fixtures}
    pages = [_page(article, by_name[article.name]) for article in run.articles if article.name in by_name]
    return environment.get_template(_TEMPLATE.name).render(
        run=run,
        facts=run.facts(),
        metrics=[(name, run.metrics[name]) for name in SHOWN_METRICS],
        pages=sorted(pages, key=lambda page: page.score),
        sections=_TITLES,
        verdicts=("matched", "missed", "invented", "doubtful"),
    )


def _page(article: ArticleRun, fixture: Fixture) -> Page:
    prediction = article.predictions[0]
    rows = [row for section in SECTIONS for row in _rows(section, prediction, fixture)]
    marks: dict[int, set[str]] = {}
    for row in rows:
        for shown, kind in ((row.labelled, "labelled"), (row.predicted, "predicted")):
            for number in shown["sentences"] if shown and row.section != "actors" else ():
                marks.setdefault(number, set()).add(kind)
    return Page(
        name=article.name,
        split=article.split,
        tags=fixture.labels.tags,
        score=article.counts["article_f1"],
        error=prediction.error,
        rows=rows,
        sentences=[
            {"number": s.number, "text": s.text, "marks": " ".join(sorted(marks.get(s.number, ())))}
            for s in fixture.document.sentences
        ],
    )


def _rows(section: str, prediction: Prediction, fixture: Fixture) -> Iterable[Row]:
    labels: list[Any] = getattr(fixture.labels, section)
    predictions: list[Any] = getattr(prediction.briefing, section) if prediction.briefing else []
    pairs = [pair for pair in prediction.pairs.get(section, []) if pair[2] >= CUT]
    of_label = {labelled: (predicted, value) for predicted, labelled, value in pairs}
    for number, label in enumerate(labels):
        shown = _shown(section, label, fixture)
        if number in of_label:
            predicted, value = of_label[number]
            verdict = "doubtful" if label.doubtful else "matched"
            yield Row(
                section=section,
                verdict=verdict,
                labelled=shown,
                predicted=_shown(section, predictions[predicted], fixture),
                similarity=value,
            )
        else:
            yield Row(section=section, verdict="doubtful" if label.doubtful else "missed", labelled=shown)
    aligned = {predicted for predicted, _, _ in pairs}
    for number, item in enumerate(predictions):
        if number not in aligned:
            yield Row(section=section, verdict="invented", predicted=_shown(section, item, fixture))


def _shown(section: str, item: Any, fixture: Fixture) -> dict[str, Any]:
    quotes = [piece if isinstance(piece, str) else piece.quote for piece in item.evidence]
    spans = [(fixture.document.text.find(quote), len(quote)) for quote in quotes]
    sentences = {
        s.number
        for start, size in spans
        for s in fixture.document.sentences
        if start >= 0 and s.start < start + size and start < s.end
    }
    who = [getattr(item, name) for name in ("by", "of", "parties", "awaits") if hasattr(item, name)]
    lead = " → ".join(", ".join(names) for names in who if names)
    values = [getattr(item, name, None) for name in ("kind", "status", "when", "role")]
    values += ["also " + ", ".join(item.aliases)] if getattr(item, "aliases", None) else []
    return {
        "text": getattr(item, _TEXT[section]),
        "lead": lead,
        "notes": ", ".join(str(value).replace("_", " ") for value in values if value),
        "quotes": quotes,
        "sentences": sorted(sentences),
    }


def _valid_xml(text: str) -> str:
    return "".join(character for character in text if character in "\t\n" or character >= " ")
