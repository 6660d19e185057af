from __future__ import annotations

from collections.abc import Iterator

import pytest

from summarizer.sources import Fetcher, FetchLimits
from tests.web_server import WebServer, web_server


@pytest.fixture
def site() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


@pytest.fixture
def fetcher() -> Fetcher:
    """Fetches from loopback, where the tests' site is, however busy the machine."""
    return Fetcher(FetchLimits(allow_private_network=True, timeout=200))
