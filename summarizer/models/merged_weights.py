"""The embedded weights with their adapter added in, as one file, with which llama.cpp reads faster than with the two.

The weights come in Q4_1, for which llama.cpp has no fast kernels for many tokens at once, and an adapter beside them
costs a fifth more (benchmarks/README.md). The file is made on first use and lies beside the weights.
"""

from __future__ import annotations

import logging
from pathlib import Path

from filelock import FileLock

from summarizer.models.weights import Progress, sha256_of

__all__ = ["merged_weights", "remove_merged_weights"]

_LOGGER = logging.getLogger(__name__)
_LOCK_SECONDS = 600
_FORM = 1
"""Raised when the same weights and adapter give another file than before."""


def merged_weights(weights: Path, adapter: Path, progress: Progress | None = None) -> Path | None:
    """Give the path of the merged file, after making it if it is not there.

    Args:
        weights: A GGUF file of a Llama, quantised or not.
        adapter: A GGUF file of its LoRA adapter.
        progress: Told how far it is.

    Returns:
        The path; None where the file cannot be made (no room, a folder that cannot be written, no gguf package), so
        that the two have to be loaded side by side.
    """
    target = weights.with_name(f"{_prefix(weights)}{sha256_of(adapter)[:16]}-{_FORM}.gguf")
    if target.exists():
        return target
    try:
        from summarizer.models.adapter_merging import write_merged  # with numpy, once in the life of an adapter

        with FileLock(f"{target}.lock", timeout=_LOCK_SECONDS):
            if not target.exists():  # another process may have been faster
                for other in weights.parent.glob(f"{_prefix(weights)}*.gguf"):  # of another version
                    other.unlink(missing_ok=True)
                write_merged(weights, adapter, target, progress or (lambda *_: None))
    except (ImportError, OSError) as error:  # also the lock's timeout
        _LOGGER.info("The weights are used without merging the adapter in: %s", error)
        return None
    return target


def remove_merged_weights(weights: Path) -> bool:
    """Remove what was made of the weights; tell whether there was anything."""
    found = list(weights.parent.glob(f"{_prefix(weights)}*"))
    for path in found:
        path.unlink(missing_ok=True)
    return bool(found)


def _prefix(weights: Path) -> str:
    return f"{weights.stem}-merged-"
