"""From a model's name and the settings to a model that can be asked."""

from __future__ import annotations

import os
import time
from typing import Any

from pydantic import SecretStr

from summarizer.errors import ModelUnavailableError, UsageError
from summarizer.models.connections import Connection
from summarizer.models.context import context_tokens
from summarizer.models.embedded import EmbeddedServer, start_embedded_server
from summarizer.models.language_model import LanguageModel
from summarizer.models.names import ModelName, parse_model_name
from summarizer.models.pace import Pace
from summarizer.models.retry import seconds_of_headers
from summarizer.models.structured import InstructorCalls, protocol_calls
from summarizer.models.weights import Progress
from summarizer.schemas import ModelReference
from summarizer.settings import Settings

__all__ = ["default_prompt", "open_model", "with_key"]

WHOLE_PROMPT = "briefing"
TURNS_PROMPT = "briefing-turns"
TRAINED_PROMPT = "briefing-turns-trained"

_OLLAMA = "http://localhost:11434/v1"
_OPENAI_KEY = "OPENAI_API_KEY"
_NO_KEY = "none"


def default_prompt(name: ModelName, way: str = "auto") -> str:
    """The template that suits a model, or the one of the way that was asked for."""
    turns = TRAINED_PROMPT if name.where == "embedded" and name.path is None else TURNS_PROMPT
    if way == "turns" or (way == "auto" and name.where == "embedded"):
        return turns
    return WHOLE_PROMPT


def with_key(settings: Settings) -> Settings:
    """The settings with the key that a model would be asked with from here, also where `OPENAI_API_KEY` holds it."""
    name = parse_model_name(settings.model, settings.base_url)
    key = os.environ.get(_OPENAI_KEY)
    if settings.api_key is not None or not key:
        return settings
    if name.where != "server" or name.provider == "ollama" or settings.base_url is not None:
        return settings
    return settings.model_copy(update={"api_key": SecretStr(key)})


def open_model(
    settings: Settings, progress: Progress | None = None, pace: Pace | None = None, *, adapted: bool = True
) -> LanguageModel:
    """Make the model that the settings name ready; the embedded one is fetched and started where needed.

    Args:
        settings: Which model, and how it is reached.
        progress: Told of a download, should there be one.
        pace: Asked before each request to a server that speaks the OpenAI protocol, and told of each response.
        adapted: Whether the embedded model gets its adapter, which knows turns only.

    Raises:
        UsageError: If the name fits no model.
        ModelUnavailableError: If the model's package, key or weights are missing.
    """
    name = parse_model_name(settings.model, settings.base_url)
    if name.where == "embedded":
        server = start_embedded_server(name.path, settings, progress, adapted=adapted)
        return _embedded(name, settings, server)
    if name.where == "server":
        return _on_server(name, settings, pace)
    return _with_provider(name, settings)


def _embedded(name: ModelName, settings: Settings, server: EmbeddedServer) -> LanguageModel:
    shown = server.weights.name + (f" + {server.adapter.name}" if server.adapter else "")

    def connect() -> Connection:
        # trust_env off: a proxy in the environment must not stand between us and our own loopback.
        return _openai_connection(server.base_url, server.api_key, "json_schema", trust_env=False)

    return LanguageModel(
        reference=ModelReference(name=name.full, served_as=shown),
        prompt=default_prompt(name, settings.way),
        connect=connect,
        request=_request(server.weights.stem, settings, temperature=0.0),
        secrets=(server.api_key,),
        embedded=True,
        context_tokens=context_tokens(name, settings),
    )


def _on_server(name: ModelName, settings: Settings, pace: Pace | None) -> LanguageModel:
    base_url = settings.base_url or (_OLLAMA if name.provider == "ollama" else None)
    held = with_key(settings).api_key
    key = held.get_secret_value() if held else None
    if key is None and base_url is None:
        raise ModelUnavailableError(
            f"{name.full} needs a key: set {_OPENAI_KEY}, or name a model that needs none (--model local)."
        )
    if base_url and not base_url.startswith(("http://", "https://")):
        raise UsageError(f"The base URL {base_url!r} is no address; it begins with http:// or https://.")
    mode = "json_schema" if settings.mode == "auto" else settings.mode
    request = _request(name.name, settings)
    if base_url is None and "max_tokens" in request:  # OpenAI's own newer models refuse the older name
        request["max_completion_tokens"] = request.pop("max_tokens")

    def connect() -> Connection:
        return _openai_connection(base_url, key or _NO_KEY, mode, pace=pace)

    return LanguageModel(
        reference=ModelReference(name=name.full, base_url=settings.base_url),
        prompt=default_prompt(name, settings.way),
        connect=connect,
        request=request,
        secrets=(key,) if key else (),
        context_tokens=context_tokens(name, settings),
    )


def _with_provider(name: ModelName, settings: Settings) -> LanguageModel:
    import instructor  # heavy, loaded when a model is asked
    from instructor.auto_client import supported_providers

    key = settings.api_key.get_secret_value() if settings.api_key else None
    mode = None if settings.mode == "auto" else instructor.Mode(f"{settings.mode}")

    def connect() -> Connection:
        options: dict[str, Any] = {"api_key": key} if key else {}
        client = instructor.from_provider(name.full, async_client=True, mode=mode, **options)
        sdk: Any = client.client
        if hasattr(sdk, "max_retries"):
            sdk.max_retries = 0  # the SDK's own retries would multiply with ours
        return Connection(open_structured=lambda: InstructorCalls(client=client), chat=None, client=sdk)

    if name.provider not in supported_providers:
        raise UsageError(
            f"There is no provider {name.provider!r}; name one of {', '.join(supported_providers)}, or add "
            "--base-url for a server that speaks the OpenAI protocol."
        )
    try:
        connect()
    except Exception as error:  # each provider's SDK has errors of its own for a missing package or key
        reason = " ".join(str(error).split()).rstrip(".")
        raise ModelUnavailableError(f"{name.full} cannot be used: {reason}.") from error
    return LanguageModel(
        reference=ModelReference(name=name.full),
        prompt=default_prompt(name, settings.way),
        connect=connect,
        request={key: value for key, value in _request(name.name, settings).items() if key != "model"},
        secrets=(key,) if key else (),
        context_tokens=context_tokens(name, settings),
    )


def _request(model: str, settings: Settings, *, temperature: float | None = None) -> dict[str, Any]:
    chosen = settings.temperature if settings.temperature is not None else temperature
    request = {"model": model, "temperature": chosen, "max_tokens": settings.max_tokens}
    return {key: value for key, value in request.items() if value is not None}


def _openai_connection(
    base_url: str | None, key: str, mode: str, *, trust_env: bool = True, pace: Pace | None = None
) -> Connection:
    from openai import AsyncOpenAI, DefaultAioHttpClient  # heavy, loaded when a model is asked

    client = AsyncOpenAI(
        base_url=base_url,
        api_key=key,
        max_retries=0,  # transport retries are ours, under one deadline
        timeout=None,  # the deadline is ours too
        # httpx's client with its hooks, on aiohttp's connections, which take half the CPU; up to 1000 at once.
        http_client=DefaultAioHttpClient(trust_env=trust_env, event_hooks=_hooks(pace)),
    )
    return Connection(open_structured=lambda: protocol_calls(client, mode), chat=client, client=client)


def _hooks(pace: Pace | None) -> dict[str, list[Any]]:
    """What the HTTP client calls around each request, so that the pace counts repeats like first tries."""
    if pace is None:
        return {}

    async def before(request: Any) -> None:
        await pace.before_request()
        request.extensions["sent_at"] = time.monotonic()

    async def after(response: Any) -> None:
        seconds = time.monotonic() - response.request.extensions["sent_at"]
        pace.after_response(response.status_code, seconds, seconds_of_headers(response.headers))

    return {"request": [before], "response": [after]}
