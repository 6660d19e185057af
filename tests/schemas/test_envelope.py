from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from summarizer import Briefing, Document, Envelope, InputError, grounding_context
from summarizer.schemas import (
    DocumentReference,
    Evidence,
    Gap,
    ModelReference,
    PromptReference,
    SchemaReference,
    TokenUsage,
)
from tests.conftest import BRIEFING


@pytest.fixture
def envelope(short: Document) -> Envelope[Briefing]:
    return Envelope[Briefing](
        document=DocumentReference.of(short),
        model=ModelReference(name="openai/m", served_as="m-1"),
        prompt=PromptReference(name="briefing", version="1.0"),
        answer_schema=SchemaReference(name="Briefing", version="1.0"),
        token_usage=TokenUsage(prompt_tokens=5, completion_tokens=3, requests=1),
        seconds=1.25,
        written_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        briefing=Briefing.model_validate(BRIEFING, context=grounding_context(short)),
    )


def test_an_envelope_round_trips_through_a_file_unchanged(envelope: Envelope[Briefing], tmp_path: Path) -> None:
    path = tmp_path / "briefing.json"
    path.write_text(envelope.model_dump_json(indent=2), encoding="utf-8")
    loaded = Envelope.load(path)
    assert loaded == envelope
    assert loaded.model_dump_json() == envelope.model_dump_json()


def test_the_document_is_named_by_source_title_language_hash_and_length(
    envelope: Envelope[Any], short: Document
) -> None:
    assert envelope.document.model_dump() == {
        "source": None,
        "title": None,
        "language": "en",
        "sha256": short.sha256,
        "characters": len(short.text),
        "author": None,
        "date": None,
        "site": None,
        "url": None,
        "fetched_at": None,
        "pages": None,
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [("{}", "is no saved briefing"), ("[", "is no saved briefing"), (None, "cannot be read: No such file")],
)
def test_a_file_that_is_no_saved_briefing_is_refused(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "briefing.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        Envelope.load(path)


def test_a_file_saved_before_gaps_were_told_still_loads(envelope: Envelope[Briefing], tmp_path: Path) -> None:
    saved = envelope.model_dump(mode="json", exclude={"not_covered"}) | {"schema_version": "1.1"}
    path = tmp_path / "briefing.json"
    path.write_text(json.dumps(saved), encoding="utf-8")
    loaded = Envelope.load(path)
    assert (loaded.not_covered, loaded.schema_version) == ([], "1.1")
    assert loaded.briefing == envelope.briefing


def test_what_was_not_covered_is_saved(envelope: Envelope[Briefing], tmp_path: Path) -> None:
    gap = Gap(first_sentence=2, last_sentence=3, start=32, end=105, reason="It was cut off.")
    path = tmp_path / "briefing.json"
    path.write_text(envelope.model_copy(update={"not_covered": [gap]}).model_dump_json(), encoding="utf-8")
    assert Envelope.load(path).not_covered == [gap]


def test_a_newer_form_with_unknown_fields_is_refused_rather_than_cut(envelope: Envelope[Briefing]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Envelope[Briefing].model_validate({**envelope.model_dump(), "more": 1})


def test_token_usages_add_up() -> None:
    one = TokenUsage(prompt_tokens=1, completion_tokens=2, requests=1)
    assert one + one == TokenUsage(prompt_tokens=2, completion_tokens=4, requests=2)
    assert (one + TokenUsage(complete=False)).complete is False
    assert one.total_tokens == 3


def test_an_envelope_of_the_version_before_pages_and_authors_loads(envelope: Envelope[Any], tmp_path: Path) -> None:
    saved = envelope.model_dump(mode="json") | {"schema_version": "1.2"}
    saved["document"] = {
        name: saved["document"][name] for name in ("source", "title", "language", "sha256", "characters")
    }
    for section in ("summary", "actors", "demands", "agreed_steps", "open_questions"):
        for item in saved["briefing"][section]:
            for evidence in item["evidence"]:
                del evidence["page"]
    path = tmp_path / "briefing.json"
    path.write_text(json.dumps(saved), encoding="utf-8")
    loaded = Envelope.load(path)
    assert (loaded.document.author, loaded.document.pages, loaded.schema_version) == (None, None, "1.2")
    assert loaded.briefing == envelope.briefing


def test_the_envelope_tells_what_the_source_says_of_itself_and_evidence_its_page() -> None:
    document = Document(
        text="The union met. It asks for wages. No answer came.",
        given_title="Wages",
        author="Ada Lind",
        date="2026-03-02",
        site="Harbour Post",
        url="https://example.org/wages",
        fetched_at=datetime(2026, 3, 3, tzinfo=UTC),
        page_starts=(0, 15, 34),
    )
    told = DocumentReference.of(document)
    assert (told.author, told.date, told.site, told.url) == (
        "Ada Lind",
        "2026-03-02",
        "Harbour Post",
        "https://example.org/wages",
    )
    assert (told.fetched_at, told.pages) == (datetime(2026, 3, 3, tzinfo=UTC), 3)
    assert [sentence.page for sentence in document.sentences] == [1, 2, 3]
    evidence = TypeAdapter(list[Evidence]).validate_python([1, 3], context=grounding_context(document))
    assert [(one.sentence, one.page) for one in evidence] == [(1, 1), (3, 3)]
    rebuilt = Document(text=document.text, **Document.from_about(json.loads(json.dumps(document.about()))))
    assert (rebuilt.about(), rebuilt.fetched_at) == (document.about(), document.fetched_at)
