"""States by their names, the capitals and seats that stand for them in reporting, and their adjectives."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from summarizer.documents.names import fold

__all__ = ["State", "all_states", "forms_of_state", "is_state", "state_of", "state_of_adjective"]

_TABLE = Path(__file__).with_name("states.csv")


@dataclass(frozen=True, kw_only=True)
class State:
    """A row of the table, each list with the commonest first, in title case."""

    names: tuple[str, ...]
    seats: tuple[str, ...]
    adjectives: tuple[str, ...]


@cache
def all_states() -> tuple[State, ...]:
    """The whole table."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        rows = [
            {column: tuple(filter(None, (cell or "").split(";"))) for column, cell in row.items()}
            for row in csv.DictReader(file)
        ]
    return tuple(State(**row) for row in rows)


@cache
def _states() -> tuple[dict[str, str], frozenset[str]]:
    """Every form to its state, and the forms that are names rather than seats."""
    forms = {fold(form): state.names[0] for state in all_states() for form in (*state.names, *state.seats)}
    return forms, frozenset(fold(name) for state in all_states() for name in state.names)


def state_of(form: str) -> str | None:
    """The state that a name, a capital or a seat of government stands for; None where it stands for none."""
    return _states()[0].get(fold(form).removeprefix("the "))


def is_state(form: str) -> bool:
    """Whether a form is a state's own name."""
    return fold(form).removeprefix("the ") in _states()[1]


@cache
def _adjectives() -> dict[str, str]:
    return {adjective: state.names[0] for state in all_states() for adjective in state.adjectives}


def state_of_adjective(word: str) -> str | None:
    """The state whose adjective or people a capitalised word is ("Saudi", "South Korean"); None where it is of none."""
    return _adjectives().get(word)


@cache
def forms_of_state(state: str) -> tuple[str, ...]:
    """All names and seats of a state, as `state_of` gives it, in title case as the table has them."""
    return next(((*row.names, *row.seats) for row in all_states() if row.names[0] == state), ())
