from __future__ import annotations

from typing import Any

import pytest

from summarizer.models.context import context_tokens
from summarizer.models.names import parse_model_name
from summarizer.settings import load_settings


def context_of(model: str, **options: Any) -> int:
    settings = load_settings(model=model, **options)
    return context_tokens(parse_model_name(model, settings.base_url), settings)


@pytest.mark.parametrize(
    ("model", "options", "tokens"),
    [
        ("local", {}, 3328),
        ("openai/gpt-4o", {}, 128_000),
        ("anthropic/claude-sonnet-4-5", {}, 200_000),
        ("openai/a-model-that-nobody-knows", {}, 32_768),
        ("gpt-4o", {"base_url": "https://api.openai.com/v1"}, 128_000),
        ("gpt-4o", {"base_url": "http://127.0.0.1:8000/v1"}, 32_768),
        ("ollama/qwen3:8b", {}, 4096),
        ("ollama/qwen3:8b", {"base_url": "http://127.0.0.1:11434/v1"}, 4096),
        ("ollama/qwen3:8b", {"context_tokens": 16_000}, 16_000),
        ("openai/gpt-4o", {"context_tokens": 9000}, 9000),
        ("local", {"context_tokens": 1024}, 1024),
    ],
)
def test_a_models_context_is_what_the_user_says_or_what_is_known_or_a_careful_guess(
    model: str, options: dict[str, Any], tokens: int
) -> None:
    assert context_of(model, **options) == tokens


def test_the_variable_sets_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMMARIZER_CONTEXT_TOKENS", "7000")
    assert context_of("openai/gpt-4o") == 7000
