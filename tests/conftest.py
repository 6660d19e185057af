"""What all tests share: no remote host, a home of their own, the weights of the machine, a server on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from summarizer import Document, read
from summarizer.models.weights import weights_path
from summarizer.settings import cache_directory
from tests.guard import sitecustomize  # noqa: F401 - from here on, remote hosts are refused
from tests.protocol_server import ProtocolServer, protocol_server

ROOT = Path(__file__).parent.parent
SEED = ROOT / "fixtures" / "istanbul-memoranda" / "article.txt"
GUARD = Path(__file__).parent / "guard"
CACHE = cache_directory()

SHORT = "Lavrov met the union on Monday. He said the union should end the strike. No date has been set for a vote.\n"
BRIEFING: dict[str, Any] = {
    "headline": "Lavrov asks the union to end its strike",
    "summary": [{"text": "Lavrov says the union should end the strike.", "evidence": [2]}],
    "actors": [
        {"name": "Lavrov", "aliases": [], "kind": "person", "evidence": [1]},
        {"name": "union", "aliases": ["the union"], "kind": "organisation", "evidence": [1]},
    ],
    "demands": [{"by": ["Lavrov"], "of": ["the union"], "demand": "End the strike", "evidence": [2]}],
    "agreed_steps": [],
    "open_questions": [{"question": "When will the vote be held?", "evidence": [3]}],
}
"""An answer under the briefing schema, as a model gives it, that fits SHORT."""


# A shell lets jobs in the background, and all they start, ignore interrupts; this undoes it before the command begins.
HEEDING_INTERRUPTS = [
    sys.executable,
    "-c",
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.executable, sys.argv[1:])",
    sys.executable,
    "-m",
    "summarizer",
]


def pytest_sessionstart(session: pytest.Session) -> None:
    """The embedded model is part of what is tested; fetching it is not the tests' business."""
    if not weights_path().exists():
        pytest.exit("The embedded model's weights are not here; run 'summarizer models pull' first.", returncode=4)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory of each test's own, with the machine's weights, and no key or setting of the user's."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("SUMMARIZER_", "OPENAI_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SUMMARIZER_CACHE", str(CACHE))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(GUARD), str(ROOT)]))
    return home


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with protocol_server() as running:
        yield running


@pytest.fixture
def short() -> Document:
    return Document(text=SHORT)


@pytest.fixture(scope="session")
def seed() -> Document:
    return read(SEED)


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run_command(*arguments: str | Path, stdin: str | bytes | None = None, **options: Any) -> Finished:
    """Run the command as a user does, in a process of its own."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    command = [sys.executable, "-m", "summarizer", *map(str, arguments)]
    given: dict[str, Any] = {"input": data} if data is not None else {"stdin": subprocess.DEVNULL}
    done = subprocess.run(command, capture_output=True, timeout=280, check=False, **given, **options)
    return Finished(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="session")
def seed_run(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The main job, once for all tests that look at it: the seed article on the embedded model."""
    environment = {**os.environ, "SUMMARIZER_CACHE": str(CACHE), "HOME": str(tmp_path_factory.mktemp("home"))}
    return run_command("summarize", SEED, "--json", env=environment, cwd=ROOT)
