"""Texts of many languages through a server and the embedded model, and answers in a language of the user's choice."""

from __future__ import annotations

import json
import unicodedata
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from summarizer import AnswerStore, Briefing, Document, Summarizer, UsageError, summarize
from summarizer.render import render
from tests.conftest import BRIEFING, SHORT
from tests.protocol_server import ProtocolServer, Request

ARTICLES = {
    "ar": (
        "طالبت النقابة وزارة التربية بزيادة الأجور. رفضت الوزارة والحكومة ذلك. متى تستأنف المحادثات؟",
        ("النقابة", "الحكومة"),
    ),
    "he": ("האיגוד דרש מהחברה העלאת שכר. החברה סירבה. מתי יימשכו השיחות?", ("האיגוד", "החברה")),
    "ja": ("港湾労働組合は賃上げを要求した。会社は拒否した。交渉はいつ再開されるのか？", ("港湾労働組合", "会社")),
    "zh": ("港口工会要求提高工资。公司拒绝了这一要求。谈判何时继续？", ("港口工会", "公司")),
    "ko": ("항만노조는 임금 인상을 요구했다. 회사가 이를 거부했다. 협상은 언제 계속될 것인가?", ("항만노조", "회사")),
    "hi": ("बंदरगाह संघ ने वेतन वृद्धि की मांग की। कंपनी ने इनकार कर दिया। वार्ता कब जारी रहेगी?", ("बंदरगाह संघ", "कंपनी")),
    "de": (
        "Der Verband fordert höhere Löhne. Die Reederei Müller lehnt ab. Wann geht es weiter?",
        ("Verband", "Müller"),
    ),
    "th": ("สหภาพแรงงานเรียกร้องให้ขึ้นค่าจ้าง\nบริษัทปฏิเสธข้อเรียกร้อง\nการเจรจาจะเริ่มเมื่อใด", ("สหภาพแรงงาน", "บริษัท")),
}
"""Three sentences in each language, and two parties that stand in the first two, in Arabic and Korean within words."""


def answer(language: str) -> dict[str, Any]:
    """A whole answer about one of the articles, with words of its own in its language."""
    text, (one, other) = ARTICLES[language]
    said = text[:12]
    return {
        "headline": said,
        "summary": [{"text": said, "evidence": [1]}],
        "actors": [
            {"name": one, "aliases": [], "kind": "organisation", "evidence": [1]},
            {"name": other, "aliases": [], "kind": "organisation", "role": said, "evidence": [2]},
        ],
        "demands": [{"by": [one], "of": [other], "demand": said, "status": "rejected", "evidence": [1]}],
        "agreed_steps": [{"parties": [one, other], "step": said, "when": None, "evidence": [2]}],
        "open_questions": [{"question": said, "awaits": [other], "evidence": [3]}],
    }


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("language", ARTICLES)
def test_nothing_that_a_server_finds_in_a_text_of_another_language_is_lost(
    server: ProtocolServer, language: str, form: Any
) -> None:
    text = unicodedata.normalize(form, ARTICLES[language][0])
    server.will(json.dumps(answer(language), ensure_ascii=False))
    found = summarize(text, model="m", base_url=server.base_url)
    briefing = found.briefing
    assert (len(server.requests), found.document.language) == (1, language)
    assert len(server.requests[0].sentences) == 3
    assert [len(getattr(briefing, name)) for name in Briefing.model_fields if name != "headline"] == [1, 2, 1, 1, 1]
    assert {actor.name for actor in briefing.actors} <= {
        unicodedata.normalize(form, name) for name in ARTICLES[language][1]
    }
    items = [*briefing.summary, *briefing.actors, *briefing.demands, *briefing.agreed_steps, *briefing.open_questions]
    for item in items:
        for evidence in item.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote
    assert [item.evidence[0].sentence for item in briefing.open_questions] == [3]
    assert Summarizer(model="m", base_url=server.base_url).plan(text).windows[0].end == len(text)


@pytest.mark.parametrize("language", ["ar", "ja", "ko"])
def test_what_the_windows_of_a_long_text_find_is_all_in_the_whole(server: ProtocolServer, language: str) -> None:
    text, (one, other) = ARTICLES[language]
    long = "\n\n".join(f"{text} {number}." for number in range(1, 13))
    said = text[:10]

    def rule(request: Request) -> str:
        if request.schema_name == "Overview":
            return json.dumps({"headline": said, "summary": [{"text": said, "evidence": [1]}]})
        items = [
            {"by": [one], "of": [other], "demand": f"{said} {number}", "evidence": [number]}
            for number, sentence in request.sentences.items()
            if one in sentence
        ]
        actors = [{"name": name, "evidence": [min(request.sentences)]} for name in (one, other)]
        found = {"headline": said, "summary": [], "actors": actors, "demands": items}
        return json.dumps(found | {"agreed_steps": [], "open_questions": []})

    server.will(rule)
    found = summarize(long, model="m", base_url=server.base_url, context_tokens=2500)
    windows = [request for request in server.requests if request.schema_name != "Overview"]
    assert len(windows) > 1
    wanted = [one_.number for one_ in Document(text=long, language=language).sentences if one in one_.text]
    assert [demand.evidence[0].sentence for demand in found.briefing.demands] == wanted
    assert [actor.name for actor in found.briefing.actors] == [one, other]


def test_the_answer_is_asked_for_in_the_texts_language_unless_another_is_named(server: ProtocolServer) -> None:
    server.will(BRIEFING)
    for options in ({}, {"output_language": "de"}, {"output_language": "pt-BR"}):
        found = summarize(SHORT, model="m", base_url=server.base_url, **options)
        assert found.prompt.output_language == options.get("output_language")
        assert found.briefing.demands[0].evidence[0].quote in SHORT
    asked = [request.body["messages"][0]["content"] for request in server.requests]
    assert [
        phrase in prompt
        for phrase, prompt in zip(
            ("\nthe language of the article.", "\nGerman.", "\nPortuguese (Brazil)."), asked, strict=True
        )
    ] == [True] * 3


def test_an_answer_in_another_language_is_another_answer_to_the_store(server: ProtocolServer, tmp_path: Path) -> None:
    server.will(BRIEFING)
    with closing(AnswerStore(tmp_path / "answers.db")) as store:
        kept = []
        for language in (None, "de", None, "de", "fr"):
            with Summarizer(model="m", base_url=server.base_url, store=store, output_language=language) as summarizer:
                kept.append(summarizer.summarize(SHORT).from_store)
    assert kept == [False, False, True, True, False]
    assert len(server.requests) == 3


def test_the_summary_of_a_long_text_is_asked_for_in_the_same_language(server: ProtocolServer) -> None:
    said = {"headline": "h", "summary": [{"text": "s", "evidence": [1]}]}
    nothing: dict[str, Any] = {"actors": [], "demands": [], "agreed_steps": [], "open_questions": []}
    server.will(lambda request: said if request.schema_name == "Overview" else {**said, **nothing, "summary": []})
    text = " ".join(f"Lavrov met the union on day {number} of the strike." for number in range(150))
    summarize(text, model="m", base_url=server.base_url, context_tokens=3000, output_language="ja")
    overview = next(request for request in server.requests if request.schema_name == "Overview")
    assert "Write in Japanese;" in overview.body["messages"][0]["content"]


TEMPLATE = """---
name: mine
version: 1
---
{% block user %}{% for s in sentences %}[{{ s.number }}] {{ s.text }}
{% endfor %}{% endblock %}
"""


def test_a_template_that_cannot_be_told_the_language_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.md"
    path.write_text(TEMPLATE, encoding="utf-8")
    with pytest.raises(UsageError, match="'mine' cannot be told in which language to answer; give it a parameter"):
        Summarizer("m", path, base_url="http://127.0.0.1:1/v1", output_language="de")
    with pytest.raises(UsageError, match="There is no language 'qq'; give --output-lang a code"):
        Summarizer("m", base_url="http://127.0.0.1:1/v1", output_language="qq")


@pytest.mark.parametrize("way", ["turns", "whole"])
def test_the_embedded_model_answers_in_the_words_of_the_text_alone(way: str) -> None:
    summarizer = Summarizer(way=way, output_language="de")
    with pytest.raises(
        UsageError, match=r"The text is in English, and the embedded model .* not in German; name a ser"
    ):
        summarizer.summarize(SHORT)
    assert summarizer.plan(ARTICLES["de"][0]).messages


def test_a_page_tells_the_language_of_what_the_model_wrote(server: ProtocolServer) -> None:
    words = {"headline": "الوزارة ترفض زيادة الأجور", "summary": [{"text": "رفضت الوزارة المطلب.", "evidence": [2]}]}
    server.will(json.dumps(BRIEFING | words, ensure_ascii=False))
    document = Document(text=SHORT)
    found = summarize(document, model="m", base_url=server.base_url, output_language="ar")
    page = render(found, "html", document=document)
    assert '<h1 dir="rtl"><bdi lang="ar">الوزارة' in page
    assert '<html lang="en">' in page
    assert "briefing 1.2 in ar, answers as" in page
    assert "with prompt briefing 1.2 in ar from" in render(found, "text")
