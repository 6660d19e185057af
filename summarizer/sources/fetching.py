"""Fetching a page: within one time-out and one size limit, from public addresses, where robots.txt allows it.

httpcore2, the lower half of the HTTP client that openai brings along (httpx2), is used by itself: its network backend
is the place to check an address and to connect to that very address, and nothing is added behind our back, neither
cookies nor proxies, passwords of a .netrc or redirects. Proxies of the environment are not used for the same reason:
a proxy resolves names on its own, and no address could be checked.
"""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Self

from summarizer.errors import FetchError
from summarizer.sources.extracted import from_extra

if TYPE_CHECKING:
    import httpcore2
    from httpx2 import URL
    from protego import Protego

    from summarizer.settings import Settings
    from summarizer.sources.addresses import Deadline

__all__ = ["PRODUCT", "FetchLimits", "Fetched", "Fetcher", "is_url"]

PRODUCT = "summarizer"
"""The name that rules in a robots.txt may address."""

_URL = re.compile(r"https?://", re.IGNORECASE)
_REDIRECTS = (301, 302, 303, 307, 308)
_LARGEST_ROBOTS = 500 * 1024
"""Bytes of a robots.txt that must be heeded (RFC 9309, section 2.5)."""

_GZIP = 16 + zlib.MAX_WBITS
_ACCEPTED = "text/html, application/xhtml+xml, application/pdf, text/plain;q=0.9, */*;q=0.5"


def is_url(source: str) -> bool:
    """Whether a source is the address of a page, not a path."""
    return bool(_URL.match(source))


@dataclass(frozen=True, kw_only=True)
class FetchLimits:
    """Within which bounds pages are fetched."""

    timeout: float = 20.0
    """Seconds for a page, its redirects and robots.txt included."""

    largest: int = 10_000_000
    """Bytes of a page, unpacked."""

    redirects: int = 5
    allow_private_network: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The limits that the settings name."""
        return cls(
            timeout=settings.fetch_timeout,
            largest=settings.fetch_bytes,
            redirects=settings.fetch_redirects,
            allow_private_network=settings.allow_private_network,
        )


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What was found at an address."""

    url: str
    """The address in the end, all redirects followed."""

    content: bytes
    media_type: str
    """As the server says, in lower case, as `text/html`; empty where it does not."""

    charset: str | None
    """As the server says."""

    fetched_at: datetime
    """In UTC."""


@dataclass(frozen=True, kw_only=True)
class _Reply:
    status: int
    headers: Message
    content: bytes


class Fetcher:
    """Fetches pages. Threads may share it; a site is asked for one page at a time.

    Args:
        limits: Time, size, redirects, and whether addresses that are not public will do.
    """

    def __init__(self, limits: FetchLimits | None = None) -> None:
        self.limits = limits or FetchLimits()
        self._robots: dict[str, Protego | None] = {}
        self._turns: dict[str, threading.Lock] = {}
        self._making_turns = threading.Lock()
        self._closed = threading.Event()

    def fetch(self, address: str) -> Fetched:
        """Fetch a page.

        Args:
            address: Its address, http or https.

        Raises:
            FetchError: If that fails for whatever reason, or is not allowed.
            UsageError: If the extra `sources` is not installed.
        """
        with from_extra("Fetching a page"):
            import protego  # noqa: F401 - found missing before anything is fetched
        start = _parsed(address)
        with self._turn(start):
            from summarizer.sources.addresses import Deadline

            deadline = Deadline(self.limits.timeout, self._closed)
            return _Visit(self, deadline, address).page(start)

    def close(self) -> None:
        """End what is being fetched, at its next step, and fetch no more."""
        self._closed.set()

    def robots(self, origin: str) -> tuple[bool, Protego | None]:
        """Whether the rules of a site are known, and its rules; None where it has none."""
        return origin in self._robots, self._robots.get(origin)

    def learn_robots(self, origin: str, rules: Protego | None) -> None:
        """Remember the rules of a site."""
        self._robots[origin] = rules

    def _turn(self, url: URL) -> threading.Lock:
        with self._making_turns:
            return self._turns.setdefault(url.host, threading.Lock())


class _Visit:
    """One page with all that belongs to fetching it."""

    def __init__(self, fetcher: Fetcher, deadline: Deadline, address: str) -> None:
        self._fetcher = fetcher
        self._limits = fetcher.limits
        self._deadline = deadline
        self._address = address

    def page(self, start: URL) -> Fetched:
        with self._connections() as connections:
            url, reply = self._followed(connections, start)
        if reply.status >= HTTPStatus.BAD_REQUEST:
            raise FetchError(_refused(str(url), reply))
        return Fetched(
            url=str(url),
            content=reply.content,
            media_type=reply.headers.get_content_type() if "content-type" in reply.headers else "",
            charset=reply.headers.get_content_charset(),
            fetched_at=datetime.now(UTC).replace(microsecond=0),
        )

    @contextmanager
    def _connections(self) -> Iterator[httpcore2.ConnectionPool]:
        import httpcore2  # loaded when a page is fetched

        from summarizer.sources.addresses import CheckedBackend

        backend = CheckedBackend(self._deadline, allow_private_network=self._limits.allow_private_network)
        try:
            with httpcore2.ConnectionPool(network_backend=backend) as connections:
                yield connections
        except (TimeoutError, httpcore2.TimeoutException):
            raise FetchError(
                f"{self._address} was not there within {self._limits.timeout:g} s; try again later, or give it more "
                "time (SUMMARIZER_FETCH_TIMEOUT)."
            ) from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise FetchError(
                f"{self._address} cannot be fetched ({error or type(error).__name__}); check the address, or try again "
                "later."
            ) from error

    def _followed(
        self, connections: httpcore2.ConnectionPool, url: URL, *, is_robots: bool = False
    ) -> tuple[URL, _Reply]:
        """The reply at the end of all redirects, and its address; of a robots.txt its first part is enough."""
        for _ in range(self._limits.redirects + 1):
            if not is_robots:
                self._check_robots(connections, url)
            reply = self._got(connections, url, is_robots=is_robots)
            location = reply.headers.get("location")
            if reply.status not in _REDIRECTS or not location:
                return url, reply
            url = _parsed(location, url)
        raise FetchError(
            f"{self._address} leads on and on, through more than {self._limits.redirects} redirects; it may want "
            "cookies: open it in a browser, save the page and give that file."
        )

    def _check_robots(self, connections: httpcore2.ConnectionPool, url: URL) -> None:
        origin = str(url.copy_with(raw_path=b"/"))
        known, rules = self._fetcher.robots(origin)
        if not known:
            rules = self._robots_of(connections, url.copy_with(raw_path=b"/robots.txt"))
            self._fetcher.learn_robots(origin, rules)
        if rules is not None and not rules.can_fetch(str(url), PRODUCT):
            raise FetchError(
                f"The robots.txt of {url.host} asks programs not to fetch {url}; open it in a browser, save the page "
                "and give that file."
            )

    def _robots_of(self, connections: httpcore2.ConnectionPool, url: URL) -> Protego | None:
        """The rules of a site (RFC 9309): none where it has no file, and nothing allowed where the site fails."""
        from protego import Protego

        found, reply = self._followed(connections, url, is_robots=True)
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise FetchError(
                f"{found} answered {reply.status}, so that it is not known what the site allows; try again later."
            )
        if reply.status >= HTTPStatus.BAD_REQUEST:
            return None
        return Protego.parse(reply.content.decode("utf-8", "replace"))

    def _got(self, connections: httpcore2.ConnectionPool, url: URL, *, is_robots: bool) -> _Reply:
        import httpcore2

        target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        headers: dict[bytes | str, bytes | str] = {
            "Host": url.netloc.decode("ascii"),
            "User-Agent": f"{PRODUCT}/{version('summarizer')} (reads single articles for one person)",
            "Accept": _ACCEPTED,
            "Accept-Encoding": "gzip",
        }
        with connections.stream("GET", target, headers=headers) as response:
            received = Message()
            for name, value in response.headers:
                received[name.decode("latin-1")] = _decoded(value)
            if response.status in _REDIRECTS:
                return _Reply(status=response.status, headers=received, content=b"")
            content = self._body(response, received, str(url), is_robots=is_robots)
            return _Reply(status=response.status, headers=received, content=content)

    def _body(self, response: httpcore2.Response, headers: Message, url: str, *, is_robots: bool) -> bytes:
        """The body, unpacked; never more of it than the limit is held."""
        largest = _LARGEST_ROBOTS if is_robots else self._limits.largest
        packing = headers.get("content-encoding", "identity").strip().lower()
        if packing not in ("identity", "gzip", "x-gzip", ""):
            raise FetchError(f"{url} comes packed as {packing}, which was not asked for; save the page and give that.")
        unpacking = zlib.decompressobj(_GZIP) if "gzip" in packing else None
        content = bytearray()
        try:
            for chunk in response.iter_stream():
                content += unpacking.decompress(chunk, largest + 1 - len(content)) if unpacking else chunk
                if len(content) > largest and is_robots:
                    return bytes(content[:largest])
                if len(content) > largest:
                    raise FetchError(
                        f"{url} is larger than {largest:,} bytes; give the text of one article, or raise the limit "
                        "(SUMMARIZER_FETCH_BYTES)."
                    )
        except zlib.error as error:
            raise FetchError(f"{url} came packed wrongly ({error}); try again later.") from None
        if unpacking and content and not unpacking.eof:
            raise FetchError(f"{url} broke off; try again later.")
        return bytes(content)


def _parsed(address: str, base: URL | None = None) -> URL:
    """An address without its fragment, where it is one that may be fetched at all."""
    import httpx2  # loaded when a page is fetched

    try:
        url = (base.join(address) if base else httpx2.URL(address)).copy_with(fragment=None)
        fits = url.scheme in ("http", "https") and bool(url.host) and (url.port is None or 0 < url.port <= 65535)  # noqa: PLR2004
    except (httpx2.InvalidURL, ValueError):
        fits = False
    if not fits:
        leads = f"{base} leads to {address}, which" if base else f"{address}"
        raise FetchError(f"{leads} is no address of a page; give one as https://example.org/article.")
    if url.userinfo:
        raise FetchError(f"The address at {url.host} holds a password; pages are fetched without one.")
    return url


def _decoded(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _refused(url: str, reply: _Reply) -> str:
    try:
        phrase = f" {HTTPStatus(reply.status).phrase}"
    except ValueError:
        phrase = ""
    if reply.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        advice = "check the address"
    elif reply.status == HTTPStatus.TOO_MANY_REQUESTS or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        advice = "try again later"
    else:
        advice = "open it in a browser, save the page and give that file"
    return f"{url} answered {reply.status}{phrase}; {advice}."
