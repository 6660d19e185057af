"""From what a library raised to one sentence that tells the user what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from summarizer.documents import Document
from summarizer.errors import (
    AnswerError,
    CutOffError,
    ModelUnavailableError,
    RefusedError,
    SummarizerError,
    TooLongError,
)
from summarizer.models.retry import (
    Attempts,
    BrokenStreamError,
    is_worth_repeating,
    is_wrong_answer,
    seconds_asked_for,
    status_of,
)
from summarizer.schemas import TokenUsage

if TYPE_CHECKING:
    from summarizer.models.language_model import LanguageModel

__all__ = ["explained", "explained_job", "explained_refusal", "redacted"]

_TOO_LONG = (
    "context_length_exceeded",
    "context length",
    "context size",
    "context window",
    "exceed_context",
    "too many tokens",
    "prompt is too long",
    "input is too long",
    "maximum prompt length",
    "maximum number of tokens",
    "reduce the length",
    "request too large",
)
"""As OpenAI, Anthropic, Bedrock, xAI, Gemini, vLLM and llama.cpp say it."""

_LONGEST_QUOTE = 240
_NO_SUCH_ADDRESS = frozenset({404, 405, 501})


def redacted(text: str, secrets: tuple[str, ...] | list[str]) -> str:
    """A text with every secret taken out."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "[key]")
    return text


def explained(
    error: Exception, model: LanguageModel, document: Document, attempts: Attempts, usage: TokenUsage
) -> SummarizerError:
    """The error to raise in place of one that came from a library or a server."""
    cause = _root(error)
    name = model.reference.name
    server = f" at {model.reference.base_url}" if model.reference.base_url else ""
    said = redacted(_said(cause), list(model.secrets))
    if isinstance(cause, TimeoutError) and status_of(cause) is None:
        return ModelUnavailableError(f"{name}{server} gave no answer before the deadline; raise --timeout.")
    if _is_cut_off(error) or _is_cut_off(cause):
        return CutOffError(
            f"The answer of {name} was cut off before its end; raise --max-tokens, or the model's own limit."
        )
    if not is_wrong_answer(cause) and any(sign in said.lower() for sign in _TOO_LONG):
        return _too_long(document, name, said)
    if is_wrong_answer(cause) and usage.requests:
        times = f"{usage.requests} answer{'s' if usage.requests != 1 else ''}"
        return AnswerError(
            f"{name} gave {times}, none within the schema ({_first_violation(cause)}); try another model or --mode, or "
            "raise --retries."
        )
    status = status_of(cause)
    if status is not None:
        return _of_status(status, cause, name, server, said, attempts)
    if is_worth_repeating(cause):
        return ModelUnavailableError(
            f"The answer of {name}{server} broke off ({said}); try again, or raise --retries."
            if isinstance(cause, BrokenStreamError)
            else f"{name}{server} could not be reached ({said}); is the server running, and is the address right?"
        )
    if isinstance(error, ImportError) or type(cause).__name__ in ("ConfigurationError", "OpenAIError"):
        return RefusedError(f"{name} cannot be used: {said}")
    return ModelUnavailableError(
        f"{name}{server} did not answer in the OpenAI protocol ({type(cause).__name__}: {said}); check the base URL "
        "(it usually ends in /v1) and the server."
    )


def explained_job(error: Exception, model: LanguageModel, attempts: Attempts, missing: str) -> SummarizerError:
    """The error to raise in place of one that came while a provider's batch API was used.

    Args:
        error: What was raised.
        model: Whose server it is.
        attempts: Those of the call.
        missing: What it means that the server has nothing at the address, and what to do then.
    """
    status = status_of(error)
    name = model.reference.name
    server = f" at {model.reference.base_url}" if model.reference.base_url else ""
    said = redacted(_said(error), list(model.secrets))
    if status in _NO_SUCH_ADDRESS:
        return RefusedError(f"The server of {name}{server} {missing} (it says: {said}).")
    if status in (401, 403, 429) or (status is not None and is_worth_repeating(error)):
        return _of_status(status, error, name, server, said, attempts)
    if status is not None:
        return ModelUnavailableError(f"The server of {name}{server} refused the batch with {status} ({said}).")
    if isinstance(error, TimeoutError):
        return ModelUnavailableError(f"The server of {name}{server} did not finish in time; raise SUMMARIZER_TIMEOUT.")
    if is_worth_repeating(error):
        return ModelUnavailableError(
            f"The server of {name}{server} could not be reached ({said}); is it running, and is the address right?"
        )
    return ModelUnavailableError(
        f"The server of {name}{server} did not answer as OpenAI's batch API does ({type(error).__name__}: {said}); "
        "leave out --provider-batch."
    )


def explained_refusal(code: str, said: str, model: LanguageModel, document: Document) -> SummarizerError:
    """The error of a document whose request in a batch was not answered.

    Args:
        code: The status or error code that the provider gave.
        said: What it said.
        model: What was asked.
        document: What it was asked about.
    """
    name = model.reference.name
    text = redacted(" ".join(said.split())[:_LONGEST_QUOTE].rstrip("."), list(model.secrets))
    if any(sign in f"{code} {text}".lower() for sign in _TOO_LONG):
        return _too_long(document, name, text)
    return ModelUnavailableError(f"{name} gave no answer in the batch ({code}: {text}); --retry-failed tries again.")


def _too_long(document: Document, name: str, said: str) -> TooLongError:
    return TooLongError(
        f"The text ({len(document.text)} characters) is longer than {name} can read (the server says: {said}); shorten "
        "it or name a model with a larger context."
    )


def _of_status(
    status: int, cause: BaseException, name: str, server: str, said: str, attempts: Attempts
) -> SummarizerError:
    if status in (401, 403):
        return RefusedError(
            f"{name}{server} refused the key ({said}); set a valid one in SUMMARIZER_API_KEY"
            + ("." if server else " or the provider's own variable.")
        )
    if status == 404:  # noqa: PLR2004
        return RefusedError(
            f"{name}{server} was not found ({said}); check the model's name and the base URL (it usually ends in /v1)."
        )
    if is_worth_repeating(cause):
        asked = seconds_asked_for(cause)
        wait = f", and asks to wait {asked:.0f} seconds" if asked else ""
        return ModelUnavailableError(
            f"{name}{server} answered {status} after {attempts.dropped} tries ({said}){wait}; try again later, or "
            "raise --timeout and --retries."
        )
    if status == 429:  # noqa: PLR2004
        return RefusedError(f"{name}{server} has no quota left ({said}); add credit or name another model.")
    return ModelUnavailableError(
        f"{name}{server} refused the request with {status} ({said}); see --dry-run, or try another --mode."
    )


def _root(error: BaseException) -> BaseException:
    """What instructor's own exception wraps."""
    seen: set[int] = set()
    while type(error).__name__ == "InstructorRetryException" and error.__cause__ and id(error) not in seen:
        seen.add(id(error))
        error = error.__cause__
    return error


def _is_cut_off(error: BaseException) -> bool:
    return type(error).__name__ == "IncompleteOutputException"


def _said(error: BaseException) -> str:
    body: Any = getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else body
    message = inner.get("message") if isinstance(inner, dict) else inner
    text = " ".join(str(message or error.__cause__ or error).split()) or type(error).__name__
    return text.rstrip(".") if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def _first_violation(error: BaseException) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        return f"{place}: {first['msg']}" if place else first["msg"]
    if isinstance(error, json.JSONDecodeError):
        return "it was no JSON"
    return " ".join(str(error).split())[:_LONGEST_QUOTE]
