"""The items of a briefing as rows: what CSV files hold, and the tables of a Word document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_args

from pydantic import BaseModel

from summarizer.render.content import printable
from summarizer.schemas import Briefing, Evidence

__all__ = ["SECTIONS", "columns", "joined", "rows"]

_EVIDENCE = "evidence"


def _item_types() -> dict[str, type[BaseModel]]:
    found = {name: get_args(field.annotation) for name, field in Briefing.model_fields.items()}
    return {name: types[0] for name, types in found.items() if types}


SECTIONS: Mapping[str, type[BaseModel]] = _item_types()
"""The lists of a briefing, by the names of their fields, and what their items are."""


def columns(section: str) -> list[str]:
    """What a row of a section holds: the fields of its items, and where they stand in the article."""
    fields = [name for name in SECTIONS[section].model_fields if name != _EVIDENCE]
    return [*fields, "sentences", "pages", "quotes"]


def rows(briefing: Briefing, section: str) -> list[dict[str, str]]:
    """A section's items in their order; a field without a value is an empty text, several values stand as `a; b`."""
    return [_row(item, section) for item in getattr(briefing, section)]


def joined(values: Iterable[object]) -> str:
    """Several values in one cell."""
    return "; ".join(printable(str(value)) for value in values)


def _row(item: BaseModel, section: str) -> dict[str, str]:
    told = {name: _cell(getattr(item, name)) for name in SECTIONS[section].model_fields if name != _EVIDENCE}
    evidence: list[Evidence] = sorted(getattr(item, _EVIDENCE), key=lambda passage: passage.start)
    return told | {
        "sentences": joined(dict.fromkeys(passage.sentence for passage in evidence)),
        "pages": joined(dict.fromkeys(passage.page for passage in evidence if passage.page)),
        "quotes": " […] ".join(dict.fromkeys(printable(passage.quote) for passage in evidence)),
    }


def _cell(value: object) -> str:
    if value is None:
        return ""
    return joined(value) if isinstance(value, list) else printable(str(value))
