"""Small files of the kinds that can be read, made by the tests themselves."""

from __future__ import annotations

import io
from collections.abc import Sequence

__all__ = ["encrypted_pdf", "pdf"]


def pdf(
    pages: Sequence[Sequence[str]], *, title: str = "", author: str = "", created: str = "", language: str = ""
) -> bytes:
    """A PDF with lines of text on its pages; a page without lines is blank, as a scanned one is to a reader of text."""
    info = {"Title": title, "Author": author, "CreationDate": created}
    said = b" ".join(b"/%s (%s)" % (name.encode(), _escaped(value)) for name, value in info.items() if value)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R%s >>" % (b" /Lang (%s)" % language.encode() if language else b""),
        b"<< /Type /Pages /Kids [%s] /Count %d >>"
        % (b" ".join(b"%d 0 R" % (5 + 2 * n) for n in range(len(pages))), len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< %s >>" % said,
    ]
    for number, lines in enumerate(pages):
        shown = b"\n".join(b"(%s) Tj T*" % _escaped(line) for line in lines)
        content = b"BT /F1 11 Tf 14 TL 50 780 Td\n%s\nET" % shown if lines else b""
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % (6 + 2 * number),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        ]
    return _file(objects)


def _file(objects: Sequence[bytes]) -> bytes:
    data = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(data))
    )


def _escaped(text: str) -> bytes:
    return text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def encrypted_pdf(raw: bytes, *, password: str) -> bytes:
    """The same PDF under AES; an empty password leaves it open to readers."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(raw)))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()
