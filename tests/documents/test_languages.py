from __future__ import annotations

import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from summarizer import Document, read
from summarizer.documents.languages import detect_language, language_name, language_of, primary_language
from summarizer.engine.dates import find_date
from tests.conftest import ROOT

TEXTS: dict[str, str] = yaml.safe_load(Path(__file__).with_name("texts_by_language.yaml").read_text("utf-8"))
LABELS = sorted(ROOT.glob("fixtures/*/labels.yaml"))


@pytest.mark.parametrize("code", TEXTS)
def test_a_few_sentences_show_their_language_and_are_split_by_its_rules(code: str) -> None:
    document = Document(text=TEXTS[code])
    assert document.language == code
    assert len(document.sentences) == 3
    assert len(Document(text=TEXTS[code], language="en").sentences) == 3
    assert not any(sentence.is_heading for sentence in document.sentences)
    assert Document(text=f"{TEXTS[code].split()[0][:12].strip('.。')}\n\n{TEXTS[code]}").title


def test_every_article_of_the_fixtures_shows_its_language() -> None:
    told = {
        path.parent.name: (
            yaml.safe_load(path.read_text("utf-8")).get("language", "en"),
            read(path.parent / "article.txt").language,
        )
        for path in LABELS
    }
    assert {name: pair for name, pair in told.items() if pair[0] != pair[1]} == {}
    assert {language for language, _ in told.values()} == {"en", "de", "fr", "es"}


@pytest.mark.parametrize(
    "text",
    [
        "OK",
        "12 345 – 67 %",
        "👍🏽👩‍👩‍👧",
        "https://example.de/die/gewerkschaft",
        "Berlin, Wien",
        "\x00\x01",
        "x" * 3000,
    ],
)
def test_a_text_that_shows_no_language_is_read_as_english(text: str) -> None:
    assert Document(text=text).language == "en"


def test_a_text_of_two_languages_has_that_of_most_of_it() -> None:
    assert Document(text=f"{TEXTS['fr']} {TEXTS['fr']} {TEXTS['en']}").language == "fr"
    assert Document(text=f"{TEXTS['ja']} The New York Times").language == "ja"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
def test_any_text_has_a_language_between_impossible_and_certain(text: str) -> None:
    found = detect_language(text)
    assert 0 <= found.probability <= 1
    assert found.language.isascii()
    assert language_of(text, "de")


@pytest.mark.parametrize(
    ("code", "stated", "language"),
    [
        ("de", "de-AT", "de"),
        ("de", "en-US", "de"),  # a template in English around an article in German
        ("de", "und", "de"),
        ("de", "", "de"),
        ("ja", "EN", "ja"),
        ("id", "ms", "ms"),
        ("da", "da_DK", "da"),
    ],
)
def test_what_a_source_says_of_its_language_yields_to_a_text_that_shows_another(
    code: str, stated: str, language: str
) -> None:
    assert language_of(TEXTS[code], stated) == language


def test_a_source_is_believed_on_a_text_too_short_to_tell() -> None:
    assert language_of("Streik beendet.", "nl") == "nl"
    assert language_of("OK", "pt-BR") == "pt"


def test_what_the_user_says_is_not_doubted(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(TEXTS["de"], encoding="utf-8")
    assert read(path, language="fr").language == "fr"
    assert Document(text=TEXTS["de"], language="en").language == "en"


def test_tags_and_names_of_languages() -> None:
    assert [primary_language(tag) for tag in ("pt-BR", "ZH_Hant", "mul", "x-default", None)] == [
        "pt",
        "zh",
        None,
        None,
        None,
    ]
    assert [language_name(tag) for tag in ("de", "pt-BR", "arz")] == [
        "German",
        "Portuguese (Brazil)",
        "Egyptian Arabic",
    ]
    with pytest.raises(ValueError, match="no language 'qq'"):
        language_name("qq")


@pytest.mark.parametrize("language", ["no", "ceb", "km", "xx"])
def test_dates_are_found_in_a_language_that_the_date_library_does_not_know(language: str) -> None:
    assert find_date("2026-05-03 10:00", language) == "2026-05-03 10:00"


# Sentences and names are slices of the text, in characters of Python's strings, whatever is written in it.

PIECES = [
    *(text.split(" ")[0] for text in TEXTS.values()),
    "العربية",
    "עִבְרִית",
    "Zo\u00eb",
    "Zoe\u0308",
    "İstanbul",
    "ﬁn",
    "👩🏽‍⚕️",
    "👨‍👩‍👧",
    "🇩🇪",
    "한국\u1100\u1161",
    "नमस्ते",
    "工会",
    "ソニー",
    "\u200f",
    "\u00a0",
    ".",
    "。",
    "؟",
    "।",
    "」",
    "\n",
    " ",
]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=40).map("".join), st.sampled_from(sorted(TEXTS)))
def test_sentences_of_any_script_are_slices_of_the_text(text: str, language: str) -> None:
    if not text.strip():
        return
    document = Document(text=text, language=language)
    assert all(text[one.start : one.end] == one.text for one in document.sentences)
    assert all(one.end <= other.start for one, other in pairwise(document.sentences))
    assert "".join("".join(one.text.split()) for one in document.sentences) == "".join(text.split())
    assert not any(unicodedata.combining(one.text[0]) for one in document.sentences[1:])


@given(st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join), st.sampled_from(PIECES))
def test_a_name_that_is_found_is_a_slice_of_the_text_and_is_the_name(text: str, name: str) -> None:
    index = Document(text=f"{text} .", language="en").names
    found, span = index.find(name), index.span(name)
    if found is None or span is None:
        assert f" {name} " not in f" {text} " or not name.strip()
        return
    written = f"{text} ."[slice(*span)]
    assert " ".join(written.split()) == found
    assert unicodedata.normalize("NFC", found).casefold() == unicodedata.normalize("NFC", name).casefold()
