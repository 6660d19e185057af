"""Which addresses may be fetched from, and a way to the network that connects to no other.

The check is made on the addresses that a name resolves to, and the connection goes to the very address that was
checked: a name that resolves to another one a moment later (DNS rebinding) gets nowhere.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any

import httpcore2

from summarizer.errors import FetchError

__all__ = ["CheckedBackend", "Deadline", "is_public"]

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""The prefix under which networks without IPv4 reach IPv4 addresses (RFC 6052)."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet.

    It is not where it is loopback, private, link-local, shared, reserved, multicast or unspecified; an IPv6 address
    that stands for an IPv4 one (mapped, 6to4, Teredo, NAT64) is as that one is.
    """
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed in _NAT64:
            return is_public(str(ipaddress.IPv4Address(parsed.packed[-4:])))
        inner = [parsed.ipv4_mapped, parsed.sixtofour, *(parsed.teredo or ())]
        if any(one is not None for one in inner):
            return all(is_public(str(one)) for one in inner if one is not None)
        if parsed.is_site_local:
            return False
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved)


class Deadline:
    """A moment until which something must be done.

    Args:
        seconds: From now.
        ended: Set where it is not wanted any more, whatever the time.
    """

    def __init__(self, seconds: float, ended: threading.Event | None = None) -> None:
        self._ends = time.monotonic() + seconds
        self._ended = ended or threading.Event()

    def left(self) -> float:
        """Seconds that are left; more than 0.

        Raises:
            TimeoutError: If none is.
        """
        left = self._ends - time.monotonic()
        if left <= 0 or self._ended.is_set():
            raise TimeoutError
        return left


class CheckedBackend(httpcore2.NetworkBackend):
    """Connects to public addresses alone, and does nothing beyond a deadline.

    Args:
        deadline: For all connections together, from name resolution to the last byte.
        allow_private_network: Whether addresses that are not public will do as well.
    """

    def __init__(self, deadline: Deadline, *, allow_private_network: bool = False) -> None:
        self._deadline = deadline
        self._allow_private_network = allow_private_network
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline stands for it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """See `httpcore2.NetworkBackend`.

        Raises:
            FetchError: If there is no such host, or it has an address that is not public.
            TimeoutError: If the deadline is over.
            httpcore2.NetworkError: If no address can be connected to.
        """
        addresses = self._checked(host, port)
        failure: Exception = httpcore2.ConnectError("it has no address")
        for left_over, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            try:
                stream = self._sockets.connect_tcp(
                    address, port, self._deadline.left() / left_over, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure

    def _checked(self, host: str, port: int) -> list[str]:
        addresses = _resolved(host, port, self._deadline.left())
        if not self._allow_private_network:
            for address in addresses:
                if not is_public(address):
                    at = "is" if address == host else f"is at {address},"
                    raise FetchError(
                        f"{host} {at} an address that is loopback, private, link-local or reserved, and pages are "
                        "fetched from public ones alone; if you trust it, add --allow-private-network."
                    )
        return addresses


class _TimedStream(httpcore2.NetworkStream):
    """A connection whose every step, the TLS handshake included, ends with the deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _resolved(host: str, port: int, seconds: float) -> list[str]:
    """The IP addresses of a host, each once.

    Raises:
        FetchError: If it has none.
        TimeoutError: If the resolver says nothing in time.
    """
    if literal := _as_address(host):
        return [literal]
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            answers.put(error)
        else:
            answers.put(list(dict.fromkeys(str(one[4][0]) for one in found)))

    # The resolver knows no time-out; a thread that waits for it ends with the program.
    threading.Thread(target=resolve, name="name resolution", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise FetchError(f"There is no host {host} to be found ({answer}); check the address.") from answer
    return answer


def _as_address(host: str) -> str | None:
    """The IP address that a host is written as; `2130706433`, `0x7f.1` and `127.1` are IPv4 addresses too."""
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host)) if host[:1].isdecimal() else None
    except OSError:
        return None
