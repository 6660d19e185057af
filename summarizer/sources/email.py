"""Messages (.eml): their text, the HTML part where that says more, and who wrote them when."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

from summarizer.errors import InputError, UsageError
from summarizer.sources.extracted import Extracted
from summarizer.sources.html import text_of_fragment

__all__ = ["read_email"]

_MUCH_MORE = 2
"""So many times longer than the plain part, and the HTML part is the message; the plain one points to it."""


def read_email(raw: bytes, shown: str) -> Extracted:
    """Take the text out of a message. Attachments are not read.

    Args:
        raw: The file.
        shown: What messages call it.

    Raises:
        InputError: If it holds no text.
        UsageError: If it has HTML alone and the extra `sources` is not installed.
    """
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what this policy gives
    plain, html = _part(message, "plain"), _part(message, "html")
    text = _fuller(plain, html)
    if not text.strip():
        raise InputError(f"{shown} is a message without a text; save what is attached to it, and give that.")
    sent = getattr(message["date"], "datetime", None)
    return Extracted(
        text=text,
        title=_header(message, "subject"),
        author=_header(message, "from"),
        date=sent.isoformat() if sent else None,
        language=_header(message, "content-language"),
    )


def _fuller(plain: str, html: str) -> str:
    """The plain part, unless it is there for form's sake."""
    if not html or (plain.strip() and len(html) <= _MUCH_MORE * len(plain)):
        return plain
    try:
        full = text_of_fragment(html)
    except UsageError:
        if plain.strip():
            return plain
        raise
    return full if len(full) > _MUCH_MORE * len(plain.strip()) else plain


def _part(message: EmailMessage, kind: str) -> str:
    """The text of the body in one form; empty where it has none."""
    part = message.get_body((kind,))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset("utf-8")
    for name in (charset, "utf-8", "cp1252"):
        try:
            return payload.decode(name).replace("\r\n", "\n")
        except (LookupError, UnicodeDecodeError):
            continue
    return payload.decode("utf-8", "replace").replace("\r\n", "\n")


def _header(message: EmailMessage, name: str) -> str | None:
    return " ".join(str(message[name] or "").split()) or None
