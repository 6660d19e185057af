"""The table of the wording's rules: counted on a part of the corpus."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.conftest import ROOT


def test_each_rule_is_counted_against_the_labels_and_wrong_answers_are_shown() -> None:
    command = [sys.executable, str(ROOT / "training" / "measure_wording.py"), "--only", "strikers", "--wrong", "holder"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    rows = {name: (int(right), int(of)) for name, right, of in re.findall(r"\| ([a-z ]+) \| (\d+) \| (\d+) \|", told)}
    sentences = {"holder", "addressee", "parties", "joint parties", "awaited", "not granted"}
    assert set(rows) == sentences | {"office", "speaker", "noun of a body", "acronym", "event", "noun of a state"}
    assert all(0.8 * of < right <= of for right, of in rows.values())
    wrong = re.findall(r"^strikers-\d+: .+\n  \[.+\], labelled \[.+\]$", told, re.MULTILINE)
    assert len(wrong) == rows["holder"][1] - rows["holder"][0]
