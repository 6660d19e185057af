"""Settings and where they come from: option, then `SUMMARIZER_*` variable, then config file, then default."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from summarizer.errors import UsageError

__all__ = ["Settings", "cache_directory", "config_path", "data_directory", "load_settings", "origins"]

APPLICATION = "summarizer"
ENVIRONMENT_PREFIX = "SUMMARIZER_"

Mode = Literal["auto", "json_schema", "tools", "json", "md_json"]
Way = Literal["auto", "whole", "turns"]
AnswerCache = Literal["use", "refresh", "off"]


def config_path() -> Path:
    """The config file: `SUMMARIZER_CONFIG`, or `config.toml` in the user's config directory."""
    named = os.environ.get(f"{ENVIRONMENT_PREFIX}CONFIG")
    return Path(named) if named else platformdirs.user_config_path(APPLICATION) / "config.toml"


def data_directory() -> Path:
    """Where the store of answers is kept: `SUMMARIZER_DATA`, or the user's data directory."""
    named = os.environ.get(f"{ENVIRONMENT_PREFIX}DATA")
    return Path(named) if named else platformdirs.user_data_path(APPLICATION)


def cache_directory() -> Path:
    """Where fetched weights are kept: `SUMMARIZER_CACHE`, or the user's cache directory."""
    named = os.environ.get(f"{ENVIRONMENT_PREFIX}CACHE")
    return Path(named) if named else platformdirs.user_cache_path(APPLICATION)


class Settings(BaseSettings):
    """Everything that shapes a call besides the document. Each field may stand in the config file by its name."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, extra="forbid", env_ignore_empty=True)

    model: str = "local"
    """`local`, `local:PATH.gguf`, `openai/NAME`, `ollama/NAME`, or any provider string that instructor knows."""

    base_url: str | None = None
    """Address of a server that speaks the OpenAI protocol, up to and including `/v1`."""

    api_key: SecretStr | None = None
    """Key for the model's server; never printed. `openai/…` without a base URL also reads `OPENAI_API_KEY`."""

    prompt: str | None = None
    """A template's name or path; by default the one that suits the model."""

    way: Way = "auto"
    """`whole`: one call for the document. `turns`: one turn a sentence. `auto`: what suits the model."""

    mode: Mode = "auto"
    """How the schema is held: `json_schema` (OpenAI-protocol servers), `tools`, `json`, `md_json`; `auto` picks."""

    language: str | None = None
    """ISO 639-1 code of the document's language; by default what the source says of itself, or the text shows."""

    output_language: str | None = None
    """Language that the briefing's own words are asked for in, a code or tag as `de` or `pt-BR`; by default the text's.
    Names stay as the text has them, and quotes are the text itself."""

    temperature: float | None = Field(default=None, ge=0, le=2)
    """Sampling temperature, 0 to 2; by default 0 for the embedded model, unsent to others (some refuse it)."""

    max_tokens: int | None = Field(default=None, gt=0)
    """Longest completion, in tokens; none is sent by default."""

    timeout: float = Field(default=600.0, gt=0)
    """Deadline of one document, in seconds, over all attempts and waits."""

    retries: int = Field(default=3, ge=0)
    """How often a call that failed on the way is repeated, and how often a wrong answer is asked again."""

    stream: bool = True
    """Whether `summarize` fills a page on a terminal in while the model writes."""

    answer_cache: AnswerCache = "use"
    """What the commands do with the store of answers: `use` it, `refresh` what it has, or leave it `off`."""

    min_confidence: float = Field(default=0.0, ge=0, le=1)
    """Items that the model gives a lower probability are left out; those without a probability stay."""

    adapter: Path | None = None
    """A LoRA adapter (GGUF) for the embedded model's default weights, in place of the one that ships."""

    threads: int | None = Field(default=None, gt=0)
    """Threads of the embedded model; by default the cores that this process may use, at most 4."""

    polling: int = Field(default=0, ge=0, le=100)
    """How hard the embedded model's threads spin while they wait, 0 to 100; spinning is ruinous on a busy machine."""

    slots: int = Field(default=1, gt=0)
    """Calls that the embedded model answers at once."""

    context_tokens: int | None = Field(default=None, ge=512)
    """What the model reads at once, its answer included, in tokens; a longer text is read in windows. By default what
    is known of the model: 3328 a slot for the embedded one."""

    concurrency: int | None = Field(default=None, gt=0)
    """Windows of a long text that are read at once; by default 4 on a server, and the slots of the embedded model."""

    fetch_timeout: float = Field(default=20.0, gt=0)
    """Seconds in which a page must be fetched, its redirects and the site's robots.txt included."""

    fetch_bytes: int = Field(default=10_000_000, gt=0)
    """The largest page that is fetched, in bytes, unpacked."""

    fetch_redirects: int = Field(default=5, ge=0)
    """How many redirects are followed to a page."""

    allow_private_network: bool = False
    """Whether pages may be fetched from addresses that are not public: this machine, the local network."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options, then the environment, then the config file; no .env file of whatever folder we are in."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_path())


def load_settings(**options: Any) -> Settings:
    """Resolve the settings of a call.

    Args:
        options: Fields of `Settings` that the caller named; `None` counts as not named.

    Raises:
        UsageError: If a value is not allowed, or the config file is not TOML or names an unknown setting.
    """
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The config file {config_path()} is not valid TOML: {error}. Mend or remove it.") from None
    except OSError as error:
        raise UsageError(f"The config file {config_path()} cannot be read: {error.strerror}.") from None
    except ValidationError as error:
        raise UsageError(_what_is_wrong(error, given)) from None


def _what_is_wrong(error: ValidationError, given: dict[str, Any]) -> str:
    first = error.errors(include_input=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "?"
    if first["type"] == "extra_forbidden":
        known = ", ".join(sorted(Settings.model_fields))
        return f"There is no setting {name!r} (looked in {config_path()}); the settings are {known}."
    if name in given:
        origin = f"--{name.replace('_', '-')}"
    elif f"{ENVIRONMENT_PREFIX}{name}".upper() in os.environ:
        origin = f"{ENVIRONMENT_PREFIX}{name}".upper()
    else:
        origin = f"{name} in {config_path()}"
    return f"The value of {origin} does not fit: {first['msg']}."


def origins() -> dict[str, str]:
    """Where the value of each setting comes from when no option is given."""
    path = config_path()
    in_file = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    found: dict[str, str] = {}
    for name in Settings.model_fields:
        variable = f"{ENVIRONMENT_PREFIX}{name}".upper()
        found[name] = variable if os.environ.get(variable) else str(path) if name in in_file else "default"
    return found
