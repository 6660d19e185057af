"""Answers that are heard while they are written, over a real connection on loopback."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from summarizer import AnswerError, Document, Envelope, ModelUnavailableError, Summarizer
from summarizer.models.partial import complete_parts
from summarizer.render import render
from summarizer.store import AnswerStore
from tests.conftest import BRIEFING, SHORT
from tests.engine.planted import english, finds_facts
from tests.protocol_server import Answer, ProtocolServer, Stream

GOOD = json.dumps(BRIEFING)
DEMAND = json.dumps(BRIEFING["demands"][0])


def streamed(server: ProtocolServer, *answers: Answer, **options: Any) -> list[Envelope[Any]]:
    server.will(*answers)
    with Summarizer(model="a-model", base_url=server.base_url, **options) as summarizer:
        return list(summarizer.stream(SHORT))


def test_items_are_shown_once_they_are_complete_and_the_last_answer_is_the_whole(server: ProtocolServer) -> None:
    go_on = threading.Event()
    half = DEMAND[:-16]  # its evidence is not there yet
    server.will(Answer(content=GOOD, stream=Stream(pause_at=half, until=go_on)), GOOD)
    with Summarizer(model="a-model", base_url=server.base_url) as summarizer:
        snapshots = summarizer.stream(SHORT)
        for snapshot in snapshots:
            assert snapshot.partial == "The answer is still being written."
            assert snapshot.briefing.demands == []
            if len(snapshot.briefing.actors) == 2:
                break
        go_on.set()
        *_, last = snapshots
        whole = summarizer.summarize(SHORT)
    assert last.partial is None
    differing = {"seconds", "written_at", "model"}
    assert last.model_dump(exclude=differing) == whole.model_dump(exclude=differing)
    assert (last.token_usage.prompt_tokens, last.token_usage.complete) == (100, True)
    assert server.requests[0].body["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("mode", ["tools", "json", "md_json"])
def test_every_mode_can_be_heard(server: ProtocolServer, mode: str) -> None:
    content = {"tools": None, "json": GOOD, "md_json": f"```json\n{GOOD}\n```"}[mode]
    go_on = threading.Event()
    stream = Stream(pause_at=DEMAND, until=go_on)
    server.will(Answer(content=content, tool_call=GOOD if mode == "tools" else None, stream=stream))
    found = []
    with Summarizer(model="a-model", base_url=server.base_url, mode=mode) as summarizer:
        for envelope in summarizer.stream(SHORT):
            found.append(envelope)
            go_on.set()
    assert (found[-1].partial, len(found[-1].briefing.demands)) == (None, 1)
    assert len(found) > 1


def test_a_stream_that_breaks_is_asked_again_as_a_whole(server: ProtocolServer) -> None:
    found = streamed(
        server,
        Answer(content=GOOD, stream=Stream(break_at=DEMAND)),
        Answer(content=GOOD, stream=Stream(error_at=DEMAND)),
        Answer(content=GOOD, stream=Stream()),
    )
    assert found[-1].partial is None
    assert found[-1].token_usage.repeats == 2


def test_of_a_stream_that_is_lost_stays_what_was_complete(server: ProtocolServer, tmp_path: Path) -> None:
    with closing(AnswerStore(tmp_path / "store.db")) as store:
        lost = Answer(content=GOOD, stream=Stream(break_at=DEMAND))
        *_, last = streamed(server, lost, retries=0, store=store)
        assert last.partial is not None
        assert "broke off" in last.partial
        assert [demand.demand for demand in last.briefing.demands] == ["End the strike"]
        assert last.briefing.open_questions == []
        assert Envelope.model_validate_json(last.model_dump_json()).partial == last.partial
        for form in ("text", "markdown", "html", "json", "yaml"):
            assert "broke off" in " ".join(render(last, form).split())
        server.will_follow(lambda _: Answer(content=GOOD, stream=Stream()))
        with Summarizer(model="a-model", base_url=server.base_url, store=store) as summarizer:
            *_, whole = summarizer.stream(SHORT)
            (kept,) = summarizer.stream(SHORT)
    assert (whole.from_store, kept.from_store, kept.partial) == (False, True, None)


def test_what_breaks_before_anything_is_complete_is_an_error(server: ProtocolServer) -> None:
    with pytest.raises(ModelUnavailableError, match="broke off"):
        streamed(server, Answer(content=GOOD, stream=Stream(break_at='{"headline"')), retries=0)


def test_the_whole_need_not_say_that_it_is_the_whole(server: ProtocolServer) -> None:
    assert streamed(server, Answer(content=GOOD, stream=Stream(done=False, finish=False)))[-1].partial is None


def test_a_server_that_knows_no_streams_is_asked_without(server: ProtocolServer) -> None:
    refusal = Answer(status=400, error={"message": "Unrecognized request argument: stream_options"})
    found = streamed(server, refusal, Answer(content=GOOD, stream=Stream()))
    assert (found[-1].partial, found[-1].token_usage.complete) == (None, False)
    assert [request.body.get("stream_options") for request in server.requests] == [{"include_usage": True}, None]
    no_streams = Answer(status=422, error={"message": "stream is not supported"})
    server.requests.clear()
    server.will_follow(lambda request: no_streams if "stream" in request.body else Answer(content=GOOD))
    with Summarizer(model="a-model", base_url=server.base_url) as summarizer:
        (whole,) = summarizer.stream(SHORT)
    assert (whole.partial, len(server.requests)) == (None, 3)


def test_a_server_that_sends_the_whole_all_the_same_is_understood(server: ProtocolServer) -> None:
    (whole,) = streamed(server, Answer(content=GOOD))
    assert (whole.partial, whole.token_usage.prompt_tokens) == (None, 100)


def test_a_refusal_and_what_is_no_json_are_asked_again_as_ever(server: ProtocolServer) -> None:
    with pytest.raises(AnswerError):
        streamed(server, Answer(content="I would rather not say.", stream=Stream()), retries=0)
    with pytest.raises(AnswerError):
        streamed(server, Answer(stream=Stream(refusal="No.")), retries=0)


def test_nothing_is_shown_that_the_text_does_not_bear_out(server: ProtocolServer) -> None:
    wrong = {**BRIEFING, "demands": [{**BRIEFING["demands"][0], "evidence": [99]}, *BRIEFING["demands"]]}
    found = streamed(server, Answer(content=json.dumps(wrong), stream=Stream()), Answer(content=GOOD, stream=Stream()))
    assert all(len(one.briefing.demands) <= 1 for one in found)
    assert found[-1].token_usage.re_asks == 1


def test_windows_are_shown_as_they_are_read(server: ProtocolServer) -> None:
    planted = english(characters=12_000, facts=12)
    server.will(finds_facts)
    options: dict[str, Any] = {"context_tokens": 3000, "concurrency": 1}
    with Summarizer(model="a-model", base_url=server.base_url, **options) as summarizer:
        found = list(summarizer.stream(Document(text=planted.text)))
    counts = [len(one.briefing.demands) for one in found]
    assert counts == sorted(counts)
    assert len(found) > 2
    assert [bool(one.partial) for one in found] == [True] * (len(found) - 1) + [False]


def test_leaving_a_stream_ends_the_call(server: ProtocolServer) -> None:
    async def first() -> Envelope[Any]:
        never = threading.Event()
        server.will(Answer(content=GOOD, stream=Stream(pause_at=DEMAND, until=never)))
        async with Summarizer(model="a-model", base_url=server.base_url) as summarizer:
            snapshots = summarizer.astream(SHORT)
            envelope = await anext(snapshots)
            await snapshots.aclose()
            never.set()
        return envelope

    assert asyncio.run(first()).partial


def test_sentence_by_sentence_the_embedded_model_fills_in(short: Document) -> None:
    with Summarizer() as summarizer:
        *snapshots, last = summarizer.stream(short)
    assert snapshots
    assert last.partial is None
    assert last.token_usage.complete


def _beginnings(text: str) -> Iterator[dict[str, Any]]:
    return (complete_parts(text[:length]) for length in range(len(text) + 1))


def test_no_half_of_anything_counts_as_complete() -> None:
    told = {"title": 'a "} ] \\ b', "numbers": [12, 345], "items": [{"a": {"b": [1]}}, {"a": "}"}], "end": 77}
    parts = list(_beginnings(json.dumps(told)))
    for part in parts:
        for name, value in part.items():
            whole = told[name]
            assert value == (whole[: len(value)] if isinstance(whole, list) and isinstance(value, list) else whole)
    assert parts[-1] == told
    assert complete_parts(json.dumps(told)[: json.dumps(told).index(', {"a": "}')]) == {
        "title": told["title"],
        "numbers": told["numbers"],
        "items": [{"a": {"b": [1]}}],
    }
