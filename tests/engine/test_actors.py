from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from summarizer import Document
from summarizer.engine.actors import ActorBook
from summarizer.engine.known_actors import KnownActor
from summarizer.engine.speakers import quoted_by_name
from summarizer.engine.turn_answers import Introduction


def test_a_leader_is_that_of_his_own_state() -> None:
    text = "Josep Berg met Serbian President Ivo Petrov in Brussels. The Serbian leader and Serbia said no."
    book = ActorBook(Document(text=text))
    book.introduce(Introduction(form="Josep Berg", kind="person"), 1)
    book.introduce(Introduction(form="Ivo Petrov", kind="person", role="President"), 1)
    book.introduce(Introduction(form="Serbia", kind="state"), 2)
    book.introduce(Introduction(form="Albin Lund", kind="person"), 2)
    book.introduce(Introduction(form="Serbian leader", same_as="Josep Berg"), 2)
    assert {actor["name"]: actor["aliases"] for actor in book.gather()} == {
        "Josep Berg": [],
        "Ivo Petrov": ["Serbian leader"],
        "Serbia": [],
    }


def test_an_acronym_is_no_form_of_a_name_without_its_letters() -> None:
    book = ActorBook(
        Document(text="The public sector union Verdi wants more. The GDL union went to court. The U.S. said no.")
    )
    book.introduce(Introduction(form="Verdi", kind="organisation"), 1)
    book.introduce(Introduction(form="GDL", same_as="Verdi"), 2)
    book.introduce(Introduction(form="U.S", kind="state"), 3)
    assert [actor["name"] for actor in book.gather()] == ["Verdi", "GDL", "U.S."]


def test_a_body_that_has_the_name_of_its_state_is_another_actor() -> None:
    book = ActorBook(Document(text="Narvand and the Brigades agreed. Narvand Railways waits."))
    book.introduce(Introduction(form="Narvand", kind="state"), 1)
    book.introduce(Introduction(form="Narvand Railways", kind="organisation"), 2)
    assert {actor["name"]: (actor["aliases"], actor["kind"]) for actor in book.gather()} == {
        "Narvand": ([], "state"),
        "Narvand Railways": ([], "organisation"),
    }


def test_two_ministries_are_two_actors_though_a_model_says_they_are_one() -> None:
    text = "Ministry digs in\nThe health ministry paid. The finance ministry did not. The ministry won."
    book = ActorBook(Document(text=text))
    book.introduce(Introduction(form="Ministry", kind="organisation"), 1)
    book.introduce(Introduction(form="health ministry", same_as="Ministry"), 2)
    book.introduce(Introduction(form="finance ministry", same_as="health ministry"), 3)
    assert {actor["name"]: actor["aliases"] for actor in book.gather()} == {
        "health ministry": ["Ministry", "ministry"],
        "finance ministry": [],
    }


def test_a_person_with_the_name_of_a_group_is_another_actor() -> None:
    text = "A Houthi delegation came. The Houthi militia spoke. Mohammed al-Houthi wrote."
    book = ActorBook(Document(text=text))
    book.introduce(Introduction(form="Houthi", kind="state"), 1)
    book.introduce(Introduction(form="Houthi militia", kind="group"), 2)
    book.introduce(Introduction(form="Mohammed al-Houthi", same_as="Houthi militia"), 3)
    assert {actor["name"]: actor["aliases"] for actor in book.gather()} == {
        "Houthi militia": ["Houthi"],
        "Mohammed al-Houthi": [],
    }


def test_a_body_and_a_person_are_two_actors_though_a_model_says_they_are_one() -> None:
    book = ActorBook(Document(text="A U.N. envoy arrived. The Saba news agency reported it. The envoy spoke."))
    book.introduce(Introduction(form="U.N. envoy", kind="person"), 1)
    book.introduce(Introduction(form="Saba news agency", same_as="U.N. envoy"), 2)
    book.introduce(Introduction(form="envoy", same_as="U.N. envoy"), 3)
    assert {actor["name"]: actor["aliases"] for actor in book.gather()} == {
        "U.N. envoy": ["envoy"],
        "Saba news agency": [],
    }


def test_a_noun_that_is_a_part_of_the_names_of_bodies_is_no_form_of_another() -> None:
    book = ActorBook(Document(text="The Reserve Fund met the bank. The grocer met the council. Fairlow Stores paid."))
    book.introduce(Introduction(form="Reserve Fund", kind="organisation"), 1)
    book.introduce(Introduction(form="bank", same_as="Reserve Fund"), 1)
    book.introduce(Introduction(form="Fairlow Stores", kind="organisation"), 3)
    book.introduce(Introduction(form="grocer", same_as="Fairlow Stores"), 3)
    book.introduce(Introduction(form="council", same_as="Fairlow Stores"), 3)
    assert [(actor["name"], actor["aliases"]) for actor in book.gather()] == [
        ("Reserve Fund", []),
        ("bank", []),
        ("Fairlow Stores", ["grocer"]),
        ("council", []),
    ]


def test_an_office_is_that_of_the_one_beside_whom_the_text_has_it() -> None:
    text = (
        "Dornian and Vale Presidents Ann Lund and Bo Berg met. The Dornian president's spokesman said so. Dornia paid."
    )
    book = ActorBook(Document(text=text, language="en"))
    for name in ("Ann Lund", "Bo Berg"):
        book.introduce(Introduction(form=name, kind="person"), 1)
    book.introduce(Introduction(form="Dornian president", kind="person"), 2)
    assert [(actor["name"], actor["aliases"]) for actor in book.gather()] == [
        ("Ann Lund", ["Dornian president"]),
        ("Bo Berg", []),
    ]


def test_one_whom_a_sentence_quotes_by_name_is_an_actor() -> None:
    text = "It is late, Ann Lund said. Lund said it again, and Mayor Ivo Petrov told them so. Bo Berg of it warned us."
    document = Document(text=text, language="en")
    assert quoted_by_name(document) == [("Ann Lund", 1), ("Ivo Petrov", 2), ("Lund", 2)]
    book = ActorBook(document)
    book.introduce(Introduction(form="Ivo Petrov", kind="person", role="Mayor"), 2)
    for name, number in quoted_by_name(document):
        book.note_speaker(name, number)
    assert [(actor["name"], actor["aliases"], actor["kind"]) for actor in book.gather()] == [
        ("Ann Lund", ["Lund"], "person"),
        ("Ivo Petrov", [], "person"),
    ]


def test_places_at_which_somebody_speaks_are_not_quoted() -> None:
    text = "An analyst at Berghaug Markets said no. In Whitlow Hall one said yes. “So it is,” said Bo Berg, a welder."
    assert quoted_by_name(Document(text=text, language="en")) == [("Bo Berg", 3)]
    assert quoted_by_name(Document(text="Ann Lund sagte nein.", language="de")) == []


def test_names_are_cut_and_completed_as_the_text_has_them() -> None:
    text = "Butter back at Fairlow as row ends\n\nOrchard Row & Mill Yard Tenants' Association wrote to Fairlow."
    book = ActorBook(Document(text=text))
    book.introduce(Introduction(form="Butter back at Fairlow", kind="organisation"), 1)
    book.introduce(Introduction(form="Mill Yard Tenants' Association", kind="organisation"), 2)
    assert [actor["name"] for actor in book.gather()] == ["Fairlow", "Orchard Row & Mill Yard Tenants' Association"]


def test_a_surname_of_two_people_is_that_of_the_one_named_before_it() -> None:
    text = "Ann Pardoe spoke.\n\nMrs Pardoe left.\n\nBo Pardoe came."
    book = ActorBook(Document(text=text))
    for number, form in enumerate(("Ann Pardoe", "Mrs Pardoe", "Bo Pardoe"), 1):
        book.introduce(Introduction(form=form, kind="person", role="Mrs" if number == 2 else None), number)
    assert [(actor["name"], actor["role"]) for actor in book.gather()] == [("Ann Pardoe", None), ("Bo Pardoe", None)]
    assert book.name_of("Mrs Pardoe") == "Ann Pardoe"


def test_two_known_actors_that_a_model_takes_for_one_are_two() -> None:
    book = ActorBook(Document(text="The Canal Authority met Concord. Concord and the Authority signed a page."))
    book.introduce(Introduction(form="Canal Authority", kind="organisation"), 1)
    book.introduce(Introduction(form="Concord", kind="organisation"), 1)
    assert book.note("Concord and the Authority signed", 2) == ["Concord", "Authority"]
    assert [actor["name"] for actor in book.gather()] == ["Canal Authority", "Concord"]


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("Works Department and the Skell Trust dig.", ["Works Department", "Skell Trust"]),
        ("Vale & Berg dig. Vale fell. Berg rose.", ["Vale", "Berg"]),
        ("Vale & Berg dig.", ["Vale & Berg"]),
        ("Bank of Asia and the Pacific dig.", ["Bank of Asia and the Pacific"]),
    ],
)
def test_two_bodies_in_one_phrase_are_two(text: str, noted: list[str]) -> None:
    assert ActorBook(Document(text=text)).note(text.partition(" dig.")[0], 1) == noted


def test_a_document_has_the_same_actors_whatever_the_seed_of_hashes() -> None:
    code = (
        "from summarizer import Document\n"
        "from summarizer.engine.actors import ActorBook\n"
        "book = ActorBook(Document(text='Russia met the US. Moscow, the Kremlin and Washington spoke.'))\n"
        "print([book.note(name, 1) for name in ('Russia', 'US')], book.gather())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in "0123"
    }
    assert len(told) == 1


def gathered(text: str, *written: str, known: Sequence[KnownActor] = ()) -> dict[str, Any]:
    book = ActorBook(Document(text=text), known)
    for name in written:
        book.note(name, 1)
    return {actor["name"]: actor for actor in book.gather()}


@pytest.mark.parametrize(
    ("text", "written", "names"),
    [
        ("Foreign Minister Sergey Lavrov spoke. Lavrov left.", ["Lavrov"], {"Sergey Lavrov": ["Lavrov"]}),
        ("Dmitry Peskyov spoke. Peskov left.", ["Peskov"], {"Dmitry Peskyov": ["Peskov"]}),
        (
            "Russia met Ukraine. Moscow and Kiev agreed.",
            ["Russia", "Moscow", "Kiev"],
            {"Russia": ["Moscow"], "Ukraine": ["Kiev"]},
        ),
        ("The Kremlin's spokesman met Ukraine.", ["Kremlin's spokesman"], {"Kremlin": []}),
        (
            "The Transport Workers' Alliance (TWA) struck. The TWA won.",
            ["Transport Workers' Alliance", "TWA"],
            {"Transport Workers' Alliance": ["TWA"]},
        ),
        (
            "Dornia parliament met. Dornia paid.",
            ["Dornia parliament", "Dornia"],
            {"Dornia parliament": [], "Dornia": []},
        ),
        ("Northline Rail paid. Northline won.", ["Northline Rail", "Northline"], {"Northline Rail": ["Northline"]}),
        (
            "The Central Bank of Dornia met. Dornia paid. The Republic of Vale left. Vale won.",
            ["Central Bank of Dornia", "Dornia", "Republic of Vale", "Vale"],
            {"Central Bank of Dornia": [], "Dornia": [], "Republic of Vale": ["Vale"]},
        ),
        (
            "The government of Lauss paid. Dornian authorities paid. Dornia left. Lauss won.",
            ["government of Lauss", "Lauss", "Dornian authorities", "Dornia"],
            {"Lauss": ["government of Lauss", "government"], "Dornia": []},
        ),
        (
            "The Federation of Nurses and Midwives won.",
            ["Federation of Nurses and Midwives", "Federation of Nurses and Midwives"],
            {"Federation of Nurses and Midwives": ["Federation"]},
        ),
        (
            "Members of Metal Lodge 260 met. Lodge 260 won. Lodge 261 lost.",
            ["Metal Lodge 260", "Lodge 260", "Lodge 261"],
            {"Metal Lodge 260": ["Lodge 260"], "Lodge 261": []},
        ),
        (
            "The strike at Larsby Nickel ended. Larsby paid.",
            ["Larsby Nickel", "Larsby"],
            {"Larsby Nickel": ["Larsby"]},
        ),
        ("The strike at Larsby Motors ended.", ["Larsby Motors"], {"Larsby Motors": []}),
        ("They met in the Republic of Vale.", ["Republic of Vale"], {"Republic of Vale": []}),
        ("They met at the Larsby Hotel in Wend Bridge.", ["Larsby Hotel", "Wend Bridge"], {}),
        ("Whether Somarland pays is open. Somarland left.", ["Somarland"], {"Somarland": []}),
        (
            "Anna Berg met Olav Berg. Berg left.",
            ["Anna Berg", "Olav Berg", "Berg"],
            {"Anna Berg": [], "Olav Berg": [], "Berg": []},
        ),
        ("Russian troops left Russia.", ["Russian", "Russia"], {"Russia": []}),
        ("Sudan met Saudi envoys.", ["Sudan", "Saudi"], {"Sudan": [], "Saudi envoys": []}),
        (
            "Chilean, Thai FMs meet. Chilean and Thai foreign ministers urged calm.",
            ["Chilean", "Thai"],
            {"Chilean and Thai foreign ministers": []},
        ),
        (
            "Sudanese government meets rebels. Sudan paid.",
            ["Sudanese government", "Sudan"],
            {"Sudan": ["Sudanese government"]},
        ),
        ("S Sudan rebels wait. South Sudan pays.", ["Sudan", "South Sudan"], {"South Sudan": ["S Sudan"]}),
        ("Sudan pays South Sudan.", ["Sudan", "South Sudan"], {"Sudan": [], "South Sudan": []}),
        (
            "The Lord's Resistance Army left. The LRA won.",
            ["Lord's Resistance Army"],
            {"Lord's Resistance Army": ["LRA"]},
        ),
        ("Union Pacific paid. Union president Ann Lund left.", ["Union Pacific"], {"Union Pacific": []}),
        (
            "Houthi rebels met envoys. The Houthi movement left. The Houthis won.",
            ["Houthi rebels", "Houthi movement"],
            {"Houthi movement": ["Houthi rebels", "Houthis"]},
        ),
        ("The second round of talks failed. The talks went on.", ["second round of talks", "talks"], {}),
        ("The air strikes hit Adra. A Council resolution condemned the raids.", ["air strikes", "raids"], {}),
        ("The city of some 400,000 waits.", ["city of some 400,000"], {"city": []}),
        (
            "US Secretary of State John Kerry left. Kerry spoke.",
            ["John Kerry", "Kerry"],
            {"John Kerry": ["Kerry"]},
        ),
        (
            "Oakland School District Superintendent Ann Lund spoke.",
            ["Oakland School District Superintendent"],
            {"Oakland School District": []},
        ),
        (
            "The leaders of Chad and Niger met.",
            ["leaders of Chad and Niger"],
            {"Chad": [], "Niger": []},
        ),
        (
            "The Maritime Alliance of Harbours (HMX) met. HMX left.",
            ["Maritime Alliance of Harbours", "HMX"],
            {"Maritime Alliance of Harbours": ["HMX"]},
        ),
        (
            "Health secretary urges talks. The health secretary, Anna Berg, met shadow health secretary Al Lu.",
            ["Health secretary", "Anna Berg", "Al Lu"],
            {"Anna Berg": ["Health secretary"], "Al Lu": []},
        ),
        (
            "The minister left. Trade Minister Anna Berg met Foreign Minister Olav Lund.",
            ["minister", "Anna Berg", "Olav Lund"],
            {"minister": [], "Anna Berg": [], "Olav Lund": []},
        ),
        (
            "Serbian President Ivo Petrov met Olav Lund of the RMT union. The union left.",
            ["Serbian President Ivo Petrov", "RMT", "union"],
            {"Ivo Petrov": ["Serbian President Ivo Petrov"], "RMT": [], "union": []},
        ),
        (
            "The Rail Group met Network Rail and the European Commission. The commission left the rail dispute.",
            ["Network Rail", "European Commission"],
            {"Network Rail": [], "European Commission": ["commission"]},
        ),
        ("Sri Lanka's divided opposition met.", ["Sri Lanka"], {"opposition": []}),
        ("Egypt opposition calls for a vote.", ["Egypt"], {"opposition": []}),
        ("Egypt's angry drivers met.", ["Egypt"], {"drivers": []}),
        ("Egypt's United Reform Party met.", ["Egypt"], {"United Reform Party": []}),
        ("Sri Lanka's opposition met Sri Lanka.", ["Sri Lanka"], {"Sri Lanka": []}),
        ("Both sides met. They left.", ["both sides", "They", "each side"], {}),
        ("Talks with Orvania failed.", ["Freedonia", "Orvania", ""], {"Orvania": []}),
        ("They met in Vodna. Talks in Vodna failed.", ["Vodna"], {}),
        ("CAPE LORNE, Nov 20 - The Forum met.", ["CAPE LORNE", "Forum"], {"Forum": []}),
        (
            "The Cane Growers' Federation spoke. The federation left.",
            ["Cane Growers' Federation", "federation"],
            {"Cane Growers' Federation": ["federation"]},
        ),
    ],
)
def test_forms_of_one_actor_are_gathered_under_its_fullest(
    text: str, written: list[str], names: dict[str, list[str]]
) -> None:
    assert {name: actor["aliases"] for name, actor in gathered(text, *written).items()} == names


def test_other_forms_that_the_text_has_are_found_without_a_model() -> None:
    text = (
        "Russia met the Transport Workers' Alliance (TWA). Moscow waited. Foreign Minister Sergey Lavrov spoke. "
        "Lavrov left. Anna Berg met Olav Berg. Berg paid. The TWA won. Ivo Karst came once."
    )
    found = gathered(
        text, "Russia", "Transport Workers' Alliance", "Sergey Lavrov", "Anna Berg", "Olav Berg", "Ivo Karst"
    )
    assert {name: actor["aliases"] for name, actor in found.items()} == {
        "Russia": ["Moscow"],
        "Transport Workers' Alliance": ["TWA"],
        "Sergey Lavrov": ["Lavrov"],
        "Anna Berg": [],
        "Olav Berg": [],
        "Ivo Karst": [],
    }


def test_a_title_before_a_name_is_its_role_and_a_state_is_known_by_its_name() -> None:
    found = gathered("Foreign Minister Sergey Lavrov met France.", "Lavrov", "France")
    assert (found["Sergey Lavrov"]["role"], found["Sergey Lavrov"]["kind"]) == ("Foreign Minister", "person")
    assert (found["France"]["role"], found["France"]["kind"]) == (None, "state")


def test_a_person_is_not_named_with_the_title_that_a_model_wrote() -> None:
    book = ActorBook(Document(text="Foreign Minister Sergey Lavrov spoke to the General Assembly."))
    book.introduce(Introduction(form="Foreign Minister Sergey Lavrov", kind="person"), 1)
    book.introduce(Introduction(form="General Assembly", kind="organisation"), 1)
    assert [actor["name"] for actor in book.gather()] == ["Sergey Lavrov", "General Assembly"]


@pytest.mark.parametrize(
    ("text", "written", "name"),
    [
        (
            "The Union of Dockers and Seafarers met. The Union won.",
            ["Union of Dockers"],
            "Union of Dockers and Seafarers",
        ),
        ("The Union of Dockers and Northline met.", ["Union of Dockers", "Northline"], "Union of Dockers"),
        ("The Union of Dockers and Ukraine met.", ["Union of Dockers"], "Union of Dockers"),
        ("The Union of Dockers and Seafarers met. The Union of Dockers won.", ["Union of Dockers"], "Union of Dockers"),
    ],
)
def test_a_name_that_a_model_broke_off_at_and_is_whole(text: str, written: list[str], name: str) -> None:
    assert name in gathered(text, *written)


@pytest.mark.parametrize(
    ("text", "written", "names"),
    [
        ("Cheap Dornian glass floods the market. Dornia denies it.", ["Cheap Dornian"], {"Dornia"}),
        ("The Dornian side left. Dornia denies it.", ["Dornian"], {"Dornia"}),
        ("The Dornian side left.", ["Dornian"], {"Dornian"}),
        ("Republican voters left. The Republic denies it.", ["Republican"], set()),
    ],
)
def test_an_adjective_of_a_state_is_the_state_that_the_text_names(
    text: str, written: list[str], names: set[str]
) -> None:
    assert set(gathered(text, *written)) == names


def test_what_nothing_tells_is_left_open() -> None:
    found = gathered("Corvex sued the union.", "Corvex", "the union")
    assert {(actor["kind"], actor["role"]) for actor in found.values()} == {(None, None)}


HARBOUR = KnownActor(
    name="Harbour Labour Front",
    aliases=("Casual Dockers' Guild", "CDG", "Quay Men", "front", "strikers"),
    kind="group",
    role="dockers without contracts",
)
ANNA = KnownActor(name="Anna Berg", aliases=("Berg",), kind="person", role="chair of the guild")


def test_forms_that_nothing_but_a_dossier_connects_are_gathered_under_the_fullest_that_the_text_has() -> None:
    text = "The Casual Dockers' Guild struck. The Quay Men blocked the gate. The strikers left as the CDG paid."
    found = gathered(text, "Casual Dockers' Guild", "Quay Men", known=[HARBOUR])
    assert set(found) == {"Casual Dockers' Guild"}
    (actor,) = found.values()
    assert set(actor["aliases"]) == {"Quay Men", "CDG", "strikers"}  # the text has no Harbour Labour Front
    assert (actor["kind"], actor["role"]) == ("group", "dockers without contracts")
    assert set(gathered(text, "Casual Dockers' Guild", "Quay Men")) == {"Casual Dockers' Guild", "Quay Men"}


def test_what_the_text_says_of_an_actor_goes_before_the_dossier() -> None:
    found = gathered("Foreign Minister Anna Berg spoke.", "Berg", known=[ANNA])
    assert (found["Anna Berg"]["kind"], found["Anna Berg"]["role"]) == ("person", "Foreign Minister")


@pytest.mark.parametrize(
    ("text", "written", "known"),
    [
        ("Olav Berg met the board. Berg left.", ["Olav Berg"], [ANNA]),
        ("Berg left.", ["Berg"], [ANNA, KnownActor(name="Olav Berg", aliases=("Berg",), role="director")]),
        ("The Popular Front spoke. The front left.", ["Popular Front", "front"], [HARBOUR]),
        ("The board spoke to Anna Berg.", ["board"], [ANNA]),
    ],
    ids=["another of the surname", "a surname of two", "a common noun of another", "one that no answer names"],
)
def test_a_dossier_adds_nothing_to_other_actors(text: str, written: list[str], known: list[KnownActor]) -> None:
    assert gathered(text, *written, known=known) == gathered(text, *written)
