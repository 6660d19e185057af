"""The adapter added to the weights: the sum is right, and llama.cpp answers as with the two side by side."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gguf
import httpx2 as httpx
import numpy as np
import pytest

from summarizer.models.embedded import EmbeddedServer, start_embedded_server
from summarizer.models.merged_weights import merged_weights, remove_merged_weights
from summarizer.models.weights import adapter_path, weights_path
from summarizer.settings import load_settings

ROWS, COLUMNS, RANK, ALPHA = 6, 64, 2, 4.0
PROMPT = (
    "<|im_start|>user\nThe drivers' union demanded that Harbour Lines raise pay by 5 per cent.<|im_end|>\n"
    "<|im_start|>assistant\n"
)


def write(path: Path, kind: str, tensors: dict[str, np.ndarray]) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_array("tokenizer.ggml.tokens", ["a", "é", "<|end|>"])
    writer.add_float32("adapter.lora.alpha", ALPHA)
    for name, values in tensors.items():
        form = gguf.GGMLQuantizationType[kind if name.endswith("q.weight") else "F32"]
        writer.add_tensor(name, gguf.quantize(values, form), raw_dtype=form)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    chance = np.random.default_rng(7)

    def values(*shape: int) -> np.ndarray:
        return chance.normal(size=shape).astype(np.float32)

    weights, adapter = tmp_path / "small.gguf", tmp_path / "adapter.gguf"
    write(weights, "Q4_1", {"blk.0.attn_q.weight": values(ROWS, COLUMNS), "output_norm.weight": values(COLUMNS)})
    parts = {
        "blk.0.attn_q.weight.lora_a": values(RANK, COLUMNS),
        "blk.0.attn_q.weight.lora_b": values(ROWS, RANK),
    }
    write(adapter, "F32", parts)
    return weights, adapter


def tensors_of(path: Path) -> dict[str, np.ndarray]:
    return {t.name: gguf.dequantize(t.data, t.tensor_type) for t in gguf.GGUFReader(path).tensors}


def test_the_merged_file_holds_the_sum_and_leaves_the_rest_as_it_was(files: tuple[Path, Path]) -> None:
    weights, adapter = files
    told: list[tuple[int, int]] = []
    merged = merged_weights(weights, adapter, lambda _, done, total: told.append((done, total)))
    assert merged
    before, parts, after = tensors_of(weights), tensors_of(adapter), tensors_of(merged)
    low_rank = parts["blk.0.attn_q.weight.lora_b"] @ parts["blk.0.attn_q.weight.lora_a"]
    expected = before["blk.0.attn_q.weight"] + ALPHA / RANK * low_rank
    assert after["blk.0.attn_q.weight"] == pytest.approx(expected, abs=float(np.abs(expected).max()) / 200)
    assert np.array_equal(after["output_norm.weight"], before["output_norm.weight"])
    assert gguf.GGUFReader(merged).fields["tokenizer.ggml.tokens"].contents() == ["a", "é", "<|end|>"]
    assert told == [(0, 2), (1, 2)]


def test_it_is_made_once_by_whoever_comes_first_and_anew_for_another_adapter(files: tuple[Path, Path]) -> None:
    weights, adapter = files
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda _: merged_weights(weights, adapter), range(4)))
    (merged,) = made
    assert merged
    stamp = merged.stat().st_mtime_ns
    assert merged_weights(weights, adapter) == merged
    assert merged.stat().st_mtime_ns == stamp
    other = adapter.with_name("other.gguf")
    write(other, "F32", {name: 2 * values for name, values in tensors_of(adapter).items()})
    assert merged_weights(weights, other) not in {merged, None}
    assert not merged.exists()
    assert remove_merged_weights(weights)
    assert not remove_merged_weights(weights)
    assert {path.name for path in weights.parent.glob("*.gguf")} == {"small.gguf", "adapter.gguf", "other.gguf"}


def test_where_it_cannot_be_kept_there_is_none(files: tuple[Path, Path]) -> None:
    weights, adapter = files
    merged = merged_weights(weights, adapter)
    assert merged
    merged.unlink()
    lock = Path(f"{merged}.lock")
    lock.unlink(missing_ok=True)
    lock.mkdir()  # no file can be opened there
    assert merged_weights(weights, adapter) is None
    assert not merged.exists()


def probabilities(server: EmbeddedServer) -> dict[str, float]:
    request = {"prompt": PROMPT, "n_predict": 1, "n_probs": 5, "temperature": 0}
    response = httpx.post(
        f"{server.base_url.removesuffix('/v1')}/completion",
        json=request,
        headers={"Authorization": f"Bearer {server.api_key}"},
        timeout=60,
    )
    return {one["token"]: one["logprob"] for one in response.json()["completion_probabilities"][0]["top_logprobs"]}


def test_llama_cpp_answers_as_with_the_adapter_beside_the_weights(tmp_path: Path) -> None:
    merged = start_embedded_server(None, load_settings())
    beside = start_embedded_server(None, load_settings(adapter=shutil.copy(adapter_path(), tmp_path / "beside.gguf")))
    bare = start_embedded_server(None, load_settings(), adapted=False)
    one, other, without = map(probabilities, (merged, beside, bare))
    likely = max(one, key=lambda token: one[token])
    assert other[likely] == pytest.approx(one[likely], abs=0.2)
    assert without.get(likely, -9.0) < one[likely] - 1


def test_a_merged_file_that_is_damaged_is_removed_and_the_two_are_loaded_side_by_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "weights").mkdir()
    for suffix in (".gguf", ".checked.json"):
        (tmp_path / "weights" / weights_path().with_suffix(suffix).name).symlink_to(weights_path().with_suffix(suffix))
    monkeypatch.setenv("SUMMARIZER_CACHE", str(tmp_path))
    merged = merged_weights(weights_path(), adapter_path())
    assert merged
    with merged.open("rb+") as file:
        file.truncate(1_000_000)
    server = start_embedded_server(None, load_settings(context_tokens=1024))
    assert server.adapter == adapter_path()
    assert f"cannot load {merged}" in caplog.text
    assert not merged.exists()
    assert max(probabilities(server).values()) > -1
