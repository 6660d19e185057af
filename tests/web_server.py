"""A real web server on loopback whose pages a test sets, and that can misbehave."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["Page", "WebServer", "article_page", "web_server"]


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the server says to one request."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    """The length that it claims; by default the true one, none where `chunks` are sent."""

    chunks: Callable[[], Iterator[bytes]] | None = None
    """Sent one by one in place of the body, then the connection is closed."""


Told = Page | bytes | str


class WebServer:
    """Serves what `pages` has under a path; a text is a page in HTML. All else is not found."""

    def __init__(self) -> None:
        self.pages: dict[str, Told | Callable[[dict[str, str]], Told]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        """Paths that were asked for, with the headers."""

        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                with contextlib.suppress(ConnectionError):  # whoever asked has seen enough
                    server._serve(self)

            def log_message(self, *_: object) -> None:
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    def url(self, path: str = "/article", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.requests.append((handler.path, headers))
        told = self.pages.get(handler.path, Page(status=404, body=b"nothing here"))
        told = told(headers) if callable(told) else told
        if isinstance(told, str):
            told = Page(body=told.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
        page = Page(body=told) if isinstance(told, bytes) else told
        handler.send_response(page.status)
        for name, value in page.headers.items():
            handler.send_header(name, value)
        if page.chunks is not None:
            handler.send_header("Connection", "close")
            handler.end_headers()
            for chunk in page.chunks():
                handler.wfile.write(chunk)
            handler.close_connection = True
            return
        handler.send_header("Content-Length", str(len(page.body) if page.length is None else page.length))
        handler.end_headers()
        handler.wfile.write(page.body)
        handler.close_connection = page.length is not None


@contextmanager
def web_server() -> Iterator[WebServer]:
    """A server for the time of a test."""
    server = WebServer()
    try:
        yield server
    finally:
        server.close()


_LINKS = "".join(f'<li><a href="/section/{n}">Section {n} of the paper</a></li>' for n in range(60))


def article_page(
    *paragraphs: str, title: str = "Dockers strike in Orvania", head: str = "", language: str = "en"
) -> str:
    """A page of a newspaper: an article between navigation, advertisements, related stories and a footer."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title} | Harbour Post</title>
<meta property="og:site_name" content="Harbour Post"><meta name="author" content="Ada Lind">
<meta property="article:published_time" content="2026-03-02T08:00:00Z">{head}</head><body>
<header><a href="/">Harbour Post</a><nav><ul>{_LINKS}</ul></nav></header>
<div class="cookie-banner">We use cookies to improve your experience. <button>Accept all</button></div>
<main><article><h1>{title}</h1>{body}</article></main>
<aside class="related"><h2>Most read</h2><ul>{_LINKS}</ul></aside>
<div class="newsletter"><form>Sign up for our newsletter <input type="email"></form></div>
<footer><ul>{_LINKS}</ul><p>© Harbour Post. All rights reserved.</p></footer>
</body></html>"""
