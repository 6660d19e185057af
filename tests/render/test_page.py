"""The page as text: what it holds, what it escapes, what it says of languages; a browser looks at it elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from summarizer import Briefing, Document, Envelope, Evidence, grounding_context
from summarizer.render import render
from summarizer.render.page.picture import Picture, picture_of
from summarizer.schemas import AgreedStep, Demand, Gap
from tests.conftest import BRIEFING
from tests.render.pages import CANARY, arabic, hostile, html_of, japanese, page_of_fixture
from tests.render.test_formats import envelope_of

VOID = {"meta", "link", "br", "img", "input", "rect", "path", "circle"}


class Page(HTMLParser):
    """What a browser finds in a page: elements with their attributes, and the text within each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[int] = []
        self.feed(html)
        self.close()
        assert not self._open, "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")
        if tag not in VOID:
            self._open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.elements[self._open.pop()][0] == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        for index in self._open:
            self.texts[index] += data

    def find(self, tag: str, **wanted: str) -> list[str]:
        """The texts of the elements with these attributes."""
        return [
            text
            for (name, attributes), text in zip(self.elements, self.texts, strict=True)
            if name == tag
            and all(attributes.get(key.rstrip("_").replace("_", "-")) == value for key, value in wanted.items())
        ]

    def attributes(self, tag: str, name: str) -> list[str]:
        return [value for found, all_ in self.elements if found == tag and (value := all_.get(name)) is not None]


@pytest.fixture(scope="module")
def ferry() -> tuple[Document, Envelope[Briefing]]:
    return page_of_fixture("ferry-merger-regulator")


@pytest.fixture(scope="module")
def html(ferry: tuple[Document, Envelope[Briefing]]) -> str:
    return html_of(ferry)


def words(text: str) -> str:
    return " ".join(text.split())


def test_every_item_and_every_word_of_the_article_is_there(
    ferry: tuple[Document, Envelope[Briefing]], html: str
) -> None:
    document, envelope = ferry
    page = Page(html)
    everything = words("".join(page.texts[0]))
    briefing = envelope.briefing
    assert page.find("h1") == [briefing.headline]
    for demand in briefing.demands:
        assert demand.demand in everything
    for step in briefing.agreed_steps:
        assert step.step in everything
        assert (step.when or "") in everything
    for question in briefing.open_questions:
        assert question.question in everything
    for actor in briefing.actors:
        row = next(text for text in page.find("tr") if actor.name in text)
        assert all(told in row for told in (*actor.aliases, actor.kind or "", actor.role or ""))
    shown = re.sub(r'<a class="rests".*?</a>', "", html.partition('<div class="text"')[2].partition("</div>")[0])
    assert words("".join(Page(f"<div{shown}</div>").texts[0])) == words(document.text)


def test_every_link_leads_somewhere_and_every_name_is_used_once(html: str) -> None:
    page = Page(html)
    ids = Counter(value for _, attributes in page.elements if (value := attributes.get("id")) is not None)
    assert set(ids.values()) == {1}
    links = page.attributes("a", "href")
    assert len(links) > 50
    assert {link for link in links if not (link.startswith("#") and link[1:] in ids)} == set()
    named = [
        name
        for kind in ("data-evidence", "data-items", "data-passages")
        for _, a in page.elements
        if (name := a.get(kind))
    ]
    assert {name for names in named for name in names.split()} <= set(ids)


def test_every_item_leads_to_its_sentences_and_every_sentence_to_its_items(ferry: Any, html: str) -> None:
    _, envelope = ferry
    page = Page(html)
    demand = envelope.briefing.demands[0]
    numbers = [evidence.sentence for evidence in demand.evidence]
    ((_, attributes),) = (e for e in page.elements if e[1].get("id") == "demands-1")
    assert attributes["data-evidence"] == " ".join(f"s{number}" for number in numbers)
    for evidence in demand.evidence:
        assert page.find("mark", id=f"s{evidence.sentence}") == [evidence.quote]
        assert f"Demand 1 {demand.by[0]} → demands of {demand.of[0]}: {demand.demand}" in words(
            page.find("div", id=f"on-s{evidence.sentence}")[0]
        )


def test_a_sentence_shows_the_colours_of_all_sections_that_cite_it(short: Document) -> None:
    page = Page(
        html_of((short, envelope_of(Briefing.model_validate(BRIEFING, context=grounding_context(short)), short)))
    )
    assert page.attributes("mark", "class") == ["has-2", "has-1 has-3", "has-5"]


def test_the_policy_lets_a_browser_run_this_script_and_nothing_else(html: str) -> None:
    page = Page(html)
    (policy,) = (a["content"] for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    for tag in ("style", "script"):
        (source,) = page.find(tag)
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert not [a for _, attributes in page.elements for a in attributes if a.startswith("on") or a in ("style", "src")]


def test_everything_from_articles_and_models_is_escaped() -> None:
    document, _ = hostile()
    html = html_of(hostile())
    page = Page(html)
    assert html.count("<script>") == 1
    assert not page.find("img")
    assert not [link for link in page.attributes("a", "href") if not link.startswith("#")]
    assert CANARY in page.find("h1")[0]
    assert "{{ 7 * 7 }}" in page.texts[0]
    assert not {"\x1b", "\u202e"} & set(html)
    assert document.source is not None
    assert document.source in page.texts[0]


def test_every_text_stands_out_from_what_is_behind_it() -> None:
    """Contrast as WCAG 2.2 defines it, 4.5 to 1, of what axe cannot judge: texts over underlines and in the picture."""
    from summarizer.render import page as package

    style = (Path(package.__file__).parent / "page.css").read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--(\w+): #([0-9a-f]{6})", part))
        for part in re.findall(r":root {(.*?)}", style, re.DOTALL)[:2]
    )
    for colours in (light, dark):
        behind = [colours[name] for name in ("paper", "sheet", *(f"b{n}" for n in range(1, 6)))]
        pairs = [(colours["ink"], back) for back in behind]
        pairs += [(colours["soft"], back) for back in behind]
        pairs += [(colours[f"t{n}"], colours[back]) for n in range(1, 6) for back in ("paper", "sheet", f"b{n}")]
        assert len(pairs) == 29
        assert {pair: value for pair in pairs if (value := contrast(*pair)) < 4.5} == {}


def contrast(one: str, other: str) -> float:
    """The ratio of two colours' relative luminances, 1 to 21 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""

    def luminance(colour: str) -> float:
        shares = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dim, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


def test_a_page_is_small(ferry: tuple[Document, Envelope[Briefing]], html: str) -> None:
    assert len(html.encode()) - len(ferry[0].text.encode()) < 60_000


def test_who_wrote_it_is_said(html: str) -> None:
    text = words(Page(html).texts[0])
    assert "Written by openai/m (m-1) with prompt briefing 1.0 from" in text
    assert "2026-11-22 12:00 UTC" in text
    assert "Nothing: the whole text was read." in text


def test_what_was_not_covered_is_said_and_shown(short: Document) -> None:
    envelope = envelope_of(Briefing.model_validate(BRIEFING, context=grounding_context(short)), short)
    second, third = short.sentences[1:]
    gap = Gap(first_sentence=2, last_sentence=3, start=second.start, end=third.end, reason="m gave <no> answer.")
    page = Page(html_of((short, envelope.model_copy(update={"not_covered": [gap]}))))
    assert page.find("p", class_="missing", role="note")[0].startswith("Not covered: sentences 2–3 (")
    assert [words(text) for text in page.find("span", class_="unread") if text.strip()] == [
        f"{second.text}2",
        f"{third.text}3",
    ]


def test_without_the_article_the_cited_sentences_stand_alone_and_it_is_said(ferry: Any) -> None:
    page = Page(html_of(ferry, whole=False))
    (note,) = page.find("p", class_="missing")
    assert "text is not at hand" in note
    quotes = sorted({(e.start, e.quote) for demand in ferry[1].briefing.demands for e in demand.evidence})
    assert [quote for quote in page.find("mark") if quote in {quote for _, quote in quotes}] == [
        quote for _, quote in quotes
    ]


def test_evidence_that_does_not_stand_in_the_article_is_not_marked_in_it(short: Document) -> None:
    envelope = envelope_of(Briefing.model_validate(BRIEFING, context=grounding_context(short)), short)
    page = Page(html_of((Document(text=f"Not so. {short.text}"), envelope)))
    assert "text is not at hand" in page.find("p", class_="missing")[0]
    assert page.find("mark", id="s1") == [short.sentences[0].text]


def test_passages_that_overlap_are_cut_where_they_do(short: Document) -> None:
    def passage(number: int, start: int, end: int) -> dict[str, Any]:
        return {"sentence": number, "start": start, "end": end, "quote": short.text[start:end]}

    told = {**BRIEFING, "summary": [{"text": "It met.", "evidence": [passage(1, 0, 14)]}], "demands": []}
    told["actors"] = [{"name": "Lavrov", "evidence": [passage(1, 7, 20), passage(1, 7, 20)]}]
    told["open_questions"] = [{"question": "When?", "evidence": [passage(1, 0, 14)]}]
    page = Page(html_of((short, envelope_of(Briefing.model_validate(told), short))))
    assert page.find("mark") == ["Lavrov ", "met the", " union"]
    assert page.attributes("mark", "class") == ["has-1 has-5", "has-1 has-2 has-5", "has-2"]
    assert page.attributes("mark", "id") == ["s1", "s1-2"]


@pytest.mark.parametrize(
    ("made", "language", "direction"), [(arabic(), "ar", "rtl"), (japanese(), "ja", "ltr")], ids=["arabic", "japanese"]
)
def test_texts_have_their_language_and_direction(made: Any, language: str, direction: str) -> None:
    page = Page(html_of(made))
    assert page.find("div", class_="text", lang=language, dir=direction)
    assert page.find("html", lang="en")
    assert [text for text in page.find("bdi", lang=language) if text == made[1].briefing.headline]
    if language == "ar":
        assert "The union asks for a tenth more pay." not in page.find("bdi", lang=language)
        assert "The union asks for a tenth more pay." in page.find("bdi")


def test_what_a_model_wrote_in_the_articles_language_is_told_apart_from_english() -> None:
    made = page_of_fixture("tarifstreit-verkehr-german")
    page = Page(html_of(made))
    german = page.find("bdi", lang="de")
    assert {actor.name for actor in made[1].briefing.actors} <= set(german)
    assert "What is demanded is told first." not in german
    assert made[1].briefing.headline in german
    assert not {demand.demand for demand in made[1].briefing.demands} & set(german), "the labels are in English"


def test_a_language_that_no_attribute_can_hold_is_left_out(short: Document) -> None:
    document = Document(text=short.text, language='"><script>')
    envelope = envelope_of(Briefing.model_validate(BRIEFING, context=grounding_context(short)), document)
    assert 'lang="">' in render(envelope, "html", document=document)


def test_steps_are_sorted_by_status_and_day(short: Document) -> None:
    def step(name: str, when: str | None, status: str | None) -> dict[str, Any]:
        return {"parties": ["Lavrov", "union"], "step": name, "when": when, "status": status, "evidence": [1]}

    steps = [
        step("A", "Monday", "planned"),
        step("B", "3 June", "planned"),
        step("C", None, None),
        step("D", "15 May 2026", "planned"),
        step("E", "last week", "done"),
    ]
    told = Briefing.model_validate({**BRIEFING, "agreed_steps": steps}, context=grounding_context(short))
    assert all(isinstance(step, AgreedStep) for step in told.agreed_steps)
    shown = (
        html_of((short, envelope_of(told, short))).partition('<section id="agreed-steps"')[2].partition("</section>")[0]
    )
    page = Page(f"<section{shown}</section>")
    assert page.find("h3") == ["Done", "Planned", "Status not told"]
    assert [re.sub(r".*?([A-E]) · .*", r"\1", words(text)) for text in page.find("li")] == ["E", "D", "B", "A", "C"]


def test_an_answer_under_any_schema_has_a_page(short: Document) -> None:
    class Claim(BaseModel):
        words: str
        proof: Evidence

    class Claims(BaseModel):
        topic: str
        article: list[Claim]

    answer = Claims.model_validate(
        {"topic": "Strike", "article": [{"words": "end it", "proof": 2}]}, context=grounding_context(short)
    )
    page = Page(html_of((short, envelope_of(answer, short))))
    assert page.find("h1") == ["Claims"]
    assert page.find("mark") == [short.sentences[1].text]
    assert not page.find("svg")


def demand(by: list[str], of: list[str], told: str = "Stop") -> Demand:
    return Demand(by=by, of=of, demand=told, evidence=[Evidence(sentence=1, start=0, end=1, quote="x")])


def picture(*demands: Demand) -> Picture:
    found = picture_of([(f"demands-{number}", made) for number, made in enumerate(demands, 1)])
    assert found is not None
    return found


def test_each_pair_has_one_arrow_with_its_number_and_its_demands() -> None:
    drawn = picture(demand(["A"], ["B"], "Leave"), demand(["A"], ["B", "C"], "Stay"), demand(["B"], ["A"], "Pay"))
    assert {arrow.title: list(arrow.items) for arrow in drawn.arrows} == {
        "A → B: 2 demands\n– Leave\n– Stay": ["demands-1", "demands-2"],
        "A → C: 1 demand\n– Stay": ["demands-2"],
        "B → A: 1 demand\n– Pay": ["demands-3"],
    }
    assert "A to B: 2 demands; A to C: 1 demand; B to A: 1 demand." in drawn.description


def test_what_names_nobody_is_drawn_so() -> None:
    drawn = picture(demand(["A"], []), demand([], ["A"]))
    assert [(node.name, node.unnamed) for node in drawn.left] == [("A", False), ("not told who", True)]
    assert [(node.name, node.unnamed) for node in drawn.right] == [("A", False), ("no one named", True)]


def test_fifteen_actors_neither_overlap_nor_leave_their_boxes() -> None:
    names = [f"The Regional Association of Harbour and Transport Workers {n}" for n in range(14)] + ["運" * 40]
    drawn = picture(*(demand([one], [names[(2 * n + k) % 15] for k in range(1, 4)]) for n, one in enumerate(names)))
    assert (len(drawn.left), len(drawn.right), len(drawn.arrows)) == (15, 15, 45)
    for column in (drawn.left, drawn.right):
        for upper, lower in pairwise(column):
            assert upper.y + upper.height < lower.y
        assert column[-1].y + column[-1].height <= drawn.height
    for node in (*drawn.left, *drawn.right):
        assert len(node.lines) <= 3
        assert all(len(line) <= 17 for line in node.lines)
        assert node.y < node.line_y(0) < node.line_y(len(node.lines) - 1) + 1 < node.y + node.height
        assert node.lines[-1].endswith("…")
    places = [arrow.badge for arrow in drawn.arrows]
    assert all(abs(a[1] - b[1]) >= 18 for a, b in pairwise(sorted(places, key=lambda place: place[1])))


def test_names_are_ordered_so_that_arrows_do_not_cross_without_need() -> None:
    drawn = picture(demand(["A"], ["Z"]), demand(["B"], ["Y"]), demand(["C"], ["Z"]), demand(["D"], ["Y"]))
    order = {node.name: index for index, node in enumerate([*drawn.left, *drawn.right])}
    assert (order["A"] < order["B"]) == (order["C"] < order["B"]) == (order["Z"] < order["Y"])


def test_the_same_demands_give_the_same_picture() -> None:
    demands = [demand([a], [b]) for a in "ABC" for b in "XYZ"]
    assert picture(*demands) == picture(*demands)


def test_no_picture_is_drawn_of_nothing_or_of_too_much() -> None:
    assert picture_of([]) is None
    assert picture_of([("d", demand([f"Actor {n}" for n in range(40)], ["B"]))]) is None
