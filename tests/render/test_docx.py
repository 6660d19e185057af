"""A Word document, read again with the library that wrote it and with this package's own reader."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from summarizer import Briefing, Document, Envelope, grounding_context
from summarizer.render import render
from summarizer.render.content import cited
from summarizer.sources.docx import read_docx
from tests.conftest import BRIEFING
from tests.render.pages import arabic
from tests.render.test_formats import NASTY, envelope_of


@pytest.fixture(scope="module")
def envelope() -> Envelope[Any]:
    from tests.conftest import SHORT

    document = Document(text=SHORT, given_title="The\ufffe strike")
    changed = {**BRIEFING, "demands": [{**BRIEFING["demands"][0], "demand": f"{NASTY} \uffff"}]}
    return envelope_of(Briefing.model_validate(changed, context=grounding_context(document)), document)


@pytest.fixture(scope="module")
def word(envelope: Envelope[Any]) -> WordDocument:
    return docx.Document(io.BytesIO(render(envelope, "docx")))


def test_sections_are_headings_and_items_stand_below_them(word: WordDocument) -> None:
    headings = [p.text for p in word.paragraphs if p.style and (p.style.name or "").startswith("Heading")]
    assert headings == ["Summary", "Actors", "Demands", "Agreed steps", "Open questions", "Sentences cited"]
    assert word.paragraphs[0].text == BRIEFING["headline"]
    listed = [p.text for p in word.paragraphs if p.style and p.style.name == "List Bullet"]
    assert "When will the vote be held? [3]" in listed
    assert listed[1].startswith("Lavrov → union: End [31mthe strike <script>")
    assert "none found" in [p.text for p in word.paragraphs]


def test_actors_are_a_table(word: WordDocument) -> None:
    (table,) = word.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Actor", "Kind", "Role", "Also called", "Sentences"],
        ["Lavrov", "person", "", "", "[1]"],
        ["union", "organisation", "", "the union", "[1]"],
    ]
    assert table.rows[0]._tr.xpath("w:trPr/w:tblHeader")


def test_every_link_leads_to_the_sentence_it_names(word: WordDocument, envelope: Envelope[Any]) -> None:
    body = word.element.body
    marks = {mark.get(qn("w:name")): mark.getparent() for mark in body.iter(qn("w:bookmarkStart"))}
    links = list(body.iter(qn("w:hyperlink")))
    assert len(links) == 5
    assert {link.get(qn("w:anchor")) for link in links} == set(marks)
    identifiers = [mark.get(qn("w:id")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert len(set(identifiers)) == len(identifiers) == len(cited(envelope.briefing))
    text = "".join(node.text or "" for node in marks["sentence_2"].iter(qn("w:t")))
    assert text == "[2] He said the union should end the strike."


def test_the_properties_say_what_it_is(word: WordDocument) -> None:
    said = word.core_properties
    assert (said.title, said.subject, said.author) == (BRIEFING["headline"], "The strike", "summarizer")
    assert said.comments.startswith("Written by openai/m (m-1) with prompt briefing 1.0")
    assert said.created
    assert said.created.replace(tzinfo=None).isoformat() == "2026-11-22T12:00:00"


def test_it_is_read_back_by_this_package(envelope: Envelope[Any]) -> None:
    read = read_docx(render(envelope, "docx"), "b.docx")
    assert read.title == BRIEFING["headline"]
    assert "No date has been set for a vote." in read.text


def test_arabic_runs_from_right_to_left() -> None:
    _, made = arabic()
    with zipfile.ZipFile(io.BytesIO(render(made, "docx"))) as archive:
        body, styles = (archive.read(f"word/{name}.xml").decode() for name in ("document", "styles"))
    assert "<w:bidi/>" in body
    assert "<w:rtl/>" in body
    assert '<w:lang w:val="ar" w:bidi="ar"/>' in styles
