from __future__ import annotations

import gzip
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from summarizer.errors import FetchError
from summarizer.sources import Fetcher, FetchLimits, is_url
from tests.web_server import Page, WebServer, article_page

PAGE = article_page("The dockers met.")


def limited(**limits: float) -> Fetcher:
    return Fetcher(FetchLimits(**{"allow_private_network": True, "timeout": 200, **limits}))  # type: ignore[arg-type]


def redirect_to(target: str, status: int = 302) -> Page:
    return Page(status=status, headers={"Location": target})


def test_a_page_is_fetched_with_what_its_server_says_of_it(site: WebServer, fetcher: Fetcher) -> None:
    site.pages["/article?id=7"] = PAGE
    found = fetcher.fetch(site.url("/article?id=7") + "#comments")
    assert found.content.decode() == PAGE
    assert (found.url, found.media_type, found.charset) == (site.url("/article?id=7"), "text/html", "utf-8")
    assert abs((datetime.now(UTC) - found.fetched_at).total_seconds()) < 60


def test_a_request_says_who_asks_and_brings_no_cookies(site: WebServer, fetcher: Fetcher) -> None:
    site.pages["/article"] = Page(status=302, headers={"Location": "/real", "Set-Cookie": "session=1; Path=/"})
    site.pages["/real"] = PAGE
    fetcher.fetch(site.url())
    assert site.paths == ["/robots.txt", "/article", "/real"]
    for _, headers in site.requests:
        assert headers["user-agent"].startswith("summarizer/")
        assert headers["host"] == f"127.0.0.1:{site.port}"
        assert not {"cookie", "authorization", "referer"} & set(headers)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_the_last_address_is_told(site: WebServer, fetcher: Fetcher, status: int) -> None:
    site.pages |= {"/article": redirect_to("next?a=ü", status), "/next?a=%C3%BC": redirect_to(site.url("/last#top"))}
    site.pages["/last"] = PAGE
    assert fetcher.fetch(site.url()).url == site.url("/last")


def test_redirects_that_never_end_are_left_after_a_few(site: WebServer) -> None:
    site.pages |= {"/article": redirect_to("/other"), "/other": redirect_to("/article")}
    with pytest.raises(FetchError, match="leads on and on, through more than 3 redirects"):
        limited(redirects=3).fetch(site.url())
    assert len(site.paths) == 1 + 4


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.org/a", "javascript:alert(1)"])
def test_a_redirect_to_what_is_no_page_is_refused(site: WebServer, fetcher: Fetcher, target: str) -> None:
    site.pages["/article"] = redirect_to(target)
    with pytest.raises(FetchError, match="is no address of a page"):
        fetcher.fetch(site.url())


@pytest.mark.parametrize(
    "address", ["http://", "http://x:99999/", "https://:443/", "http://a b\x00/", "http://0177.0.0.1/"]
)
def test_an_address_that_is_none_is_refused(fetcher: Fetcher, address: str) -> None:
    with pytest.raises(FetchError, match="is no address of a page"):
        fetcher.fetch(address)


def test_a_password_in_an_address_is_not_sent_and_not_repeated(site: WebServer, fetcher: Fetcher) -> None:
    with pytest.raises(FetchError, match="holds a password") as raised:
        fetcher.fetch(f"http://ada:secret@127.0.0.1:{site.port}/article")
    assert "secret" not in str(raised.value)
    assert site.requests == []


def drip(seconds: float) -> Iterator[bytes]:
    for _ in range(int(seconds / 0.05)):
        time.sleep(0.05)
        yield b" "


@pytest.mark.parametrize("path", ["/article", "/robots.txt"])
def test_a_server_that_is_slow_without_end_is_left_at_the_time_out(site: WebServer, path: str) -> None:
    site.pages |= {"/article": PAGE, path: Page(chunks=lambda: drip(30))}
    with pytest.raises(FetchError, match=r"was not there within 0\.4 s; try again later"):
        limited(timeout=0.4).fetch(site.url())


def test_a_server_that_says_nothing_is_left_at_the_time_out(site: WebServer) -> None:
    let_go = threading.Event()

    def silent(_: dict[str, str]) -> str:
        let_go.wait(30)
        return PAGE

    site.pages["/article"] = silent
    with pytest.raises(FetchError, match="was not there within"):
        limited(timeout=0.3).fetch(site.url())
    let_go.set()


def endless() -> Iterator[bytes]:
    while True:
        yield b"x" * 65536


def bomb() -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    while True:
        yield packer.compress(bytes(2**20)) or packer.flush(zlib.Z_SYNC_FLUSH)


@pytest.mark.parametrize(
    "page",
    [
        Page(body=b"x" * 100_001),
        Page(chunks=endless),
        Page(body=gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"}),
        Page(chunks=bomb, headers={"Content-Encoding": "gzip"}),
    ],
    ids=["large", "endless", "packed", "bomb"],
)
def test_a_page_that_is_too_large_is_left_before_all_of_it_is_there(site: WebServer, page: Page) -> None:
    site.pages["/article"] = page
    with pytest.raises(FetchError, match="is larger than 100,000 bytes"):
        limited(largest=100_000).fetch(site.url())


def test_a_packed_page_is_unpacked_and_one_that_breaks_off_refused(site: WebServer, fetcher: Fetcher) -> None:
    packed = gzip.compress(PAGE.encode())
    site.pages["/article"] = Page(body=packed, headers={"Content-Encoding": "gzip"})
    assert fetcher.fetch(site.url()).content.decode() == PAGE
    broken = [
        Page(body=packed[:-20], headers={"Content-Encoding": "gzip"}),
        Page(body=PAGE.encode(), headers={"Content-Encoding": "gzip"}),
        Page(body=PAGE.encode(), headers={"Content-Encoding": "br"}),
        Page(body=PAGE.encode(), length=10**6),
    ]
    for page in broken:
        site.pages["/article"] = page
        with pytest.raises(FetchError):
            fetcher.fetch(site.url())


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (404, "404 Not Found; check the address"),
        (403, "403 Forbidden; open it in a browser, save the page and give that file"),
        (402, "402 Payment Required; open it in a browser"),
        (429, "429 Too Many Requests; try again later"),
        (503, "503 Service Unavailable; try again later"),
        (599, "599; try again later"),
    ],
)
def test_an_error_of_the_server_is_told_with_what_to_do(
    site: WebServer, fetcher: Fetcher, status: int, advice: str
) -> None:
    site.pages["/article"] = Page(status=status, body=PAGE.encode())
    with pytest.raises(FetchError, match=f"/article answered {advice}"):
        fetcher.fetch(site.url())


def test_a_server_that_is_not_there_is_told(site: WebServer, fetcher: Fetcher) -> None:
    site.close()
    with pytest.raises(FetchError, match=r"cannot be fetched \(.*refused.*\); check the address"):
        fetcher.fetch(site.url())


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("User-agent: *\nDisallow: /art", False),
        ("User-agent: *\nDisallow: /*cle$", False),
        ("User-agent: summarizer\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: GPTBot\nDisallow: /", True),
        ("User-agent: *\nDisallow: /private", True),
        ("User-agent: *\nDisallow: /\nAllow: /article", True),
        ("", True),
        ("\xff\x00 no rules at all", True),
    ],
)
def test_robots_txt_is_respected(site: WebServer, fetcher: Fetcher, rules: str, allowed: bool) -> None:
    site.pages |= {"/robots.txt": rules.encode("latin-1"), "/article": PAGE}
    if allowed:
        assert fetcher.fetch(site.url()).content.decode() == PAGE
        return
    with pytest.raises(FetchError, match=r"robots\.txt of 127\.0\.0\.1 asks programs not to fetch"):
        fetcher.fetch(site.url())
    assert site.paths == ["/robots.txt"]


def test_robots_txt_is_asked_for_once_and_counts_for_what_a_redirect_leads_to(
    site: WebServer, fetcher: Fetcher
) -> None:
    site.pages |= {"/robots.txt": b"User-agent: *\nDisallow: /members", "/article": PAGE, "/b": PAGE}
    fetcher.fetch(site.url())
    fetcher.fetch(site.url("/b"))
    assert site.paths == ["/robots.txt", "/article", "/b"]
    site.pages["/b"] = redirect_to("/members/1")
    with pytest.raises(FetchError, match="asks programs not to fetch"):
        fetcher.fetch(site.url("/b"))
    assert site.paths.count("/robots.txt") == 1
    assert "/members/1" not in site.paths


def test_a_site_whose_robots_txt_fails_allows_nothing_and_one_without_it_everything(
    site: WebServer, fetcher: Fetcher
) -> None:
    site.pages |= {"/robots.txt": Page(status=500), "/article": PAGE}
    with pytest.raises(FetchError, match="it is not known what the site allows; try again later"):
        fetcher.fetch(site.url())
    site.pages["/robots.txt"] = Page(status=403)
    assert fetcher.fetch(site.url()).content.decode() == PAGE


def test_of_an_endless_robots_txt_the_first_part_counts(site: WebServer, fetcher: Fetcher) -> None:
    def rules() -> Iterator[bytes]:
        yield b"User-agent: *\nDisallow: /members\n"
        while True:
            yield b"# and so on\n" * 1000

    site.pages |= {"/robots.txt": Page(chunks=rules), "/article": PAGE, "/members": PAGE}
    assert fetcher.fetch(site.url()).content.decode() == PAGE
    with pytest.raises(FetchError, match="asks programs not to fetch"):
        fetcher.fetch(site.url("/members"))


def test_one_page_of_a_site_is_fetched_at_a_time(site: WebServer, fetcher: Fetcher) -> None:
    at_once: list[int] = []
    going_on: set[str] = set()

    def page(headers: dict[str, str]) -> str:
        going_on.add(str(threading.get_ident()))
        at_once.append(len(going_on))
        time.sleep(0.02)
        going_on.discard(str(threading.get_ident()))
        return PAGE

    site.pages |= {f"/{n}": page for n in range(5)}
    threads = [threading.Thread(target=fetcher.fetch, args=(site.url(f"/{n}"),)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert at_once == [1] * 5


def test_a_fetcher_that_is_closed_fetches_no_more(site: WebServer, fetcher: Fetcher) -> None:
    site.pages["/article"] = PAGE
    fetcher.close()
    with pytest.raises(FetchError):
        fetcher.fetch(site.url())
    assert site.requests == []


def test_an_address_is_told_from_a_path() -> None:
    assert is_url("https://example.org/a")
    assert is_url("HTTP://example.org")
    assert not is_url("http.txt")
    assert not is_url("file:///etc/passwd")
    assert not is_url("C:\\http://x")
