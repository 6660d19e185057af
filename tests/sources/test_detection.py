from __future__ import annotations

import io
import zipfile

import pytest

from summarizer.errors import InputError
from summarizer.sources.detection import kind_of

MESSAGE = (
    b"Received: from a by b\r\nFrom: Ada Lind <ada@example.org>\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\n\r\nHi.\r\n"
)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"The dockers met on Monday.", "text"),
        ("Łódź: the strike goes on.".encode(), "text"),
        (b"# A heading\n\n<p align=center>Markdown may open with a tag.</p>", "text"),
        (b"<p align=center>Markdown may open with a tag.</p>\n\n# A heading", "text"),
        (b"From: our correspondent\nDate: Monday\n\nThe dockers met.", "text"),
        (b"Note: the port is closed.\nThe dockers met.", "text"),
        (b"<!doctype html><title>x</title>", "html"),
        (b"\xef\xbb\xbf \r\n<!-- made by hand -->\n<HTML lang=en>", "html"),
        ("<!DOCTYPE html><html>".encode("utf-16"), "html"),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0" "x"><html>', "html"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\x00junk of a printer%PDF-1.4\n", "pdf"),
        (MESSAGE, "email"),
        (b'<?xml version="1.0"?>\n<rss version="2.0"><channel>', "feed"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom">', "feed"),
        (b'<rdf:RDF xmlns="http://purl.org/rss/1.0/">', "feed"),
    ],
)
def test_a_kind_is_told_from_what_a_file_holds_whatever_it_is_called(raw: bytes, kind: str) -> None:
    assert kind_of(raw, "x") == kind
    if kind != "text":
        assert kind_of(raw, "x", name="article.txt", media_type="text/plain") == kind


def test_where_the_text_leaves_it_open_the_name_or_the_server_decides() -> None:
    fragment = b"<p>The dockers met.</p>"
    assert kind_of(fragment, "x", name="a/page.HTML") == "html"
    assert kind_of(fragment, "x", name="https://example.org/a", media_type="text/html") == "html"
    assert kind_of(b"No tag at all", "x", name="page.html", media_type="text/html") == "text"
    assert kind_of(b"Subject: Talks\n\nThey go on.", "x", name="a.eml") == "email"


def archive(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for name in names:
            file.writestr(name, "")
    return data.getvalue()


def test_word_documents_are_told_from_other_archives() -> None:
    assert kind_of(archive("[Content_Types].xml", "word/document.xml"), "x", name="a.zip") == "docx"
    for raw in (archive("xl/workbook.xml"), archive("readme.txt"), b"PK\x03\x04broken"):
        with pytest.raises(InputError, match=r"x is a ZIP archive, or an office document other than \.docx"):
            kind_of(raw, "x", name="a.docx")
    with pytest.raises(InputError, match=r"an old or an encrypted office document; open it, and save it as \.docx"):
        kind_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "x", name="a.docx")
