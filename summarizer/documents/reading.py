"""From a text in a file or on standard input to a document; `summarizer.sources` reads all else."""

from __future__ import annotations

import sys
from pathlib import Path

from summarizer.documents.document import Document
from summarizer.errors import InputError

__all__ = ["LARGEST_FILE", "STANDARD_INPUT", "decode", "read", "read_bytes", "shown_name"]

STANDARD_INPUT = "-"
LARGEST_FILE = 64 * 1024 * 1024
"""Bytes; a larger file is no article, and reading it whole would only fill the memory."""

_BINARY_SIGNATURES = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"\x1f\x8b": "compressed data",
    b"GGUF": "a model's weights",
    b"SQLite format 3\x00": "a database",
}
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def read(source: str | Path, *, language: str | None = None, encoding: str | None = None) -> Document:
    """Read a text from a file, or from standard input where the source is `-`.

    Args:
        source: A path, or `-`.
        language: ISO 639-1 code of its language; by default it is told from the text.
        encoding: Its encoding, by Python's name; by default UTF-8, or UTF-16 where a byte order mark says so.

    Raises:
        InputError: If the source is missing, no file, unreadable, binary, in another encoding, or has no text.
    """
    text = decode(read_bytes(source), shown_name(source), encoding)
    return Document(text=text, source=str(source), language=language or "")


def read_bytes(source: str | Path) -> bytes:
    """What a file or standard input (`-`) holds.

    Raises:
        InputError: If it is missing, no file, unreadable, or larger than `LARGEST_FILE`.
    """
    name = str(source)
    raw = sys.stdin.buffer.read(LARGEST_FILE + 1) if name == STANDARD_INPUT else _file(Path(source))
    if len(raw) > LARGEST_FILE:
        raise InputError(
            f"{shown_name(source)} is larger than {LARGEST_FILE // 2**20} MiB; give the text of one article."
        )
    return raw


def shown_name(source: str | Path) -> str:
    """What messages call a source."""
    return "Standard input" if str(source) == STANDARD_INPUT else str(source)


def decode(raw: bytes, shown: str, encoding: str | None = None) -> str:
    """Decode bytes; nothing is guessed, since a wrong guess would alter the text that is quoted.

    Line ends are kept as they are. A byte order mark is dropped.

    Raises:
        InputError: If the bytes are no text, or not in the encoding; the message says which was tried.
    """
    for signature, kind in _BINARY_SIGNATURES.items():
        if raw.startswith(signature):
            raise InputError(f"{shown} is {kind}, not text; give its text instead.")
    marked = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), None)
    tried = encoding or marked or "utf-8"
    if b"\x00" in raw and not tried.lower().startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        raise InputError(f"{shown} is binary data, not text; give the text of an article.")
    try:
        return raw.decode(tried)
    except LookupError:
        raise InputError(f"There is no encoding {encoding!r}; name one as utf-8, cp1252 or latin-1.") from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{shown} is not in {tried}, which was tried (byte {error.start} breaks it); name its encoding with "
            "--encoding, as in --encoding cp1252, or save it as UTF-8."
        ) from None


def _file(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputError(f"{path} is a directory; name a file in it.")
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise InputError(f"There is no file {path}; check the name.") from None
    except PermissionError:
        raise InputError(f"{path} may not be read; check its permissions.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from None
