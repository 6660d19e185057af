from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from summarizer import Briefing, Document, grounding_context
from tests.conftest import BRIEFING, SHORT


def briefing(document: Document, **changes: Any) -> Briefing:
    return Briefing.model_validate({**copy.deepcopy(BRIEFING), **changes}, context=grounding_context(document))


def test_parties_take_the_name_of_their_actor(short: Document) -> None:
    assert briefing(short).demands[0].of == ["union"]


def test_a_party_that_is_no_actor_becomes_one_with_a_sentence_that_names_it(short: Document) -> None:
    found = briefing(short, actors=[])
    assert [(actor.name, actor.evidence[0].sentence, actor.kind) for actor in found.actors] == [
        ("Lavrov", 1, None),
        ("the union", 2, None),
    ]


def test_two_parties_that_are_one_actor_are_named_once(short: Document) -> None:
    demand = {"by": ["Lavrov"], "of": ["the union", "union", "UNION"], "demand": "End it", "evidence": [2]}
    assert briefing(short, demands=[demand]).demands[0].of == ["union"]


def test_an_alias_that_the_text_lacks_is_dropped_and_one_that_it_has_is_spelt_as_there(short: Document) -> None:
    actor = {"name": "Lavrov", "aliases": ["Sergey Lavrov", "he", "lavrov"], "evidence": [1]}
    assert briefing(short, actors=[actor]).actors[0].aliases == ["He"]


def test_a_name_that_the_text_lacks_is_refused_wherever_it_stands(short: Document) -> None:
    for section, item in {
        "actors": {"name": "Putin", "evidence": [1]},
        "demands": {"by": ["Putin"], "demand": "Go", "evidence": [1]},
        "agreed_steps": {"parties": ["Putin", "Lavrov"], "step": "Meet", "evidence": [1]},
        "open_questions": {"question": "When?", "awaits": ["Putin"], "evidence": [1]},
    }.items():
        with pytest.raises(ValidationError, match="'Putin' does not occur"):
            briefing(short, **{section: [item]})


@pytest.mark.parametrize("section", ["summary", "actors", "demands", "agreed_steps", "open_questions"])
def test_nothing_goes_without_evidence(short: Document, section: str) -> None:
    item = {
        **BRIEFING["demands"][0],
        "text": "t",
        "name": "Lavrov",
        "parties": ["Lavrov"],
        "step": "s",
        "question": "q",
    }
    with pytest.raises(ValidationError, match="at least 1 item"):
        briefing(short, **{section: [{**item, "evidence": []}]})


def test_a_field_too_many_is_not_worth_asking_again(short: Document) -> None:
    demand = {**BRIEFING["demands"][0], "confidence": 0.9}
    assert briefing(short, demands=[demand]) == briefing(short)
    assert Briefing.model_json_schema()["$defs"]["Demand"]["additionalProperties"] is False


@given(
    st.lists(st.integers(1, 3), min_size=1, max_size=4),
    st.lists(st.sampled_from(["Lavrov", "the union", "the strike"]), max_size=3),
    st.sampled_from(["open", "accepted", "rejected"]),
)
def test_a_briefing_round_trips_through_json_unchanged(numbers: list[int], names: list[str], status: str) -> None:
    document = Document(text=SHORT)
    demand = {"by": names, "of": names[::-1], "demand": "Ünd 🙂", "status": status, "evidence": numbers}
    found = briefing(document, demands=[demand])
    saved = found.model_dump_json()
    assert Briefing.model_validate_json(saved) == found
    assert Briefing.model_validate_json(saved, context=grounding_context(document)) == found
    assert Briefing.model_validate_json(saved).model_dump_json() == saved
