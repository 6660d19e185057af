"""Batches through a provider's batch API: the same requests and answers as live, no job twice, nothing lost."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from summarizer.batch import BatchDocument, BatchSummary, batch_documents
from summarizer.batch.fetching import fetch_job, wait_for_job
from summarizer.batch.provider_jobs import batch_api, settings_of
from summarizer.batch.submitting import SubmissionOptions, SubmissionSummary, submit_batch
from summarizer.engine import Summarizer
from summarizer.errors import ModelUnavailableError, UsageError
from summarizer.models.provider_batch import request_line
from summarizer.store import AnswerStore, ProviderJobs, StoredJob
from summarizer.store.history import delete_entries
from tests.conftest import BRIEFING, SHORT
from tests.files import pdf
from tests.protocol_server import Answer, ProtocolServer


@dataclass
class Workplace:
    """An output, a store, and what is asked of whom."""

    server: ProtocolServer
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = AnswerStore(self.folder / "answers.sqlite3")
        self.jobs = ProviderJobs(self.store.path)
        self.output = self.folder / "out.jsonl"

    def close(self) -> None:
        self.jobs.close()
        self.store.close()

    def summarizer(self) -> Summarizer:
        named: dict[str, Any] = {"model": "m", "base_url": self.server.base_url, "retries": 2} | self.settings
        return Summarizer(store=self.store, **named)

    def documents(self, count: int, start: int = 0) -> Path:
        path = self.folder / "in.jsonl"
        lines = [{"id": f"d{n}", "text": f"{SHORT}Case {n}.", "desk": n} for n in range(start, start + count)]
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
        return path

    def submit(self, source: Path | Iterator[BatchDocument], **options: Any) -> SubmissionSummary:
        documents = batch_documents([str(source)]) if isinstance(source, Path) else source
        chosen = SubmissionOptions(**{"output": str(self.output), "form": "jsonl"} | options)
        submission = submit_batch(
            self.summarizer(),
            documents,
            self.jobs,
            chosen,
            submitted=lambda job_id, _: self.told.append(job_id),
            progress=lambda *_: None,
        )
        return asyncio.run(submission)

    def fetch(self, job_id: str = "batch_0", output: Path | None = None) -> BatchSummary:
        (job,) = self.jobs.jobs(provider_id=job_id)
        return asyncio.run(self._fetch(job, output or self.output))

    async def _fetch(self, job: StoredJob, output: Path) -> BatchSummary:
        api = batch_api(settings_of(job))
        try:
            state = await wait_for_job(api, str(job.provider_id), first_wait=0.01, progress=lambda _: None)
            return await fetch_job(
                job, state, api, self.jobs, self.store, output=str(output), form="jsonl", progress=lambda *_: None
            )
        finally:
            await api.aclose()

    def records(self) -> dict[str, Any]:
        return _by_id(self.output)

    def failures(self) -> dict[str, Any]:
        return _by_id(self.output.with_name("out.jsonl.errors.jsonl"))


def _by_id(path: Path) -> dict[str, Any]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = {line["id"]: line for line in map(json.loads, lines)}
    assert len(found) == len(lines)
    return found


@pytest.fixture
def work(server: ProtocolServer, tmp_path: Path) -> Iterator[Workplace]:
    server.will(BRIEFING)
    with closing(Workplace(server, tmp_path)) as workplace:
        yield workplace


AS_TOOL = Answer(tool_call=json.dumps(BRIEFING))
FENCED = Answer(content=f"```json\n{json.dumps(BRIEFING)}\n```")


@pytest.mark.parametrize(
    ("mode", "answer"), [("json_schema", FENCED), ("tools", AS_TOOL), ("json", None), ("md_json", FENCED)]
)
def test_requests_and_answers_are_those_of_a_live_call(work: Workplace, mode: str, answer: Answer | None) -> None:
    work.settings = {"mode": mode, "temperature": 0.2, "max_tokens": 4000}
    if answer is not None:
        work.server.will_follow(lambda _: answer)
    source = work.documents(1)
    with work.summarizer() as live:
        live.store = None
        (document,) = batch_documents([str(source)])
        expected = live.summarize(document.read()).model_dump(mode="json")
    assert work.submit(source).submitted == 1
    assert work.fetch().done == 1
    asked_live, asked_later = (request.body for request in work.server.requests)
    assert asked_later == asked_live
    record = work.records()["d0"]
    assert record["metadata"] == {"desk": 0}
    told_apart = ("written_at", "seconds")
    assert {key: record[key] for key in expected if key not in told_apart} == {
        key: value for key, value in expected.items() if key not in told_apart
    }
    assert record["seconds"] >= 3600  # the provider's, from the job's beginning to its end


def test_what_is_answered_is_kept_and_found_by_a_live_call(work: Workplace) -> None:
    work.submit(work.documents(2))
    work.fetch()
    asked = len(work.server.requests)
    with work.summarizer() as live:
        document = next(batch_documents([str(work.folder / "in.jsonl")])).read()
        assert live.summarize(document).from_store
    assert len(work.server.requests) == asked


def test_half_the_price_is_noted(work: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    monkeypatch.setenv("OPENAI_BASE_URL", work.server.base_url)
    work.settings = {"model": "openai/gpt-4o-mini", "base_url": None}
    with work.summarizer() as live:
        live.summarize(SHORT)
    work.submit(work.documents(1))
    summary = work.fetch()
    (full, half) = (row["price"] for row in work.store.query("SELECT price FROM answers ORDER BY id"))
    assert full > 0
    assert half == pytest.approx(full / 2)
    assert summary.price == pytest.approx(half)


def test_an_answer_that_is_not_borne_out_by_the_document_is_a_failure(work: Workplace) -> None:
    def rule(request: Any) -> Answer:
        content = request.body["messages"][-1]["content"]
        if "Case 1." in content:
            return Answer(content=json.dumps(BRIEFING | {"summary": [{"text": "More.", "evidence": [99]}]}))
        if "Case 2." in content:
            return Answer(content=json.dumps(BRIEFING)[:200], finish_reason="length")
        stranger = {"name": "Nobody", "aliases": [], "kind": "person", "evidence": [1]}
        return Answer(content=json.dumps(BRIEFING | {"actors": [stranger]} if "Case 3." in content else BRIEFING))

    work.server.will_follow(rule)
    work.submit(work.documents(5))
    summary = work.fetch()
    assert (summary.done, summary.failed, summary.left_failed) == (2, 3, 3)
    assert set(work.records()) == {"d0", "d4"}
    failures = work.failures()
    assert {failure["error"] for failure in failures.values()} == {"AnswerError", "CutOffError"}
    assert "99" in failures["d1"]["reason"]
    assert "cut off" in failures["d2"]["reason"]
    assert "Nobody" in failures["d3"]["reason"]


@pytest.mark.parametrize("limit", [{"most_requests": 2}, {"most_bytes": 24_000}])
def test_more_than_a_file_may_hold_becomes_several_jobs(work: Workplace, limit: dict[str, int]) -> None:
    summary = work.submit(work.documents(5), **limit)
    assert summary.jobs == work.told == ["batch_0", "batch_1", "batch_2"]
    sent = [
        content.count(b"\n") for name, content in work.server.batches.files.items() if name in work.server.batches.names
    ]
    assert sent == [2, 2, 1]
    for job_id in summary.jobs:
        work.fetch(job_id)
    assert set(work.records()) == {f"d{n}" for n in range(5)}


@pytest.mark.parametrize(
    "fault",
    [
        ("POST /v1/files", "before"),
        ("POST /v1/files", "after"),
        ("POST /v1/files", "503"),
        ("POST /v1/batches", "before"),
        ("POST /v1/batches", "after"),
        ("POST /v1/batches", "429"),
    ],
)
def test_a_connection_that_drops_while_submitting_makes_no_second_job(work: Workplace, fault: tuple[str, str]) -> None:
    for _ in range(3):  # jobs of others, which fill more than a page of the list
        work.server.batches.files["file_x"] = b""
        work.server.batches.jobs[f"batch_{len(work.server.batches.jobs)}"] = {
            "id": "batch_of_another",
            "object": "batch",
            "status": "completed",
            "created_at": 4_000_000_000,
            "endpoint": "",
            "completion_window": "24h",
            "input_file_id": "file_x",
            "metadata": None,
        }
    work.server.batches.faults.extend([fault])
    assert work.submit(work.documents(3)).jobs == ["batch_3"]
    assert len(work.server.batches.jobs) == 4
    work.fetch("batch_3")
    assert set(work.records()) == {"d0", "d1", "d2"}


def test_a_job_whose_id_was_lost_on_the_way_is_found_again_and_not_submitted_twice(work: Workplace) -> None:
    work.settings = {"retries": 0}
    work.server.batches.faults.extend([("POST /v1/batches", "after")])
    with pytest.raises(ModelUnavailableError, match="could not be reached"):
        work.submit(work.documents(3))
    assert [job.state for job in work.jobs.jobs()] == ["sending"]
    again = work.submit(work.documents(4))
    assert work.told == ["batch_0", "batch_1"]
    assert (again.jobs, again.earlier_jobs) == (["batch_1"], ["batch_0"])
    assert (again.submitted, again.under_way) == (1, 3)
    assert len(work.server.batches.jobs) == 2
    work.fetch("batch_0")
    work.fetch("batch_1")
    assert set(work.records()) == {"d0", "d1", "d2", "d3"}
    assert len(work.server.requests) == 4


def test_a_job_that_was_never_begun_is_forgotten_and_submitted(work: Workplace) -> None:
    work.settings = {"retries": 0}
    work.server.batches.faults.extend([("POST /v1/batches", "before")])
    with pytest.raises(ModelUnavailableError):
        work.submit(work.documents(3))
    assert work.submit(work.documents(3)).jobs == ["batch_0"]
    assert [job.state for job in work.jobs.jobs()] == ["submitted"]


def test_a_run_that_is_cut_short_before_it_sends_leaves_nothing_behind(work: Workplace) -> None:
    source = work.documents(3)

    def cut_short() -> Iterator[BatchDocument]:
        yield from batch_documents([str(source)])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work.submit(cut_short())
    assert work.jobs.jobs() == []
    assert work.store.query("SELECT * FROM documents") == []
    assert work.server.batches.calls == []
    # What a killed run leaves is cleared away by the next.
    (killed,) = [StoredJob(**_ANY_JOB | {"output": str(work.output)})]
    work.jobs.begin(killed)
    assert work.submit(source).submitted == 3
    assert [job.state for job in work.jobs.jobs()] == ["submitted"]


_ANY_JOB: dict[str, Any] = {
    "mark": "0" * 32,
    "begun_at": "2031-05-01T10:00:00+00:00",
    "model": "m",
    "base_url": None,
    "prompt": "briefing",
    "prompt_version": "1.0",
    "answer_schema": "Briefing",
    "parameters": "{}",
    "settings": "{}",
    "form": "jsonl",
}


def test_a_fetch_that_is_cut_short_is_finished_by_the_next_with_nothing_twice(work: Workplace) -> None:
    work.server.batches.unreached = lambda n: n >= 6
    work.submit(work.documents(8))
    first = work.fetch()
    assert (first.done, first.failed) == (6, 2)
    whole, failed = work.records(), work.failures()
    lines = work.output.read_text(encoding="utf-8").splitlines(keepends=True)
    work.output.write_text("".join(lines[:3]) + lines[3][:50], encoding="utf-8")
    second = work.fetch()
    assert (second.done, second.failed, second.skipped) == (3, 0, 5)
    assert set(work.records()) == set(whole)
    assert work.failures() == failed
    assert len(work.store.query("SELECT * FROM answers")) == 6
    third = work.fetch()
    assert (third.done, third.failed, third.skipped) == (0, 0, 8)


def test_a_later_try_counts_on_where_the_earlier_failed(work: Workplace) -> None:
    work.server.batches.unreached = lambda n: True
    work.submit(work.documents(2))
    work.fetch()
    assert work.submit(work.documents(2)).jobs == []  # they failed, and stay so
    again = work.submit(work.documents(2), retry_failed=True)
    assert (again.jobs, again.left_failed) == (["batch_1"], 0)
    work.fetch("batch_1")
    assert {failure["tries"] for failure in work.failures().values()} == {2}
    work.fetch("batch_0")  # an old job tells nothing new
    assert {failure["tries"] for failure in work.failures().values()} == {2}
    work.server.batches.unreached = lambda n: False
    work.submit(work.documents(2), retry_failed=True)
    assert work.fetch("batch_2").left_failed == 0
    assert (set(work.records()), work.failures()) == ({"d0", "d1"}, {})


def test_the_same_question_is_asked_once(work: Workplace) -> None:
    path = work.folder / "same.jsonl"
    line = {"text": f"{SHORT}Case 1."}
    path.write_text("".join(f"{json.dumps(line | {'id': name})}\n" for name in ("a", "b")), encoding="utf-8")
    work.submit(path)
    path.write_text(f"{json.dumps(line | {'id': 'c'})}\n", encoding="utf-8")
    joined = work.submit(path)
    assert (joined.jobs, joined.under_way) == ([], 1)
    elsewhere = work.submit(path, output=str(work.folder / "other.jsonl"))
    assert (elsewhere.jobs, elsewhere.elsewhere, elsewhere.earlier_jobs) == ([], 1, ["batch_0"])
    summary = work.fetch()
    assert set(work.records()) == {"a", "b", "c"}
    assert (summary.done, summary.usage.requests) == (3, 1)
    assert len(work.server.requests) == 1
    assert work.submit(path, output=str(work.folder / "other.jsonl")).done == 1


def test_results_that_are_gone_lost_or_garbled_are_failures_that_say_so(work: Workplace) -> None:
    desk = work.server.batches
    desk.garbled, desk.left_out = (lambda n: n == 1), (lambda n: n == 2)
    work.submit(work.documents(4))
    work.fetch()
    assert set(work.records()) == {"d0", "d3"}
    assert {"broken" in failure["reason"] for failure in work.failures().values()} == {True}
    other = work.submit(work.documents(1, start=9))
    asyncio.run(_looked(work, other.jobs[0]))
    desk.files.pop(desk.jobs[other.jobs[0]]["output_file_id"])
    work.fetch(other.jobs[0])
    assert "the provider has deleted" in work.failures()["d9"]["reason"]


async def _looked(work: Workplace, job_id: str) -> None:
    (job,) = work.jobs.jobs(provider_id=job_id)
    api = batch_api(settings_of(job))
    await api.look(job_id)
    await api.aclose()


def test_a_download_that_breaks_off_is_begun_again(work: Workplace) -> None:
    work.submit(work.documents(3))
    work.server.batches.faults.extend([("GET /v1/files/file/content", "after")])
    work.fetch()
    assert len(work.records()) == 3


def test_waiting_bears_a_server_that_is_away_for_a_while(work: Workplace) -> None:
    work.settings = {"retries": 0}
    work.server.batches.looks = 2
    work.submit(work.documents(1))
    work.server.batches.faults.extend([("GET /v1/batches/batch", "503")] * 3)
    assert work.fetch().done == 1


def test_an_answer_comes_back_in_any_order_to_its_own_document(work: Workplace) -> None:
    def rule(request: Any) -> Answer:
        number = request.body["messages"][-1]["content"].split("Case ")[1].split(".")[0]
        return Answer(content=json.dumps(BRIEFING | {"headline": f"Case {number}"}))

    work.server.will_follow(rule)
    work.server.batches.backwards = True
    work.submit(work.documents(70))
    work.fetch()
    assert {name: record["briefing"]["headline"] for name, record in work.records().items()} == {
        f"d{n}": f"Case {n}" for n in range(70)
    }
    assert next(iter(work.records())) == "d69"


def test_texts_of_jobs_under_way_survive_pruning_and_those_of_fetched_jobs_do_not(work: Workplace) -> None:
    work.server.batches.unreached = lambda n: n == 1
    work.submit(work.documents(2))
    assert work.store.delete([]) == 0
    assert len(work.store.query("SELECT * FROM documents")) == 2
    work.fetch()
    answers = [row["id"] for row in work.store.query("SELECT id FROM answers")]
    assert delete_entries(work.store, identifiers=answers) == 1
    for table in ("documents", "provider_requests", "provider_jobs"):
        assert work.store.query(f"SELECT * FROM {table}") == []


def test_no_key_is_kept_with_a_job(work: Workplace) -> None:
    work.settings = {"api_key": "sk-very-secret"}
    work.server.batches.key = "sk-very-secret"
    work.submit(work.documents(1))
    work.close()
    with sqlite3.connect(work.folder / "answers.sqlite3") as file:
        assert "sk-very-secret" not in "".join(file.iterdump())
    file.close()
    work.__post_init__()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": "local", "base_url": None}, "needs a server with OpenAI's batch API"),
        ({"model": "ollama/qwen3:8b", "base_url": None}, "needs a server with OpenAI's batch API"),
        ({"model": "anthropic/claude-sonnet-4-5", "base_url": None}, "needs a server with OpenAI's batch API"),
        ({"way": "turns"}, "reads turn by turn"),
        ({"answer_cache": "off"}, "remembers its jobs in the answer store"),
    ],
)
def test_what_cannot_be_deferred_is_refused(work: Workplace, settings: dict[str, Any], message: str) -> None:
    work.settings = settings
    with pytest.raises(UsageError, match=message):
        work.submit(work.documents(1))
    assert work.server.batches.calls == []


def test_a_request_stays_one_line_for_every_reader_of_lines() -> None:
    text = "one\u2028two\u2029three\x85four\nfive ü"
    line = request_line("request-0", {"messages": [{"role": "user", "content": text}]}).decode()
    assert len(line.splitlines()) == 1
    assert json.loads(line)["body"]["messages"][0]["content"] == text
    assert "ü" in line


def test_the_pages_and_the_author_of_a_pdf_outlast_the_wait(work: Workplace) -> None:
    path = work.folder / "a.pdf"
    path.write_bytes(pdf([[SHORT[:73].strip()], [SHORT[73:].strip()]], author="Ada Lind"))
    work.server.will(BRIEFING)
    work.submit(path)
    assert work.fetch().done == 1
    (record,) = work.records().values()
    assert (record["document"]["author"], record["document"]["pages"]) == ("Ada Lind", 2)
    assert [one["page"] for one in record["briefing"]["open_questions"][0]["evidence"]] == [2]
