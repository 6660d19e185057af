"""`batch --provider-batch` and `batch resume` as a user runs them: submit, leave, come back."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.test_batch import GOOD, answering, batch, ids, number_of, write_documents
from tests.conftest import BRIEFING, HEEDING_INTERRUPTS, SHORT, Finished, run_command
from tests.protocol_server import Answer, ProtocolServer


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: ProtocolServer) -> Path:
    monkeypatch.chdir(tmp_path)
    server.will_follow(answering())
    return write_documents(tmp_path / "in.jsonl", 6)


def submit(server: ProtocolServer, *options: str | Path) -> Finished:
    return batch(server, "in.jsonl", "-o", "out.jsonl", "--provider-batch", *options)


def resume(*options: str | Path) -> Finished:
    return run_command("batch", "resume", *options)


def failures() -> dict[str, str]:
    lines = Path("out.jsonl.errors.jsonl").read_text(encoding="utf-8").splitlines()
    return {failure["id"]: failure["reason"] for failure in map(json.loads, lines)}


def test_submit_leave_and_come_back(server: ProtocolServer, documents: Path, tmp_path: Path) -> None:
    server.batches.looks = 1
    submitted = submit(server)
    assert (submitted.code, submitted.out) == (0, "batch_0\n")
    assert "batch_0 asks about 6 documents. Come back with 'summarizer batch resume batch_0'." in submitted.err
    assert server.requests == []
    twice = submit(server)
    assert (twice.code, twice.out) == (0, "")
    assert twice.err == (
        "Nothing new submitted, 6 under way in jobs submitted before. "
        "Come back with 'summarizer batch resume batch_0'.\n"
    )
    early = resume("batch_0")
    assert early.code == 75
    assert re.fullmatch(
        r"batch_0 is validating, 0 of 6 requests answered; it ends by \d{4}-\d\d-\d\d \d\d:\d\d UTC at the latest\. "
        r"Come back with 'summarizer batch resume batch_0'\.\n",
        early.err,
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = run_command("batch", "resume", "batch_0", cwd=elsewhere)
    assert (done.code, done.err) == (0, "batch_0 is completed: 6 documents done, 720 tokens in 6 requests.\n")
    later = Path("out.jsonl").read_text(encoding="utf-8")
    again = resume("batch_0")
    assert (again.code, again.err.startswith("batch_0 was fetched before")) == (0, True)
    assert Path("out.jsonl").read_text(encoding="utf-8") == later
    assert len(server.batches.jobs) == 1
    assert len(server.requests) == 6
    assert resume("--all").err == "There is nothing to fetch.\n"
    # The same output as the live way, but for the times.
    assert batch(server, "in.jsonl", "-o", "live.jsonl", "--no-cache", "--ordered").code == 0
    live = [json.loads(line) for line in Path("live.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [_without_times(json.loads(line)) for line in later.splitlines()] == [_without_times(one) for one in live]


def _without_times(record: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in record.items() if name not in ("seconds", "written_at")}


def test_what_is_answered_already_is_left_out(server: ProtocolServer, documents: Path) -> None:
    write_documents(documents, 2)
    assert batch(server, "in.jsonl", "-o", "out.jsonl").code == 0
    write_documents(documents, 4)
    assert batch(server, "in.jsonl", "-o", "other.jsonl").code == 0  # the store has all four now
    write_documents(documents, 6)
    done = submit(server)
    assert "2 documents submitted in 1 job, 2 done from the store, 2 skipped (done or failed before)." in done.err
    assert sorted(ids(Path("out.jsonl"))) == ["d0", "d1", "d2", "d3"]
    assert resume("--all").code == 0
    assert sorted(ids(Path("out.jsonl"))) == [f"d{n}" for n in range(6)]
    assert len(server.requests) == 6


def test_it_waits_when_it_is_told_to(server: ProtocolServer, documents: Path) -> None:
    server.batches.looks = 3
    done = submit(server, "--wait", "--poll-every", "0.05")
    assert (done.code, done.out) == (0, "batch_0\n")
    assert "batch_0 is in progress, 1 of 6 requests answered" in done.err
    assert "Come back" not in done.err
    assert done.err.endswith("batch_0 is completed: 6 documents done, 720 tokens in 6 requests.\n")
    assert len(ids(Path("out.jsonl"))) == 6


@pytest.mark.parametrize(("end", "retry"), [("expired", ("--provider-batch",)), ("cancelled", ())])
def test_a_job_that_ended_early_brings_what_it_has_and_the_rest_is_tried_again(
    server: ProtocolServer, documents: Path, end: str, retry: tuple[str, ...]
) -> None:
    server.batches.ends, server.batches.unreached = end, lambda n: n >= 3
    assert submit(server).code == 0
    done = resume("batch_0")
    assert done.code == 6
    assert f"batch_0 is {end}: 3 documents done, 3 failed" in done.err
    assert "3 documents failed; out.jsonl.errors.jsonl says why" in done.err
    assert set(failures()) == {"d3", "d4", "d5"}
    assert all(f"batch_{end}" in reason for reason in failures().values())
    server.batches.ends, server.batches.unreached = "completed", lambda n: False
    again = batch(server, "in.jsonl", "-o", "out.jsonl", "--retry-failed", *retry)
    assert again.code == 0
    if retry:
        assert again.out == "batch_1\n"
        assert resume("--all").code == 0
    assert sorted(ids(Path("out.jsonl"))) == [f"d{n}" for n in range(6)]
    assert not Path("out.jsonl.errors.jsonl").exists()
    assert len(server.requests) == 6


def test_a_job_that_is_refused_as_a_whole_fails_each_document(server: ProtocolServer, documents: Path) -> None:
    server.batches.ends = "failed"
    submit(server)
    done = resume("batch_0")
    assert done.code == 6
    assert set(failures()) == {f"d{n}" for n in range(6)}
    assert all("refused as a whole (Enqueued token limit reached)" in reason for reason in failures().values())


def test_partial_failures_are_told_and_the_others_are_done(server: ProtocolServer, documents: Path) -> None:
    too_long = Answer(status=400, error={"message": "maximum", "code": "context_length_exceeded"})
    special = {
        1: Answer(status=500, error={"message": "server had an error"}),
        2: too_long,
        3: Answer(content="Sorry."),
    }
    server.will_follow(lambda request: special.get(number_of(request), Answer(content=GOOD)))
    server.batches.left_out = lambda n: n == 4
    submit(server)
    done = resume("batch_0")
    assert done.code == 6
    assert set(ids(Path("out.jsonl"))) == {"d0", "d5"}
    lines = Path("out.jsonl.errors.jsonl").read_text(encoding="utf-8").splitlines()
    found = {failure["id"]: (failure["error"], failure["reason"]) for failure in map(json.loads, lines)}
    assert {name: error for name, (error, _) in found.items()} == {
        "d1": "ModelUnavailableError",
        "d2": "TooLongError",
        "d3": "AnswerError",
        "d4": "ModelUnavailableError",
    }
    assert "server had an error" in found["d1"][1]
    assert "longer than m can read" in found["d2"][1]
    assert "has no answer for this document" in found["d4"][1]


def test_a_text_of_several_windows_is_left_to_the_live_way(server: ProtocolServer, documents: Path) -> None:
    long = {"id": "long", "text": "The port union demands higher pay from the harbour. " * 4000}
    documents.write_text(f"{documents.read_text(encoding='utf-8')}{json.dumps(long)}\n", encoding="utf-8")
    done = submit(server)
    assert (done.code, done.out) == (6, "batch_0\n")
    assert re.search(r"would be read in \d+ windows.*without --provider-batch", failures()["long"])
    assert resume("batch_0").code == 6
    assert len(ids(Path("out.jsonl"))) == 6


def test_unreadable_documents_fail_at_once(server: ProtocolServer, documents: Path) -> None:
    documents.write_text(f"{documents.read_text(encoding='utf-8')}no JSON\n", encoding="utf-8")
    done = submit(server)
    assert (done.code, done.out) == (6, "batch_0\n")
    assert "6 documents submitted in 1 job, 1 failed." in done.err
    assert resume("batch_0").code == 6
    assert len(ids(Path("out.jsonl"))) == 6


@pytest.mark.parametrize(("output", "there"), [("out/", "out/d0.json"), ("table.parquet", "table.parquet")])
def test_answers_go_to_a_folder_or_a_table_too(
    server: ProtocolServer, documents: Path, output: str, there: str
) -> None:
    assert batch(server, "in.jsonl", "-o", output, "--provider-batch").code == 0
    assert resume("batch_0").code == 0
    assert Path(there).exists()
    server.batches.files.clear()  # as after 30 days; the store has what was fetched
    assert resume("batch_0", "-o", "more.jsonl").code == 0
    assert len(ids(Path("more.jsonl"))) == 6


def test_killed_while_it_fetches_it_writes_the_rest_when_it_comes_back(server: ProtocolServer, documents: Path) -> None:
    write_documents(documents, 300)
    submit(server)
    process = subprocess.Popen([*HEEDING_INTERRUPTS, "batch", "resume", "batch_0"], stderr=subprocess.PIPE)
    until = time.monotonic() + 120
    while not Path("out.jsonl").stat().st_size and time.monotonic() < until:
        time.sleep(0.005)
    process.kill()
    process.communicate()
    assert resume("batch_0").code == 0
    assert sorted(ids(Path("out.jsonl"))) == sorted(f"d{n}" for n in range(300))


def test_an_interrupt_while_waiting_costs_nothing(server: ProtocolServer, documents: Path) -> None:
    server.batches.looks = 1000
    named = ("-m", "m", "--base-url", server.base_url, "-o", "out.jsonl", "--provider-batch", "--wait")
    command = [*HEEDING_INTERRUPTS, "batch", "in.jsonl", *named, "--poll-every", "0.05"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 120
    while server.batches.calls.count("GET /v1/batches/batch") < 3 and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.endswith(b"The same command goes on where it stopped.\nInterrupted.\n")
    server.batches.looks = 0
    assert resume("--all").code == 0
    assert len(ids(Path("out.jsonl"))) == 6


def test_a_job_may_be_given_up(server: ProtocolServer, documents: Path) -> None:
    submit(server)
    assert resume("batch_0", "--forget").err == "batch_0 is given up.\n"
    assert submit(server).out == "batch_1\n"


def test_a_server_without_a_batch_api_and_a_refused_key_are_told(server: ProtocolServer, documents: Path) -> None:
    server.batches.faults.append(("POST /v1/files", "404"))
    without = submit(server)
    assert (without.code, without.err.count("\n")) == (4, 1)
    assert "has no batch API; leave out --provider-batch" in without.err
    server.batches.key = "right"
    refused = submit(server)
    assert refused.code == 4
    assert "refused the key" in refused.err
    server.batches.key = None
    assert submit(server).out == "batch_0\n"


def test_several_jobs_are_fetched_together_and_the_unfinished_one_shows(
    server: ProtocolServer, documents: Path
) -> None:
    submit(server)
    assert resume("batch_0", "--quiet").code == 0
    write_documents(documents, 9)
    submit(server)
    server.batches.looks = 1
    done = resume("batch_0", "batch_1")
    assert done.code == 75
    assert "batch_0 was fetched before" in done.err
    assert "batch_1 is validating" in done.err
    assert resume("--all").code == 0
    assert len(ids(Path("out.jsonl"))) == 9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("-m", "local"), "needs a server with OpenAI's batch API"),
        (("--no-cache",), "remembers its jobs in the answer store"),
        (("-o", "-"), "standard output is gone by then"),
        (("--concurrency", "4", "--ordered"), "leave --concurrency, --ordered out"),
    ],
)
def test_wrong_requests_are_told_in_a_sentence(documents: Path, options: tuple[str, ...], message: str) -> None:
    named = ("-m", "m", "--base-url", "http://127.0.0.1:9/v1") if "-m" not in options else ()
    done = run_command("batch", "in.jsonl", "-o", "out.jsonl", *named, "--provider-batch", *options)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert message in done.err


def test_jobs_must_be_named(documents: Path, server: ProtocolServer) -> None:
    assert "--wait is for --provider-batch" in run_command("batch", "in.jsonl", "-o", "out.jsonl", "--wait").err
    submit(server)
    nothing, unknown, both = resume(), resume("batch_9"), resume("batch_0", "--all")
    assert [done.code for done in (nothing, unknown, both)] == [2, 2, 2]
    assert nothing.err == "Error: Name jobs by their ids, or give --all. Not fetched yet: batch_0.\n"
    assert "No job 'batch_9' was submitted from here. Not fetched yet: batch_0." in unknown.err


def test_a_source_called_resume_is_read_by_its_path(server: ProtocolServer, documents: Path) -> None:
    Path("resume").write_text(SHORT, encoding="utf-8")
    server.will_follow(lambda _: Answer(content=json.dumps(BRIEFING)))
    assert batch(server, "./resume", "-o", "out.jsonl").code == 0
    assert ids(Path("out.jsonl")) == ["resume"]


def test_help_and_completion_show_both() -> None:
    of_batch, of_resume = run_command("batch", "-h"), run_command("batch", "resume", "--help")
    assert "Usage: summarizer batch [OPTIONS] [sources]..." in of_batch.out
    assert "resume ID…" in of_batch.out
    assert "Usage: summarizer batch resume [OPTIONS] [ID]..." in of_resume.out
    assert "--forget" in of_resume.out
    assert {"resume"} <= _completed("summarizer batch ")
    assert "--provider-batch" in _completed("summarizer batch --prov")
    assert "--forget" in _completed("summarizer batch resume --fo")
    assert "resume" not in _completed("summarizer batch folder/ ")


def _completed(line: str) -> set[str]:
    words = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    environment = {**os.environ, "_SUMMARIZER_COMPLETE": "complete_bash", **words}
    return set(run_command(env=environment).out.split())
