"""Long texts read turn by turn: on a server that answers as it is told, and on the embedded model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from summarizer import Briefing, Document, Envelope, InputError, ModelUnavailableError, Summarizer
from summarizer.engine.turns import sentences_to_show
from tests.engine.planted import english
from tests.protocol_server import Answer, Given, ProtocolServer, Request

PLANTED = english(characters=6_000, facts=6)
SENTENCES = [sentence.text for sentence in sentences_to_show(Document(text=PLANTED.text))]
CONTEXT = 1500
"""Tokens; the prompt with its examples takes about half of it."""

ERROR = Answer(status=503, error={"message": "overloaded"})
FACT = re.compile(r"The (\w+ Union) demands that (\w+ Lines) pay (\d+ crowns)\.")

_opened: list[Summarizer] = []


@pytest.fixture(autouse=True)
def _closed_in_the_end() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def turn_answer(request: Request) -> Given:
    """Answer a turn as a good model would."""
    match = FACT.fullmatch(asked(request))
    if not match:
        return "N"
    union, line, what = match.groups()
    return f"A {union} | organisation\nA {line} | organisation\nD {union} > {line}: pay {what}"


def asked(request: Request) -> str:
    return str(request.body["messages"][-1]["content"])


def turns(request: Request) -> list[tuple[str, str]]:
    """The sentences and answers that a request shows before its own sentence, the template's examples left out."""
    contents = [message["content"] for message in request.body["messages"]]
    start = next(index for index, content in enumerate(contents) if content in SENTENCES)
    return list(zip(contents[start:-1:2], contents[start + 1 :: 2], strict=True))


def read_planted(server: ProtocolServer, answer: Callable[[Request], Given], **options: Any) -> Envelope[Briefing]:
    options = {"context_tokens": CONTEXT, "retries": 0, **options}
    server.will(answer)
    _opened.append(Summarizer(model="m", base_url=server.base_url, way="turns", **options))
    return _opened[-1].summarize(PLANTED.text)


def found(envelope: Envelope[Briefing]) -> list[str]:
    return [evidence.quote for demand in envelope.briefing.demands for evidence in demand.evidence]


def test_every_sentence_of_a_long_text_is_asked_once_in_order(server: ProtocolServer) -> None:
    envelope = read_planted(server, turn_answer)
    assert [asked(request) for request in server.requests] == SENTENCES
    assert found(envelope) == list(PLANTED.facts)
    assert envelope.not_covered == []
    assert envelope.token_usage.requests == len(SENTENCES)


def test_a_new_conversation_opens_with_the_last_turns_and_the_actors_known(server: ProtocolServer) -> None:
    read_planted(server, turn_answer)
    shown = [turns(request) for request in server.requests]
    opened = [place for place in range(1, len(shown)) if len(shown[place]) <= len(shown[place - 1])]
    assert len(opened) > 3
    for place in opened:
        assert [sentence for sentence, _ in shown[place][-3:]] == SENTENCES[place - 3 : place]
    introduced = [sentence for sentence, answer in shown[opened[-1]] if answer.startswith("A ")]
    assert introduced
    assert set(introduced) <= set(PLANTED.facts)
    order = [SENTENCES.index(sentence) for sentence, _ in shown[opened[-1]] if SENTENCES.count(sentence) == 1]
    assert order == sorted(order)


def test_a_turn_that_fails_is_tried_again_in_a_new_conversation(server: ProtocolServer) -> None:
    failed: list[str] = []

    def fails_once(request: Request) -> Given:
        if asked(request) == PLANTED.facts[2] and not failed:
            failed.append(asked(request))
            return ERROR
        return turn_answer(request)

    envelope = read_planted(server, fails_once)
    assert found(envelope) == list(PLANTED.facts)
    assert envelope.not_covered == []
    assert len(server.requests) == len(SENTENCES) + 1


def test_a_window_that_breaks_off_is_named_from_where_it_does(server: ProtocolServer) -> None:
    envelope = read_planted(
        server, lambda request: ERROR if asked(request) == PLANTED.facts[2] else turn_answer(request)
    )
    (gap,) = envelope.not_covered
    document = Document(text=PLANTED.text)
    assert document.sentences[gap.first_sentence - 1].text == PLANTED.facts[2]
    assert gap.start == document.text.index(PLANTED.facts[2])
    asked_for = {asked(request) for request in server.requests}
    assert document.sentences[gap.last_sentence].text in asked_for
    assert found(envelope) == [fact for fact in PLANTED.facts if fact not in document.text[gap.start : gap.end]]


def test_a_text_of_which_no_window_can_be_read_to_its_end_is_an_error(server: ProtocolServer) -> None:
    with pytest.raises(ModelUnavailableError, match="answered 503"):
        read_planted(server, lambda _: ERROR)


def test_a_refused_key_ends_the_document_at_once(server: ProtocolServer) -> None:
    with pytest.raises(ModelUnavailableError, match="refused the key"):
        read_planted(server, lambda _: Answer(status=401, error={"message": "no"}))
    assert len(server.requests) == 1


def test_a_server_that_reads_less_than_was_thought_is_sent_shorter_conversations(server: ProtocolServer) -> None:
    def reads_40_messages(request: Request) -> Given:
        if len(request.body["messages"]) > 40:
            return Answer(status=400, error={"message": "the request exceeds the available context size"})
        return turn_answer(request)

    envelope = read_planted(server, reads_40_messages, context_tokens=32_000)
    assert found(envelope) == list(PLANTED.facts)
    assert envelope.not_covered == []
    refused = [request for request in server.requests if len(request.body["messages"]) > 40]
    assert len(refused) < 4


def test_a_prompt_that_leaves_no_room_for_sentences_is_refused_with_both_lengths(server: ProtocolServer) -> None:
    with pytest.raises(InputError, match=r"The prompt alone takes \d+ tokens of the 600 that the model reads"):
        read_planted(server, turn_answer, context_tokens=600)


LONG = (
    "The Harbour Workers' League called on Castell Shipping to withdraw its new shift plan.\n"
    "Castell Shipping runs nine berths in the port of Amberhaven.\n\n"
    "Rain fell on the pickets through the night, and few ships came in.\n"
    "Shops near the gates stayed open and sold soup to the crews that waited there.\n"
    "The port handled nine million tonnes last year, a tenth less than the year before.\n\n"
    "The league and Castell Shipping agreed on Monday to resume talks under a mediator.\n"
    "A choir of retired dockers sang at the gate in the evening.\n"
    "Local schools were closed for the holiday.\n\n"
    "It is not clear who that mediator will be.\n"
    "Castell Shipping urged the league to end its picket at the north gate.\n"
)


def test_the_embedded_model_reads_a_text_beyond_its_context() -> None:
    with Summarizer(context_tokens=512) as summarizer:
        plan = summarizer.plan(LONG)
        envelope = summarizer.summarize(LONG)
    briefing = envelope.briefing
    assert len(plan.windows) > 2
    assert envelope.token_usage.requests == 10
    assert envelope.not_covered == []
    names = {actor.name for actor in briefing.actors}
    assert {"Harbour Workers' League", "Castell Shipping"} <= names
    assert any(demand.evidence[0].sentence == 1 for demand in briefing.demands)
    last = [demand for demand in briefing.demands if demand.evidence[0].sentence == 10]
    assert [demand.by for demand in last] == [["Castell Shipping"]]
