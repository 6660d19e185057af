"""Markdown as a parser of CommonMark with footnotes reads it."""

from __future__ import annotations

from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from summarizer import Briefing, Document, Envelope, Evidence, grounding_context
from summarizer.render import render
from tests.conftest import BRIEFING
from tests.render.test_formats import envelope_of

HOSTILE = [
    "# heading",
    "- - list",
    "1. list",
    "+ list",
    "> quote",
    "<b>bold</b> &amp; <!-- gone",
    "*a* _b_ `c` ~~d~~ ==e== %%f%%",
    "[link](https://example.org) ![image](x) [^2] [^9]: note",
    "$x^2$ H~2~O ^up^ [@key]",
    "| a | b |",
    "ends in a backslash \\",
    "-",
]


def parsed(markdown: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin).parse(markdown)


def words(tokens: list[Token]) -> str:
    """What a reader sees: texts alone, no marks."""
    inline = [child for token in tokens for child in token.children or []]
    return "".join(child.content for child in inline if child.type in ("text", "text_special"))


def hostile(text: str) -> Envelope[Any]:
    """A briefing whose every field, and the sentence that it cites, is a text."""
    passage = {"sentence": 1, "start": 0, "end": len(text), "quote": text}
    given = {
        "headline": text,
        "summary": [{"text": text, "evidence": [passage]}],
        "actors": [{"name": text, "role": text, "evidence": [passage]}],
        "demands": [{"by": [text], "of": [text], "demand": text, "evidence": [passage]}],
        "agreed_steps": [],
        "open_questions": [],
    }
    return envelope_of(Briefing.model_validate(given), Document(text=text))


@pytest.mark.parametrize("text", HOSTILE)
def test_what_an_article_or_a_model_wrote_is_text_to_a_parser(text: str) -> None:
    tokens = parsed(render(hostile(text), "markdown"))
    plain = parsed(render(hostile("plain"), "markdown"))
    assert [token.type for token in tokens] == [token.type for token in plain]
    inline = {child.type for token in tokens for child in token.children or []}
    harmless = {"text", "text_special", "strong_open", "strong_close", "em_open", "em_close"}
    assert inline <= harmless | {"footnote_ref", "footnote_anchor"}
    assert words(tokens) == words(plain).replace("plain", text)


def test_every_citation_is_a_footnote_that_quotes_its_sentence(short: Document) -> None:
    made = envelope_of(Briefing.model_validate(BRIEFING, context=grounding_context(short)), short)
    markdown = render(made, "markdown")
    assert "(organisation; also the union)[^1]\n" in markdown
    tokens = parsed(markdown)
    notes = [token.meta["label"] for token in tokens if token.type == "footnote_open"]
    references = [
        child.meta["label"] for token in tokens for child in token.children or [] if child.type == "footnote_ref"
    ]
    assert sorted(notes) == sorted(set(references)) == ["1", "2", "3"]
    for number, sentence in enumerate(short.sentences, 1):
        assert f"Sentence {number}: {sentence.text}" in words(tokens)


def test_two_passages_of_one_sentence_are_two_footnotes(short: Document) -> None:
    passages = [Evidence(sentence=1, start=start, end=start + 6, quote="x" * 6, page=4) for start in (0, 10)]
    told = Briefing.model_validate({**BRIEFING, "open_questions": []}, context=grounding_context(short))
    told.summary[0].evidence, told.actors, told.demands = passages, [], []
    markdown = render(envelope_of(told, short), "markdown")
    assert "strike.[^1][^1-2]\n" in markdown
    assert "[^1-2]: Sentence 1, p. 4: xxxxxx" in markdown
