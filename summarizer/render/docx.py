"""A result as a Word document; the numbers of the sentences lead to the list of them at its end."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Any

from summarizer.render.content import (
    Entry,
    Section,
    citation_labels,
    cited,
    described,
    not_covered,
    place,
    printable,
    sections,
)
from summarizer.render.page.language import direction, language_tag
from summarizer.schemas import Actor, Briefing, Envelope, Evidence
from summarizer.sources.extracted import from_extra

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

__all__ = ["as_docx"]

_ACTOR_COLUMNS = ("Actor", "Kind", "Role", "Also called", "Sentences")
_NOT_IN_XML = dict.fromkeys((0xFFFE, 0xFFFF))
"""Characters that no XML file may hold, and that `printable` leaves (https://www.w3.org/TR/xml/#charsets)."""

_BOOKMARK = "sentence_"


def as_docx(envelope: Envelope[Any], *, confidence: bool = False) -> bytes:
    """Set a result as a Word document, headings and lists in the template's own styles.

    Args:
        envelope: The result.
        confidence: Whether items tell their confidence.

    Raises:
        UsageError: If python-docx is not installed.
    """
    with from_extra("Writing a Word document", instead="name another format"):
        import docx  # an extra, and slow to load
    answer = envelope.briefing
    passages = cited(answer)
    labels = citation_labels(passages)
    document = docx.Document()
    title = printable(answer.headline) if isinstance(answer, Briefing) else type(answer).__name__
    _describe(document, envelope, title)
    _say(document.add_heading(level=0), title)
    _say(document.add_paragraph(style="Subtitle"), described(envelope))
    if missing := not_covered(envelope):
        _say(document.add_paragraph(), missing, bold=True)
    for section in sections(answer, confidence=confidence):
        _say(document.add_heading(level=1), section.title)
        if section.title == "Actors" and isinstance(answer, Briefing) and answer.actors:
            _add_actors(document, section, answer.actors, labels)
        else:
            _add_list(document, section, labels)
    if passages:
        _say(document.add_heading(level=1), "Sentences cited")
    for number, evidence in enumerate(passages):
        _add_passage(document, evidence, labels[evidence.start, evidence.end], number)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _describe(document: Document, envelope: Envelope[Any], title: str) -> None:
    """Properties of the file, and the language that Word checks its spelling in."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    said = document.core_properties
    said.title, said.comments = (
        _allowed(title)[:255],
        _allowed(described(envelope))[:255],
    )  # the longest that Word takes
    said.subject = _allowed(printable(envelope.document.title or ""))[:255]
    said.author = said.last_modified_by = "summarizer"
    said.created = said.modified = envelope.written_at.astimezone(UTC).replace(tzinfo=None)
    tag = language_tag(title, envelope.document.language)
    (defaults,) = document.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr")
    for old in defaults.findall(qn("w:lang")):
        defaults.remove(old)
    if tag:
        language = OxmlElement("w:lang", attrs={qn("w:val"): tag})
        if direction(title) == "rtl":
            language.set(qn("w:bidi"), tag)
        defaults.append(language)


def _add_actors(
    document: Document, section: Section, actors: list[Actor], labels: Mapping[tuple[int, int], str]
) -> None:
    table = document.add_table(rows=1, cols=len(_ACTOR_COLUMNS), style="Table Grid")
    for cell, heading in zip(table.rows[0].cells, _ACTOR_COLUMNS, strict=True):
        _say(_first_paragraph(cell), heading, bold=True)
    _repeat_on_every_page(table.rows[0])
    for entry, actor in zip(section.entries, actors, strict=True):
        cells = table.add_row().cells
        _say(_first_paragraph(cells[0]), entry.lead, bold=True)
        for cell, text in zip(cells[1:], (actor.kind, actor.role, ", ".join(actor.aliases)), strict=False):
            _say(_first_paragraph(cell), printable(text or ""))
        _link(_first_paragraph(cells[-1]), entry, labels)


def _first_paragraph(cell: _Cell) -> Paragraph:
    first: Paragraph = cell.paragraphs[0]
    return first


def _repeat_on_every_page(row: Any) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - python-docx has no name for it


def _add_list(document: Document, section: Section, labels: Mapping[tuple[int, int], str]) -> None:
    if not section.entries:
        _say(document.add_paragraph(), "none found")
    for entry in section.entries:
        paragraph = document.add_paragraph(style="List Bullet")
        if entry.lead:
            _say(paragraph, f"{entry.lead}: " if entry.text else entry.lead, bold=True)
        _say(paragraph, entry.text)
        if entry.notes:
            _say(paragraph, f" ({'; '.join(entry.notes)})", italic=True)
        if entry.evidence:
            _say(paragraph, " ")
            _link(paragraph, entry, labels)


def _say(paragraph: Paragraph, text: str, *, bold: bool = False, italic: bool = False) -> None:
    """Add a text to a paragraph, in its own direction."""
    from docx.oxml import OxmlElement

    run = paragraph.add_run(_allowed(text))
    run.bold, run.italic = bold or None, italic or None
    if direction(text) == "rtl":
        run.font.rtl = True
        properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - python-docx has no name for it
        if not properties.xpath("w:bidi"):
            # The order of the properties is fixed; these alone may come before it here.
            properties.insert_element_before(
                OxmlElement("w:bidi"),
                *("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents"),
                *("w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap"),
                *("w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange"),
            )


def _link(paragraph: Paragraph, entry: Entry, labels: Mapping[tuple[int, int], str]) -> None:
    """Add the numbers of an entry's sentences, each a link to its place in the list."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for index, found in enumerate(entry.places):
        _say(paragraph, ", " if index else "[")
        link = OxmlElement("w:hyperlink", attrs={qn("w:anchor"): _bookmark(labels[found])})
        paragraph._p.append(link)  # noqa: SLF001 - python-docx can read links, not make them
        link.append(paragraph.add_run(labels[found])._r)  # noqa: SLF001
    if entry.places:
        _say(paragraph, "]")


def _add_passage(document: Document, evidence: Evidence, label: str, number: int) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph = document.add_paragraph()
    start = OxmlElement("w:bookmarkStart", attrs={qn("w:id"): str(number), qn("w:name"): _bookmark(label)})
    paragraph._p.append(start)  # noqa: SLF001 - python-docx has no bookmarks
    _say(paragraph, f"[{place(evidence.sentence, evidence.page)}]", bold=True)
    paragraph._p.append(OxmlElement("w:bookmarkEnd", attrs={qn("w:id"): str(number)}))  # noqa: SLF001
    _say(paragraph, f" {printable(evidence.quote)}")


def _bookmark(label: str) -> str:
    """A name as Word allows it: letters, digits and low lines, 40 at most."""
    return _BOOKMARK + label.replace("-", "_")


def _allowed(text: str) -> str:
    return text.translate(_NOT_IN_XML)
