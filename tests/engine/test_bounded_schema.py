from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from summarizer import Briefing, Document, Evidence, Name
from summarizer.engine.bounded_schema import bounded_schema


class Own(BaseModel):
    who: Name
    words: str
    tone: Literal["calm", "angry"] = "calm"
    notes: dict[str, str] = {}
    sure: float | None = Field(default=None, ge=0, lt=1)
    evidence: list[Evidence]


def test_lists_texts_numbers_and_names_are_bounded_by_the_document(short: Document) -> None:
    found = bounded_schema(Own, short)
    fields = found["properties"]
    assert found["required"] == ["who", "words", "tone", "notes", "sure", "evidence"]
    assert fields["who"]["enum"][0] == "Lavrov"
    assert fields["words"]["maxLength"] == 120
    assert "maxLength" not in fields["tone"]
    assert fields["notes"]["properties"] == {}
    assert fields["sure"]["anyOf"][0] == {"enum": [0.0, 0.25, 0.5, 0.75]}
    assert fields["evidence"]["maxItems"] == 3
    assert found["$defs"]["Evidence"]["maximum"] == len(short.sentences)


def test_a_window_bounds_numbers_and_names_by_its_own_sentences(short: Document) -> None:
    found = bounded_schema(Own, short, range(2, 4))
    assert (found["$defs"]["Evidence"]["minimum"], found["$defs"]["Evidence"]["maximum"]) == (2, 3)
    assert "Lavrov" not in str(found["properties"]["who"])


def test_the_schema_that_others_are_shown_stays_as_it_was(short: Document) -> None:
    before = Briefing.model_json_schema()
    bounded_schema(Briefing, short)
    assert Briefing.model_json_schema() == before
    assert "maximum" not in before["$defs"]["Evidence"]
