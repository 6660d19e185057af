from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.errors import FetchError
from summarizer.sources import Fetcher, FetchLimits, addresses
from summarizer.sources.addresses import is_public
from tests.web_server import Page, WebServer, article_page

NOT_PUBLIC = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.2.7",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "fe80::1%2",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_of_the_public_internet_is_told(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"]
)
def test_an_address_of_the_public_internet_is_told(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_however_ipv6_wraps_it(address: ipaddress.IPv4Address) -> None:
    judged = is_public(str(address))
    assert is_public(f"::ffff:{address}") == judged
    assert is_public(str(ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) + int(address)))) == judged
    assert not (is_public(str(address)) and address.is_private)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "127.1",
        "127。0。0。1",
    ],
)
def test_a_host_that_is_not_public_is_refused_however_it_is_written(host: str) -> None:
    with connections() as made, pytest.raises(FetchError, match=r"public ones alone; .* --allow-private-network\.$"):
        Fetcher().fetch(f"http://{host}/latest/meta-data")
    assert made == []


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.2]/",
        "http://2130706434/",
        "//127.0.0.2/secret",
    ],
)
@pytest.mark.parametrize("robots", [False, True])
def test_a_redirect_into_a_private_network_is_refused(
    site: WebServer, monkeypatch: pytest.MonkeyPatch, target: str, robots: bool
) -> None:
    # In this test alone, 127.0.0.1 stands for the public internet, and all other addresses are what they are.
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1" or is_public(address))
    site.pages["/robots.txt" if robots else "/article"] = Page(status=302, headers={"Location": target})
    with connections() as made, pytest.raises(FetchError, match="public ones alone"):
        Fetcher().fetch(site.url())
    assert {host for host, _ in made} == {"127.0.0.1"}


def test_a_name_is_resolved_once_and_the_connection_goes_to_the_address_that_was_checked(site: WebServer) -> None:
    site.pages["/article"] = article_page("The dockers met.")
    with connections() as made:
        Fetcher(FetchLimits(allow_private_network=True)).fetch(site.url(host="localhost"))
    assert [host for host in made.resolved if host == "localhost"] == ["localhost"]
    assert {host for host, _ in made} <= {"127.0.0.1", "::1"}


def test_a_host_that_there_is_not_is_told(site: WebServer) -> None:
    with pytest.raises(FetchError, match=r"There is no host nowhere\.invalid to be found"):
        Fetcher().fetch("http://nowhere.invalid/")


class Connections(list[tuple[str, int]]):
    """Where sockets connected to, and which names were resolved."""

    def __init__(self) -> None:
        super().__init__()
        self.resolved: list[str] = []


_listening: list[Connections] = []


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    for one in _listening:
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            one.append(arguments[1][:2])
        elif event == "socket.getaddrinfo":
            one.resolved.append(str(arguments[0]))


sys.addaudithook(_listen)


@contextmanager
def connections() -> Iterator[Connections]:
    made = Connections()
    _listening.append(made)
    try:
        yield made
    finally:
        _listening.remove(made)
