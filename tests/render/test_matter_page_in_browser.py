"""The page of a matter in a real browser: quiet, accessible, by keyboard, on paper, and deaf to what articles write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from summarizer.matters import dossier_of
from summarizer.render.matters import render_dossier
from tests.browser import chromium
from tests.matters.quay_briefings import envelopes
from tests.render.pages import CANARY, hostile

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PHONE: Any = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A matter of four articles, the last of them full of HTML."""
    _, planted = hostile()
    late = planted.document.model_copy(update={"date": "2031-04-02", "title": f"</h3>{CANARY}"})
    dossier = dossier_of([*envelopes(), planted.model_copy(update={"document": late})])
    path = tmp_path_factory.mktemp("matter") / "matter.html"
    path.write_text(render_dossier(dossier, "html"), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_time_line_is_quiet_accessible_and_runs_nothing(
    browser: Browser, page: Path, scheme: Literal["light", "dark"]
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    tab = browser.new_page(viewport=PHONE, color_scheme=scheme)
    complaints: list[str] = []
    requests: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(page.as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert tab.locator("script, img").count() == 0
    assert CANARY in tab.locator("#article-4 h3").inner_text(), "it is shown as text"
    assert tab.evaluate("window.stolen") is None
    found = axe.run(tab, options={"resultTypes": ["violations"]})
    assert found.response["violations"] == [], found.generate_report()
    assert complaints == []
    assert [url for url in requests if not url.startswith(("file:", "data:,"))] == []
    tab.close()


def test_the_keyboard_follows_a_quote_to_its_article_and_paper_has_it_all(browser: Browser, page: Path) -> None:
    tab = browser.new_page(java_script_enabled=False)
    tab.goto(page.as_uri())
    tab.keyboard.press("Tab")
    assert tab.locator(":focus").get_attribute("href") == "#state"
    tab.keyboard.press("Tab")
    link = tab.locator(":focus")
    target = str(link.get_attribute("href"))
    assert target.startswith("#article-")
    tab.keyboard.press("Enter")
    assert tab.locator(target).evaluate("item => item === document.activeElement")
    tab.emulate_media(media="print")
    assert not tab.locator(".skip").is_visible()
    assert tab.locator("blockquote:visible").count() == tab.locator("blockquote").count()
    assert tab.pdf(format="A4").startswith(b"%PDF-")
    tab.close()
