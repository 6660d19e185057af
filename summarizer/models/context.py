"""How much a model reads at once: as the user says, as genai-prices knows, else what nearly every model can take."""

from __future__ import annotations

from summarizer.models.names import ModelName
from summarizer.settings import Settings

__all__ = ["EMBEDDED_CONTEXT", "context_tokens"]

EMBEDDED_CONTEXT = 3328
"""Tokens that the embedded model is started with, by default: one conversation of turns fits, and 1,000 more would take
23 MB."""

_OLLAMA_CONTEXT = 4096
"""What Ollama gives a model by default (https://docs.ollama.com/context-length), whatever the model could take. It
drops what is beyond that without a word, so a guess must not be larger."""

_USUAL_CONTEXT = 32_768
"""Nine in ten of the 1,419 models whose window genai-prices 0.2.3 knows read at least this much. A server that reads
less refuses a longer prompt, and the windows are then cut smaller."""


def context_tokens(name: ModelName, settings: Settings) -> int:
    """Longest prompt and answer of a model together, in tokens."""
    if settings.context_tokens is not None:
        return settings.context_tokens
    if name.where == "embedded":
        return EMBEDDED_CONTEXT
    if name.provider == "ollama":
        return _OLLAMA_CONTEXT
    return _known_context(name, settings.base_url) or _USUAL_CONTEXT


def _known_context(name: ModelName, base_url: str | None) -> int | None:
    """What genai-prices says of a provider's model; None for a server of one's own, or where it does not tell."""
    from genai_prices.data_snapshot import get_snapshot  # a large table, loaded when a remote model is asked

    try:
        _, model = get_snapshot().find_provider_model(name.name, None, None if base_url else name.provider, base_url)
    except LookupError:
        return None
    return model.context_window
