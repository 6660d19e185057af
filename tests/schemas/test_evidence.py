from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from summarizer import Document, Evidence, Name, grounding_context


class Note(BaseModel):
    who: Name
    evidence: list[Evidence]


def note(document: Document | None, **values: Any) -> Note:
    context = grounding_context(document) if document else None
    return Note.model_validate({"who": "Lavrov", "evidence": [1], **values}, context=context)


def test_a_sentence_number_becomes_the_passage_itself(short: Document) -> None:
    (evidence,) = note(short, evidence=[2]).evidence
    assert evidence.quote == "He said the union should end the strike."
    assert short.text[evidence.start : evidence.end] == evidence.quote
    assert evidence.sentence == 2


@pytest.mark.parametrize("number", ["2", "[2]", " 2 "])
def test_a_number_in_quotes_or_brackets_is_a_number(short: Document, number: str) -> None:
    assert note(short, evidence=[number]).evidence[0].sentence == 2


@pytest.mark.parametrize("number", [0, 4, -1, 99])
def test_a_sentence_that_does_not_exist_is_a_validation_error(short: Document, number: int) -> None:
    with pytest.raises(ValidationError, match=f"there is no sentence {number}; cite numbers from 1 to 3"):
        note(short, evidence=[number])


def test_a_sentence_that_was_not_shown_is_a_validation_error(short: Document) -> None:
    context = grounding_context(short, range(2, 4))
    assert Note.model_validate({"who": "Lavrov", "evidence": [3]}, context=context).evidence[0].sentence == 3
    with pytest.raises(ValidationError, match="there is no sentence 1; cite numbers from 2 to 3"):
        Note.model_validate({"who": "Lavrov", "evidence": [1]}, context=context)


@pytest.mark.parametrize("value", [True, None, 1.5, "two", [1], {"sentence": 1}])
def test_what_is_no_sentence_number_is_a_validation_error(short: Document, value: object) -> None:
    with pytest.raises(ValidationError):
        note(short, evidence=[value])


def test_a_number_without_a_document_is_a_validation_error() -> None:
    with pytest.raises(ValidationError, match="means nothing without its document"):
        note(None)


def test_saved_evidence_loads_with_and_without_its_document(short: Document) -> None:
    saved = note(short).model_dump_json()
    assert Note.model_validate_json(saved) == note(short)
    assert Note.model_validate_json(saved, context=grounding_context(short)) == note(short)


def test_saved_evidence_does_not_load_against_another_document(short: Document) -> None:
    saved = note(short).model_dump_json()
    with pytest.raises(ValidationError, match="the document has no 'Lavrov met"):
        Note.model_validate_json(saved, context=grounding_context(Document(text="Lavrov stayed away. He rested.")))


def test_offsets_that_do_not_span_the_quote_are_a_validation_error() -> None:
    with pytest.raises(ValidationError, match="the quote has 3 characters, its offsets span 4"):
        note(None, evidence=[{"sentence": 1, "start": 0, "end": 4, "quote": "abc"}])


def test_evidence_is_a_number_to_a_model_and_an_object_when_saved() -> None:
    asked, written = (
        Note.model_json_schema(mode=mode)["$defs"]["Evidence"] for mode in ("validation", "serialization")
    )
    assert (asked["type"], asked["minimum"]) == ("integer", 1)
    assert set(written["properties"]) == {"sentence", "start", "end", "quote", "page"}


def test_a_name_takes_the_spelling_of_the_text(short: Document) -> None:
    assert note(short, who="LAVROV").who == "Lavrov"


def test_a_name_that_the_text_lacks_is_a_validation_error(short: Document) -> None:
    with pytest.raises(ValidationError, match="'Putin' does not occur in the text"):
        note(short, who="Putin")
    assert note(None, who="Putin", evidence=[]).who == "Putin"
