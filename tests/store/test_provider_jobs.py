from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from summarizer.store import AnswerStore, ProviderJobs, StoredJob, StoredRequest

JOB = StoredJob(
    mark="a",
    begun_at="2031-05-01T10:00:00+00:00",
    model="m",
    base_url="http://127.0.0.1:1/v1",
    prompt="briefing",
    prompt_version="1.0",
    answer_schema="Briefing",
    parameters="{}",
    settings="{}",
    output="/out.jsonl",
    form="jsonl",
)


def request(number: int, text: str | None = None) -> StoredRequest:
    return StoredRequest(
        document_id=f"d{number:04}",
        number=number,
        key=f"k{number}",
        source="in.jsonl",
        metadata="{}",
        document_source=None,
        title=None,
        language="en",
        text_sha256=text or f"t{number}",
        text=text or f"Text {number}.",
        tries=0,
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AnswerStore]:
    with closing(AnswerStore(tmp_path / "answers.sqlite3")) as opened:
        yield opened


@pytest.fixture
def jobs(store: AnswerStore) -> Iterator[ProviderJobs]:
    with closing(ProviderJobs(store.path)) as opened:
        yield opened


def test_documents_are_read_a_page_at_a_time_and_none_is_left_out(jobs: ProviderJobs) -> None:
    jobs.begin(JOB)
    jobs.add("a", [request(n) for n in range(1200)])
    assert jobs.count("a") == 1200
    assert [one.number for one in jobs.requests("a")] == list(range(1200))
    assert list(jobs.requests("a", 7)) == [request(7)]


def test_only_submitted_jobs_ask(jobs: ProviderJobs) -> None:
    jobs.begin(JOB)
    jobs.add("a", [request(1)])
    assert (jobs.asking("k1"), jobs.under_way_for("/out.jsonl", "d0001")) == ([], None)
    jobs.advance("a", "submitted", "batch_1")
    (submitted,) = jobs.jobs("submitted", provider_id="batch_1")
    assert jobs.asking("k1") == [(submitted, 1)]
    assert jobs.under_way_for("/out.jsonl", "d0001") == submitted
    assert jobs.under_way_for("/other.jsonl", "d0001") is None
    jobs.advance("a", "fetched")
    assert (jobs.asking("k1"), jobs.jobs("fetched")[0].provider_id) == ([], "batch_1")


def test_a_forgotten_job_takes_along_the_texts_that_nothing_else_has(store: AnswerStore, jobs: ProviderJobs) -> None:
    for mark in ("a", "b"):
        jobs.begin(StoredJob(**{**JOB.__dict__, "mark": mark}))
    jobs.add("a", [request(1), request(2, "shared")])
    jobs.add("b", [request(2, "shared")])
    jobs.drop("a")
    assert [row["text"] for row in store.query("SELECT text FROM documents")] == ["shared"]
    jobs.drop("b")
    assert store.query("SELECT * FROM documents") == []


def test_a_file_of_the_version_before_feeds_keeps_its_jobs(store: AnswerStore, jobs: ProviderJobs) -> None:
    jobs.begin(JOB)
    jobs.add("a", [request(1)])
    jobs.close()
    store.close()
    with sqlite3.connect(store.path) as old:
        old.execute("DROP TABLE feed_entries")
        old.execute("ALTER TABLE provider_requests DROP COLUMN about")
        old.execute("PRAGMA user_version = 4")
    old.close()
    with closing(AnswerStore(store.path)), closing(ProviderJobs(store.path)) as again:
        assert list(again.requests("a")) == [request(1)]
