"""Adapters in the form that llama.cpp reads.

Format: llama.cpp, convert_lora_to_gguf.py (names and metadata of an adapter's file).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

__all__ = ["read_adapter", "write_adapter"]


def write_adapter(path: Path, tensors: Mapping[str, NDArray[np.float32]], *, alpha: float) -> None:
    """Write low-rank tensors by llama.cpp's names, in half precision.

    Args:
        path: Replaced where it exists.
        tensors: `….lora_a` of shape (rank, inputs) and `….lora_b` of shape (outputs, rank).
        alpha: The adapter's scale times its rank.
    """
    partial = path.with_suffix(".partial")
    writer = gguf.GGUFWriter(partial, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for name, tensor in tensors.items():
        writer.add_tensor(name, np.ascontiguousarray(tensor.astype(np.float16)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(path)


def read_adapter(path: Path) -> dict[str, NDArray[np.float32]]:
    """Read the tensors that `write_adapter` wrote, so that training can go on from an adapter that ships."""
    reader = gguf.GGUFReader(path)
    return {tensor.name: np.asarray(tensor.data, dtype=np.float32) for tensor in reader.tensors}
