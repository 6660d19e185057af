from __future__ import annotations

import base64
import hashlib
import re

import pytest

from summarizer.matters import Dossier, dossier_of
from summarizer.render.matters import render_dossier
from tests.matters.quay_briefings import envelopes
from tests.render.pages import CANARY


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return dossier_of(envelopes())


def test_text_and_markdown_quote_both_articles(dossier: Dossier) -> None:
    text, markdown = render_dossier(dossier, "text"), render_dossier(dossier, "markdown")
    assert "Demand met (Dockers' Union): Reinstate the two crane drivers" in text
    assert "before: article 2, 2031-03-11: “The union repeated" in text
    assert "now: article 3, 2031-03-19: “Both agreed" in text
    assert "- **Demand met** (Dockers' Union): Reinstate the two crane drivers" in markdown


def test_the_page_has_no_script_and_a_policy_that_allows_its_style_alone(dossier: Dossier) -> None:
    page = render_dossier(dossier, "html")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert policy
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src &#39;sha256-{digest}&#39;" in policy[1]
    assert "script" not in page
    assert not re.search(r"(src|href)=\"(?!#|data:,)", page)


def test_every_link_of_the_page_leads_somewhere(dossier: Dossier) -> None:
    page = render_dossier(dossier, "html")
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))
    assert page.count("<time datetime=") == 3


def test_what_an_article_or_a_model_wrote_is_escaped() -> None:
    first, second, _ = envelopes()
    hostile = second.model_copy(deep=True)
    hostile.briefing.demands[2] = hostile.briefing.demands[2].model_copy(
        update={"demand": f"{CANARY} \x1b[31m", "by": [CANARY]}
    )
    dossier = dossier_of([first, hostile])
    assert CANARY not in render_dossier(dossier, "html")
    assert "\x1b" not in render_dossier(dossier, "html") + render_dossier(dossier, "text")
    assert CANARY not in render_dossier(dossier, "markdown")
