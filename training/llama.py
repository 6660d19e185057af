"""The base model in PyTorch, read from the very GGUF file that llama.cpp runs, with low-rank adapters on all layers.

The weights stay as llama.cpp has them, dequantised: rows of queries and keys in its order of rotary pairs
(neighbouring rows form a pair). An adapter trained here needs no permutation when it is written for llama.cpp.

Sources: Touvron et al. 2023, arXiv:2302.13971 (the architecture); Hu et al. 2021, arXiv:2106.09685 (the adapters);
llama.cpp, src/models/llama.cpp and docs of the GGUF format (names and order of tensors).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["ADAPTED", "AdaptedLinear", "Llama", "Shape", "read_llama"]

TOKENS_AT_ONCE = 64
"""Of which the log-odds of the whole vocabulary are held: few enough to stay in the cache of a core."""

ADAPTED = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
"""The linear layers of a block, by llama.cpp's names."""


@dataclass(frozen=True)
class Shape:
    """What the file says of the architecture."""

    blocks: int
    width: int
    heads: int
    key_heads: int
    rope_base: float
    epsilon: float

    @property
    def head_width(self) -> int:
        """Numbers a head."""
        return self.width // self.heads


class AdaptedLinear(nn.Module):
    """A frozen matrix and what the adapter adds to it: `x Wᵀ + scale · x Aᵀ Bᵀ`."""

    def __init__(self, weight: Tensor, rank: int, scale: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.scale = scale
        self.lora_a = nn.Parameter(torch.empty(rank, weight.shape[1], dtype=torch.float32))
        self.lora_b = nn.Parameter(torch.zeros(weight.shape[0], rank, dtype=torch.float32))
        nn.init.kaiming_uniform_(self.lora_a, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:
        """Apply both."""
        low = functional.linear(x, self.lora_a.to(x.dtype))
        return functional.linear(x, self.weight) + functional.linear(low, (self.lora_b * self.scale).to(x.dtype))


class _Block(nn.Module):
    def __init__(self, tensors: dict[str, Tensor], shape: Shape, rank: int, scale: float) -> None:
        super().__init__()
        self.shape = shape
        self.attn_norm = nn.Parameter(tensors["attn_norm"], requires_grad=False)
        self.ffn_norm = nn.Parameter(tensors["ffn_norm"], requires_grad=False)
        self.linear = nn.ModuleDict({name: AdaptedLinear(tensors[name], rank, scale) for name in ADAPTED})

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        x = x + self._attend(self._norm(x, self.attn_norm), cosine, sine)
        y = self._norm(x, self.ffn_norm)
        gated = functional.silu(self.linear["ffn_gate"](y)) * self.linear["ffn_up"](y)
        return x + self.linear["ffn_down"](gated)  # type: ignore[no-any-return]

    def _norm(self, x: Tensor, weight: Tensor) -> Tensor:
        return functional.rms_norm(x, (self.shape.width,), weight, self.shape.epsilon)

    def _attend(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        batch, length, _ = x.shape

        def heads(name: str, count: int) -> Tensor:
            projected: Tensor = self.linear[name](x)
            return projected.view(batch, length, count, self.shape.head_width).transpose(1, 2)

        q = _rotate(heads("attn_q", self.shape.heads), cosine, sine)
        k = _rotate(heads("attn_k", self.shape.key_heads), cosine, sine)
        v = heads("attn_v", self.shape.key_heads)
        group = self.shape.heads // self.shape.key_heads
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.linear["attn_output"](mixed.transpose(1, 2).reshape(batch, length, -1))  # type: ignore[no-any-return]


class Llama(nn.Module):
    """The whole model; the output head is the embedding."""

    def __init__(self, tensors: dict[str, Tensor], shape: Shape, rank: int, alpha: float) -> None:
        super().__init__()
        self.shape = shape
        self.rank, self.alpha = rank, alpha
        self.embedding = nn.Parameter(tensors["token_embd.weight"], requires_grad=False)
        self.output_norm = nn.Parameter(tensors["output_norm.weight"], requires_grad=False)
        self.blocks = nn.ModuleList(
            _Block(_of_block(tensors, number), shape, rank, alpha / rank) for number in range(shape.blocks)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Hidden states of the last layer for token numbers of shape (batch, length); padding belongs at the end."""
        x = functional.embedding(tokens, self.embedding)
        cosine, sine = _angles(tokens.shape[1], self.shape, x)
        for block in self.blocks:
            x = block(x, cosine, sine)
        return functional.rms_norm(x, (self.shape.width,), self.output_norm, self.shape.epsilon)

    def logits(self, hidden: Tensor) -> Tensor:
        """Log-odds of the next token for hidden states of shape (…, width)."""
        return functional.linear(hidden, self.embedding).float()

    def loss(self, hidden: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
        """Weighted mean of the cross-entropies of the next tokens, in nats.

        Args:
            hidden: Hidden states of shape (tokens, width).
            targets: The true next tokens, of shape (tokens,).
            weights: Of the tokens, of shape (tokens,).
        """
        loss: Tensor = _CrossEntropy.apply(hidden, self.embedding, targets, weights / weights.sum())  # type: ignore[no-untyped-call]
        return loss

    def adapter(self) -> dict[str, nn.Parameter]:
        """The adapter's tensors by llama.cpp's names (`blk.0.attn_q.weight.lora_a`)."""
        return {
            f"blk.{number}.{name}.weight.{half}": getattr(block.linear[name], half)  # type: ignore[union-attr,index]
            for number, block in enumerate(self.blocks)
            for name in ADAPTED
            for half in ("lora_a", "lora_b")
        }


class _CrossEntropy(torch.autograd.Function):
    """Output head and cross-entropy in one, a few tokens at a time.

    The log-odds of all tokens together are larger than all else that a step holds. As the head is frozen, the gradient
    of the hidden states is all that is kept of them (Hsu et al. 2024, "Liger Kernel", arXiv:2410.10989).
    """

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, head: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
        """The sum of the weighted cross-entropies."""
        gradient = torch.empty_like(hidden)
        total = hidden.new_zeros((), dtype=torch.float32)
        for start in range(0, len(hidden), TOKENS_AT_ONCE):
            part = slice(start, start + TOKENS_AT_ONCE)
            log_odds = functional.linear(hidden[part], head).float()
            target, weight = targets[part, None], weights[part, None]
            normaliser = log_odds.logsumexp(-1, keepdim=True)
            total += ((normaliser - log_odds.gather(1, target)) * weight).sum()
            error = log_odds.sub_(normaliser).exp_().scatter_add_(1, target, -torch.ones_like(weight)).mul_(weight)
            gradient[part] = error.to(head.dtype) @ head
        ctx.save_for_backward(gradient)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """That of the hidden states; the rest is frozen or given."""
        (gradient,) = ctx.saved_tensors
        return gradient * gradients[0].to(gradient.dtype), None, None, None


def read_llama(path: Path, *, rank: int, alpha: float, dtype: torch.dtype = torch.float32) -> Llama:
    """Read and dequantise a GGUF file of the `llama` architecture with a tied output head.

    Raises:
        ValueError: If the file is of another architecture.
    """
    reader = gguf.GGUFReader(path)

    def told(key: str) -> float:
        field = reader.get_field(key)
        if field is None:
            raise ValueError(f"{path} does not tell {key}: is it of the llama architecture?")
        return field.contents()  # type: ignore[no-any-return]

    shape = Shape(
        blocks=int(told("llama.block_count")),
        width=int(told("llama.embedding_length")),
        heads=int(told("llama.attention.head_count")),
        key_heads=int(told("llama.attention.head_count_kv")),
        rope_base=told("llama.rope.freq_base"),
        epsilon=told("llama.attention.layer_norm_rms_epsilon"),
    )
    tensors = {
        tensor.name: torch.from_numpy(gguf.dequantize(tensor.data, tensor.tensor_type).copy()).to(dtype)
        for tensor in reader.tensors
    }
    return Llama(tensors, shape, rank, alpha)


def _of_block(tensors: dict[str, Tensor], number: int) -> dict[str, Tensor]:
    start, end = f"blk.{number}.", ".weight"
    return {name[len(start) : -len(end)]: value for name, value in tensors.items() if name.startswith(start)}


def _angles(length: int, shape: Shape, like: Tensor) -> tuple[Tensor, Tensor]:
    half = torch.arange(0, shape.head_width, 2, device=like.device, dtype=torch.float32) / shape.head_width
    angles = torch.outer(torch.arange(length, device=like.device, dtype=torch.float32), shape.rope_base**-half)
    return angles.cos().to(like.dtype), angles.sin().to(like.dtype)


def _rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Rotary positions (Su et al. 2021, arXiv:2104.09864) on neighbouring pairs."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), -1).flatten(-2)
