"""Batches as a user runs them, against a server that misbehaves, killed and interrupted at will."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import BRIEFING, HEEDING_INTERRUPTS, SHORT, Finished, run_command
from tests.protocol_server import Answer, ProtocolServer, Request

GOOD = json.dumps(BRIEFING)


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_documents(tmp_path / "in.jsonl", 60)


def write_documents(path: Path, count: int) -> Path:
    lines = [json.dumps({"id": f"d{n}", "text": f"{SHORT}Case {n}.", "desk": n % 3}) for n in range(count)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def batch(server: ProtocolServer, *options: str | Path, stdin: str | None = None) -> Finished:
    named = ("-m", "m", "--base-url", server.base_url, "--retries", "1")
    return run_command("batch", *named, *options, stdin=stdin)


def number_of(request: Request) -> int:
    """Which document a request is about."""
    found = re.search(r"Case (\d+)\.", " ".join(message["content"] for message in request.body["messages"]))
    assert found is not None
    return int(found[1])


def answering(**special: Callable[[int], bool]) -> Callable[[Request], Answer]:
    """Good answers, but for the documents that fit one of `refused`, `garbled`, `cut`, `dropped`, `overloaded`."""
    bad = {
        "refused": Answer(status=400, error={"message": "not this one"}),
        "garbled": Answer(content="I cannot help with that."),
        "cut": Answer(content=GOOD[:100], finish_reason="length"),
        "dropped": Answer(content=GOOD, close_after=20),
        "overloaded": Answer(status=503, error={"message": "busy"}),
    }

    def rule(request: Request) -> Answer:
        number = number_of(request)
        return next((bad[name] for name, fits in special.items() if fits(number)), Answer(content=GOOD))

    return rule


def ids(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]


def everyone(count: int) -> set[str]:
    return {f"d{n}" for n in range(count)}


def test_all_documents_come_back_with_what_they_brought_along(server: ProtocolServer, documents: Path) -> None:
    server.will_follow(answering())
    done = batch(server, documents, "-o", "out.jsonl")
    assert done.code == 0
    assert re.search(r"60 documents done, 7200 tokens in 60 requests\.", done.err)
    lines = [json.loads(line) for line in Path("out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {line["id"] for line in lines} == everyone(60)
    assert all(line["metadata"] == {"desk": int(line["id"][1:]) % 3} for line in lines)
    assert all(line["briefing"]["headline"] == BRIEFING["headline"] for line in lines)
    assert not Path("out.jsonl.errors.jsonl").exists()


def test_what_fails_is_told_and_the_others_are_done(server: ProtocolServer, documents: Path) -> None:
    failing = {3: "refused", 10: "garbled", 20: "cut", 30: "dropped", 40: "overloaded"}
    server.will_follow(answering(**{name: (lambda n, at=number: n == at) for number, name in failing.items()}))
    done = batch(server, documents, "-o", "out.jsonl")
    assert done.code == 6
    assert "5 documents failed; out.jsonl.errors.jsonl says why" in done.err
    assert set(ids(Path("out.jsonl"))) == everyone(60) - {f"d{n}" for n in failing}
    failures = {f["id"]: f for f in map(json.loads, Path("out.jsonl.errors.jsonl").read_text().splitlines())}
    assert {name: failure["error"] for name, failure in failures.items()} == {
        "d3": "ModelUnavailableError",
        "d10": "AnswerError",
        "d20": "CutOffError",
        "d30": "ModelUnavailableError",
        "d40": "ModelUnavailableError",
    }
    # The same command leaves them alone; --retry-failed tries these and no others.
    server.requests.clear()
    assert batch(server, documents, "-o", "out.jsonl").code == 6
    assert server.requests == []
    server.will_follow(answering(refused=lambda n: n == 3))
    again = batch(server, documents, "-o", "out.jsonl", "--retry-failed")
    assert again.code == 6
    assert {number_of(request) for request in server.requests} == set(failing)
    (left,) = map(json.loads, Path("out.jsonl.errors.jsonl").read_text().splitlines())
    assert (left["id"], left["tries"]) == ("d3", 2)
    server.will_follow(answering())
    assert batch(server, documents, "-o", "out.jsonl", "--retry-failed").code == 0
    assert Counter(ids(Path("out.jsonl"))) == Counter(everyone(60))
    assert not Path("out.jsonl.errors.jsonl").exists()


def started(server: ProtocolServer, *options: str | Path) -> subprocess.Popen[bytes]:
    named = ("-m", "m", "--base-url", server.base_url)
    command = [*HEEDING_INTERRUPTS, "batch", *named, *map(str, options)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)


def wait_for_answers(server: ProtocolServer, count: int) -> None:
    until = time.monotonic() + 120
    while len(server.requests) < count and time.monotonic() < until:
        time.sleep(0.01)


@pytest.mark.parametrize("output", ["out.jsonl", "out/"])
def test_killed_at_any_moment_it_goes_on_with_none_twice_and_none_missing(
    server: ProtocolServer, documents: Path, output: str
) -> None:
    server.will_follow(lambda request: Answer(content=GOOD, delay=0.02))
    for kill_after in (5, 20, 45):
        process = started(server, documents, "-o", output, "--no-cache", "--concurrency", "4")
        wait_for_answers(server, kill_after)
        process.kill()
        process.communicate()
    assert batch(server, documents, "-o", output, "--no-cache").code == 0
    if output == "out/":
        assert {path.stem for path in Path("out").glob("*.json")} == everyone(60)
    else:
        assert Counter(ids(Path("out.jsonl"))) == Counter(everyone(60))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_what_is_finished_and_pays_for_nothing_twice(
    server: ProtocolServer, documents: Path, how: signal.Signals
) -> None:
    server.will_follow(lambda request: Answer(content=GOOD, delay=0.05))
    process = started(server, documents, "-o", "out.jsonl", "--concurrency", "4")
    wait_for_answers(server, 24)
    process.send_signal(how)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"The same command goes on where it stopped.\nInterrupted.\n" in said
    assert b"Traceback" not in said
    finished = ids(Path("out.jsonl"))
    assert 12 <= len(finished) < 60
    assert batch(server, documents, "-o", "out.jsonl").code == 0
    assert Counter(ids(Path("out.jsonl"))) == Counter(everyone(60))
    asked = Counter(number_of(request) for request in server.requests if request.body)  # one may have been half sent
    assert sum(asked.values()) <= 60 + 4  # at most those that were on their way


def test_a_refused_key_ends_it_at_once_with_no_document_marked_as_failed(
    server: ProtocolServer, documents: Path
) -> None:
    server.will_follow(lambda request: Answer(status=401, error={"message": "bad key"}))
    done = batch(server, documents, "-o", "out.jsonl", "--concurrency", "4")
    assert done.code == 4
    assert "refused the key" in done.err
    assert "the same command goes on" in done.err
    assert len(server.requests) <= 8
    server.will_follow(answering())
    assert batch(server, documents, "-o", "out.jsonl").code == 0
    assert len(ids(Path("out.jsonl"))) == 60


# Answers are counted as they come: one of the first five must not be overtaken by all those that fail.
@pytest.mark.parametrize("order", [("--ordered",), ("--concurrency", "1")])
def test_a_server_that_is_gone_ends_it(server: ProtocolServer, documents: Path, order: tuple[str, ...]) -> None:
    server.will_follow(answering(overloaded=lambda n: n >= 5))
    done = batch(server, documents, "-o", "out.jsonl", "--retries", "0", *order)
    assert done.code == 4
    assert "documents in a row got no answer" in done.err
    assert set(ids(Path("out.jsonl"))) >= everyone(5)


@pytest.mark.parametrize("limit", ["4", "10%"])
def test_too_many_failures_end_it(server: ProtocolServer, documents: Path, limit: str) -> None:
    server.will_follow(answering(garbled=lambda n: n % 2 == 0))
    options = ("--max-failures", limit, "--retries", "0", "--concurrency", "2")
    done = batch(server, documents, "-o", "out.jsonl", *options)
    assert done.code == 6
    assert "more than --max-failures" in done.err
    assert len(server.requests) < 60


def test_the_order_of_the_documents_is_kept_on_request(server: ProtocolServer, documents: Path) -> None:
    server.will_follow(lambda request: Answer(content=GOOD, delay=0.1 if number_of(request) % 7 == 0 else 0.0))
    assert batch(server, documents, "-o", "out.jsonl", "--ordered", "--concurrency", "8").code == 0
    assert ids(Path("out.jsonl")) == [f"d{n}" for n in range(60)]


def test_lines_come_from_standard_input_and_go_to_standard_output(server: ProtocolServer, documents: Path) -> None:
    server.will_follow(answering())
    text = "".join(documents.read_text(encoding="utf-8").splitlines(keepends=True)[:3])
    done = batch(server, "-", "-o", "-", "--quiet", stdin=text)
    assert (done.code, done.err) == (0, "")
    assert {json.loads(line)["id"] for line in done.out.splitlines()} == {"d0", "d1", "d2"}


def test_the_same_text_twice_is_asked_about_once(server: ProtocolServer, documents: Path) -> None:
    line = {"text": f"{SHORT}Case 1."}
    documents.write_text("".join(f"{json.dumps(line | {'id': name})}\n" for name in ("a", "b", "c")), encoding="utf-8")
    server.will_follow(lambda request: Answer(content=GOOD, delay=0.2))
    assert batch(server, documents, "-o", "out.jsonl").code == 0
    assert sorted(ids(Path("out.jsonl"))) == ["a", "b", "c"]
    assert len(server.requests) == 1


def test_an_id_that_is_used_twice_fails_and_a_file_named_twice_does_not(
    server: ProtocolServer, documents: Path
) -> None:
    lines = [{"id": "a", "text": f"{SHORT}Case 1."}, {"id": "a", "text": f"{SHORT}Case 2."}]
    documents.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    server.will_follow(answering())
    done = batch(server, documents, documents, "-o", "out.jsonl")
    assert done.code == 6
    assert ids(Path("out.jsonl")) == ["a"]
    (failure,) = map(json.loads, Path("out.jsonl.errors.jsonl").read_text().splitlines())
    assert "The id 'a' was used before" in failure["reason"]


def test_refusals_slow_it_down_and_cost_no_document(server: ProtocolServer, documents: Path) -> None:
    refused: set[int] = set()

    def rule(request: Request) -> Answer:
        number = number_of(request)
        if number % 3 == 0 and number not in refused:
            refused.add(number)
            return Answer(status=429, headers={"retry-after-ms": "50"}, error={"message": "slow down"})
        return Answer(content=GOOD, delay=0.01)

    server.will_follow(rule)
    assert batch(server, documents, "-o", "out.jsonl").code == 0
    assert len(ids(Path("out.jsonl"))) == 60


def test_the_embedded_model_reads_a_batch(documents: Path) -> None:
    write_documents(documents, 3)
    done = run_command("batch", documents, "-o", "out.jsonl")
    assert done.code == 0
    assert len(ids(Path("out.jsonl"))) == 3


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ((), 2, "There is nothing to read"),
        (("in.jsonl",), 2, "Name where the answers go with -o"),
        (("in.jsonl", "-o", "out.docx"), 2, "tells no format"),
        (("in.jsonl", "-o", "out.jsonl", "--max-failures", "few"), 2, "'few' is no number of failures"),
        (("nothing.jsonl", "-o", "out.jsonl"), 3, "cannot be read"),
        (("in.jsonl", "-o", "in.jsonl"), 7, "is no answer of a batch"),
    ],
)
def test_wrong_requests_are_told_in_a_sentence(
    documents: Path, options: tuple[str, ...], code: int, message: str
) -> None:
    before = documents.read_bytes()
    done = run_command("batch", *options)
    assert (done.code, done.err.count("\n")) == (code, 1)
    assert message in done.err
    assert documents.read_bytes() == before


def test_an_output_of_another_model_is_not_mixed_with(server: ProtocolServer, documents: Path) -> None:
    server.will_follow(answering())
    write_documents(documents, 2)
    assert batch(server, documents, "-o", "out.jsonl").code == 0
    other = batch(server, documents, "-o", "out.jsonl", "-m", "another")
    assert other.code == 2
    assert "was begun with the model m" in other.err


def test_a_source_without_end_is_read_as_far_as_there_is_room(server: ProtocolServer, documents: Path) -> None:
    """With answers that do not come, only so many documents are taken in as may be on their way."""
    server.will_follow(lambda request: Answer(content=GOOD, delay=20))
    reading, writing = os.pipe()
    named = ("-m", "m", "--base-url", server.base_url, "--concurrency", "4")
    process = subprocess.Popen([*HEEDING_INTERRUPTS, "batch", *named, "-", "-o", "out.jsonl"], stdin=reading)
    os.close(reading)
    os.set_blocking(writing, False)
    sent, quiet_since = 0, time.monotonic()
    while len(server.requests) < 4 or time.monotonic() - quiet_since < 1:
        line = json.dumps({"text": f"{SHORT * 100}Case {sent}."}) + "\n"
        try:
            os.write(writing, line.encode())
            sent, quiet_since = sent + 1, time.monotonic()
        except BlockingIOError:
            time.sleep(0.05)
    process.kill()
    process.communicate()
    os.close(writing)
    assert len(server.requests) == 4
    assert sent <= 4 + 20  # those on their way, one read ahead, and what fits into the pipe
