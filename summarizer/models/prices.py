"""What an answer cost."""

from __future__ import annotations

from typing import Any

from summarizer.schemas import Envelope

__all__ = ["batch_price_of", "price_of"]

_BATCH_SHARE = 0.5
"""Of the list price (OpenAI, Batch API guide: "50% cost discount compared to synchronous APIs")."""


def price_of(envelope: Envelope[Any]) -> float | None:
    """Price of an answer in US dollars; None where it is not known, or the machine is one's own.

    Source: the price list of the genai-prices package.
    """
    return _price(envelope)


def batch_price_of(envelope: Envelope[Any]) -> float | None:
    """The same of an answer that came through a provider's batch API: its batch price, else half of the list price."""
    listed, batch = _price(envelope), _price(envelope, processing="batch")
    if listed is None or batch is None:
        return None
    return batch if batch < listed else _BATCH_SHARE * listed


def _price(envelope: Envelope[Any], **context: str) -> float | None:
    provider, slash, name = envelope.model.name.partition("/")
    if not slash or envelope.model.base_url or provider in ("local", "ollama"):
        return None
    from genai_prices import Usage, calc_price  # slow to load

    used = Usage(input_tokens=envelope.token_usage.prompt_tokens, output_tokens=envelope.token_usage.completion_tokens)
    try:
        return float(calc_price(used, model_ref=name, provider_id=provider, price_context=context or None).total_price)
    except LookupError:
        return None
