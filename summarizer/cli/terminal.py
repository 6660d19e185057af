"""What the commands share in speaking to a terminal: the result on stdout, all else on stderr."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from summarizer.errors import OutputError, UsageError

__all__ = ["check_form", "check_writable", "colour_wanted", "page_width", "progress_shown", "say", "write"]

_WIDEST_PAGE = 100


def say(message: str) -> None:
    """Write a line to stderr."""
    print(message, file=sys.stderr, flush=True)  # noqa: T201


def colour_wanted() -> bool:
    """Whether stdout is a terminal that wants colour (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def page_width() -> int:
    """Columns for a page: the terminal's, at most 100."""
    import shutil

    return min(_WIDEST_PAGE, shutil.get_terminal_size((_WIDEST_PAGE, 24)).columns)


def check_writable(path: Path) -> None:
    """Make sure that a file can be written before any work is done for it.

    Raises:
        OutputError: If it cannot.
    """
    folder = path.parent
    if path.is_dir():
        raise OutputError(f"{path} is a directory; name a file with --output.")
    if not folder.is_dir():
        raise OutputError(f"There is no folder {folder}; make it first, or name another file with --output.")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise OutputError(f"{path} may not be written; name another file with --output.")


def check_form(form: str, path: Path | None) -> None:
    """Make sure that a Word document does not go to a terminal.

    Raises:
        UsageError: If it would.
    """
    if form == "docx" and path is None and sys.stdout.isatty():
        raise UsageError("A terminal cannot show a Word document; name a file with --output, or pipe it into one.")


def write(text: str | bytes, path: Path | None = None) -> None:
    """Write a result to a file, whole or not at all, or to stdout.

    Raises:
        OutputError: If it cannot be written. A result meant for a file then goes to stdout, so that it is not lost.
    """
    data = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
    if path is None:
        _to_stdout(data)
        return
    try:
        _to_file(data, path)
    except OSError as error:
        _to_stdout(data)
        reason = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror or error
        raise OutputError(
            f"{path} cannot be written ({reason}); the result stands on standard output instead."
        ) from error


def _to_stdout(data: bytes) -> None:
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - what is buffered cannot be written at exit either
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        raise OutputError(f"Standard output cannot be written ({error.strerror}); make room or name a file.") from error


def _to_file(data: bytes, path: Path) -> None:
    if path.exists() and not path.is_file():  # a device or a named pipe
        with path.open("wb") as file:
            file.write(data)
        return
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        temporary.chmod(mode)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


@contextmanager
def progress_shown(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A spinner and a bar on stderr while something is going on; nothing where stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console  # heavy, for terminals alone
    from rich.progress import (
        BarColumn,
        Progress,
        SpinnerColumn,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns: list[Any] = [
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
    ]
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("Starting", total=None)

        def tell(what: str, done: int, total: int) -> None:
            shown.update(task, description=what, completed=done, total=total or None)

        yield tell
