"""What an answer cost."""

from __future__ import annotations

from typing import Any

from summarizer.schemas import Envelope

__all__ = ["price_of"]


def price_of(envelope: Envelope[Any]) -> float | None:
    """Price of an answer in US dollars; None where it is not known, or the machine is one's own.

    Source: the price list of the genai-prices package.
    """
    provider, slash, name = envelope.model.name.partition("/")
    if not slash or envelope.model.base_url or provider in ("local", "ollama"):
        return None
    from genai_prices import Usage, calc_price  # slow to load

    used = Usage(input_tokens=envelope.token_usage.prompt_tokens, output_tokens=envelope.token_usage.completion_tokens)
    try:
        return float(calc_price(used, model_ref=name, provider_id=provider).total_price)
    except LookupError:
        return None
