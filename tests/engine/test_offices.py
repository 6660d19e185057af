from __future__ import annotations

from typing import Any

import pytest

from summarizer import Document
from summarizer.engine.offices import body_served, office_of


@pytest.mark.parametrize(
    ("text", "office"),
    [
        ("Foreign Minister Ann Lund left.", "Foreign Minister"),
        ("She met union president Ann Lund on Friday.", "union president"),
        ("Ann Lund, the head of the port authority, said no.", "head of the port authority"),
        ("The head of the Orvanian delegation, Ann Lund, said no.", "head of the Orvanian delegation"),
        ("Sorn's chief negotiator, Ann Lund, left.", "Sorn's chief negotiator"),
        ("In South Sorn's delegation chief, Ann Lund, they trust.", "South Sorn's delegation chief"),
        ("Then United Nations envoy Ann Lund left.", "United Nations envoy"),
        ("Head of the Mine Directorate Ann Lund said so.", "Head of the Mine Directorate"),
        ("The governor met Ann Lund. Lund, whose husband is a minister, said no.", None),
        ("Mrs Ann Lund asked the minister, Bo Berg, to go.", None),
        ("He shouted to President Bo Berg, and Ann Lund left.", None),
        ("Vale and Dornian Foreign Ministers Bo Berg and Ann Lund met.", "Dornian Foreign Minister"),
        ("Farmers and Dornian ministers met Bo Berg and Ann Lund.", None),
    ],
)
def test_an_office_is_read_beside_the_name(text: str, office: str | None) -> None:
    assert office_of(Document(text=text), ["Ann Lund", "Lund"]) == office


def test_the_fullest_office_of_several_is_told() -> None:
    text = "President Lund spoke. Ann Lund, president of the Dockers' Union, left."
    assert office_of(Document(text=text), ["Ann Lund", "Lund"]) == "president of the Dockers' Union"


def test_offices_are_read_in_english_alone() -> None:
    assert office_of(Document(text="Minister Lund sagte nein.", language="de"), ["Lund"]) is None


@pytest.mark.parametrize(
    ("office", "body"),
    [
        ("secretary of the union", "Dockers' Union"),
        ("former secretary of the union", None),
        ("health minister", "Ministry of Health and Care"),
        ("Minister for Health", "Ministry of Health and Care"),
        ("trade minister", None),
        ("envoy of the union to the Ministry of Health and Care", None),
        (None, None),
    ],
)
def test_an_office_tells_the_body_that_it_serves(office: str | None, body: str | None) -> None:
    actors: list[dict[str, Any]] = [
        {"name": "Ann Lund", "aliases": ["Lund"], "kind": "person", "role": office},
        {"name": "Dockers' Union", "aliases": ["union"], "kind": "organisation", "role": None},
        {"name": "Ministry of Health and Care", "aliases": [], "kind": "organisation", "role": None},
    ]
    assert body_served("Ann Lund", actors) == body
