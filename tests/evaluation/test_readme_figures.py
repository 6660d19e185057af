"""The README's figures are those of the stored runs."""

from __future__ import annotations

import sys
from pathlib import Path

EVALS = Path(__file__).parents[2] / "evals"
sys.path.insert(0, str(EVALS))

from readme_figures import with_figures  # noqa: E402


def test_the_figures_in_the_readme_are_those_of_the_baselines() -> None:
    readme = (EVALS.parent / "README.md").read_text(encoding="utf-8")
    assert with_figures(readme) == readme
