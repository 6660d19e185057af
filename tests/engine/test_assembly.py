from __future__ import annotations

import pytest

from summarizer import Briefing, Document
from summarizer.engine.assembly import assemble
from summarizer.engine.known_actors import KnownActor
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
    "N",
    "A Drivers' Union | organisation\nA Northline Rail | organisation\n"
    "D Drivers' Union > Northline Rail: raise pay by seven percent",
    "N",
    "A union = Drivers' Union\nD Drivers' Union > Northline: raise its pay by seven percent",
    "S Drivers' Union + Northline: meet",
    "Q -: who will mediate",
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
    (step,) = assembled(
        "N", "A Northline Rail | organisation\nN", "N", "N", "S Drivers' Union + Northline: meet"
    ).agreed_steps
    assert (step.parties, step.when, step.status) == (["Drivers' Union", "Northline Rail"], "Thursday", None)


def test_a_step_of_one_party_is_no_agreed_step() -> None:
    assert assembled("N", "S Northline Rail + Northline: raise pay soon").agreed_steps == []


def test_a_step_without_parties_is_between_those_between_whom_most_is_said() -> None:
    demand = "D Drivers' Union > Northline Rail: raise pay by seven percent"
    (step,) = assembled("N", demand, "N", "N", "S - + -: meet").agreed_steps
    assert sorted(step.parties) == ["Drivers' Union", "Northline Rail"]
    (step,) = assembled("N", demand, "N", "N", "S Northline + -: meet").agreed_steps
    assert sorted(step.parties) == ["Drivers' Union", "Northline Rail"]


def test_a_refusal_in_the_same_words_belongs_to_the_demand_whoever_is_taken_for_its_holder() -> None:
    (demand,) = assembled(
        "N",
        "D Drivers' Union > Northline Rail: raise pay by seven percent",
        "D Northline > Drivers' Union: raise pay by seven percent {rejected}",
    ).demands
    assert (demand.by, demand.of, demand.status) == (["Drivers' Union"], ["Northline Rail"], "rejected")
    assert [evidence.sentence for evidence in demand.evidence] == [2, 3]


def test_a_demand_that_is_voiced_again_is_open() -> None:
    document = Document(text="The Drivers' Union insisted on higher pay.")
    answer = parse_answer("A Drivers' Union | organisation\nD Drivers' Union > -: raise pay {accepted}")
    assert assemble(document, [(document.sentences[0], answer)]).demands[0].status == "open"


def test_a_number_that_the_text_lacks_is_not_told() -> None:
    (demand,) = assembled("N", "D Drivers' Union > -: raise pay within the next 48 hours").demands
    assert demand.demand == "Raise pay"
    (demand,) = assembled("N", "D Drivers' Union > -: raise pay by 7 percent").demands  # "seven" in the text
    assert demand.demand == "Raise pay by 7 percent"


def test_a_step_whose_other_party_is_not_named_is_an_agreed_step() -> None:
    (step,) = assembled("N", "S Drivers' Union + -: raise pay").agreed_steps
    assert step.parties == ["Drivers' Union"]


def test_a_minister_speaks_for_his_state() -> None:
    document = Document(text="Armenian Foreign Minister Ararat Petrosyan said Azerbaijan should sign. Armenia waits.")
    answer = parse_answer("A Ararat Petrosyan | person\nD Ararat Petrosyan > Azerbaijan: sign")
    briefing = assemble(document, [(document.sentences[0], answer)])
    assert (briefing.demands[0].by, briefing.demands[0].of) == (["Armenia"], ["Azerbaijan"])
    assert [actor.name for actor in briefing.actors] == ["Ararat Petrosyan", "Azerbaijan", "Armenia"]


@pytest.mark.parametrize(
    ("office", "holder"),
    [("secretary of the Drivers' Union", "Drivers' Union"), ("former secretary of the Drivers' Union", "Ann Lund")],
)
def test_who_holds_an_office_of_a_body_speaks_for_it(office: str, holder: str) -> None:
    text = f"The Drivers' Union met. Ann Lund, {office}, came. “Pay us,” Lund said."
    document = Document(text=text)
    answers = ["A Drivers' Union | organisation\nN", "A Ann Lund | person\nN", "D Ann Lund > -: pay them"]
    briefing = assemble(document, [(s, parse_answer(a)) for s, a in zip(document.sentences, answers, strict=True)])
    assert briefing.demands[0].by == [holder]


def test_a_state_that_only_the_wording_tells_is_an_actor() -> None:
    document = Document(text="Armenian envoy Ararat Petrosyan said Armenia and Azerbaijan should sign. Georgia waits.")
    answer = parse_answer("A Ararat Petrosyan | person\nD Ararat Petrosyan > -: sign")
    briefing = assemble(document, [(document.sentences[0], answer)])
    assert (briefing.demands[0].by, briefing.demands[0].of) == (["Armenia"], ["Azerbaijan"])
    assert {actor.name for actor in briefing.actors} == {"Ararat Petrosyan", "Armenia", "Azerbaijan"}


def test_a_demand_of_one_word_in_the_headline_is_that_of_the_text() -> None:
    document = Document(text="Union demands Stanev resign\n\nThe union demanded that Stanev resign over the delays.\n")
    answers = ["A union | group\nD union > Stanev: resign", "D union > Stanev: resign over the delays"]
    briefing = assemble(document, [(s, parse_answer(a)) for s, a in zip(document.sentences, answers, strict=True)])
    assert [demand.demand for demand in briefing.demands] == ["Resign over the delays"]


def test_headline_and_summary_are_taken_from_the_text_and_stand_on_their_own() -> None:
    assert FOUND.headline == "Rail strike enters third week"
    assert [(statement.text, statement.evidence[0].sentence) for statement in FOUND.summary] == [
        ("The Drivers' Union wants Northline Rail to raise pay by seven percent.", 2),
        ("Drivers' Union and Northline Rail agreed to meet.", 5),  # the text says who "both" are a sentence before
        ("Still open: who will mediate?", 6),
    ]


def test_nothing_found_is_a_briefing_with_the_lead_alone() -> None:
    found = assembled(*["N"] * 6)
    assert (found.actors, found.demands, found.agreed_steps, found.open_questions) == ([], [], [], [])
    assert found.summary[0].evidence[0].sentence == 2


def test_what_the_model_says_of_actors_and_statuses_is_kept_where_the_text_bears_it() -> None:
    found = assembled(
        "N",
        "A Drivers' Union | organisation | pilots\nA Northline Rail | organisation | operator of the rail strike\n"
        "D Drivers' Union > Northline Rail: raise pay {rejected}",
        "N",
        "A union = Drivers' Union\nN",
        "S Drivers' Union + Northline Rail: meet {planned; on Thursday}",
        "Q Drivers' Union: who will mediate",
    )
    union, northline = found.actors
    assert (union.kind, union.role, union.aliases) == ("organisation", None, ["union"])  # the text has no pilots
    assert (northline.kind, northline.role) == ("organisation", None)
    assert found.demands[0].status == "rejected"
    assert (found.agreed_steps[0].status, found.agreed_steps[0].when) == ("planned", "on Thursday")


def test_a_time_that_the_text_lacks_is_not_kept() -> None:
    (step,) = assembled(*["N"] * 4, "S Drivers' Union + Northline Rail: meet {planned; in 2031}").agreed_steps
    assert (step.status, step.when) == ("planned", "Thursday")


def test_items_below_the_confidence_asked_for_are_left_out_of_everything() -> None:
    document = Document(text=TEXT)
    answers = [
        parse_answer("N"),
        parse_answer("D Drivers' Union > Northline Rail: raise pay", [0.9]),
        parse_answer("N"),
        parse_answer("N"),
        parse_answer("S Drivers' Union + Northline Rail: meet", [0.4]),
        parse_answer("Q -: who will mediate"),
    ]
    found = assemble(document, list(zip(document.sentences, answers, strict=True)), min_confidence=0.5)
    assert [demand.confidence for demand in found.demands] == [0.9]
    assert found.agreed_steps == []
    assert [question.confidence for question in found.open_questions] == [None]
    assert [statement.evidence[0].sentence for statement in found.summary] == [2, 6]


def test_what_is_left_has_the_parties_that_an_item_left_out_told() -> None:
    document = Document(
        text="The Drivers' Union and Northline Rail signed a truce.\nThe two sides agreed to meet again in May.\n"
    )
    answers = [
        parse_answer(
            "A Drivers' Union\nA Northline Rail\nS Drivers' Union + Northline Rail: sign a truce", [1.0, 1.0, 0.4]
        ),
        parse_answer("S - + -: meet again in May", [0.9]),
    ]
    found = assemble(document, list(zip(document.sentences, answers, strict=True)), min_confidence=0.5)
    (step,) = found.agreed_steps
    assert (step.confidence, set(step.parties)) == (0.9, {"Drivers' Union", "Northline Rail"})


def test_names_come_from_a_dossier_and_items_take_nothing_from_it() -> None:
    document = Document(text="The Guild wants pay raised.\nThe Quay Men want pay to be raised.\n")
    told = "D Guild > -: raise pay", "D Quay Men > -: raise pay"
    answers = [
        (s, parse_answer(f"A {a[2:].split(' >')[0]}\n{a}")) for s, a in zip(document.sentences, told, strict=True)
    ]
    known = KnownActor(name="Guild of Dockers", aliases=("Guild", "Quay Men"), kind="group")
    found = assemble(document, answers, known_actors=[known])
    (actor,), (demand,) = found.actors, found.demands
    assert (actor.name, actor.aliases, actor.kind) == ("Quay Men", ["Guild"], "group")
    assert (demand.by, demand.of, demand.status) == (["Quay Men"], [], "open")
    assert [evidence.sentence for evidence in demand.evidence] == [1, 2]


def test_a_demand_in_fewer_words_is_the_same_where_its_holders_are() -> None:
    fuller = "D Drivers' Union > Northline Rail: raise pay of all drivers by seven percent"
    shorter = "D Drivers' Union > Northline: raise drivers' pay"
    (demand,) = assembled("N", fuller, "N", shorter).demands
    assert demand.demand == "Raise pay of all drivers by seven percent"
    assert [evidence.sentence for evidence in demand.evidence] == [2, 4]
    assert assembled("N", shorter, "N", fuller).demands[0].demand == demand.demand
    assert len(assembled("N", fuller, "N", fuller.replace("seven", "nine")).demands) == 2
    assert len(assembled("N", fuller, "N", "D Drivers' Union > -: raise hell").demands) == 2


def test_the_text_puts_what_a_heading_says_in_other_words() -> None:
    heading = "D Drivers' Union > Northline Rail: end rail strike talks"
    (demand,) = assembled(heading, "D Drivers' Union > Northline: break off talks on the strike").demands
    assert [evidence.sentence for evidence in demand.evidence] == [1, 2]
    below = assembled("N", heading, "N", "D Drivers' Union > Northline: break off talks on the strike")
    assert len(below.demands) == 2


def test_whether_a_demand_will_be_met_is_no_question_of_its_own() -> None:
    demand = "D Drivers' Union > Northline Rail: raise pay by seven percent"
    asked = assembled("N", f"{demand}\nQ Northline Rail: will Northline raise pay by seven percent")
    assert (len(asked.demands), len(asked.open_questions)) == (1, 0)
    assert len(assembled("N", f"{demand}\nQ Northline Rail: who will pay for it").open_questions) == 1
    assert len(assembled("N", demand, "N", "N", "Q -: will Northline raise pay by seven percent").open_questions) == 1


def test_whoever_a_sentence_quotes_is_an_actor_once_the_sentence_is_read() -> None:
    document = Document(text="The strike goes on.\nAnn Lund said so.\nBo Berg said no.\n", language="en")
    read = [(sentence, parse_answer("N")) for sentence in document.sentences[:2]]
    assert [(actor.name, actor.kind) for actor in assemble(document, read).actors] == [("Ann Lund", "person")]


@pytest.mark.parametrize(
    ("sentence", "holder", "told"),
    [
        ("Rebels are demanding the release of Ann Lund from Chad.", "Chad", "Rebels"),
        ("Officials are demanding the release of Ann Lund from Chad.", "Chad", "Chad"),
        ("Many businesses also urged the parliament to act.", "-", "businesses"),
        ("The sides should act, Ann Lund said.", "-", "Ann Lund"),
        ("The sides should act.", "-", None),
    ],
)
def test_who_is_meant_where_the_model_names_nobody_or_a_state(sentence: str, holder: str, told: str | None) -> None:
    document = Document(text=sentence, language="en")
    answer = parse_answer(f"D {holder} > parliament: act")
    briefing = assemble(document, [(document.sentences[0], answer)])
    assert briefing.demands[0].by == ([told] if told else [])


def test_a_common_noun_is_a_form_of_a_state_only_where_states_are_called_so() -> None:
    document = Document(text="Chad met envoys. The republic paid. The railroads won.", language="en")
    answers = ["A Chad | state\nN", "A republic = Chad\nN", "A railroads = Chad\nN"]
    briefing = assemble(document, [(s, parse_answer(a)) for s, a in zip(document.sentences, answers, strict=True)])
    assert [(actor.name, actor.aliases) for actor in briefing.actors] == [("Chad", ["republic"]), ("railroads", [])]
