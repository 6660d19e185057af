"""Batches on a Ray cluster of this machine's own, whose nodes and drivers are killed at will."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_batch import GOOD, answering, everyone, ids, number_of, wait_for_answers, write_documents
from tests.conftest import CACHE, GUARD, HEEDING_INTERRUPTS, ROOT, SHORT, Finished, run_command
from tests.protocol_server import Answer, ProtocolServer, Request

pytest.importorskip("ray")

KEY = "sk-that-nobody-may-read"
COUNT = 40
ENVIRONMENT = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # all nodes on loopback
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_health_check_initial_delay_ms": "0",  # a node that is gone is missed at once
    "RAY_health_check_timeout_ms": "1000",
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_failure_threshold": "2",
    "PYTHONPATH": os.pathsep.join([str(GUARD), str(ROOT)]),
    "SUMMARIZER_CACHE": str(CACHE),
}
A_NODE = {"num_cpus": 1, "object_store_memory": 100 << 20, "include_dashboard": False}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A cluster whose head has one core; tests may add nodes, and kill those."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        from ray.cluster_utils import Cluster

        started = Cluster(initialize_head=True, head_node_args={**A_NODE, "node_ip_address": "127.0.0.1"})
        yield started
        started.shutdown()


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "RAY_USAGE_STATS_ENABLED"):
        monkeypatch.setenv(name, ENVIRONMENT[name])
    return write_documents(tmp_path / "in.jsonl", COUNT)


def options(cluster: Any, server: ProtocolServer, *more: str | Path) -> list[str]:
    named = ("-m", "m", "--base-url", server.base_url, "--retries", "1", "--engine", "ray", "--address")
    return ["batch", *named, cluster.address, *map(str, more)]


def batch(cluster: Any, server: ProtocolServer, *more: str | Path, **given: Any) -> Finished:
    return run_command(*options(cluster, server, *more), **given)


def started(cluster: Any, server: ProtocolServer, *more: str | Path) -> subprocess.Popen[bytes]:
    command = [*HEEDING_INTERRUPTS, *options(cluster, server, *more)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)


def test_a_node_that_dies_midway_costs_no_document_even_where_no_room_is_left_for_its_worker(
    cluster: Any, server: ProtocolServer, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUMMARIZER_API_KEY", KEY)
    dead = threading.Event()
    rule = answering(garbled=lambda n: n in (3, 10))

    def held_until_it_is_dead(request: Request) -> Answer:
        dead.wait(60)
        return rule(request)

    server.will_follow(held_until_it_is_dead)
    doomed = cluster.add_node(**A_NODE, node_ip_address="127.0.0.1")
    workers = ("--min-workers", "2", "--max-workers", "2", "--concurrency", "2")
    process = started(cluster, server, documents, "-o", "out.jsonl", "--no-cache", *workers)
    wait_for_answers(server, 4)  # two workers have two documents each
    cluster.remove_node(doomed, allow_graceful=False)
    dead.set()
    _, said = process.communicate(timeout=120)
    assert process.returncode == 6, said
    told = [line for line in said.splitlines() if not line.endswith(b" in all.")]  # progress, every few seconds
    assert len(told) == 2, said  # nothing of Ray's own
    assert b"38 documents done, 2 failed" in said
    assert Counter(ids(Path("out.jsonl"))) == Counter(everyone(COUNT) - {"d3", "d10"})
    failures = [json.loads(line) for line in Path("out.jsonl.errors.jsonl").read_text().splitlines()]
    assert {failure["id"]: failure["error"] for failure in failures} == {"d3": "AnswerError", "d10": "AnswerError"}
    whole = [request for request in server.requests if request.body]  # one may have been half sent
    assert {number_of(request) for request in whole} == set(range(COUNT))
    assert all(f"Bearer {KEY}" in request.headers.values() for request in whole)
    logs = [path for path in Path(cluster.head_node.get_session_dir_path()).rglob("*") if path.is_file()]
    assert logs
    assert not [path for path in logs if KEY.encode() in path.read_bytes()]
    server.will_follow(answering())
    local = ("batch", "-m", "m", "--base-url", server.base_url, documents)  # an output is the same to either engine
    assert run_command(*local, "-o", "out.jsonl", "--retry-failed").code == 0
    assert Counter(ids(Path("out.jsonl"))) == Counter(everyone(COUNT))


def test_a_driver_that_is_killed_or_interrupted_goes_on_with_none_twice_and_none_missing(
    cluster: Any, server: ProtocolServer, documents: Path
) -> None:
    server.will_follow(lambda request: Answer(content=GOOD, delay=0.1))
    for how, after in ((signal.SIGKILL, 14), (signal.SIGINT, 28)):
        process = started(cluster, server, documents, "-o", "out.jsonl", "--concurrency", "2")
        wait_for_answers(server, after)
        process.send_signal(how)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert b"skipped" in said
    assert b"The same command goes on where it stopped.\nInterrupted.\n" in said
    assert b"Traceback" not in said
    local = ("batch", "-m", "m", "--base-url", server.base_url, documents)  # an output is the same to either engine
    assert run_command(*local, "-o", "out.jsonl").code == 0
    assert Counter(ids(Path("out.jsonl"))) == Counter(everyone(COUNT))
    asked = Counter(number_of(request) for request in server.requests if request.body)
    assert sum(asked.values()) <= COUNT + 2 * 4  # at most those that were with the worker, twice


def test_a_refused_key_ends_it_with_no_document_marked_as_failed(
    cluster: Any, server: ProtocolServer, documents: Path
) -> None:
    server.will_follow(lambda request: Answer(status=401, error={"message": "bad key"}))
    done = batch(cluster, server, documents, "-o", "out.jsonl", "--concurrency", "2")
    assert done.code == 4
    assert "refused the key" in done.err
    assert len(server.requests) < COUNT
    assert not Path("out.jsonl.errors.jsonl").exists()


CLAIMS = """from pydantic import BaseModel
from summarizer import Evidence, Name


class Claims(BaseModel):
    speaker: Name
    evidence: list[Evidence]
"""
TEMPLATE = """---
name: claims
version: 1
schema: claims:Claims
parameters: {most: 10}
---
{% block user %}{{ most }}: {{ document.text }}{% endblock %}
"""


def test_a_schema_and_a_template_of_ones_own_travel_to_the_workers_and_lines_come_back_in_order(
    cluster: Any, server: ProtocolServer, documents: Path
) -> None:
    Path("claims.py").write_text(CLAIMS, encoding="utf-8")
    Path("claims.md").write_text(TEMPLATE, encoding="utf-8")
    answer = json.dumps({"speaker": "Lavrov", "evidence": [2]})
    server.will_follow(lambda request: Answer(content=answer, delay=0.5 if number_of(request) == 1 else 0.0))
    lines = "".join(documents.read_text(encoding="utf-8").splitlines(keepends=True)[:6])
    own = ("--prompt", "claims.md", "-p", "most", "5", "--ordered", "-")
    done = batch(cluster, server, *own, "-o", "-", stdin=lines)
    assert done.code == 0, done.err
    records = [json.loads(line) for line in done.out.splitlines()]
    assert [record["id"] for record in records] == [f"d{n}" for n in range(6)]
    assert all(record["briefing"]["evidence"][0]["quote"] in SHORT for record in records)
    assert all(record["answer_schema"]["name"] == "claims:Claims" for record in records)
    assert all(request.body["messages"][-1]["content"].startswith("5: ") for request in server.requests)


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        (("--address", "127.0.0.1:1"), 2, "--address is for --engine ray"),
        (("--engine", "ray", "--rpm", "60"), 2, "cannot hold --rpm across its workers"),
        (("--engine", "ray", "--provider-batch"), 2, "cannot hold --provider-batch"),
        (("--engine", "ray", "--min-workers", "3", "--max-workers", "2"), 2, "is more than --max-workers 2"),
        (("--engine", "ray", "--address", "ray://127.0.0.1:10001"), 2, "is Ray Client's way in"),
        (("--engine", "ray", "--address", "127.0.0.1:1"), 4, "No Ray cluster answers at 127.0.0.1:1"),
    ],
)
def test_what_cannot_be_done_with_ray_is_told_in_a_sentence(
    documents: Path, given: tuple[str, ...], code: int, message: str
) -> None:
    done = run_command("batch", documents, "-o", "out.jsonl", *given)
    assert (done.code, done.err.count("\n")) == (code, 1), done.err
    assert message in done.err


def test_without_ray_the_extra_is_named(documents: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("ray.py").write_text("raise ImportError('no such package')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(documents.parent), os.environ["PYTHONPATH"]]))
    done = run_command("batch", documents, "-o", "out.jsonl", "--engine", "ray")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "pip install 'summarizer[ray]'" in done.err
