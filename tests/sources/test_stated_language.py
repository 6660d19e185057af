"""What sources say of their language, and when they are believed."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
import yaml

from summarizer import read_source
from summarizer.sources.feeds import read_feed
from tests.conftest import ROOT
from tests.files import pdf
from tests.web_server import article_page

TEXTS: dict[str, str] = yaml.safe_load((ROOT / "tests/documents/texts_by_language.yaml").read_text("utf-8"))


def word(text: str, language: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    document.core_properties.language = language
    document.save(data := io.BytesIO())
    return data.getvalue()


def message(text: str, language: str) -> bytes:
    return (
        f"From: a@example.org\nSubject: s\nContent-Language: {language}\nContent-Type: text/plain; charset=utf-8\n\n"
        f"{text}\n"
    ).encode()


def feed(text: str, language: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>t</title><language>{language}</language><item><guid>tag:a,2026:1</guid>"
        f"<content:encoded><![CDATA[<p>{text}</p>]]></content:encoded></item></channel></rss>"
    ).encode()


KINDS = {
    "html": lambda text, language: article_page(text, language=language).encode(),
    "pdf": lambda text, language: pdf([[text]], language=language),
    "docx": word,
    "eml": message,
    "xml": feed,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("code", "stated", "language"),
    [("id", "ms-MY", "ms"), ("de", "en-GB", "de"), ("de", "", "de")],
)
def test_a_source_is_believed_where_its_text_does_not_show_another_language(
    tmp_path: Path, kind: str, code: str, stated: str, language: str
) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(KINDS[kind](TEXTS[code], stated))
    if kind == "xml":
        (entry,) = read_feed(str(path)).entries
        assert (entry.document().language, entry.document(language="fr").language) == (language, "fr")
        return
    assert (read_source(path).language, read_source(path, language="fr").language) == (language, "fr")
