"""What a user may call a model, and what that means."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from summarizer.errors import UsageError

__all__ = ["ModelName", "parse_model_name"]

LOCAL = "local"
_OPENAI_PROTOCOL = ("openai", "ollama")


@dataclass(frozen=True, kw_only=True)
class ModelName:
    """A model as the user named it, taken apart."""

    full: str
    """As the user wrote it."""

    where: Literal["embedded", "server", "provider"]
    """In this process; on a server that speaks the OpenAI protocol; with a provider that instructor knows."""

    name: str = ""
    """What the server or provider calls it; empty for the embedded model's own weights."""

    provider: str = ""
    """The part before the slash, where it names one."""

    path: Path | None = None
    """The weights of `local:PATH.gguf`."""


def parse_model_name(model: str, base_url: str | None = None) -> ModelName:
    """Take a model's name apart.

    Args:
        model: `local`, `local:PATH.gguf`, `PROVIDER/NAME`, or, with a base URL, whatever the server calls it.
        base_url: A server that speaks the OpenAI protocol.

    Raises:
        UsageError: If the name fits none of these, or a base URL comes without a model's name.
    """
    model = model.strip()
    if model == LOCAL or model.startswith(f"{LOCAL}:"):
        if base_url:
            raise UsageError(
                f"A base URL needs the name of a model on that server, not {model!r}; add --model NAME "
                "(SUMMARIZER_MODEL, or model in the config file)."
            )
        return _embedded(model)
    provider, slash, name = model.partition("/")
    if base_url:
        if slash and provider in _OPENAI_PROTOCOL and name:
            return ModelName(full=model, where="server", name=name, provider=provider)
        if model:
            return ModelName(full=model, where="server", name=model)
    if not (slash and provider and name):
        raise UsageError(
            f"There is no model {model!r}; name 'local', 'local:PATH.gguf', 'openai/NAME', 'ollama/NAME' or another "
            "PROVIDER/NAME, or add --base-url for a server that speaks the OpenAI protocol."
        )
    if provider in _OPENAI_PROTOCOL:
        return ModelName(full=model, where="server", name=name, provider=provider)
    return ModelName(full=model, where="provider", name=name, provider=provider)


def _embedded(model: str) -> ModelName:
    _, colon, path = model.partition(":")
    if colon and not path:
        raise UsageError("'local:' needs the path of a GGUF file, as in local:models/small.gguf.")
    return ModelName(full=model, where="embedded", path=Path(path).expanduser() if path else None)
