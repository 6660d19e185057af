"""The way to a model on a server, over a real connection on loopback."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from summarizer import AnswerError, Document, InputError, ModelUnavailableError, Summarizer, SummarizerError
from summarizer.models.opening import with_key
from summarizer.schemas import TokenUsage
from summarizer.settings import load_settings
from tests.conftest import BRIEFING, SHORT
from tests.protocol_server import Answer, ProtocolServer

GOOD = json.dumps(BRIEFING)


_opened: list[Summarizer] = []


@pytest.fixture(autouse=True)
def _closed_in_the_end() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def summarizer(server: ProtocolServer, **options: Any) -> Summarizer:
    _opened.append(Summarizer(model="a-model", base_url=server.base_url, **options))
    return _opened[-1]


def failure(server: ProtocolServer, *answers: Answer | str, **options: Any) -> SummarizerError:
    server.will(*answers)
    with pytest.raises(SummarizerError) as caught:
        summarizer(server, **options).summarize(SHORT)
    return caught.value


def test_the_messages_the_schema_and_nothing_else_are_sent(server: ProtocolServer, short: Document) -> None:
    server.will(GOOD)
    run = summarizer(server)
    envelope = run.summarize(short)
    (request,) = server.requests
    plan = run.plan(short)
    assert request.path == "/v1/chat/completions"
    assert request.body["messages"] == plan.messages
    assert request.body["response_format"]["json_schema"]["schema"] == plan.json_schema
    assert set(request.body) == {"model", "messages", "response_format"}
    assert request.body["model"] == "a-model"
    assert envelope.model.model_dump() == {
        "name": "a-model",
        "served_as": "a-model-0613",
        "base_url": server.base_url,
    }
    assert envelope.briefing.demands[0].evidence[0].quote == "He said the union should end the strike."


def test_settings_reach_the_request(server: ProtocolServer) -> None:
    server.will(GOOD)
    summarizer(server, temperature=0.5, max_tokens=77, api_key="sk-own").summarize(SHORT)
    assert (server.requests[0].body["temperature"], server.requests[0].body["max_tokens"]) == (0.5, 77)
    assert server.requests[0].headers["authorization"] == "Bearer sk-own"


def test_a_key_in_the_environment_is_not_sent_to_a_server_that_was_not_asked_to_have_it(
    server: ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-you")
    server.will(GOOD)
    summarizer(server).summarize(SHORT)
    assert "sk-not-for-you" not in str(server.requests[0].headers)


@pytest.mark.parametrize(
    ("model", "base_url", "own", "used"),
    [
        ("openai/gpt-5", None, None, "sk-openai"),
        ("openai/gpt-5", None, "sk-own", "sk-own"),
        ("openai/gpt-5", "http://127.0.0.1:1/v1", None, None),
        ("ollama/qwen3", None, None, None),
        ("local", None, None, None),
    ],
)
def test_settings_that_travel_hold_the_key_that_would_be_used_here(
    monkeypatch: pytest.MonkeyPatch, model: str, base_url: str | None, own: str | None, used: str | None
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    held = with_key(load_settings(model=model, base_url=base_url, api_key=own)).api_key
    assert (held.get_secret_value() if held else None) == used


def test_an_article_full_of_template_marks_arrives_as_it_stands(server: ProtocolServer) -> None:
    text = "Lavrov said {{ 7 * 7 }} to the union {% for x in y %}{# so #}."
    server.will({**BRIEFING, "summary": [], "demands": [], "open_questions": []})
    summarizer(server).summarize(text)
    assert text in server.requests[0].body["messages"][-1]["content"]


def test_a_wrong_answer_is_asked_again_with_what_was_wrong_and_all_tokens_are_counted(server: ProtocolServer) -> None:
    wrong = {**BRIEFING, "summary": [{"text": "t", "evidence": [99]}]}
    server.will(wrong, "no JSON at all", GOOD)
    envelope = summarizer(server).summarize(SHORT)
    assert envelope.token_usage == TokenUsage(prompt_tokens=300, completion_tokens=60, requests=3, re_asks=2)
    asked_again = server.requests[1].body["messages"][-1]["content"]
    assert "there is no sentence 99; cite numbers from 1 to 3" in asked_again


def test_answers_that_never_fit_end_with_what_was_wrong_with_the_last(server: ProtocolServer) -> None:
    error = failure(server, {**BRIEFING, "demands": [{"by": ["Nobody"], "demand": "x", "evidence": [1]}]}, retries=2)  # type: ignore[arg-type]
    assert isinstance(error, AnswerError)
    assert "gave 3 answers, none within the schema (demands.0.by.0: Value error, 'Nobody' does not occur" in str(error)
    assert len(server.requests) == 3


def test_a_rate_limited_call_waits_as_long_as_the_server_asks(server: ProtocolServer) -> None:
    server.will(Answer(status=429, headers={"Retry-After": "1"}, error={"message": "slow down"}), GOOD)
    summarizer(server).summarize(SHORT)
    first, second = server.requests
    assert second.at - first.at >= 1.0


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(status=500, error={"message": "boom"}),
        Answer(status=503, body=b"busy", headers={"Content-Type": "text/plain"}),
        Answer(content=GOOD, close_after=0),
        Answer(content=GOOD, close_after=200),
        Answer(body=b'{"id": "x", "choices": [{"mess'),
    ],
)
def test_a_call_that_fails_on_the_way_is_repeated(server: ProtocolServer, trouble: Answer) -> None:
    server.will(trouble, GOOD)
    envelope = summarizer(server).summarize(SHORT)
    assert len(server.requests) == 2
    assert (envelope.token_usage.requests, envelope.token_usage.repeats) == (1, 1)


def test_the_two_kinds_of_retry_do_not_multiply(server: ProtocolServer) -> None:
    down = Answer(status=503, headers={"Retry-After": "0"}, error={"message": "busy"})
    error = failure(server, down, "wrong", down, "wrong", down, retries=2)
    assert isinstance(error, ModelUnavailableError)
    assert len(server.requests) == 5


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (
            Answer(status=401, error={"message": "bad key sk-own"}),
            ModelUnavailableError,
            r"refused the key \(bad key \[key\]\)",
        ),
        (Answer(status=404, error={"message": "no model"}), ModelUnavailableError, "was not found"),
        (Answer(status=400, error={"message": "no such mode"}), ModelUnavailableError, "refused the request with 400"),
        (
            Answer(status=429, error={"message": "q", "code": "insufficient_quota"}),
            ModelUnavailableError,
            "no quota left",
        ),
        (
            Answer(status=400, error={"message": "maximum context length is 9 tokens"}),
            InputError,
            r"The text \(106 characters\) is longer than a-model can read .*maximum context length is 9 tokens",
        ),
        (Answer(content='{"headline', finish_reason="length"), AnswerError, "was cut off before its end"),
        (
            Answer(body=b"<html>", headers={"Content-Type": "text/html"}),
            ModelUnavailableError,
            "in the OpenAI protocol",
        ),
        (Answer(body=b"[]"), ModelUnavailableError, "in the OpenAI protocol"),
        (Answer(body=b'{"choices": []}'), ModelUnavailableError, "in the OpenAI protocol"),
    ],
)
def test_a_refusal_is_not_repeated_and_says_what_to_do(
    server: ProtocolServer, answer: Answer, kind: type[SummarizerError], message: str
) -> None:
    error = failure(server, answer, api_key="sk-own")
    assert isinstance(error, kind)
    assert re.search(message, str(error)), str(error)
    assert "sk-own" not in str(error)
    assert len(server.requests) == 1


def test_a_server_that_is_slower_than_the_deadline_is_given_up(server: ProtocolServer) -> None:
    assert "before the deadline; raise --timeout" in str(failure(server, Answer(content=GOOD, delay=5), timeout=0.5))


def test_a_server_that_is_not_there_is_told_by_its_address() -> None:
    with pytest.raises(ModelUnavailableError, match=r"at http://127.0.0.1:9/v1 could not be reached"):
        Summarizer(model="m", base_url="http://127.0.0.1:9/v1", retries=0).summarize(SHORT)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(content=f"```json\n{GOOD}\n```"),
        Answer(content=f"<think>Let me see.</think>\n{GOOD}"),
        Answer(content=f"<think>Hm.</think>\n```\n{GOOD}\n```"),
        Answer(content=None, tool_call=GOOD),
    ],
)
def test_json_is_found_where_servers_hide_it(server: ProtocolServer, answer: Answer) -> None:
    server.will(answer)
    assert summarizer(server).summarize(SHORT).briefing.demands[0].by == ["Lavrov"]
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("mode", "answer", "sign"),
    [
        ("tools", Answer(tool_call=GOOD, finish_reason="tool_calls"), "tools"),
        ("json", Answer(content=GOOD), "response_format"),
        ("md_json", Answer(content=f"Here it is:\n```json\n{GOOD}\n```"), "messages"),
    ],
)
def test_other_modes_hold_the_schema_too(server: ProtocolServer, mode: str, answer: Answer, sign: str) -> None:
    server.will(answer)
    assert summarizer(server, mode=mode).summarize(SHORT).briefing.headline == BRIEFING["headline"]
    assert sign in server.requests[0].body


def test_a_server_that_counts_no_tokens_is_not_believed_to_use_none(server: ProtocolServer) -> None:
    server.will(Answer(content=GOOD, usage=None))
    assert summarizer(server).summarize(SHORT).token_usage == TokenUsage(requests=1, complete=False)


def test_turns_can_be_taken_with_any_server(server: ProtocolServer) -> None:
    server.will(
        "A Lavrov | person\nN",
        "A union | organisation\nD Lavrov > union: end the strike",
        "Q -: when will the vote be held",
    )
    found = summarizer(server, way="turns").summarize(SHORT)
    assert [(d.by, d.of, d.demand) for d in found.briefing.demands] == [(["Lavrov"], ["union"], "End the strike")]
    assert found.briefing.open_questions[0].question == "When will the vote be held?"
    assert len(server.requests) == 3
    assert "grammar" not in server.requests[0].body
    assert server.requests[2].body["messages"][-2]["content"].startswith("A union | organisation\nD ")


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("openai/gpt-5", "needs a key: set OPENAI_API_KEY"),
        ("anthropic/claude", "anthropic package is required"),
    ],
)
def test_a_remote_model_without_key_or_package_is_told_how_to_get_it(model: str, message: str) -> None:
    with pytest.raises(ModelUnavailableError, match=message):
        Summarizer(model=model).summarize(SHORT)


def test_sync_and_async_give_the_same(server: ProtocolServer) -> None:
    server.will(GOOD)
    run = summarizer(server)

    async def both() -> tuple[Any, Any]:
        async with run:
            inside = await run.asummarize(SHORT)
            return inside, run.summarize(SHORT)  # the sync face inside a running loop, as in a notebook

    one, other = asyncio.run(both())
    assert one.briefing == other.briefing == run.summarize(SHORT).briefing
