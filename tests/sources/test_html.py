from __future__ import annotations

import pytest
import yaml

from summarizer.errors import InputError
from summarizer.sources.html import decoded_html, read_html, text_of_fragment
from tests.conftest import ROOT
from tests.web_server import article_page

PARAGRAPHS = (
    "The dockers’ union said on Monday that it would stop work until the port pays what it owes.",
    "“We want our wages,” said Ada Lind, who leads the union; the port called the demand unreasonable.",
    "A second round of talks is planned for Friday, the ministry of labour said.",
)


def test_the_article_of_a_page_is_read_without_what_stands_around_it() -> None:
    found = read_html(article_page(*PARAGRAPHS).encode(), "x")
    assert [line for line in found.text.splitlines() if line][-3:] == list(PARAGRAPHS)
    for furniture in ("cookies", "Section 7", "Most read", "newsletter", "rights reserved"):
        assert furniture not in found.text
    assert (found.title, found.author, found.site, found.date) == (
        "Dockers strike in Orvania",
        "Ada Lind",
        "Harbour Post",
        "2026-03-02",
    )


def test_what_a_page_does_not_say_is_not_made_up() -> None:
    found = read_html(f"<html><body><p>{'</p><p>'.join(PARAGRAPHS)}</p></body></html>".encode(), "x")
    assert (found.author, found.date, found.site) == (None, None, None)


@pytest.mark.parametrize(
    "page",
    [
        "<html></html>",
        "<html><body><div id=root></div><noscript>You need to enable JavaScript to run this app.</noscript></html>",
        article_page(),
        "<html><body><ul>"
        + "".join(f"<li><a href=/{n}>Headline {n} of today</a></li>" for n in range(80))
        + "</ul></body>",
        "<!doctype html><title>404</title><h1>Page not found</h1><p>The page is gone.</p>",
    ],
    ids=["empty", "script", "navigation", "links", "notice"],
)
def test_a_page_without_an_article_is_told(page: str) -> None:
    with pytest.raises(InputError, match="x has no article in it, only links or a notice"):
        read_html(page.encode(), "x")


NOT_FREE = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'


@pytest.mark.parametrize(
    ("extra", "head"), [("Subscribe to continue reading this article.", ""), ("", NOT_FREE), ("Jetzt abonnieren.", "")]
)
def test_the_beginning_of_a_subscribers_article_is_told(extra: str, head: str) -> None:
    page = article_page(*PARAGRAPHS[:2], extra, head=head)
    with pytest.raises(InputError, match="shows only the beginning of its article and asks for a subscription"):
        read_html(page.encode(), "x")


def test_a_subscribers_article_that_is_there_in_full_is_read() -> None:
    assert len(read_html(article_page(*PARAGRAPHS * 6, head=NOT_FREE).encode(), "x").text) > 1200


GERMAN = "Die Hafenarbeiter fordern höhere Löhne, sagte der Präsident der Gewerkschaft am Montag in Köln. " * 3


@pytest.mark.parametrize(
    ("encoding", "charset", "meta"),
    [
        ("utf-8", None, ""),
        ("utf-8", "utf-8", ""),
        ("utf-8", "iso-8859-1", ""),
        ("utf-8-sig", "iso-8859-1", "<meta charset=latin-1>"),
        ("utf-16", None, ""),
        ("cp1252", None, ""),
        ("cp1252", "iso-8859-1", ""),
        ("cp1252", "utf-8", "<meta charset=windows-1252>"),
        ("iso8859-15", None, '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-15">'),
        ("iso8859-15", "iso-8859-15", "<meta charset=utf-8>"),
        ("utf-8", "klingon", "<meta charset=x-nothing>"),
        ("cp1252", "klingon", ""),
    ],
)
def test_a_page_is_decoded_by_what_it_and_its_server_say_as_browsers_do(
    encoding: str, charset: str | None, meta: str
) -> None:
    page = f"<html><head>{meta}<title>Köln</title></head><body><p>„{GERMAN}“</p></body></html>"
    raw = page.replace("„", "").replace("“", "").encode(encoding)
    assert "höhere Löhne, sagte der Präsident" in decoded_html(raw, "x", charset=charset)


def test_a_page_in_shift_jis_or_with_broken_signs_is_read() -> None:
    assert "港湾労働者" in decoded_html("<meta charset=shift_jis>港湾労働者".encode("shift_jis"), "x")
    assert decoded_html(b"<meta charset=ascii>a\x81b", "x") == "<meta charset=ascii>a�b"


def test_an_encoding_that_the_user_names_counts_for_more() -> None:
    assert "höhere" in decoded_html(GERMAN.encode("cp1252"), "x", charset="utf-8", encoding="cp1252")
    with pytest.raises(InputError, match="is not in utf-8"):
        decoded_html(GERMAN.encode("cp1252"), "x", encoding="utf-8")


def test_a_fragment_keeps_its_paragraphs_however_short() -> None:
    assert text_of_fragment("<p>They&nbsp;met.</p><p>No <b>deal</b>.<br>Talks go on.</p>") == (
        "They met.\n\nNo deal.\n\nTalks go on."
    )
    page = "<html><head><title>T</title><style>p {}</style></head><body><ul><li>One<li>Two</ul><script>x</script>"
    assert text_of_fragment(page) == "One\n\nTwo"
    assert text_of_fragment("") == ""


@pytest.mark.parametrize("code", ["hi", "ur", "th", "km", "am", "zh", "de"])
def test_pages_in_any_script_have_articles(code: str) -> None:
    texts = yaml.safe_load((ROOT / "tests/documents/texts_by_language.yaml").read_text("utf-8"))
    paragraphs = [f"{number} {texts[code]}" for number in range(5)]
    found = read_html(article_page(*paragraphs, language="en").encode(), "x")
    assert all(paragraph in found.text for paragraph in paragraphs)
    assert found.document(source="x").language == code
