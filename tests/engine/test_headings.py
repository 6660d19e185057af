from __future__ import annotations

import pytest

from summarizer import Document
from summarizer.engine.headings import HeadingCase

BODY = (
    "\n\nThe Dockers' Union met Northline Rail in New Delhi on Monday. The Orvanian minister and the US envoy said "
    "that talks on the new tariffs had failed. Lund told NATO so."
)


@pytest.mark.parametrize(
    ("heading", "shown"),
    [
        (
            "Orvanian Minister Makes Push With US to Revive Talks",
            "Orvanian minister makes push with US to revive talks",
        ),
        ("DOCKERS' UNION REJECTS NORTHLINE'S PLAN ON TARIFFS", "Dockers' Union rejects Northline's plan on tariffs"),
        ("Talks fail as union and Northline dig in", "Talks fail as union and Northline dig in"),
        ("No Breakthrough Expected", "No Breakthrough Expected"),
        ("RMT Members Set to Reject Revised Offer", "RMT members set to reject revised offer"),
    ],
)
def test_a_heading_is_shown_in_the_case_of_a_sentence(heading: str, shown: str) -> None:
    assert HeadingCase(Document(text=heading + BODY))(heading) == shown


def test_a_heading_without_a_text_below_it_is_left_alone() -> None:
    heading = "Orvanian Minister Makes New Push for Talks"
    assert HeadingCase(Document(text=heading))(heading) == heading
