"""The report in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from summarizer import Briefing
from summarizer.evaluation.labels import Fixture
from summarizer.evaluation.reporting import as_html
from tests.browser import chromium
from tests.evaluation.test_comparing import run_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

NASTY = "<script>window.stolen = 1</script><img src=x onerror='window.stolen = 1'>"


@pytest.fixture(scope="module")
def html(fixtures: list[Fixture], gold: dict[str, Briefing]) -> str:
    """A run with something matched, missed, invented and crashed, by a model that writes HTML."""
    answers: dict[str, Briefing | None] = dict(gold)
    fixture = next(f for f in fixtures if f.name == "istanbul-memoranda")
    whole = gold[fixture.name]
    invented = whole.demands[0].model_copy(update={"demand": NASTY, "evidence": whole.actors[0].evidence})
    answers[fixture.name] = whole.model_copy(update={"demands": [whole.demands[0], invented], "open_questions": []})
    answers[fixtures[0].name] = None
    return as_html(run_of(answers, fixtures, model=f"m {NASTY}"), fixtures)


def test_everything_from_articles_and_models_is_escaped(html: str) -> None:
    assert NASTY not in html
    assert "&lt;script&gt;window.stolen" in html
    assert "src=" not in html.replace("src=x", "")
    assert "http://" not in html.partition("</style>")[0]


@pytest.fixture(scope="module")
def page(html: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html, encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page()
        page.goto(path.as_uri())
        yield page


def test_nothing_in_it_is_run(page: Page) -> None:
    assert page.evaluate("window.stolen") is None
    assert page.locator("img").count() == 0


def test_an_article_opens_with_the_keyboard_and_shows_labels_beside_predictions(page: Page) -> None:
    article = page.locator("#istanbul-memoranda")
    article.locator("summary").focus()
    page.keyboard.press("Enter")
    assert article.evaluate("element => element.open")
    demands = article.locator("[data-section=demands] tbody tr")
    assert demands.locator(".verdict").all_inner_texts() == ["matched", "missed", "doubtful", "invented"]
    assert demands.nth(0).locator("td").nth(1).inner_text().startswith("Russia → Ukraine: Repeal the laws")


def test_filters_hide_what_is_not_asked_for(page: Page) -> None:
    article = page.locator("#istanbul-memoranda")
    page.get_by_label("matched").uncheck()
    assert article.locator("[data-verdict=matched]:visible").count() == 0
    assert article.locator("[data-verdict=missed]:visible").count() > 0
    page.get_by_label("Open questions").uncheck()
    assert article.locator("[data-section=open_questions]").is_hidden()
    page.get_by_label("matched").check()
    page.get_by_label("Open questions").check()
    assert article.locator("[data-verdict=matched]:visible").count() > 0


def test_a_crash_is_told_where_it_happened(page: Page, fixtures: list[Fixture]) -> None:
    assert page.locator(f"[id='{fixtures[0].name}']").locator(".score").inner_text() == "mean F1 0.00"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_a_phone_and_a_desk_in_light_and_dark(page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    picture = os.environ.get("TEST_PICTURES")
    if picture:
        page.locator("#istanbul-memoranda").scroll_into_view_if_needed()
        page.screenshot(path=Path(picture) / f"report-{scheme}-{width}.png")
