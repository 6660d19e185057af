"""The embedded server, for real."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from summarizer import ModelUnavailableError, Summarizer, UsageError
from summarizer.models.embedded import start_embedded_server, usable_cores
from summarizer.models.weights import weights_path
from summarizer.settings import load_settings
from tests.conftest import SHORT


def status_of(url: str, key: str | None) -> int:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"} if key else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_it_listens_on_loopback_alone_and_answers_only_to_its_random_key() -> None:
    server = start_embedded_server(None, load_settings())
    assert server.base_url.startswith("http://127.0.0.1:")
    assert len(server.api_key) >= 32
    assert status_of(f"{server.base_url}/completions", None) == 401
    assert status_of(f"{server.base_url}/models", server.api_key) == 200


def test_the_same_settings_share_one_server_and_others_get_their_own() -> None:
    one = start_embedded_server(None, load_settings())
    assert start_embedded_server(None, load_settings()) is one
    small = start_embedded_server(None, load_settings(context_tokens=1024))
    assert small.base_url != one.base_url
    assert small.api_key != one.api_key


def test_it_stops_with_its_process() -> None:
    code = (
        "from summarizer.models.embedded import start_embedded_server as start\n"
        "from summarizer.settings import load_settings as load\n"
        "server = start(None, load())\n"
        "print(server.base_url, server.api_key, flush=True)\n"
    )
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert time.monotonic() - started < 30
    url, key = done.stdout.split()
    with pytest.raises(urllib.error.URLError):
        status_of(f"{url}/models", key)
    assert done.stderr == ""


def test_weights_of_ones_own_are_read_by_example() -> None:
    with Summarizer(model=f"local:{weights_path()}", threads=usable_cores()) as summarizer:
        envelope = summarizer.summarize(SHORT)
    assert envelope.prompt.name == "briefing-turns"
    assert envelope.model.served_as == weights_path().name
    assert all(evidence.quote in SHORT for actor in envelope.briefing.actors for evidence in actor.evidence)


def test_weights_that_are_missing_or_no_gguf_or_half_a_gguf_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="There are no weights at"):
        Summarizer(model=f"local:{tmp_path / 'missing.gguf'}").summarize(SHORT)
    other = tmp_path / "other.gguf"
    other.write_bytes(b"not a model")
    with pytest.raises(UsageError, match="is no GGUF file"):
        Summarizer(model=f"local:{other}").summarize(SHORT)
    with weights_path().open("rb") as file:
        other.write_bytes(file.read(1_000_000))
    with pytest.raises(ModelUnavailableError, match=r"llama\.cpp cannot load"):
        Summarizer(model=f"local:{other}").summarize(SHORT)
