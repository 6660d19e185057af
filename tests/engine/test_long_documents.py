"""Texts beyond the model's window, over a real connection on loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from pydantic import BaseModel

from summarizer import (
    AnswerError,
    Briefing,
    Document,
    Envelope,
    Evidence,
    InputError,
    ModelUnavailableError,
    Name,
    Summarizer,
)
from tests.engine.planted import Planted, chinese, english, finds_facts
from tests.protocol_server import Answer, Given, ProtocolServer, Request

SMALL = english(characters=12_000, facts=12)
SMALL_CONTEXT = 3000
"""Tokens: about half of it is the prompt, and a quarter holds some 2,000 characters of the text."""

ERROR = Answer(status=503, error={"message": "overloaded"})

_opened: list[Summarizer] = []


@pytest.fixture(autouse=True)
def _closed_in_the_end() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def summarizer(server: ProtocolServer, **options: Any) -> Summarizer:
    options = {"context_tokens": SMALL_CONTEXT, "retries": 0, **options}
    _opened.append(Summarizer(model="m", base_url=server.base_url, **options))
    return _opened[-1]


def read_small(server: ProtocolServer, answer: Callable[[Request], Given], **options: Any) -> Envelope[Briefing]:
    server.will(answer)
    return summarizer(server, **options).summarize(SMALL.text)


def found(envelope: Envelope[Briefing]) -> list[str]:
    return [evidence.quote for demand in envelope.briefing.demands for evidence in demand.evidence]


def windows(server: ProtocolServer) -> list[Request]:
    return [request for request in server.requests if request.schema_name == "Briefing"]


def shows(request: Request, fact: str) -> bool:
    return request.schema_name == "Briefing" and fact in request.sentences.values()


@pytest.mark.parametrize(("planted", "language"), [(english(), "en"), (chinese(), "zh")], ids=["English", "Chinese"])
def test_facts_planted_all_over_a_long_text_come_back_cited_where_they_are(
    server: ProtocolServer, planted: Planted, language: str
) -> None:
    server.will(finds_facts)
    document = Document(text=planted.text, language=language)
    envelope = summarizer(server, context_tokens=None).summarize(document)
    assert len(planted.text) >= 300_000
    assert len(windows(server)) > 5
    assert found(envelope) == list(planted.facts)
    assert len(envelope.briefing.actors) == 2 * len(planted.facts)
    assert envelope.not_covered == []
    assert envelope.token_usage.requests == len(server.requests) == len(windows(server)) + 1


def test_each_window_shows_its_sentences_alone_under_the_documents_numbers(server: ProtocolServer) -> None:
    read_small(server, finds_facts, concurrency=1)
    document = Document(text=SMALL.text)
    shown = [sorted(request.sentences) for request in windows(server)]
    assert len(shown) > 3
    assert {number for numbers in shown for number in numbers} == {s.number for s in document.sentences}
    for numbers in shown:
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
    for one, other in pairwise(shown):
        assert other[0] == one[-1] - 2
    for request in windows(server):
        assert all(" ".join(document.sentences[n - 1].text.split()) == text for n, text in request.sentences.items())
        first, last = min(request.sentences), max(request.sentences)
        assert f"its sentences {first} to {last} of {len(document.sentences)}" in request.body["messages"][1]["content"]


def test_what_two_windows_share_comes_back_once(server: ProtocolServer) -> None:
    everywhere = english(characters=100, facts=90)
    server.will(finds_facts)
    envelope = summarizer(server).summarize(everywhere.text)
    assert sum(len(request.sentences) for request in windows(server)) > len(Document(text=everywhere.text).sentences)
    assert found(envelope) == list(everywhere.facts)


def test_headline_and_summary_are_written_from_what_was_found(server: ProtocolServer) -> None:
    envelope = read_small(server, finds_facts)
    (overview,) = (request for request in server.requests if request.schema_name == "Overview")
    shown = overview.body["messages"][1]["content"]
    assert all(f"Pay {number + 100} crowns (open)" in shown for number in range(12))
    assert envelope.briefing.headline == "All unions demand pay"
    assert [evidence.quote for evidence in envelope.briefing.summary[0].evidence] == [SMALL.facts[-1]]


@pytest.mark.parametrize("bad", [ERROR, Answer(status=401, error={"message": "no"}), Answer(content="never JSON")])
def test_where_no_summary_can_be_had_the_windows_own_statements_stand(server: ProtocolServer, bad: Answer) -> None:
    envelope = read_small(server, lambda request: bad if request.schema_name == "Overview" else finds_facts(request))
    assert found(envelope) == list(SMALL.facts)
    assert envelope.briefing.headline == "From sentence 1"
    cited = [statement.evidence[0].sentence for statement in envelope.briefing.summary]
    assert len(cited) == 4
    assert cited[0] == 1
    assert cited[-1] == max(min(request.sentences) for request in windows(server))
    assert envelope.not_covered == []


def test_a_window_that_fails_is_tried_again_alone(server: ProtocolServer) -> None:
    failed: list[Request] = []

    def fails_once(request: Request) -> Given:
        if shows(request, SMALL.facts[5]) and not failed:
            failed.append(request)
            return ERROR
        return finds_facts(request)

    envelope = read_small(server, fails_once)
    assert found(envelope) == list(SMALL.facts)
    assert envelope.not_covered == []
    assert windows(server)[-1].body["messages"] == failed[0].body["messages"]
    assert len({str(request.body["messages"]) for request in windows(server)}) == len(windows(server)) - 1


def test_a_window_that_is_lost_after_all_is_named(server: ProtocolServer) -> None:
    envelope = read_small(server, lambda request: ERROR if shows(request, SMALL.facts[5]) else finds_facts(request))
    (gap,) = envelope.not_covered
    lost = [request for request in windows(server) if shows(request, SMALL.facts[5])]
    read = {number for request in windows(server) if request not in lost for number in request.sentences}
    missing = [number for number in lost[0].sentences if number not in read]
    document = Document(text=SMALL.text)
    assert (gap.first_sentence, gap.last_sentence) == (missing[0], missing[-1])
    assert gap.start == document.sentences[missing[0] - 1].start
    assert gap.end == document.sentences[missing[-1] - 1].end
    assert "answered 503" in gap.reason
    assert SMALL.facts[5] in document.text[gap.start : gap.end]
    assert found(envelope) == [fact for fact in SMALL.facts if fact not in document.text[gap.start : gap.end]]
    assert len(lost) == 2
    assert not envelope.token_usage.complete


def test_a_citation_outside_the_window_is_asked_again(server: ProtocolServer) -> None:
    def cites_the_first_sentence(request: Request) -> Given:
        answer = finds_facts(request)
        if shows(request, SMALL.facts[-1]) and len(request.body["messages"]) == 2 and isinstance(answer, dict):
            answer["demands"][-1]["evidence"] = [1]
        return answer

    envelope = read_small(server, cites_the_first_sentence, retries=1)
    assert found(envelope) == list(SMALL.facts)
    (again,) = (request for request in windows(server) if len(request.body["messages"]) > 2)
    said = f"there is no sentence 1; cite numbers from {min(again.sentences)} to {max(again.sentences)}"
    assert said in again.body["messages"][-1]["content"]
    assert envelope.token_usage.re_asks == 1


def test_a_window_that_never_cites_its_own_sentences_is_lost(server: ProtocolServer) -> None:
    def cites_beyond(request: Request) -> Given:
        answer = finds_facts(request)
        if shows(request, SMALL.facts[0]) and isinstance(answer, dict):
            answer["summary"][0]["evidence"] = [max(request.sentences) + 1]
        return answer

    (gap,) = read_small(server, cites_beyond).not_covered
    assert gap.first_sentence == 1
    assert "none within the schema (summary.0.evidence.0: " in gap.reason


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(ERROR, ModelUnavailableError), (Answer(content="never JSON"), AnswerError)],
)
def test_a_text_of_which_no_window_can_be_read_is_an_error(
    server: ProtocolServer, answer: Answer, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        read_small(server, lambda _: answer, concurrency=1)
    assert len(server.requests) == len(summarizer(server).plan(SMALL.text).windows) + 1  # one was tried again


@pytest.mark.parametrize("status", [401, 404])
def test_a_refused_key_or_an_unknown_model_ends_the_document_at_once(server: ProtocolServer, status: int) -> None:
    with pytest.raises(ModelUnavailableError):
        read_small(server, lambda _: Answer(status=status, error={"message": "no"}), concurrency=1)
    assert len(server.requests) == 1


def too_long_beyond(sentences: int) -> Callable[[Request], Given]:
    def answer(request: Request) -> Given:
        if request.schema_name == "Briefing" and len(request.sentences) > sentences:
            return Answer(status=400, error={"message": "This model's maximum context length is 2048 tokens."})
        return finds_facts(request)

    return answer


def test_a_server_that_reads_less_than_was_thought_is_sent_smaller_windows(server: ProtocolServer) -> None:
    envelope = read_small(server, too_long_beyond(40), context_tokens=20_000, concurrency=1)
    sizes = [len(request.sentences) for request in windows(server)]
    assert len(Document(text=SMALL.text).sentences) == sizes[0] > 40  # the whole text was sent first
    assert found(envelope) == list(SMALL.facts)
    assert envelope.not_covered == []
    assert envelope.token_usage.complete


def test_a_server_that_reads_next_to_nothing_is_told_by_its_own_words(server: ProtocolServer) -> None:
    with pytest.raises(InputError, match="maximum context length is 2048 tokens"):
        read_small(server, too_long_beyond(0))


def test_a_window_whose_answer_is_cut_off_is_read_in_smaller_ones(server: ProtocolServer) -> None:
    def cut_off_beyond_40(request: Request) -> Given:
        if request.schema_name == "Briefing" and len(request.sentences) > 40:
            return Answer(content='{"headline": "All un', finish_reason="length")
        return finds_facts(request)

    envelope = read_small(server, cut_off_beyond_40, context_tokens=20_000)
    assert found(envelope) == list(SMALL.facts)
    assert not envelope.token_usage.complete


@pytest.mark.parametrize("concurrency", [1, 3])
def test_so_many_windows_are_read_at_once_as_the_setting_says(server: ProtocolServer, concurrency: int) -> None:
    lock = threading.Lock()
    waiting: list[int] = [0, 0]

    def counts(request: Request) -> Given:
        with lock:
            waiting[0] += 1
            waiting[1] = max(waiting)
        time.sleep(0.1)
        with lock:
            waiting[0] -= 1
        return finds_facts(request)

    read_small(server, counts, concurrency=concurrency)
    assert waiting[1] == concurrency


def test_what_was_read_before_the_deadline_is_not_lost(server: ProtocolServer) -> None:
    def slow_at_the_end(request: Request) -> Given:
        return Answer(content="{}", delay=60) if shows(request, SMALL.facts[-1]) else finds_facts(request)

    envelope = read_small(server, slow_at_the_end, timeout=4)
    (gap,) = envelope.not_covered
    assert gap.last_sentence == len(Document(text=SMALL.text).sentences)
    assert "before the deadline; raise --timeout" in gap.reason
    assert found(envelope)[0] == SMALL.facts[0]


class Payment(BaseModel):
    """An item of a schema of a user's own."""

    by: Name
    amount: str
    evidence: list[Evidence]


class Payments(BaseModel):
    topic: str
    payments: list[Payment]


OWN_TEMPLATE = """---
name: payments
version: 1
---
{% block user %}{% for s in sentences %}[{{ s.number }}] {{ s.text }}
{% endfor %}{{ document.characters }}{% endblock %}
"""


def test_answers_under_a_schema_of_ones_own_are_joined(server: ProtocolServer, tmp_path: Any) -> None:
    path = tmp_path / "payments.md"
    path.write_text(OWN_TEMPLATE, encoding="utf-8")

    def pays(request: Request) -> Given:
        facts = [(number, text) for number, text in request.sentences.items() if text in SMALL.facts]
        payments = [{"by": t.split()[1], "amount": t.split()[-2], "evidence": [n]} for n, t in facts]
        return {"topic": f"from {min(request.sentences)}", "payments": payments}

    server.will(pays)
    options = {"prompt": path, "schema": Payments, "context_tokens": 1500}
    answer = summarizer(server, **options).summarize(SMALL.text).briefing
    assert len(server.requests) > 3
    assert answer.topic == "from 1"
    assert [payment.evidence[0].quote for payment in answer.payments] == list(SMALL.facts)
    characters = [int(request.body["messages"][-1]["content"].splitlines()[-1]) for request in server.requests]
    assert max(characters) < len(SMALL.text) / 2


def test_a_plan_shows_the_windows_that_are_sent(server: ProtocolServer) -> None:
    run = summarizer(server, concurrency=1)
    plan = run.plan(SMALL.text)
    assert server.requests == []
    server.will(finds_facts)
    run.summarize(SMALL.text)
    sent = windows(server)
    assert [(w.first_sentence, w.last_sentence) for w in plan.windows] == [
        (min(request.sentences), max(request.sentences)) for request in sent
    ]
    assert plan.messages == [message for request in sent for message in request.body["messages"]]
    for window in plan.windows:
        document = Document(text=SMALL.text)
        assert window.start == document.sentences[window.first_sentence - 1].start
        assert window.end == document.sentences[window.last_sentence - 1].end
