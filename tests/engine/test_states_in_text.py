from __future__ import annotations

import pytest

from summarizer import Document
from summarizer.engine.states_in_text import StatesInText

TEXT = (
    "Egypt, Sudan and Ethiopia met in Cairo. Sudan’s Prime Minister Abdalla Osman spoke. Seleshi Abate, "
    "Ethiopia’s water and energy minister, left. The Egyptian Foreign Minister Sami Rafik stayed, as did the "
    "former Saudi envoy Omar Faris. Ambassador of Dornia Mila Prenn came; Lena Voss, the trade minister of "
    "Dornia, did not. Dornian farmers waited. Ukrainian officials watched from Kyiv. Egypt accused Hassan Nour."
)


@pytest.fixture(scope="module")
def states() -> StatesInText:
    return StatesInText(Document(text=TEXT))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("leaders of Egypt, Sudan and Ethiopia", ["Egypt", "Sudan", "Ethiopia"]),
        ("the foreign ministers of Egypt and Sudan", ["Egypt", "Sudan"]),
        ("Egyptian and Sudanese negotiating delegations", ["Egypt", "Sudan"]),
        ("the Ethiopian side", ["Ethiopia"]),
        ("Ukrainian officials", ["Kyiv"]),  # the only noun that the text has for it
        ("Saudi officials", []),  # not Sudan
        ("Dornian side", ["Dornia"]),  # in no table
        ("Egyptian leaders", []),  # those of one state may be anybody
        ("leaders of the strike", []),
        ("Sudan", []),
    ],
)
def test_states_are_found_behind_their_people(states: StatesInText, written: str, meant: list[str]) -> None:
    assert states.behind(written) == meant


def test_the_states_that_a_text_names() -> None:
    text = "South Sudan met the U.S. envoy in Chad. Bosnia and Herzegovina and Dornia did not. Ali Jordan left Moscow."
    assert StatesInText(Document(text=text)).named() == {
        "South Sudan": "South Sudan",
        "United States of America": "U.S.",
        "Chad": "Chad",
        "Bosnia and Herzegovina": "Bosnia and Herzegovina",
        "Russia": "Moscow",
    }


@pytest.mark.parametrize(
    ("person", "abroad_only", "state"),
    [
        ("Abdalla Osman", False, "Sudan"),
        ("Abdalla Osman", True, None),
        ("Seleshi Abate", False, "Ethiopia"),
        ("Rafik", True, "Egypt"),
        ("Mila Prenn", True, "Dornia"),
        ("Lena Voss", False, "Dornia"),
        ("Omar Faris", True, None),  # the text does not name his state
        ("Hassan Nour", False, None),
    ],
)
def test_the_state_of_its_officials(states: StatesInText, person: str, abroad_only: bool, state: str | None) -> None:
    assert states.served_by(person, {"Dornia"}, abroad_only=abroad_only) == state
