"""Check an exported adapter: llama.cpp must give the probabilities that PyTorch gives.

Usage: python training/compare_with_llama_cpp.py ADAPTER.gguf
Reads the first validation articles with both and prints the mean and the largest difference of the log-probabilities
of the likeliest tokens, at the start of each answer. llama.cpp multiplies in eight bits where PyTorch does in 32, so a
mean of some hundredths is what is expected; a wrong order of rows gives 0.8 and more.
"""

from __future__ import annotations

import sys
from pathlib import Path

import gguf
import httpx2 as httpx
import torch
from conversations import conversation
from corpus_articles import read_corpus
from llama import Llama, read_llama
from tokenization import Role, Tokenizer, encode
from train import BUILD

from summarizer.models.embedded import start_embedded_server
from summarizer.models.weights import fetch_weights
from summarizer.settings import Settings

ARTICLES = 3
TOP = 5
MOST_DIFFERENCE = 0.2


def load_adapter(path: Path) -> Llama:
    """The base model under an adapter that was written for llama.cpp."""
    reader = gguf.GGUFReader(path)
    tensors = {tensor.name: torch.from_numpy(tensor.data.astype("float32")) for tensor in reader.tensors}
    alpha = reader.get_field("adapter.lora.alpha")
    if alpha is None:
        raise SystemExit(f"{path} is no adapter.")
    model = read_llama(fetch_weights(), rank=next(iter(tensors.values())).shape[0], alpha=float(alpha.contents()))
    with torch.no_grad():
        for name, value in model.adapter().items():
            value.copy_(tensors[name])
    return model.eval()


@torch.no_grad()
def differences(path: Path) -> list[float]:
    """Differences of log-probability, of the likeliest tokens at the start of answers."""
    model = load_adapter(path)
    tokenizer = Tokenizer(BUILD / "tokens.json")
    server = start_embedded_server(None, Settings(adapter=path))
    client = httpx.Client(
        base_url=server.base_url.removesuffix("/v1"), headers={"Authorization": f"Bearer {server.api_key}"}, timeout=120
    )
    found: list[float] = []
    for article in [article for article in read_corpus() if article.is_validation][:ARTICLES]:
        encoded = encode(conversation(article), tokenizer)
        logs = model.logits(model(torch.tensor([encoded.tokens]))[0]).log_softmax(-1)
        for place, role in enumerate(encoded.roles):
            if role != Role.DECISION:
                continue
            request = {"prompt": encoded.tokens[:place], "n_predict": 1, "n_probs": TOP, "temperature": 0}
            answer = client.post("/completion", json=request).raise_for_status().json()
            top = answer["completion_probabilities"][0]["top_logprobs"]
            found += [abs(token["logprob"] - float(logs[place - 1, token["id"]])) for token in top]
    return found


def main() -> int:
    """Compare; ends with 1 where the two differ by more than rounding."""
    found = differences(Path(sys.argv[1]))
    mean = sum(found) / len(found)
    print(f"{len(found)} log-probabilities: mean difference {mean:.3f}, largest {max(found):.3f}")
    return int(mean > MOST_DIFFERENCE)


if __name__ == "__main__":
    sys.exit(main())
