"""The embedded weights with their adapter added in, as one file, with which llama.cpp reads faster than with the two.

The weights come in Q4_1, for which llama.cpp has no fast kernels for many tokens at once, and an adapter beside them
costs a fifth more (benchmarks/README.md). The sum, W + alpha / rank * B A (Hu et al. 2021, section 4.1,
https://arxiv.org/abs/2106.09685), is kept in Q8_0. The file is made on first use and lies beside the weights.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

if TYPE_CHECKING:
    import gguf

    from summarizer.models.weights import Progress

__all__ = ["merged_weights", "remove_merged_weights"]

_LOGGER = logging.getLogger(__name__)
_LOCK_SECONDS = 600
_KIND = "Q8_0"
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
    target = weights.with_name(f"{_prefix(weights)}{_fingerprint(adapter)}.gguf")
    if target.exists():
        return target
    if importlib.util.find_spec("gguf") is None:
        return None
    try:
        with FileLock(f"{target}.lock", timeout=_LOCK_SECONDS):
            if not target.exists():  # another process may have been faster
                remove_merged_weights(weights)  # of another version
                _merge(weights, adapter, target, progress or (lambda *_: None))
    except OSError as error:  # also the lock's timeout
        _LOGGER.info("The weights are used without merging the adapter in: %s", error)
        return None
    return target


def remove_merged_weights(weights: Path) -> None:
    """Remove what was made of the weights."""
    for path in weights.parent.glob(f"{_prefix(weights)}*.gguf"):
        path.unlink(missing_ok=True)


def _prefix(weights: Path) -> str:
    return f"{weights.stem}-merged-"


def _fingerprint(adapter: Path) -> str:
    with adapter.open("rb") as file:
        return f"{hashlib.file_digest(file, 'sha256').hexdigest()[:16]}-{_FORM}"


def _merge(weights: Path, adapter: Path, target: Path, progress: Progress) -> None:
    import gguf  # with numpy, loaded once in the life of an adapter

    base, low_rank = gguf.GGUFReader(weights), gguf.GGUFReader(adapter)
    parts = {tensor.name: tensor for tensor in low_rank.tensors}
    alpha = float(low_rank.fields["adapter.lora.alpha"].contents())
    partial = target.with_suffix(".partial")
    writer = gguf.GGUFWriter(partial, str(base.fields["general.architecture"].contents()))
    _copy_metadata(base, writer)
    changed = {tensor.name for tensor in base.tensors if f"{tensor.name}.lora_a" in parts}
    for tensor in base.tensors:
        kind = _KIND if tensor.name in changed else tensor.tensor_type.name
        _announce(writer, tensor, gguf.GGMLQuantizationType[kind])
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for number, tensor in enumerate(base.tensors):  # one after the other, so that they need not fit the memory
            progress("Preparing the model", number, len(base.tensors))
            data = tensor.data
            if tensor.name in changed:
                data = gguf.quantize(_sum(tensor, parts, alpha), gguf.GGMLQuantizationType[_KIND])
            writer.write_tensor_data(data)
        writer.close()
        with partial.open("rb+") as written:
            os.fsync(written.fileno())  # or a power cut could leave half of it under the final name
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _announce(writer: gguf.GGUFWriter, tensor: gguf.ReaderTensor, kind: gguf.GGMLQuantizationType) -> None:
    """Tell a tensor's name, type and shape: quantised ones have the shape of their bytes."""
    import gguf
    import numpy as np

    shape = [int(size) for size in reversed(tensor.shape)]
    if kind == gguf.GGMLQuantizationType.F32:
        writer.add_tensor_info(tensor.name, shape, np.dtype(np.float32), tensor.n_bytes)
        return
    packed = gguf.quant_shape_to_byte_shape(shape, kind)
    writer.add_tensor_info(tensor.name, packed, np.dtype(np.uint8), math.prod(packed), kind)


def _sum(tensor: gguf.ReaderTensor, parts: Mapping[str, gguf.ReaderTensor], alpha: float) -> Any:
    import gguf
    import numpy as np

    down, up = (parts[f"{tensor.name}.{end}"].data.astype(np.float32) for end in ("lora_a", "lora_b"))
    return gguf.dequantize(tensor.data, tensor.tensor_type) + alpha / len(down) * (up @ down)


def _copy_metadata(base: gguf.GGUFReader, writer: gguf.GGUFWriter) -> None:
    import gguf

    for name, field in base.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":  # which the writer has itself
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), kind, sub_type=inner)
