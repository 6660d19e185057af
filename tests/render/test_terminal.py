from __future__ import annotations

import pytest
from rich.cells import cell_len

from summarizer import Briefing, Document, Envelope
from summarizer.render import render
from summarizer.render.content import cited
from tests.render.pages import arabic, japanese


@pytest.mark.parametrize("made", [japanese(), arabic()], ids=["japanese", "arabic"])
def test_a_text_of_wide_letters_or_without_blanks_is_wrapped_whole(made: tuple[Document, Envelope[Briefing]]) -> None:
    page = render(made[1], "text", width=40)
    assert max(map(cell_len, page.splitlines())) <= 40
    for evidence in cited(made[1].briefing):
        assert "".join(evidence.quote.split()) in "".join(page.split())
