"""Pages: the article in them without navigation and advertisements, and what they say about themselves."""

from __future__ import annotations

import codecs
import re

from summarizer.documents.sentences import AFTER_A_STOP, STOPS, is_long_without_stops
from summarizer.errors import InputError
from summarizer.sources.extracted import Extracted, from_extra, unheard

__all__ = ["decoded_html", "read_html", "text_of_fragment"]

_LEAST_PROSE = 120
"""Characters in lines that end like sentences: with fewer of them, what was found is no article."""

_STUB = 1200
"""Characters of prose below which a page that asks for a subscription shows a beginning, not an article."""

_PROSE = re.compile(rf"[{STOPS}]{AFTER_A_STOP}$")
_NOT_FREE = re.compile(r'"isAccessibleForFree"\s*:\s*"?false', re.IGNORECASE)
"""As sites mark subscribers' articles for search engines (schema.org)."""

_ASKS_FOR_MONEY = re.compile(
    r"subscribe (?:now )?to (?:continue|read|keep|unlock)|to (?:continue|keep) reading|(?:for|to) subscribers only|"
    r"(?:exclusive|only) (?:for|to) subscribers|already a (?:subscriber|member)\?|register (?:now )?to (?:read|go on)|"
    r"jetzt abonnieren|weiterlesen mit|nur für abonnenten|réservée? aux abonnés|pour lire la suite|"
    r"solo para suscriptores|suscríbete para",
    re.IGNORECASE,
)
_BLOCKS = ("p", "div", "br", "li", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr")
_OWN_CHARSET = re.compile(
    rb"(?:<meta[^>]+charset|<\?xml[^>]+encoding)\s*=\s*[\"']?\s*([a-zA-Z0-9_.:-]+)", re.IGNORECASE
)
_OWN_LANGUAGE = re.compile(r"<html\b[^>]*?\s(?:xml:)?lang\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
_OWN_CHARSET_WITHIN = 4096
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_LATIN_1 = {"iso-8859-1", "latin-1", "latin1", "iso8859-1", "l1", "us-ascii", "ascii"}


def read_html(
    raw: bytes, shown: str, *, url: str | None = None, charset: str | None = None, encoding: str | None = None
) -> Extracted:
    """Take the article out of a page.

    Args:
        raw: The page.
        shown: What messages call it.
        url: Where it was fetched.
        charset: Its encoding as its server says.
        encoding: Its encoding as the user says, which counts for more.

    Raises:
        InputError: If it has no article, or only the beginning of one.
        UsageError: If the extra `sources` is not installed.
    """
    page = decoded_html(raw, shown, charset=charset, encoding=encoding)
    found = _article(page, url)
    prose = 0 if found is None else _prose(found.text)
    if found is None or prose < _LEAST_PROSE:
        raise InputError(
            f"{shown} has no article in it, only links or a notice; name the address of the article itself, or give "
            "its text."
        )
    if prose < _STUB and (_NOT_FREE.search(page) or _ASKS_FOR_MONEY.search(found.text)):
        raise InputError(
            f"{shown} shows only the beginning of its article and asks for a subscription; give the text as you are "
            "allowed to read it."
        )
    return found


def text_of_fragment(html: str) -> str:
    """The text of a message or an entry in HTML: its article where one stands out, else all of it."""
    page = f"<html><body><article>{html}</article></body></html>" if "<body" not in html.lower() else html
    found = _article(page, None)
    if found is not None and _prose(found.text) >= _LEAST_PROSE:
        return found.text
    from lxml.html import HTMLParser, document_fromstring

    body = document_fromstring(page.encode(), parser=HTMLParser(encoding="utf-8"))
    for element in list(body.iter("script", "style", "head")):
        element.drop_tree()
    for element in body.iter(*_BLOCKS):
        element.tail = "\n" + (element.tail or "")
    return _paragraphs(body.text_content())


def decoded_html(raw: bytes, shown: str, *, charset: str | None = None, encoding: str | None = None) -> str:
    """Decode a page as browsers do: by its byte order mark, its server's word, its own word, else as UTF-8.

    Other than they, UTF-8 under the name of Latin-1, the default of many servers, is read as UTF-8. What is not in
    any encoding that it claims is read with signs of replacement.

    Raises:
        InputError: If the user named an encoding that there is not, or that the page is not in.
    """
    if encoding:
        from summarizer.documents.reading import decode

        return decode(raw, shown, encoding)
    marked = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), None)
    stated = _OWN_CHARSET.search(raw[:_OWN_CHARSET_WITHIN])
    claims = [marked, charset, stated[1].decode("ascii") if stated else None, "utf-8", "cp1252"]
    known = [name for name in map(_known, claims) if name]
    first = ["utf-8"] if known[0] == "cp1252" else known[:1]
    for name in [*first, "utf-8", *known]:
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            continue
    return raw.decode(known[0], "replace")


def _known(charset: str | None) -> str | None:
    """Python's name for an encoding that a page claims; what says Latin-1 is read as cp1252, as browsers do."""
    if not charset:
        return None
    if charset.lower() in _LATIN_1:
        return "cp1252"
    try:
        return codecs.lookup(charset).name
    except LookupError:
        return None


def _article(page: str, url: str | None) -> Extracted | None:
    with from_extra("Reading a page"):
        import trafilatura
    unheard("trafilatura")
    found = trafilatura.bare_extraction(
        page,
        url=url,
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if found is None or isinstance(found, dict) or not found.text:
        return None
    stated = _OWN_LANGUAGE.search(page)
    return Extracted(
        text=_paragraphs(found.text),
        title=found.title or None,
        author=found.author or None,
        date=found.date or None,
        site=found.sitename or None,
        language=stated[1] if stated else None,
    )


def _paragraphs(text: str) -> str:
    """A text with each of its lines a paragraph."""
    return "\n\n".join(line for line in (" ".join(line.split()) for line in text.splitlines()) if line)


def _prose(text: str) -> int:
    return sum(len(line) for line in text.splitlines() if _PROSE.search(line) or is_long_without_stops(line))
