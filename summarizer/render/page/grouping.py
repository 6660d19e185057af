"""Items of a briefing in the groups in which a reader looks for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from summarizer.documents.languages import dateparser_language
from summarizer.render.page.article import Item
from summarizer.schemas import AgreedStep, Demand

__all__ = ["PartyGroup", "StatusGroup", "demands_by_parties", "steps_by_status"]

_STATUSES = {"done": "Done", "under_way": "Under way", "planned": "Planned", None: "Status not told"}
_NAMES_A_DAY = re.compile(r"\d")


@dataclass(frozen=True, kw_only=True)
class PartyGroup:
    """The demands of the same holders on the same addressees."""

    by: Sequence[str]
    of: Sequence[str]
    items: Sequence[Item]


@dataclass(frozen=True, kw_only=True)
class StatusGroup:
    """The steps that are equally far."""

    title: str
    items: Sequence[Item]


def demands_by_parties(items: Sequence[Item]) -> list[PartyGroup]:
    """Demands by who makes them of whom, in the order in which the pairs first occur."""
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Item]] = {}
    for item in items:
        demand = cast("Demand", item.value)
        groups.setdefault((tuple(demand.by), tuple(demand.of)), []).append(item)
    return [PartyGroup(by=by, of=of, items=found) for (by, of), found in groups.items()]


def steps_by_status(items: Sequence[Item], language: str, written_at: datetime) -> list[StatusGroup]:
    """Steps by how far they are, those with a date in its order first.

    Args:
        items: The steps.
        language: Of the article, ISO 639-1.
        written_at: A date without a year is taken as of this year; only the order depends on it.
    """
    groups: dict[str | None, list[Item]] = {status: [] for status in _STATUSES}
    for item in items:
        groups[cast("AgreedStep", item.value).status].append(item)
    for found in groups.values():
        dates = {item.id: _date(cast("AgreedStep", item.value).when, language, written_at) for item in found}
        # Weekdays and the like say nothing without the day on which they were written: they keep the text's order.
        found.sort(key=lambda item: (dates[item.id] is None, dates[item.id] or 0))
    return [StatusGroup(title=_STATUSES[status], items=found) for status, found in groups.items() if found]


def _date(when: str | None, language: str, base: datetime) -> int | None:
    """The day that a text names by day and month, counted from year 1, or None."""
    if not when or not _NAMES_A_DAY.search(when):
        return None
    import dateparser  # slow to load, rarely needed

    found = dateparser.parse(
        when,
        languages=[dateparser_language(language)],
        settings={
            "PARSERS": ["absolute-time"],
            "REQUIRE_PARTS": ["day", "month"],
            "RELATIVE_BASE": base.replace(tzinfo=None),
        },
    )
    return found.toordinal() if found else None
