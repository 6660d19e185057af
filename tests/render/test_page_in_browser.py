"""The page in a real browser: with the mouse, the keyboard, without a script, on a phone, in the dark, on paper."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import chromium
from tests.render.pages import arabic, hostile, html_of, japanese, page_of_fixture

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

MADE: dict[str, Callable[[], str]] = {
    "ferry": lambda: html_of(page_of_fixture("ferry-merger-regulator")),
    "quotes": lambda: html_of(page_of_fixture("ferry-merger-regulator"), whole=False),
    "many": lambda: html_of(page_of_fixture("nurses-pay-broadsheet")),
    "hostile": lambda: html_of(hostile()),
    "arabic": lambda: html_of(arabic()),
    "japanese": lambda: html_of(japanese()),
}
DESK = {"width": 1280, "height": 860}
PHONE = {"width": 360, "height": 740}


@dataclass
class Watched:
    """A page, and what went wrong in it or left it."""

    tab: Tab
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def ids(self, selector: str) -> list[str]:
        found = self.tab.eval_on_selector_all(selector, "all => all.map(one => one.id || one.dataset.passages)")
        return [str(identifier) for identifier in found]

    def is_seen(self, selector: str) -> bool:
        box = self.tab.locator(selector).bounding_box()
        height = self.tab.evaluate("innerHeight")
        return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height

    def focused(self) -> str:
        return str(self.tab.evaluate("document.activeElement.id || document.activeElement.getAttribute('href')"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name, made in MADE.items():
        (folder / f"{name}.html").write_text(made(), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in MADE}


@pytest.fixture
def opened(browser: Browser, pages: dict[str, Path]) -> Iterator[Callable[..., Watched]]:
    """Opens a page by its name; at the end of the test, nothing may have left it and no script have failed."""
    watched: list[Watched] = []

    def open_page(name: str, fragment: str = "", **options: Any) -> Watched:
        options = {"viewport": DESK, "reduced_motion": "reduce", **options}
        tab = browser.new_page(**options)
        one = Watched(tab)
        tab.on("request", lambda request: one.requests.append(request.url))
        tab.on("console", lambda message: one.complaints.append(message.text))
        tab.on("pageerror", lambda error: one.complaints.append(str(error)))
        tab.goto(pages[name].as_uri() + fragment)
        watched.append(one)
        return one

    yield open_page
    for one in watched:
        picture = os.environ.get("TEST_PICTURES")
        if picture:
            name = re.sub(r"\W+", "-", os.environ["PYTEST_CURRENT_TEST"].partition("::")[2].partition(" ")[0])
            one.tab.screenshot(path=Path(picture) / f"{name}.png")
        assert one.complaints == []
        assert [url for url in one.requests if not url.startswith(("file:", "data:,"))] == []
        one.tab.close()


def test_pointing_at_an_item_lights_its_evidence(opened: Callable[..., Watched]) -> None:
    page = opened("ferry")
    page.tab.locator("#demands-1").hover()
    assert page.ids("mark.lit") == ["s1", "s4", "s13"]
    assert page.ids("mark.lit-3") == ["s1", "s4", "s13"]
    page.tab.locator("h1").hover()
    assert page.ids(".lit") == []


def test_pointing_at_an_arrow_lights_its_demands(opened: Callable[..., Watched]) -> None:
    page = opened("ferry")
    page.tab.locator(".arrow text").first.hover()
    assert page.ids("li.lit") == ["demands-1", "demands-2", "demands-3"]
    assert "s10" in page.ids("mark.lit")


def test_a_click_on_an_item_goes_to_its_evidence_and_keeps_the_place_in_the_briefing(
    opened: Callable[..., Watched],
) -> None:
    page = opened("ferry")
    question = page.tab.locator("#open-questions li").last
    question.scroll_into_view_if_needed()
    before = page.tab.evaluate("scrollY")
    passage = str(question.get_attribute("data-evidence")).split()[0]
    assert not page.is_seen(f"mark#{passage}")
    question.click(position={"x": 40, "y": 10})
    assert page.is_seen(f"mark#{passage}")
    assert page.focused() == passage
    assert page.tab.evaluate("scrollY") == before
    assert page.tab.evaluate("location.hash") == f"#{passage}"
    page.tab.locator("h1").hover()
    assert passage in page.ids("mark.lit"), "what was chosen stays lit"
    page.tab.keyboard.press("Escape")
    assert page.ids(".lit") == []


def test_a_click_on_a_number_goes_to_that_sentence(opened: Callable[..., Watched]) -> None:
    page = opened("ferry")
    page.tab.locator("#demands-1 .cites a").last.click()
    assert page.focused() == "s13"
    assert page.is_seen("mark#s13")
    assert page.ids("[data-evidence].lit") == ["demands-1"]


def test_a_click_on_a_sentence_shows_what_rests_on_it(opened: Callable[..., Watched]) -> None:
    page = opened("ferry")
    page.tab.locator("mark#s10").click(position={"x": 30, "y": 8})
    card = page.tab.locator(".text .on")
    assert card.count() == 1
    assert card.locator("li a").all_inner_texts() == ["Statement 2", "Actor 2", "Demand 2"]
    assert page.ids("[data-evidence].lit") == ["summary-2", "actors-2", "demands-2"]
    assert page.is_seen("#summary-2")
    card.locator("li a").last.click()
    assert page.focused() == "demands-2"
    assert page.is_seen("#demands-2")
    page.tab.locator("mark#s10").click(position={"x": 30, "y": 8})
    assert card.count() == 0


def test_everything_can_be_done_with_the_keyboard(opened: Callable[..., Watched]) -> None:
    page = opened("ferry")
    keyboard = page.tab.keyboard
    keyboard.press("Tab")
    assert page.focused() == "#article"
    assert page.is_seen(".skip")
    page.tab.locator("#demands-2 .cites a").nth(2).focus()
    assert page.ids("mark.lit") == ["s1", "s4", "s10"], "the keyboard points too"
    keyboard.press("Enter")
    assert page.focused() == "s10"
    keyboard.press("Tab")
    assert page.focused() == "#on-s10"
    link = page.tab.locator('.rests[data-passage="s10"]')
    assert link.get_attribute("aria-expanded") == "false"
    keyboard.press("Enter")
    assert link.get_attribute("aria-expanded") == "true"
    assert page.focused() == "on-s10"
    for expected in ("#s10", "None", "#summary-2"):  # the sentence, the button that closes, the first item
        keyboard.press("Tab")
        assert page.focused() == expected
    keyboard.press("Enter")
    assert page.focused() == "summary-2"
    keyboard.press("Escape")
    assert link.get_attribute("aria-expanded") == "false"
    assert page.focused() == "#on-s10"
    assert page.tab.locator(".text .on").count() == 0


def test_going_back_returns_to_the_item(opened: Callable[..., Watched]) -> None:
    page = opened("ferry", viewport=PHONE)
    number = page.tab.locator("#demands-1 .cites a").first
    number.scroll_into_view_if_needed()
    number.click()
    assert page.is_seen("mark#s1")
    page.tab.go_back()
    sync_api = pytest.importorskip("playwright.sync_api")
    sync_api.expect(number).to_be_in_viewport()


def test_an_address_can_name_what_rests_on_a_sentence(opened: Callable[..., Watched]) -> None:
    page = opened("ferry", "#on-s10")
    assert page.tab.locator(".text #on-s10").is_visible()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_without_a_script_all_is_readable_and_links_work(opened: Callable[..., Watched], viewport: Any) -> None:
    page = opened("ferry", java_script_enabled=False, viewport=viewport)
    for selector in ("#demands-1", "svg", "mark#s10", "#on-s10"):
        assert page.tab.locator(selector).is_visible()
    page.tab.locator("#demands-2 .cites a").nth(2).click()
    assert page.is_seen("mark#s10")
    page.tab.locator('.rests[data-passage="s10"]').click()
    assert page.is_seen("#on-s10 li:last-child")
    page.tab.locator("#on-s10 li a").last.click()
    assert page.is_seen("#demands-2")


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESK), ("dark", PHONE)], ids=["desk", "dark phone"])
def test_it_is_accessible_and_fits(opened: Callable[..., Watched], name: str, scheme: str, viewport: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(name, color_scheme=scheme, viewport=viewport)
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    for part in (".briefing", "article", "section", "table", ".text"):
        room = "all => all.map(one => one.parentNode.clientWidth - Math.max(one.scrollWidth, one.offsetWidth))"
        assert min(page.tab.eval_on_selector_all(part, room), default=0) >= 0, part
    page.tab.locator(".rests").first.click()
    page.tab.locator("[data-evidence]").last.hover()
    found = axe.run(page.tab, options={"resultTypes": ["violations"]})
    assert found.response["violations"] == [], found.generate_report()
    assert page.tab.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_the_picture_has_a_name_and_a_description(opened: Callable[..., Watched]) -> None:
    page = opened("ferry")
    tree = page.tab.locator("figure").aria_snapshot()
    assert 'img "Who demands something of whom Arrows lead from who demands' in tree
    assert "Competition Authority to Tressel Marine: 3 demands" in tree


def test_nothing_that_an_article_or_a_model_wrote_is_run(opened: Callable[..., Watched]) -> None:
    page = opened("hostile")
    for item in page.tab.locator("[data-evidence]").all():
        item.click()
    page.tab.locator("mark").first.click()
    assert page.tab.evaluate("window.stolen") is None
    assert page.tab.locator("img").count() == 0
    assert page.tab.locator("script").count() == 1


def test_the_policy_stops_what_is_not_the_pages_own(browser: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    """The escaping holds; should it ever fail, the policy stands behind it."""
    broken = tmp_path / "broken.html"
    planted = "<script>window.stolen = 1</script><img src=x onerror='window.stolen = 1'><style>h1{color:red}</style>"
    broken.write_text(pages["ferry"].read_text(encoding="utf-8").replace("<h1>", f"{planted}<h1>"), encoding="utf-8")
    tab = browser.new_page()
    tab.goto(broken.as_uri())
    assert tab.locator("img").count() == 1
    assert tab.evaluate("window.stolen") is None
    assert tab.evaluate("getComputedStyle(document.querySelector('h1')).color") != "rgb(255, 0, 0)"
    assert tab.evaluate("document.documentElement.className") == "js", "its own script runs"
    tab.close()


def test_the_dark_is_dark_and_paper_is_white(opened: Callable[..., Watched]) -> None:
    def brightness(page: Watched) -> float:
        colour = page.tab.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3

    page = opened("ferry", color_scheme="dark")
    assert brightness(page) < 40
    page.tab.emulate_media(media="print")
    assert brightness(page) == 255


def test_on_paper_the_article_follows_the_briefing(opened: Callable[..., Watched]) -> None:
    page = opened("ferry")
    page.tab.locator(".rests").first.click()
    page.tab.emulate_media(media="print")
    assert not page.tab.locator("nav").is_visible()
    assert page.tab.locator(".on:visible, button:visible").count() == 0
    assert page.tab.locator('.rests[data-passage="s1"]').is_visible()
    assert page.tab.evaluate("getComputedStyle(article).overflowY") == "visible"
    briefing, article = (page.tab.locator(part).bounding_box() for part in (".briefing", "article"))
    assert briefing is not None
    assert article is not None
    assert article["y"] >= briefing["y"] + briefing["height"]
    assert page.tab.pdf(format="A4").startswith(b"%PDF-")


def test_arabic_runs_from_right_to_left(opened: Callable[..., Watched]) -> None:
    page = opened("arabic")
    assert page.tab.locator(".text p").nth(1).evaluate("p => getComputedStyle(p).direction") == "rtl"
    paragraph, mark = (page.tab.locator(part).bounding_box() for part in (".text p:has(#s2)", "mark#s2"))
    assert paragraph is not None
    assert mark is not None
    assert abs(paragraph["x"] + paragraph["width"] - mark["x"] - mark["width"]) < 2, "it begins at the right edge"
    assert page.tab.locator("#demands-1").evaluate("item => getComputedStyle(item).direction") == "rtl"
    assert page.tab.locator("#summary-1").evaluate("item => getComputedStyle(item).direction") == "ltr"
    holder, addressee = (page.tab.locator("#demands h3 bdi").nth(place).bounding_box() for place in (0, 1))
    assert holder is not None
    assert addressee is not None
    assert holder["x"] < addressee["x"], "the arrow between them points to the right"
