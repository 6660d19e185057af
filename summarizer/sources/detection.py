"""What kind of file some bytes are: told from what they hold, and from their name only where that leaves it open."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import urlsplit

from summarizer.errors import InputError

__all__ = ["SUFFIXES", "Kind", "kind_of"]

Kind = Literal["text", "html", "pdf", "docx", "email", "feed"]

SUFFIXES: dict[str, Kind] = {
    ".txt": "text",
    ".text": "text",
    ".md": "text",
    ".markdown": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".eml": "email",
}
"""How files that can be read are usually called."""

_HEAD = 4096
_PDF_HEAD = 1024
"""The mark may stand anywhere in the first 1024 bytes (ISO 32000-1, annex H.3.4.1)."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"\xef\xbb\xbf": "utf-8"}
_PROLOGUE = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!doctype\s+(?!html)[^>]*>)*", re.DOTALL | re.IGNORECASE)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_FEED = re.compile(r"<(?:rss|(?:\w+:)?feed|rdf:rdf)[\s>]", re.IGNORECASE)
_TAG = re.compile(r"<[a-z!][^>]*>", re.IGNORECASE)
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]*):(?=[ \t\r\n])")
_OF_EVERY_MAIL = {"from", "date"}
_OF_MAIL_ALONE = {"message-id", "mime-version", "received", "return-path", "delivered-to", "dkim-signature"}


def kind_of(raw: bytes, shown: str, *, name: str = "", media_type: str = "") -> Kind:
    """What kind of file this is; `text` for whatever is none of the others.

    Args:
        raw: What it holds.
        shown: What messages call it.
        name: Its path or address.
        media_type: What a server says it is, as `text/html`.

    Raises:
        InputError: If it is an office document of a kind that cannot be read.
    """
    if b"%PDF-" in raw[:_PDF_HEAD]:
        return "pdf"
    if raw.startswith(b"PK\x03\x04"):
        return _office_document(raw, shown)
    if raw.startswith(_OLE):
        raise InputError(
            f"{shown} is an old or an encrypted office document; open it, and save it as .docx without a password."
        )
    return _kind_of_text(_head(raw), PurePosixPath(urlsplit(name).path).suffix.lower(), media_type)


def _office_document(raw: bytes, shown: str) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.namelist()
    except zipfile.BadZipFile:
        parts = []
    if any(part.startswith("word/document") for part in parts):
        return "docx"
    raise InputError(
        f"{shown} is a ZIP archive, or an office document other than .docx; give the text, or save it as .docx or PDF."
    )


def _head(raw: bytes) -> str:
    encoding = next((encoding for mark, encoding in _MARKS.items() if raw.startswith(mark)), "latin-1")
    return raw[:_HEAD].decode(encoding, "replace").removeprefix("\ufeff")


def _kind_of_text(head: str, suffix: str, media_type: str) -> Kind:
    start = _PROLOGUE.match(head)
    body = head[start.end() :] if start else head
    if _HTML.match(body):
        return "html"
    if _FEED.match(body):
        return "feed"
    # A fragment of a page may as well be Markdown: here the name decides.
    if (SUFFIXES.get(suffix) == "html" or "html" in media_type) and _TAG.search(head):
        return "html"
    if _is_email(head, called_email=SUFFIXES.get(suffix) == "email" or media_type == "message/rfc822"):
        return "email"
    return "text"


def _is_email(head: str, *, called_email: bool) -> bool:
    """Whether a text opens with the header of a message (RFC 5322)."""
    names = set()
    for line in head.lstrip().splitlines():
        if line[:1] in (" ", "\t"):
            continue
        field = _FIELD.match(line)
        if not field:
            break
        names.add(field[1].lower())
    return bool(names) if called_email else names >= _OF_EVERY_MAIL and bool(names & _OF_MAIL_ALONE)
