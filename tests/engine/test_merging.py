from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from summarizer import AnswerError, Briefing, Document, Evidence, grounding_context
from summarizer.engine.merging import merge

TEXT = (
    "Sergey Lavrov met the Harbour Workers' League (HWL) on Monday. Lavrov said Castell Shipping should reopen the "
    "northern gate. The league called on Castell Shipping to raise pay by 7 percent and to withdraw its shift plan. "
    "Castell Shipping refused. It reopened the southern gate. The league again called on the company to raise the pay "
    "by 7 percent. The league and Castell Shipping agreed to meet on Thursday. They met. It is not clear who will "
    "mediate. Anna Berg and Karl Berg spoke. Northline kept silent. Local 12 and Local 13 of the union walked out."
)
DOCUMENT = Document(text=TEXT)


def briefing(**sections: Any) -> Briefing:
    empty = {"headline": "h", "summary": [], "actors": [], "demands": [], "agreed_steps": [], "open_questions": []}
    return Briefing.model_validate(empty | sections, context=grounding_context(DOCUMENT))


def actor(name: str, *aliases: str, evidence: int = 1, **more: Any) -> dict[str, Any]:
    return {"name": name, "aliases": aliases, "evidence": [evidence], **more}


def demand(text: str, *evidence: int, by: str = "league", of: str | None = "Castell Shipping", **more: Any) -> Any:
    return {"by": [by], "of": [of] if of else [], "demand": text, "evidence": list(evidence), **more}


def merged_demands(*windows: list[Any]) -> list[tuple[str, list[int]]]:
    merged = merge([briefing(demands=items) for items in windows])
    return [(item.demand, [evidence.sentence for evidence in item.evidence]) for item in merged.demands]


def merged_actors(*windows: list[Any]) -> list[tuple[str, list[str]]]:
    return [(one.name, one.aliases) for one in merge([briefing(actors=actors) for actors in windows]).actors]


def test_sections_have_the_sentences_that_the_tests_count_on() -> None:
    assert [sentence.text.split()[0] for sentence in DOCUMENT.sentences] == (
        ["Sergey", "Lavrov", "The", "Castell", "It", "The", "The", "They", "It", "Anna", "Northline", "Local"]
    )


def test_an_item_that_two_windows_report_of_the_same_sentence_stands_once() -> None:
    assert merged_demands([demand("Raise pay by 7 percent", 3)], [demand("Raise its pay by 7 percent", 3)]) == [
        ("Raise pay by 7 percent", [3])
    ]


def test_a_demand_said_again_in_another_window_is_one_with_both_sentences() -> None:
    assert merged_demands([demand("Raise pay by 7 percent", 3)], [demand("Raise the pay by 7 percent", 6)]) == [
        ("Raise pay by 7 percent", [3, 6])
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (demand("Raise pay by 7 percent", 3), demand("Withdraw the shift plan", 3)),
        (demand("Raise pay by 7 percent", 3), demand("Raise pay by 12 percent", 3)),
        (demand("Reopen the northern gate to all trucks", 2), demand("Reopen the southern gate to all trucks", 5)),
        (demand("Raise pay by 7 percent", 3), demand("Raise pay by 7 percent", 6, by="Lavrov")),
        (demand("Raise pay by 7 percent", 3), demand("Raise pay by 7 percent", 6, of="Northline")),
        (demand("接受第一条", 3), demand("接受第二条", 6)),
    ],
    ids=["another act", "another number", "another word", "another holder", "another addressee", "another character"],
)
def test_items_that_may_be_two_stay_two(one: Any, other: Any) -> None:
    assert len(merged_demands([one], [other])) == 2


def test_items_that_one_window_tells_apart_stay_apart() -> None:
    both = [demand("Raise pay", 3), demand("Raise pay now", 3)]
    assert len(merged_demands(both)) == 2
    assert len(merged_demands(both, both)) == 2


@given(st.lists(st.integers(min_value=1, max_value=12), min_size=1, max_size=12, unique=True), st.integers(1, 12))
def test_a_repeated_window_changes_nothing_and_no_item_is_lost(numbers: list[int], cut: int) -> None:
    items = [demand(f"Pay {number} crowns", number) for number in sorted(numbers)]
    assert merged_demands(items, items) == merged_demands(items) == merged_demands(items[:cut], items[cut - 1 :])
    assert [evidence for _, evidence in merged_demands(items)] == [[number] for number in sorted(numbers)]


def test_statuses_are_those_of_the_latest_evidence_that_tells_one() -> None:
    def status(*windows: tuple[int, str]) -> str:
        items = [[demand("Raise pay by 7 percent", number, status=told)] for number, told in windows]
        return merge([briefing(demands=one) for one in items]).demands[0].status

    assert status((3, "open"), (6, "rejected")) == "rejected"
    assert status((3, "rejected"), (6, "accepted")) == "accepted"
    assert status((6, "accepted"), (3, "rejected")) == "accepted"
    assert status((3, "rejected"), (6, "open")) == "rejected"  # open is what is said where nothing was told

    def step(number: int, told: str | None, when: str | None) -> dict[str, Any]:
        parties = ["league", "Castell Shipping"]
        return {"parties": parties, "step": "Meet", "status": told, "when": when, "evidence": [number]}

    windows = [briefing(agreed_steps=[one]) for one in (step(7, "planned", "Thursday"), step(8, "done", None))]
    (found,) = merge(windows).agreed_steps
    assert (found.status, found.when, [evidence.sentence for evidence in found.evidence]) == (
        "done",
        "Thursday",
        [7, 8],
    )


@pytest.mark.parametrize(
    ("windows", "actors"),
    [
        (([actor("Sergey Lavrov", "Lavrov")], [actor("Lavrov")]), [("Sergey Lavrov", ["Lavrov"])]),
        (([actor("Lavrov")], [actor("Sergey Lavrov")]), [("Sergey Lavrov", ["Lavrov"])]),
        (([actor("Castell Shipping", "company")], [actor("company")]), [("Castell Shipping", ["company"])]),
        (
            ([actor("league", "HWL")], [actor("Harbour Workers' League", "HWL")]),
            [("Harbour Workers' League", ["league", "HWL"])],
        ),
        (
            ([actor("Castell Shipping")], [actor("Northline", evidence=11)]),
            [("Castell Shipping", []), ("Northline", [])],
        ),
        (
            ([actor("Anna Berg", "Berg")], [actor("Karl Berg", "Berg")], [actor("Berg")]),
            [("Anna Berg", []), ("Karl Berg", []), ("Berg", [])],
        ),
        (([actor("Local 12")], [actor("Local 13")]), [("Local 12", []), ("Local 13", [])]),
        (
            ([actor("Castell Shipping", "company")], [actor("Northline", "company", evidence=11)]),
            [("Castell Shipping", []), ("Northline", [])],
        ),
    ],
    ids=["alias", "surname", "descriptor", "acronym", "two", "one surname", "numbers", "descriptor of two"],
)
def test_actors_are_one_by_name_and_alias(windows: Any, actors: list[tuple[str, list[str]]]) -> None:
    assert merged_actors(*windows) == actors


def test_parties_have_the_names_of_the_merged_actors() -> None:
    one = briefing(actors=[actor("league")], demands=[demand("Raise pay by 7 percent", 3)])
    other = briefing(
        actors=[actor("Harbour Workers' League", "league", kind="organisation", role="union")],
        demands=[demand("Raise pay by 7 percent", 6, by="Harbour Workers' League")],
    )
    merged = merge([one, other])
    assert [item.by for item in merged.demands] == [["Harbour Workers' League"]]
    names = {found.name for found in merged.actors}
    assert names == {"Harbour Workers' League", "Castell Shipping"}
    assert {name for item in merged.demands for name in (*item.by, *item.of)} <= names
    (league,) = (found for found in merged.actors if found.name.startswith("Harbour"))
    assert (league.kind, league.role) == ("organisation", "union")


class Note(BaseModel):
    """An item of a schema of a user's own."""

    words: str
    evidence: list[Evidence]


class Notes(BaseModel):
    topic: str
    tags: list[str] = []
    counts: dict[str, int] = {}
    certain: bool | None = None
    notes: list[Note] = Field(max_length=3)


def notes(topic: str, *numbers: int, **more: Any) -> Notes:
    found = [{"words": f"note {number}", "evidence": [number]} for number in numbers]
    return Notes.model_validate({"topic": topic, "notes": found, **more}, context=grounding_context(DOCUMENT))


def test_answers_under_any_schema_are_joined() -> None:
    merged = merge(
        [
            notes("one", 1, 2, tags=["a", "b"], counts={"x": 1}),
            notes("two", 2, 5, tags=["b", "c"], counts={"x": 2, "y": 3}, certain=True),
        ]
    )
    assert (merged.topic, merged.tags, merged.counts, merged.certain) == (
        "one",
        ["a", "b", "c"],
        {"x": 1, "y": 3},
        True,
    )
    assert [(note.words, note.evidence[0].sentence) for note in merged.notes] == [
        ("note 1", 1),
        ("note 2", 2),
        ("note 5", 5),
    ]


def test_answers_that_break_the_schema_together_are_refused() -> None:
    with pytest.raises(
        AnswerError, match=r"2 parts of the text, together, are not within the schema \(notes: List should"
    ):
        merge([notes("one", 1, 2), notes("two", 5, 6)])
