from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from summarizer import Evidence
from summarizer.schemas.outline import outline


def test_fields_are_told_with_their_kinds_and_descriptions() -> None:
    class Inner(BaseModel):
        tone: Literal["calm", "angry"] = "calm"
        proof: list[Evidence] = Field(description="Where it is said.")

    class Outer(BaseModel):
        title: str | None = None
        parts: list[Inner]

    assert outline(Outer).splitlines() == [
        "- title (string or null, may be left out)",
        "- parts (list of object)",
        "  - tone (calm | angry, may be left out)",
        "  - proof (list of integer): Where it is said.",
    ]


def test_the_outline_of_a_schema_that_holds_itself_ends() -> None:
    class Node(BaseModel):
        label: str
        children: list["Node"]  # noqa: UP037 - not defined yet

    assert outline(Node).splitlines()[:2] == ["- label (string)", "- children (list of object)"]
