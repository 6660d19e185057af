"""The embedded model: llama.cpp's own server in this process, on loopback, stopped when the process ends."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from summarizer.errors import ModelUnavailableError, UsageError
from summarizer.models.context import EMBEDDED_CONTEXT
from summarizer.models.merged_weights import merged_weights
from summarizer.models.weights import Progress, adapter_path, fetch_weights
from summarizer.settings import Settings

__all__ = ["EmbeddedServer", "EmbeddedServerSettings", "start_embedded_server", "usable_cores"]

LOOPBACK = "127.0.0.1"
_LOGGER = logging.getLogger(__name__)
_MOST_THREADS = 4
_SPINS = "1000"
"""Rounds that a waiting thread spins before it sleeps; read by GNU OpenMP when llama.cpp is loaded."""

_GGUF_MAGIC = b"GGUF"

# One conversation format for training, turns and whole answers; the weights' own template slips in a system message.
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@dataclass(frozen=True, kw_only=True)
class EmbeddedServerSettings:
    """What decides whether two calls may share a server."""

    weights: Path
    adapter: Path | None
    chat_template: str | None
    """By default the weights' own."""

    context_tokens: int
    """Per slot."""

    slots: int
    threads: int
    polling: int


@dataclass(frozen=True, kw_only=True)
class EmbeddedServer:
    """A running server."""

    base_url: str
    api_key: str
    weights: Path
    adapter: Path | None
    handle: Any
    """The llama.cpp server; it stops when the last reference to it goes."""


_servers: dict[EmbeddedServerSettings, EmbeddedServer] = {}
_starting = threading.Lock()


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def start_embedded_server(
    path: Path | None, settings: Settings, progress: Progress | None = None, *, adapted: bool = True
) -> EmbeddedServer:
    """Start the embedded server, or give the one that this process runs already with the same settings.

    Args:
        path: A GGUF file of the user's own; None for the default weights and their adapter.
        settings: Threads, polling, slots and context.
        progress: Told of a download, should there be one.
        adapted: Whether the default weights get their adapter; it knows turns only.

    Raises:
        ModelUnavailableError: If llama.cpp is not installed, the weights cannot be had, or the server does not start.
        UsageError: If the named file is no GGUF file.
    """
    with _starting:
        weights = _checked(path) if path else fetch_weights(progress=progress)
        adapter = None if path or not adapted else _checked(settings.adapter) if settings.adapter else adapter_path()
        wanted = EmbeddedServerSettings(
            weights=weights,
            adapter=adapter,
            chat_template=None if path else CHATML,
            context_tokens=settings.context_tokens or EMBEDDED_CONTEXT,
            slots=settings.slots,
            threads=settings.threads or min(_MOST_THREADS, usable_cores()),
            polling=settings.polling,
        )
        if wanted not in _servers:
            _servers[wanted] = _start(wanted, progress)
        return _servers[wanted]


def _start(wanted: EmbeddedServerSettings, progress: Progress | None) -> EmbeddedServer:
    llama = _llama()
    key = secrets.token_urlsafe(32)
    ships = wanted.adapter == adapter_path()
    merged = merged_weights(wanted.weights, adapter_path(), progress) if ships else None
    if merged:
        try:
            return _served(llama.Server(_parameters(llama, wanted, key, merged)), wanted, key)
        except (RuntimeError, ValueError) as error:
            _LOGGER.warning("llama.cpp cannot load %s (%s); it is removed, and made anew the next time.", merged, error)
            merged.unlink(missing_ok=True)
    try:
        return _served(llama.Server(_parameters(llama, wanted, key)), wanted, key)
    except (RuntimeError, ValueError) as error:
        raise ModelUnavailableError(
            f"llama.cpp cannot load {wanted.weights} ({error}); is the file whole, and is there memory for "
            f"{wanted.context_tokens} tokens of context?"
        ) from error


def _parameters(llama: Any, wanted: EmbeddedServerSettings, key: str, merged: Path | None = None) -> Any:
    """What llama.cpp is started with; the merged file stands for weights and adapter."""
    parameters = llama.CommonParams()
    parameters.model.path = str(merged or wanted.weights)
    parameters.model_alias = {wanted.weights.stem}
    parameters.hostnames = [LOOPBACK]
    parameters.port = 0
    parameters.api_keys = [key]
    parameters.n_parallel = wanted.slots
    parameters.n_ctx = wanted.context_tokens * wanted.slots
    for pool in (parameters.cpuparams, parameters.cpuparams_batch):
        pool.n_threads = wanted.threads
        pool.poll = wanted.polling
    parameters.cache_ram_mib = 0  # a conversation that is over does not come back: a copy of each fills the memory
    parameters.n_gpu_layers = 0
    parameters.fit_params = False
    parameters.warmup = False
    parameters.ui = False
    parameters.verbosity = -1
    if wanted.chat_template:
        parameters.use_jinja = True
        parameters.chat_template = wanted.chat_template
    if wanted.adapter and not merged:
        adapter = llama.CommonAdapterLoraInfo()
        adapter.path = str(wanted.adapter)
        adapter.scale = 1.0
        parameters.lora_adapters = [adapter]
    return parameters


def _served(handle: Any, wanted: EmbeddedServerSettings, key: str) -> EmbeddedServer:
    return EmbeddedServer(
        base_url=f"{handle.listening_address}/v1",
        api_key=key,
        weights=wanted.weights,
        adapter=wanted.adapter,
        handle=handle,
    )


def _llama() -> Any:
    # llama.cpp's threads wait for each other some hundred times a token. By default they spin meanwhile, which on a
    # machine that does something else beside takes away the very core that they wait for (benchmarks/README.md).
    os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)
    try:
        import xllamacpp  # a large compiled module, loaded when the embedded model is used
    except ImportError as error:
        raise ModelUnavailableError(
            "The embedded model needs llama.cpp, which is not installed here: run pip install 'summarizer[local]', or "
            f"name another model with --model ({error})."
        ) from error
    return xllamacpp


def _checked(path: Path) -> Path:
    try:
        with path.open("rb") as file:
            magic = file.read(len(_GGUF_MAGIC))
    except FileNotFoundError:
        raise ModelUnavailableError(
            f"There are no weights at {path}; check the path of local:PATH.gguf, or of the adapter."
        ) from None
    except OSError as error:
        raise ModelUnavailableError(f"The weights at {path} cannot be read: {error.strerror}.") from None
    if magic != _GGUF_MAGIC:
        raise UsageError(f"{path} is no GGUF file; llama.cpp runs weights of that format only.")
    return path.resolve()
