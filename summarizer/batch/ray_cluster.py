"""Being part of a Ray cluster (extra `ray`) for a while, without a word from it that is not asked for."""

from __future__ import annotations

import logging
import os
import re
import socket
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from summarizer.errors import ModelUnavailableError, UsageError

__all__ = ["connected_ray", "gist"]

_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # Ray would report to its makers
    "RAY_ENABLE_AUTO_CONNECT": "0",  # once it is over, what Ray still has to say must start no cluster anew
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # its C++ half writes to this terminal
}
_ON_LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""What keeps a cluster of this machine's own off the network, as Ray has it on Windows and macOS."""

_OWN = "local"
_LONGEST_CONNECT = 10.0
"""Seconds that a cluster's head may take to accept a connection; Ray itself would try for minutes."""

_LONGEST_REASON = 300
_WORD = re.compile(r"\w")


@contextmanager
def connected_ray(address: str | None, schema: type[Any]) -> Iterator[None]:
    """Connect to a cluster, or start one on this machine, for the length of a block.

    Args:
        address: See `RayOptions`.
        schema: What workers must know; its module is brought to them where it is the user's own.

    Raises:
        UsageError: If Ray is not installed, or the address is of a kind that a batch cannot use.
        ModelUnavailableError: If no cluster answers.
    """
    chosen = _address(address)
    _quieten(chosen)
    try:
        import ray.data
    except ImportError as error:
        raise UsageError(
            f"--engine ray needs Ray, which is not installed here ({error}): run pip install 'summarizer[ray]', or "
            "leave --engine out."
        ) from error
    _connect(chosen, _own_modules(schema))
    try:
        yield
    finally:
        ray.shutdown()


def _connect(address: str, modules: list[str]) -> None:
    import ray

    warnings.filterwarnings("ignore", module=r"ray(\.|$)")
    how: dict[str, Any] = {"include_dashboard": False} if address == _OWN else {}
    if modules:
        how["runtime_env"] = {"py_modules": modules}
    try:
        _check_reachable(address)
        with _stderr_to_nowhere():
            ray.init(address=address, log_to_driver=False, logging_level=logging.CRITICAL, **how)
    except (OSError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
        raise ModelUnavailableError(f"No Ray cluster answers at {address} ({gist(error)}).") from error
    # What matters is told by this program; standard output may be where the answers go.
    ray._private.worker._worker_logs_enabled = False  # noqa: SLF001 - no option of Ray's covers its notices
    for handler in logging.getLogger("ray.data").handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setLevel(logging.CRITICAL + 1)


def _check_reachable(address: str) -> None:
    host, colon, port = address.rpartition(":")
    if address in (_OWN, "auto"):
        return
    if not (host and colon and port.isdecimal()):
        raise ValueError("an address is HOST:PORT")
    socket.create_connection((host.strip("[]"), int(port)), timeout=_LONGEST_CONNECT).close()


@contextmanager
def _stderr_to_nowhere() -> Iterator[None]:
    """Keep what Ray's C++ half says while it starts from the terminal; what is wrong is raised."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _address(given: str | None) -> str:
    """Where the cluster is, in Ray's words.

    Raises:
        UsageError: If it is of a kind that a batch cannot use.
    """
    address = given or os.environ.get("RAY_ADDRESS") or _OWN
    if "://" in address:
        raise UsageError(
            f"A batch runs on a node of the cluster, and {address} is Ray Client's way in from outside; give HOST:PORT "
            "of the head (docs/cluster.md shows 'ray job submit')."
        )
    return address


def _quieten(address: str) -> None:
    """Set what Ray reads from the environment while it is imported; what the user has set stands."""
    quiet = _QUIET | (_ON_LOOPBACK if address == _OWN else {})
    os.environ |= {name: value for name, value in quiet.items() if name not in os.environ}


def _own_modules(schema: type[Any]) -> list[str]:
    """Where the code of a schema of the user's own is: a file or a package that Ray brings to the workers.

    What is installed here is taken to be installed there.
    """
    module = sys.modules[schema.__module__.partition(".")[0]]
    place = Path(module.__path__[0] if hasattr(module, "__path__") else str(module.__file__)).resolve()
    installed = {Path(path).resolve() for path in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))}
    return [] if module.__name__ == __package__.partition(".")[0] or installed & {*place.parents} else [str(place)]


def gist(error: BaseException) -> str:
    """The gist of an error of Ray's, whose text runs over many lines, the cause last."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line.strip() for line in str(error).splitlines() if _WORD.search(line)]
    return lines[-1][:_LONGEST_REASON].rstrip(".") if lines else type(error).__name__
