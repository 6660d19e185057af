from __future__ import annotations

from summarizer import Briefing, Document
from summarizer.engine.assembly import assemble
from summarizer.engine.turn_answers import parse_answer

TEXT = (
    "Rail strike enters third week\n"
    "The Drivers' Union wants Northline Rail to raise pay by seven percent.\n"
    "Northline called this reckless.\n"
    "The union again asked Northline to raise its pay by seven percent.\n"
    "Both agreed to meet on Thursday.\n"
    "It is not clear who will mediate.\n"
)


def assembled(*answers: str) -> Briefing:
    document = Document(text=TEXT)
    return assemble(document, [(s, parse_answer(a)) for s, a in zip(document.sentences, answers, strict=False)])


FOUND = assembled(
    "A -\nN",
    "A Drivers' Union; Northline Rail\nD Drivers' Union > Northline Rail: raise pay by seven percent",
    "A Northline\nN",
    "A union; Northline\nD Drivers' Union > Northline: raise its pay by seven percent",
    "A -\nS Drivers' Union + Northline: meet",
    "A -\nQ -: who will mediate",
)


def test_a_demand_said_twice_is_one_with_both_sentences() -> None:
    (demand,) = FOUND.demands
    assert (demand.by, demand.of, demand.demand) == (
        ["Drivers' Union"],
        ["Northline Rail"],
        "Raise pay by seven percent",
    )
    assert [evidence.sentence for evidence in demand.evidence] == [2, 4]
    assert demand.status == "open"


def test_an_agreed_step_has_its_parties_and_its_date_and_no_guessed_status() -> None:
    (step,) = assembled("N", "A Northline Rail\nN", "N", "N", "A -\nS Drivers' Union + Northline: meet").agreed_steps
    assert (step.parties, step.when, step.status) == (["Drivers' Union", "Northline Rail"], "Thursday", None)


def test_a_step_of_one_party_is_no_agreed_step() -> None:
    assert assembled("N", "A -\nS Northline Rail + Northline: raise pay soon").agreed_steps == []


def test_headline_and_summary_are_taken_from_the_text() -> None:
    assert FOUND.headline == "Rail strike enters third week"
    assert [statement.evidence[0].sentence for statement in FOUND.summary] == [2, 5, 6]
    assert all(statement.text == statement.evidence[0].quote for statement in FOUND.summary)


def test_nothing_found_is_a_briefing_with_the_lead_alone() -> None:
    found = assembled(*["A -\nN"] * 6)
    assert (found.actors, found.demands, found.agreed_steps, found.open_questions) == ([], [], [], [])
    assert found.summary[0].evidence[0].sentence == 2
