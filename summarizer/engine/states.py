"""States by their names, the capitals and seats that stand for them in reporting, and their adjectives."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from summarizer.documents.names import fold

__all__ = ["forms_of_state", "is_state", "state_of", "state_of_adjective"]

_TABLE = Path(__file__).with_name("states.csv")


@cache
def _states() -> tuple[dict[str, str], frozenset[str]]:
    """Every form to its state, and the forms that are names rather than seats."""
    forms: dict[str, str] = {}
    names: set[str] = set()
    with _TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            own = row["names"].split(";")
            seats = [seat for seat in (row["seats"] or "").split(";") if seat]
            forms.update((fold(form), own[0]) for form in [*own, *seats])
            names.update(map(fold, own))
    return forms, frozenset(names)


def state_of(form: str) -> str | None:
    """The state that a name, a capital or a seat of government stands for; None where it stands for none."""
    return _states()[0].get(fold(form).removeprefix("the "))


def is_state(form: str) -> bool:
    """Whether a form is a state's own name."""
    return fold(form).removeprefix("the ") in _states()[1]


@cache
def _adjectives() -> dict[str, str]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {
            adjective: row["names"].split(";")[0]
            for row in csv.DictReader(file)
            for adjective in filter(None, row["adjectives"].split(";"))
        }


def state_of_adjective(word: str) -> str | None:
    """The state whose adjective or people a capitalised word is ("Saudi", "South Korean"); None where it is of none."""
    return _adjectives().get(word)


@cache
def forms_of_state(state: str) -> tuple[str, ...]:
    """All names and seats of a state, as `state_of` gives it, in title case as the table has them."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        rows = (f"{row['names']};{row['seats'] or ''}".split(";") for row in csv.DictReader(file))
        return next((tuple(filter(None, forms)) for forms in rows if forms[0] == state), ())
