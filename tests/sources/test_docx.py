from __future__ import annotations

import io
import zipfile
from datetime import datetime

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from summarizer.errors import InputError
from summarizer.sources.docx import read_docx


def saved(document: WordDocument) -> bytes:
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def test_paragraphs_and_tables_are_read_in_their_order() -> None:
    document = docx.Document()
    document.add_heading("Talks in Velmar", 1)
    document.add_paragraph("The union met. ").add_run("It wants").bold = True
    document.add_paragraph("")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Side", "Demand\nand date", "Union", ""), strict=True):
        cell.text = text
    document.add_paragraph("Talks\tgo on.")
    assert read_docx(saved(document), "x").text == (
        "Talks in Velmar\n\nThe union met. It wants\n\nSide | Demand\nand date\n\nUnion\n\nTalks go on."
    )


def test_tracked_changes_are_read_as_accepted() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("The union ")
    paragraph._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>refuses</w:delText></w:r></w:del>"))
    paragraph._p.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>accepts</w:t></w:r></w:ins>"))
    paragraph._p.append(parse_xml(f"<w:moveFrom {nsdecls('w')}><w:r><w:t>gone</w:t></w:r></w:moveFrom>"))
    paragraph.add_run(" the offer.")
    assert read_docx(saved(document), "x").text == "The union accepts the offer."


def test_what_a_document_says_about_itself_is_kept() -> None:
    document = docx.Document()
    document.add_paragraph("The union met.")
    untouched = read_docx(saved(document), "x")
    assert (untouched.title, untouched.author, untouched.date) == (None, None, None)
    said = document.core_properties
    said.title, said.author, said.created = "Minutes", "Ada Lind", datetime(2026, 3, 2, 8)  # noqa: DTZ001 - the format has no zone
    found = read_docx(saved(document), "x")
    assert (found.title, found.author, found.date) == ("Minutes", "Ada Lind", "2026-03-02T08:00:00+00:00")


def test_a_damaged_document_is_told() -> None:
    document = docx.Document()
    document.add_paragraph("The union met.")
    data = io.BytesIO(saved(document))
    with zipfile.ZipFile(data) as whole, zipfile.ZipFile(broken := io.BytesIO(), "w") as part:
        for name in whole.namelist():
            part.writestr(name, b"<broken" if name == "word/document.xml" else whole.read(name))
    with pytest.raises(InputError, match="x is a damaged or unusual Word document"):
        read_docx(broken.getvalue(), "x")
    with zipfile.ZipFile(bare := io.BytesIO(), "w") as part:
        part.writestr("word/document.xml", b"")
    with pytest.raises(InputError, match="x is a damaged or unusual Word document"):
        read_docx(bare.getvalue(), "x")


def test_a_document_that_unpacks_to_far_too_much_is_not_unpacked() -> None:
    with (
        zipfile.ZipFile(data := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as file,
        file.open("word/document.xml", "w") as part,
    ):
        for _ in range(300):
            part.write(bytes(2**20))
    with pytest.raises(InputError, match="x unpacks to more than 256 MiB"):
        read_docx(data.getvalue(), "x")
