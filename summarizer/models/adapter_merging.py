"""Weights and a LoRA adapter made one GGUF file: W + alpha / rank * B A, in Q8_0.

Source: Hu et al. 2021, section 4.1, https://arxiv.org/abs/2106.09685.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

from summarizer.models.weights import Progress

__all__ = ["write_merged"]

_KIND = gguf.GGMLQuantizationType.Q8_0


def write_merged(weights: Path, adapter: Path, target: Path, progress: Progress) -> None:
    """Write the merged file, whole or not at all.

    Args:
        weights: A GGUF file of a Llama, quantised or not.
        adapter: A GGUF file of its LoRA adapter.
        target: What is written; it appears when it is whole.
        progress: Told after each tensor.

    Raises:
        OSError: If there is no room for it, or its folder cannot be written.
    """
    base, low_rank = gguf.GGUFReader(weights), gguf.GGUFReader(adapter)
    parts = {tensor.name: tensor for tensor in low_rank.tensors}
    changed = {tensor.name for tensor in base.tensors if f"{tensor.name}.lora_a" in parts}
    alpha = float(low_rank.fields["adapter.lora.alpha"].contents())
    partial = target.with_suffix(".partial")
    try:
        writer = gguf.GGUFWriter(partial, str(base.fields["general.architecture"].contents()))
        _copy_metadata(base, writer)
        for tensor in base.tensors:
            _announce(writer, tensor, _KIND if tensor.name in changed else tensor.tensor_type)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for number, tensor in enumerate(base.tensors):  # one after the other, so that they need not fit the memory
            progress("Preparing the model", number, len(base.tensors))
            data = gguf.quantize(_sum(tensor, parts, alpha), _KIND) if tensor.name in changed else tensor.data
            writer.write_tensor_data(data)
        writer.close()
        with partial.open("rb+") as written:
            os.fsync(written.fileno())  # or a power cut could leave half of it under the final name
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _copy_metadata(base: gguf.GGUFReader, writer: gguf.GGUFWriter) -> None:
    for name, field in base.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":  # which the writer has itself
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), kind, sub_type=inner)


def _announce(writer: gguf.GGUFWriter, tensor: gguf.ReaderTensor, kind: gguf.GGMLQuantizationType) -> None:
    """Tell a tensor's name, type and shape: quantised ones have the shape of their bytes."""
    shape = [int(size) for size in reversed(tensor.shape)]
    if kind == gguf.GGMLQuantizationType.F32:
        writer.add_tensor_info(tensor.name, shape, np.dtype(np.float32), tensor.n_bytes)
        return
    packed = gguf.quant_shape_to_byte_shape(shape, kind)
    writer.add_tensor_info(tensor.name, packed, np.dtype(np.uint8), math.prod(packed), kind)


def _sum(tensor: gguf.ReaderTensor, parts: Mapping[str, gguf.ReaderTensor], alpha: float) -> NDArray[np.float32]:
    down, up = (parts[f"{tensor.name}.{end}"].data.astype(np.float32) for end in ("lora_a", "lora_b"))
    whole: NDArray[np.float32] = gguf.dequantize(tensor.data, tensor.tensor_type) + alpha / len(down) * (up @ down)
    return whole
