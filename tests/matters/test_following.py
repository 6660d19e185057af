from __future__ import annotations

from pathlib import Path

import pytest

from summarizer import Document, Evidence
from summarizer.errors import InputError
from summarizer.matters import Change, Dossier, diff, dossier_of
from tests.matters.quay_briefings import envelopes


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return dossier_of(envelopes())


def told(dossier: Dossier) -> set[tuple[int, str, str]]:
    return {(change.article, change.change, change.item) for change in dossier.changes}


def one(dossier: Dossier, kind: str) -> Change:
    return next(change for change in dossier.changes if change.change == kind)


def test_every_change_is_found_and_no_other(dossier: Dossier) -> None:
    assert told(dossier) == {
        (2, "demand_rejected", "Raise pay by six per cent"),
        (2, "demand_new", "Post a safety inspector on each quay"),
        (2, "demand_not_raised", "Abolish night shifts"),
        (2, "step_agreed", "Resume talks"),
        (2, "question_opened", "Will the mayor mediate?"),
        (2, "question_answered", "Resume talks"),
        (3, "step_done", "Resume talks"),
        (3, "step_agreed", "Reinstate the two crane drivers"),
        (3, "demand_met", "Reinstate the two crane drivers"),
        (3, "demand_dropped", "Post a safety inspector on each quay"),
    }


def test_a_change_has_both_quotes_with_dates(dossier: Dossier) -> None:
    met = one(dossier, "demand_met")
    assert met.earlier is not None
    assert met.later is not None
    assert (met.earlier.article, met.earlier.date) == (2, "2031-03-11")
    assert "must be reinstated" in met.earlier.evidence[0].quote
    assert (met.later.article, met.later.date) == (3, "2031-03-19")
    assert "Both agreed" in met.later.evidence[0].quote


def test_silence_has_the_earlier_quote_alone_and_leaves_the_demand_open(dossier: Dossier) -> None:
    silent = one(dossier, "demand_not_raised")
    assert silent.later is None
    assert silent.earlier is not None
    assert silent.earlier.article == 1
    assert next(item for item in dossier.demands if item.wording == "Abolish night shifts").state == "open"


def test_articles_are_put_in_the_order_of_their_dates(dossier: Dossier) -> None:
    backwards = dossier_of(envelopes()[::-1])
    assert backwards.ordered_by == "document"
    assert told(backwards) == told(dossier)


def test_without_dates_the_time_of_writing_orders_and_without_that_the_order_given() -> None:
    undated = [
        one.model_copy(update={"document": one.document.model_copy(update={"date": None})}) for one in envelopes()
    ]
    assert dossier_of(undated[::-1]).ordered_by == "written_at"
    assert dossier_of(undated[::-1]).articles[0].document.source == "1/article.txt"
    together = [one.model_copy(update={"written_at": undated[0].written_at}) for one in undated]
    assert dossier_of(together).ordered_by == "given"


def test_a_text_that_was_read_twice_counts_once() -> None:
    assert len(dossier_of([*envelopes(), envelopes()[0]]).articles) == 3


def test_actors_go_by_one_name(dossier: Dossier) -> None:
    assert [(actor.name, actor.articles) for actor in dossier.actors] == [
        ("Dockers' Union", [1, 2, 3]),
        ("Ellery Terminals", [1, 2, 3]),
    ]
    assert {form for actor in dossier.actors for form in actor.aliases} >= {"union", "company"}


def test_other_numbers_make_another_demand() -> None:
    first, second, _ = (one.model_copy(deep=True) for one in envelopes())
    pay = first.briefing.demands[1]
    first.briefing.demands[1] = pay.model_copy(update={"demand": "Raise pay by 6 per cent"})
    second.briefing.demands[1] = pay.model_copy(update={"demand": "Raise pay by 8 per cent"})
    assert (2, "demand_new", "Raise pay by 8 per cent") in told(diff(first, second))


def test_diff_takes_the_order_given() -> None:
    first, second, _ = envelopes()
    found = diff(second, first)
    assert found.ordered_by == "given"
    assert [article.document.source for article in found.articles] == ["2/article.txt", "1/article.txt"]


def test_a_dossier_loads_again_unchanged(dossier: Dossier, tmp_path: Path) -> None:
    path = tmp_path / "dossier.json"
    path.write_text(dossier.model_dump_json(), encoding="utf-8")
    assert Dossier.load(path) == dossier
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="is no saved dossier"):
        Dossier.load(path)
    with pytest.raises(InputError, match="no briefing to follow"):
        dossier_of([])


def test_a_question_is_answered_by_a_sentence_that_only_an_actor_cites() -> None:
    first, second, third = (one.model_copy(deep=True) for one in envelopes())
    asked = second.briefing.open_questions[0].model_copy(update={"question": "Will the drivers be reinstated?"})
    second.briefing.open_questions = [asked]
    cited = third.briefing.agreed_steps.pop().evidence
    third.briefing.actors[0] = third.briefing.actors[0].model_copy(update={"evidence": cited})
    answered = [change for change in dossier_of([first, second, third]).changes if change.change == "question_answered"]
    assert [change.item for change in answered] == ["Resume talks", "Will the drivers be reinstated?"]
    assert answered[1].later is not None
    assert answered[1].later.evidence == cited


def test_a_demand_no_longer_made_is_dropped() -> None:
    _, second, third = (one.model_copy(deep=True) for one in envelopes())
    quote = "The union is no longer asking for a safety inspector on each quay."
    union = third.briefing.actors[0]
    union.evidence = [Evidence.of(Document(text=quote).sentences[0])]
    assert (2, "demand_dropped", "Post a safety inspector on each quay") in told(diff(second, third))


def test_a_demand_is_dropped_by_its_number() -> None:
    first, second, _ = (one.model_copy(deep=True) for one in envelopes())
    pay = first.briefing.demands[1]
    first.briefing.demands[1] = pay.model_copy(update={"demand": "Raise pay by 9 percent"})
    second.briefing.demands = []
    quote = Document(text="The union is no longer asking the company for the 9%.").sentences[0]
    second.briefing.actors[0].evidence = [Evidence.of(quote)]
    assert (2, "demand_dropped", "Raise pay by 9 percent") in told(diff(first, second))


def test_a_demand_that_is_said_to_be_repeated_is_not_new() -> None:
    first, second, _ = (one.model_copy(deep=True) for one in envelopes())
    posted = next(one for one in second.briefing.demands if one.demand == "Post a safety inspector on each quay")
    assert (2, "demand_new", posted.demand) in told(diff(first, second))
    for quote in ("The union repeated that an inspector must be posted.", "It again called for an inspector."):
        posted.evidence = [Evidence.of(Document(text=quote).sentences[0])]
        dossier = diff(first, second)
        assert posted.demand in {item.wording for item in dossier.demands}
        assert (2, "demand_new", posted.demand) not in told(dossier)
