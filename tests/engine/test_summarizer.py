"""The engine on the embedded model and on a server, as a library's user meets it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, Field

from summarizer import (
    Briefing,
    Document,
    Envelope,
    Evidence,
    InputError,
    Name,
    Summarizer,
    UsageError,
    asummarize,
    summarize,
)
from tests.conftest import BRIEFING, SEED, SHORT
from tests.protocol_server import ProtocolServer


class Claim(BaseModel):
    """A schema of a user's own that is no briefing."""

    speaker: Name
    words: str
    tone: Literal["calm", "angry"] = "calm"
    certainty: float | None = Field(default=None, ge=0, le=1)
    sentence: Evidence


class Claims(BaseModel):
    topic: str
    claims: list[Claim]
    about: dict[str, str] = {}


TEMPLATE = """---
name: claims
version: 1
schema: tests.engine.test_summarizer:Claims
parameters: {most: 3}
---
{% block system %}Find up to {{ most }} claims.
{{ fields }}{% endblock %}
{% block user %}{% for s in sentences %}[{{ s.number }}] {{ s.text }}
{% endfor %}{% endblock %}
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "claims.md"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def test_ones_own_template_and_schema_are_grounded_on_a_server(server: ProtocolServer, template: Path) -> None:
    server.will(
        {"topic": "t", "claims": [{"speaker": "lavrov", "words": "w", "sentence": 9}]},
        {"topic": "t", "claims": [{"speaker": "lavrov", "words": "w", "sentence": 2}]},
    )
    found = summarize(SHORT, model="m", base_url=server.base_url, prompt=template, parameters={"most": "1"})
    (claim,) = found.briefing.claims
    assert (claim.speaker, claim.sentence.quote) == ("Lavrov", "He said the union should end the strike.")
    assert server.requests[0].body["messages"][0]["content"].startswith("Find up to 1 claims.\n- topic (string)")
    assert "there is no sentence 9" in server.requests[1].body["messages"][-1]["content"]
    assert found.answer_schema.name == "tests.engine.test_summarizer:Claims"
    assert Envelope[Claims].model_validate_json(found.model_dump_json()) == found


def test_ones_own_template_and_schema_are_grounded_on_the_embedded_model(template: Path) -> None:
    found = summarize(SHORT, prompt=template)
    assert isinstance(found.briefing, Claims)
    for claim in found.briefing.claims:
        assert SHORT[claim.sentence.start : claim.sentence.end] == claim.sentence.quote
        assert claim.speaker in SHORT
    assert found.token_usage.requests == 1


def test_one_call_does_it_from_async_code_too(server: ProtocolServer) -> None:
    server.will(BRIEFING)
    found = asyncio.run(asummarize(SHORT, model="m", base_url=server.base_url))
    assert found.briefing.headline == BRIEFING["headline"]


def test_a_text_a_document_and_a_path_are_read_alike(server: ProtocolServer, tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_text(SHORT, encoding="utf-8")
    server.will(BRIEFING)
    with Summarizer(model="m", base_url=server.base_url) as summarizer:
        found = [summarizer.summarize(given) for given in (SHORT, Document(text=SHORT), path)]
    assert len({envelope.document.sha256 for envelope in found}) == 1
    assert [envelope.document.source for envelope in found] == [None, None, str(path)]


def test_a_prompt_longer_than_the_embedded_models_context_is_refused_with_both_lengths() -> None:
    with pytest.raises(InputError, match=r"The text with its prompt is \d+ tokens and local reads 1024"):
        summarize(SHORT, way="whole", context_tokens=1024)


def test_the_embedded_model_reads_a_long_text_whole_in_windows_that_cite_their_own_sentences(template: Path) -> None:
    text = "".join(f"{SHORT[:-1]} The {name} port was quiet.\n\n" for name in ("old", "new", "north", "south") * 3)
    with Summarizer(prompt=template, context_tokens=1024) as summarizer:
        found = summarizer.summarize(text)
    assert found.token_usage.requests > 1
    assert found.not_covered == []
    assert max(claim.sentence.sentence for claim in found.briefing.claims) > 24
    assert all(text[c.sentence.start : c.sentence.end] == c.sentence.quote for c in found.briefing.claims)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"schema": Claims, "prompt": "briefing-turns"}, "reads turn by turn, which only the Briefing schema has"),
        ({"schema": "nothing:Nothing"}, "cannot be imported"),
        ({"parameters": {"nothing": 1}}, "has no parameter 'nothing'"),
        ({"nothing": 1}, "There is no setting 'nothing'"),
        ({"way": "sideways"}, "--way does not fit"),
    ],
)
def test_what_does_not_fit_is_refused_before_any_model_is_loaded(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Summarizer(**options)  # type: ignore[arg-type]


def test_a_plan_calls_nothing(server: ProtocolServer, short: Document) -> None:
    plan = Summarizer(model="m", base_url=server.base_url).plan(short)
    turns = Summarizer().plan(SEED)
    assert server.requests == []
    assert plan.json_schema == Briefing.model_json_schema()
    assert (turns.way, len(turns.messages), turns.json_schema) == ("turns", 18, None)
    assert [(w.first_sentence, w.last_sentence, w.start) for w in plan.windows] == [(1, 3, 0)]
    assert turns.grammar
