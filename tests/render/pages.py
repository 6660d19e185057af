"""Briefings for the tests of pages: one of a labelled article, and small ones written for what they try."""

from __future__ import annotations

from typing import Any

from summarizer import Briefing, Document, Envelope, grounding_context
from summarizer.evaluation.agreement import briefing_of
from summarizer.evaluation.labels import load_fixture
from summarizer.render import render
from tests.conftest import ROOT
from tests.render.test_formats import envelope_of

CANARY = "<script>window.stolen = 1</script>"
NASTY = (
    f"Mayor {CANARY} told the “council” it must stop.\n\n</p></article></main></style></title>{CANARY}"
    "<img src=x onerror='window.stolen = 1'><a href=\"javascript:window.stolen = 1\">The council</a> refused "
    "{{ 7 * 7 }} &lt;b&gt; &amp; ]]> --> \u202eesrever\x1b[31m.\n"
)
ARABIC = (
    "النقابة تطالب الوزارة بزيادة الأجور\n\n"
    "طالبت نقابة المعلمين وزارة التربية بزيادة الأجور بنسبة عشرة في المئة. وقالت الوزارة إنها ستدرس الطلب. "
    "ولم يحدد موعد لجولة جديدة من المحادثات.\n"
)
JAPANESE = (
    "港湾労組、会社に賃上げを要求\n\n"
    "港湾労働組合は会社に対し、五パーセントの賃上げを要求した。会社側は回答を来週まで延期した。"
    "次回の交渉の日程は未定である。\n"
)


def page_of_fixture(name: str) -> tuple[Document, Envelope[Briefing]]:
    """A labelled article, and its labels as a briefing with a summary."""
    fixture = load_fixture(ROOT / "fixtures" / name)
    briefing = briefing_of(fixture.labels, fixture.document)
    summary = [
        {"text": "What is demanded is told first.", "evidence": [e.sentence for e in demand.evidence]}
        for demand in briefing.demands[:2]
    ]
    told = briefing.model_dump(mode="json") | {"summary": summary}
    return fixture.document, _enveloped(told, fixture.document)


def hostile() -> tuple[Document, Envelope[Briefing]]:
    """An article and a model that both write HTML."""
    document = Document(text=NASTY, source=f"javascript:{CANARY}")
    told = {
        "headline": f"</title></h1>{CANARY}",
        "summary": [{"text": f"\"'>{CANARY} {{{{ 7 * 7 }}}}", "evidence": [1]}],
        "actors": [
            {"name": CANARY, "aliases": ["council"], "kind": None, "role": f"' onclick='{CANARY}", "evidence": [1]},
        ],
        "demands": [{"by": [CANARY], "of": ["council"], "demand": f"Stop {CANARY}", "evidence": [1, 2]}],
        "agreed_steps": [{"parties": [CANARY, "council"], "step": CANARY, "when": CANARY, "evidence": [2]}],
        "open_questions": [{"question": f"When? {CANARY}", "awaits": ["council"], "evidence": [2]}],
    }
    return document, _enveloped(told, document)


def arabic() -> tuple[Document, Envelope[Briefing]]:
    """A text that runs from right to left, whose language somebody named."""
    document = Document(text=ARABIC, language="ar")
    told = {
        "headline": "النقابة تطالب الوزارة بزيادة الأجور",
        "summary": [{"text": "The union asks for a tenth more pay.", "evidence": [2]}],
        "actors": [
            {"name": "نقابة المعلمين", "aliases": ["النقابة"], "kind": "organisation", "evidence": [2]},
            {"name": "وزارة التربية", "aliases": ["الوزارة"], "kind": "organisation", "evidence": [2]},
        ],
        "demands": [
            {
                "by": ["نقابة المعلمين"],
                "of": ["وزارة التربية"],
                "demand": "زيادة الأجور بنسبة عشرة في المئة",
                "evidence": [2],
            }
        ],
        "agreed_steps": [],
        "open_questions": [{"question": "متى تعقد الجولة الجديدة؟", "evidence": [4]}],
    }
    return document, _enveloped(told, document)


def japanese() -> tuple[Document, Envelope[Briefing]]:
    """A text without blanks, whose language nobody named."""
    document = Document(text=JAPANESE)
    told = {
        "headline": "港湾労組、会社に賃上げを要求",
        "summary": [],
        "actors": [{"name": "港湾労働組合", "aliases": ["港湾労組"], "kind": "organisation", "evidence": [2]}],
        "demands": [{"by": ["港湾労働組合"], "of": ["会社"], "demand": "五パーセントの賃上げ", "evidence": [2]}],
        "agreed_steps": [],
        "open_questions": [],
    }
    return document, _enveloped(told, document)


def html_of(made: tuple[Document, Envelope[Any]], *, whole: bool = True) -> str:
    """The page of an article's briefing, or, where it is not whole, of the briefing alone."""
    document, envelope = made
    return render(envelope, "html", document=document if whole else None)


def _enveloped(told: dict[str, Any], document: Document) -> Envelope[Briefing]:
    return envelope_of(Briefing.model_validate(told, context=grounding_context(document)), document)
