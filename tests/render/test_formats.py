from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from summarizer import Briefing, Document, Envelope, Evidence, grounding_context
from summarizer.render import render
from summarizer.render.content import printable
from summarizer.render.formats import TextFormat
from summarizer.schemas import DocumentReference, Gap, ModelReference, PromptReference, SchemaReference, TokenUsage
from tests.conftest import BRIEFING

NASTY = "End \x1b[31mthe\x07 strike <script>alert(1)</script> *now* [link](x) \u202eesrever"


def envelope_of(answer: BaseModel, document: Document) -> Envelope[Any]:
    made: Any = Envelope[type(answer)]  # type: ignore[misc]  # the schema is known when the test runs
    envelope: Envelope[Any] = made(
        document=DocumentReference.of(document),
        model=ModelReference(name="openai/m", served_as="m-1"),
        prompt=PromptReference(name="briefing", version="1.0"),
        answer_schema=SchemaReference(name="Briefing", version="1.0"),
        token_usage=TokenUsage(requests=1),
        seconds=1.0,
        written_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        briefing=answer,
    )
    return envelope


@pytest.fixture
def envelope(short: Document) -> Envelope[Any]:
    demand = {**BRIEFING["demands"][0], "demand": NASTY}
    step = {"parties": ["Lavrov", "union"], "step": "Meet", "when": "Monday", "status": "under_way", "evidence": [1]}
    changed = {**BRIEFING, "demands": [demand], "agreed_steps": [step]}
    return envelope_of(Briefing.model_validate(changed, context=grounding_context(short)), short)


def test_every_format_ends_with_one_line_end(envelope: Envelope[Any]) -> None:
    for form in get_args(TextFormat):
        text = render(envelope, form)
        assert text.endswith("\n")
        assert not text.endswith("\n\n")


def test_json_and_yaml_hold_the_same_and_load_again(envelope: Envelope[Any]) -> None:
    from_json = json.loads(render(envelope, "json"))
    assert yaml.safe_load(render(envelope, "yaml")) == from_json
    assert Envelope[Briefing].model_validate(from_json) == envelope


def test_a_page_leads_from_every_item_to_the_sentences_it_cites(envelope: Envelope[Any]) -> None:
    page = render(envelope, "text", width=70)
    assert page.splitlines()[0] == BRIEFING["headline"]
    assert "Written by openai/m (m-1) with prompt briefing 1.0 from a text" in page
    for expected in (
        "• Lavrov (person) [1]",
        "• union (organisation; also the union) [1]",
        "• Lavrov → union: End",
        "• Lavrov, union: Meet (under way; Monday) [1]",
        "• When will the vote be held? [3]",
        "[2] He said the union should end the strike.",
    ):
        assert expected in page, expected
    assert max(map(len, page.splitlines())) <= 70


def test_what_was_not_covered_is_said_at_the_top(envelope: Envelope[Any]) -> None:
    assert "Not covered" not in render(envelope, "text") + render(envelope, "markdown")
    gaps = [
        Gap(first_sentence=1, last_sentence=1, start=0, end=31, reason="m gave <no> answer."),
        Gap(first_sentence=3, last_sentence=4, start=73, end=95, reason="m gave <no> answer."),
    ]
    partial = envelope.model_copy(update={"not_covered": gaps})
    said = "Not covered: sentences 1, 3–4 (50 % of the text). m gave <no> answer."
    assert render(partial, "text").splitlines()[2] == said
    assert said.replace("<", r"\<").replace(">", r"\>") in render(partial, "markdown").splitlines()[4]
    assert "\x1b[1;31mNot covered" in render(partial, "text", colour=True)


def test_empty_sections_say_so(short: Document) -> None:
    empty = {**BRIEFING, "demands": [], "open_questions": []}
    page = render(envelope_of(Briefing.model_validate(empty, context=grounding_context(short)), short), "text")
    assert page.count("none found") == 3


def test_colour_is_written_only_when_it_is_wanted(envelope: Envelope[Any]) -> None:
    assert "\x1b" not in render(envelope, "text", colour=False)
    assert "\x1b[1m" in render(envelope, "text", colour=True)


def test_nothing_in_an_article_or_answer_steers_the_terminal(envelope: Envelope[Any]) -> None:
    forms: tuple[TextFormat, ...] = ("text", "markdown")
    for form in forms:
        text = render(envelope, form)
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert printable("a\x1b[2Jb\r\nc\u2066d") == "a[2Jb cd"


def test_nothing_in_an_article_or_answer_is_taken_for_markdown_or_html(envelope: Envelope[Any]) -> None:
    markdown = render(envelope, "markdown")
    assert r"\<script\>alert(1)\</script\> \*now\* \[link\](x)" in markdown
    assert "\n[^2]: Sentence 2: He said the union should end the strike.\n" in markdown


def test_an_answer_under_any_schema_is_shown_with_its_citations(short: Document) -> None:
    class Claim(BaseModel):
        words: str
        proof: Evidence

    class Claims(BaseModel):
        topic: str
        claims: list[Claim]
        by_name: dict[str, Evidence]

    given = {"topic": "Strike", "claims": [{"words": "end it", "proof": 2}], "by_name": {"x": 3}}
    answer = Claims.model_validate(given, context=grounding_context(short))
    page = render(envelope_of(answer, short), "text")
    assert "• Words: end it [2]" in page
    assert "[2] He said the union should end the strike." in page
    assert "[3] No date has been set for a vote." in page
    assert "## Claims" in render(envelope_of(answer, short), "markdown")
