from __future__ import annotations

from typing import Any

import pytest

from summarizer.engine.wording import Wording


def actor(name: str, kind: str, *aliases: str) -> dict[str, Any]:
    return {"name": name, "aliases": list(aliases), "kind": kind}


WORDING = Wording(
    [
        actor("Orvania", "state", "Belhas"),
        actor("Lothania", "state"),
        actor("Dockers' Union", "organisation", "union"),
        actor("Port Trust", "organisation", "Trust"),
        actor("Rurik Stanev", "person", "Stanev"),
        actor("Mila Brodt", "person"),
        actor("rebels", "group"),
    ]
)


@pytest.mark.parametrize(
    ("sentence", "by", "of", "told"),
    [
        # Whose demand, plea or proposal it is.
        ("The Trust turned down a plea from the union to wait.", ["Port Trust"], [], (["Dockers' Union"], [])),
        ("Lothania's call for talks was ignored.", ["Orvania"], [], (["Lothania"], [])),
        ("Orvania, which wants a corridor, left.", ["Lothania"], ["Orvania"], (["Orvania"], [])),
        ("Mila Brodt said the union would not attend until its men were freed.", ["Orvania"], [],
         (["Dockers' Union"], [])),
        ("The union will strike unless Orvania pays.", ["Orvania"], [], (["Dockers' Union"], [])),
        # Who is asked to do it does not demand it.
        ("Stanev demanded from Lothania to withdraw.", ["Lothania"], ["Orvania"], (["Orvania"], ["Lothania"])),
        # Who is asked stands first.
        ("The union was asked by the Trust to wait.", ["Dockers' Union"], [], (["Port Trust"], ["Dockers' Union"])),
        ("The Trust has been asked by its owners to wait.", ["Port Trust"], ["Orvania"], (["Orvania"], ["Port Trust"])),
        ("Orvania was urged to withdraw.", ["Orvania"], ["Lothania"], (["Lothania"], ["Orvania"])),
        ("Orvania was asked whether Lothania would go.", ["Orvania"], ["Lothania"], (["Orvania"], ["Lothania"])),
        # A name and a common noun in one sentence are seldom of one actor.
        ("The Dockers' Union told the union to pay.", ["Dockers' Union"], ["Orvania"],
         (["Dockers' Union"], ["Orvania"])),
        ("The Dockers' Union left after he told the union to pay.", ["Dockers' Union"], ["Orvania"],
         (["Orvania"], ["Dockers' Union"])),
        # People in the plural need no article; some people are not those people.
        ("Brodt said rebels demanded a corridor.", ["Orvania"], [], (["rebels"], [])),
        ("Jailed rebels demanded a corridor.", ["Orvania"], [], (["Orvania"], [])),
        # Where they live is not who they are.
        ("Farmers in Orvania want lower taxes.", ["Port Trust"], [], (["Port Trust"], [])),
        # Nor does who rejects a call for it.
        ("Orvania rejected rebel calls for talks.", ["Orvania"], ["Lothania"], (["Lothania"], ["Orvania"])),
        ("Orvania rejected the accord and made demands.", ["Orvania"], ["Lothania"], (["Orvania"], ["Lothania"])),
        # Who is meant by "they".
        ("Stanev taxed goods from Orvania and Lothania, demanding that they stop arms.", ["Rurik Stanev"], [],
         (["Rurik Stanev"], ["Lothania", "Orvania"])),
        # The subject of a verb of demanding, and the actor right after it.
        ("Belhas urged Lothania to withdraw.", ["Lothania"], [], (["Orvania"], ["Lothania"])),
        ("Orvania and Lothania called on the Trust to pay.", ["Lothania"], [],
         (["Orvania", "Lothania"], ["Port Trust"])),
        ("Orvania on June 21, called for restraint.", [], [], (["Orvania"], [])),
        ("The union has again called on the Trust to pay.", ["Orvania"], [], (["Dockers' Union"], ["Port Trust"])),
        ("The Trust, which owns the cranes, wants the strike ended.", ["Orvania"], ["Dockers' Union"],
         (["Port Trust"], ["Dockers' Union"])),
        ("Orvania is asking for the return of the ships.", [], ["Orvania", "Lothania"], (["Orvania"], ["Lothania"])),
        # A person may speak for a body: the model is believed where it names one.
        ("Stanev urged Lothania to withdraw.", ["Orvania"], ["Lothania"], (["Orvania"], ["Lothania"])),
        ("Stanev urged Lothania to withdraw.", [], [], (["Rurik Stanev"], ["Lothania"])),
        ("Mila Brodt, a lawyer for the Trust, said the union should pay.", ["Mila Brodt"], [],
         (["Port Trust"], ["Dockers' Union"])),
        ("The Trust's lawyer asked Lothania to go.", ["Orvania"], ["Lothania"], (["Port Trust"], ["Lothania"])),
        ("Orvania's foreign minister, Rurik Stanev, called for peace.", ["Rurik Stanev"], [], (["Orvania"], [])),
        ("Stanev's lawyer asked for peace.", ["Orvania"], [], (["Orvania"], [])),
        ("The Trust said the strikers must go back.", ["Orvania"], [], (["Port Trust"], [])),
        ("Stanev said Lothania must withdraw.", ["Orvania"], ["Lothania"], (["Orvania"], ["Lothania"])),
        ("Orvania told the Trust to pay.", ["Port Trust"], [], (["Orvania"], ["Port Trust"])),
        # Who is asked to do it, whoever asks.
        ("Stanev called on the Trust to pay.", ["Orvania"], ["Lothania"], (["Orvania"], ["Port Trust"])),
        ("He asked the union and the Trust to talk.", ["Orvania"], ["Lothania"],
         (["Orvania"], ["Dockers' Union", "Port Trust"])),
        ("According to Stanev, Lothania should go.", ["Orvania"], [], (["Orvania"], ["Lothania"])),
        ("He urged Lothania, the union and the Trust to talk.", ["Orvania"], [],
         (["Orvania"], ["Dockers' Union", "Lothania", "Port Trust"])),
        ("She asked the Trust for a date.", ["Orvania"], [], (["Orvania"], ["Port Trust"])),
        ("She demanded that Lothania withdraw.", ["Orvania"], [], (["Orvania"], ["Lothania"])),
        ("She demanded that Lothania be freed.", ["Orvania"], [], (["Orvania"], [])),
        ("Lothania must withdraw, she said.", ["Orvania"], ["Port Trust"], (["Orvania"], ["Lothania"])),
        ("She urged Lothania to go and the Trust to stay.", ["Orvania"], ["Port Trust"], (["Orvania"], ["Lothania"])),
        ("She urged Lothania to go and asked the Trust to stay.", ["Orvania"], [], (["Orvania"], [])),
        ("The Trust has since made it a condition that Lothania leave.", ["Orvania"], ["Lothania"],
         (["Port Trust"], ["Lothania"])),
        # Two who demand, or a union that is none of the actors.
        ("Orvania wants ships and Lothania wants peace.", ["Lothania"], [], (["Lothania"], [])),
        ("A union wants ships.", ["Orvania"], [], (["Orvania"], [])),
        # Who must do it is not who demands it.
        ("Orvania must lift the ban, he said.", ["Orvania"], ["Lothania"], (["Lothania"], ["Orvania"])),
        ("Orvania must lift the ban, he said.", ["Lothania"], [], (["Lothania"], ["Orvania"])),
        # The possessor of what is asked for is no addressee.
        ("Orvania demanded Lothania's fleet.", ["Orvania"], [], (["Orvania"], [])),
    ],
)  # fmt: skip
def test_the_wording_tells_who_demands_of_whom(
    sentence: str, by: list[str], of: list[str], told: tuple[list[str], list[str]]
) -> None:
    assert WORDING.demand(sentence, by, of) == told


@pytest.mark.parametrize(
    ("sentence", "believed", "before", "parties"),
    [
        ("Orvania and the union agreed to meet.", ["Lothania"], [], ["Orvania", "Dockers' Union"]),
        ("The Trust said the two sides had agreed on Orvania.", [], ["Lothania", "Belhas"], ["Lothania", "Belhas"]),
        ("They will meet on Friday.", ["Orvania", "Port Trust"], ["Orvania", "Lothania"], ["Orvania", "Lothania"]),
        ("The union will meet them.", ["Orvania"], ["Dockers' Union", "Orvania"], ["Dockers' Union", "Orvania"]),
        ("The Trust will meet them on Friday.", ["Port Trust", "Orvania"], ["Lothania", "Orvania"],
         ["Port Trust", "Orvania"]),
        ("Both will meet.", ["Orvania", "Lothania"], [], ["Orvania", "Lothania"]),
        ("Orvania, Lothania and it will meet.", ["Orvania", "Lothania", "Port Trust"], [],
         ["Orvania", "Lothania", "Port Trust"]),
        ("Stanev and Mila Brodt agreed that Orvania and Lothania will meet.", ["Rurik Stanev", "Mila Brodt"], [],
         ["Rurik Stanev", "Mila Brodt"]),
    ],
)  # fmt: skip
def test_the_wording_tells_the_parties_to_a_step(
    sentence: str, believed: list[str], before: list[str], parties: list[str]
) -> None:
    assert WORDING.parties(sentence, believed, before) == parties


@pytest.mark.parametrize(
    ("sentence", "parties"),
    [
        ("Orvania, Belhas and Lothania have agreed on a corridor.", ["Orvania", "Lothania"]),  # Belhas is Orvania's
        ("It is the first ceasefire between Orvania and Lothania.", ["Orvania", "Lothania"]),
        ("In June Orvania, the union and Lothania pooled their ships.", ["Orvania", "Dockers' Union", "Lothania"]),
        ("The premiers of Orvania and Lothania opened the bridge.", ["Orvania", "Lothania"]),
        ("With Orvania and Lothania it opened the bridge.", []),
        ("Ships of Orvania and Lothania and the union left.", []),
        ("Stanev and Mila Brodt agreed on a corridor.", []),  # mostly for those whom they speak for
        ("Stanev and Mila Brodt agreed that Orvania and Lothania will meet.", ["Rurik Stanev", "Mila Brodt"]),
        ("The rulers of Orvania and Lothania signed.", []),
        ("Trust says Orvania, Lothania agree on corridor", ["Orvania", "Lothania"]),
        ("After a call to Orvania, Lothania agreed to meet.", []),
        ("Orvania told Lothania that the union and others will meet.", []),
    ],
)
def test_bodies_that_act_together_are_the_parties(sentence: str, parties: list[str]) -> None:
    assert WORDING.joint_parties(sentence) == parties


@pytest.mark.parametrize(
    ("sentence", "awaited"),
    [
        ("The union has not yet said when it will vote.", "Dockers' Union"),
        ("Whether they meet is a matter that the Trust will decide in March.", "Port Trust"),
        ("Belhas, for its part, is still considering the request.", "Orvania"),
        ("Stanev would not say when the talks resume.", None),  # a person often speaks for another
        ("The union has yet to reply, and the Trust is to rule in May.", None),
        ("The union wrote to the Trust.", None),
    ],
)
def test_the_wording_tells_whose_decision_is_awaited(sentence: str, awaited: str | None) -> None:
    assert WORDING.awaited(sentence) == awaited


def test_without_actors_the_model_is_believed() -> None:
    nobody = Wording([])
    assert nobody.demand("Orvania urged Lothania.", ["a"], ["b"]) == (["a"], ["b"])
    assert nobody.parties("Orvania and Lothania agreed.", ["a"], []) == ["a"]


def test_a_sentence_that_voices_a_demand_tells_no_refusal_of_it() -> None:
    assert WORDING.voices_a_demand("“We insisted on repeal,” he said.")
    assert WORDING.voices_a_demand("Orvania called on Lothania to go.")
    assert not WORDING.voices_a_demand("Lothania turned the call down.")
    assert not WORDING.voices_a_demand("Lothania granted both demands.")
