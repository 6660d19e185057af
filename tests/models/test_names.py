from __future__ import annotations

from pathlib import Path

import pytest

from summarizer import UsageError
from summarizer.models import parse_model_name
from summarizer.models.opening import default_prompt

SERVER = "http://127.0.0.1:1/v1"


@pytest.mark.parametrize(
    ("model", "base_url", "where", "name"),
    [
        ("local", None, "embedded", ""),
        ("openai/gpt-5", None, "server", "gpt-5"),
        ("ollama/qwen3:8b", None, "server", "qwen3:8b"),
        ("anthropic/claude", None, "provider", "claude"),
        ("qwen3", SERVER, "server", "qwen3"),
        ("openai/qwen3", SERVER, "server", "qwen3"),
        ("openai/openai/gpt-oss-20b", SERVER, "server", "openai/gpt-oss-20b"),
        ("meta-llama/Llama-3.1-8B", SERVER, "server", "meta-llama/Llama-3.1-8B"),
    ],
)
def test_a_name_says_where_a_model_is(model: str, base_url: str | None, where: str, name: str) -> None:
    parsed = parse_model_name(model, base_url)
    assert (parsed.where, parsed.name, parsed.full) == (where, name, model)


def test_a_path_names_weights_of_ones_own() -> None:
    assert parse_model_name("local:~/small.gguf").path == Path("~/small.gguf").expanduser()


@pytest.mark.parametrize("model", ["", "gpt-5", "openai/", "/x", "local:", "lokal"])
def test_a_name_that_fits_nothing_is_refused(model: str) -> None:
    with pytest.raises(UsageError):
        parse_model_name(model)


def test_a_base_url_needs_a_models_name() -> None:
    with pytest.raises(UsageError, match="needs the name of a model on that server"):
        parse_model_name("local", SERVER)


@pytest.mark.parametrize(
    ("model", "way", "prompt"),
    [
        ("local", "auto", "briefing-turns-trained"),
        ("local", "whole", "briefing"),
        ("local:small.gguf", "auto", "briefing-turns"),
        ("openai/gpt-5", "auto", "briefing"),
        ("openai/gpt-5", "turns", "briefing-turns"),
    ],
)
def test_the_way_follows_the_model_unless_it_is_named(model: str, way: str, prompt: str) -> None:
    assert default_prompt(parse_model_name(model), way) == prompt
