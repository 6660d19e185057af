"""From a file or standard input to a document."""

from __future__ import annotations

import sys
from pathlib import Path

from summarizer.documents.document import Document
from summarizer.errors import InputError

__all__ = ["decode", "read"]

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
_SURE_ENOUGH = 0.2
_LEAST_FOR_A_GUESS = 64


def read(source: str | Path, *, language: str = "en") -> Document:
    """Read a document from a file, or from standard input where the source is `-`.

    Args:
        source: A path, or `-`.
        language: ISO 639-1 code of its language.

    Raises:
        InputError: If the source is missing, no file, unreadable, binary, of unknown encoding, or has no text.
    """
    name = str(source)
    raw = _standard_input() if name == STANDARD_INPUT else _file(Path(source))
    shown = "Standard input" if name == STANDARD_INPUT else name
    return Document(text=decode(raw, shown), source=name, language=language)


def decode(raw: bytes, shown: str) -> str:
    """Decode bytes as UTF-8 or UTF-16 by their mark, as UTF-8, else as what charset-normalizer is sure of.

    Line ends are kept as they are. A byte order mark is dropped.

    Raises:
        InputError: If the bytes are no text, or no encoding fits; the message says which were tried.
    """
    for signature, kind in _BINARY_SIGNATURES.items():
        if raw.startswith(signature):
            raise InputError(f"{shown} is {kind}, not text; give its text instead.")
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                raise InputError(f"{shown} starts like {encoding} but is not; save it as UTF-8.") from None
    if b"\x00" in raw:
        raise InputError(f"{shown} is binary data, not text; give the text of an article.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return _guess(raw, shown, error)


def _guess(raw: bytes, shown: str, error: UnicodeDecodeError) -> str:
    from charset_normalizer import from_bytes  # only needed where the text is not UTF-8

    best = from_bytes(raw).best() if len(raw) >= _LEAST_FOR_A_GUESS else None
    if best is None or best.chaos > _SURE_ENOUGH:
        guess = f" and {best.encoding}" if best else ""
        raise InputError(
            f"{shown} is in no encoding that fits (tried utf-8{guess}; byte {error.start} breaks UTF-8); "
            "save it as UTF-8."
        )
    return raw.decode(best.encoding)


def _file(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputError(f"{path} is a directory; name a file in it.")
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise InputError(f"There is no file {path}; check the name.") from None
    except PermissionError:
        raise InputError(f"{path} may not be read; check its permissions.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from None
    if len(raw) > LARGEST_FILE:
        raise InputError(f"{path} is larger than {LARGEST_FILE // 2**20} MiB; give the text of one article.")
    return raw


def _standard_input() -> bytes:
    return sys.stdin.buffer.read(LARGEST_FILE + 1)
