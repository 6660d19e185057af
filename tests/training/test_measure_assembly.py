"""What the assembly makes of right answers."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "training"))

import measure_assembly


def test_right_answers_lose_nearly_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    measure_assembly.main(only=["shortnews", "foreigndesk", "tradeweb"], show=["by"])
    told = capsys.readouterr().out.splitlines()
    scores = dict(line.split() for line in told[-len(measure_assembly.SHOWN) :])
    assert list(scores) == measure_assembly.SHOWN
    assert float(scores["actors.f1"]) > 0.95
    assert float(scores["demands.by"]) > 0.95
    assert float(scores["agreed_steps.parties"]) > 0.9
