"""What submitting a provider's batch job and fetching its answers share."""

from __future__ import annotations

import json
from datetime import datetime

from summarizer.models import open_model
from summarizer.models.provider_batch import ProviderBatch
from summarizer.schemas import PromptReference
from summarizer.settings import Settings, load_settings
from summarizer.store import ProviderJobs, StoredJob

__all__ = ["batch_api", "custom_id", "number_of", "prompt_of", "settings_of", "settings_to_keep", "settled"]

_KEPT = ("way", "mode", "language", "temperature", "max_tokens", "min_confidence", "output_language")
"""Settings that decide an answer, besides those that have a column. The key is none of them."""

_PREFIX = "request-"


def batch_api(settings: Settings) -> ProviderBatch:
    """The batch API of the server that settings name.

    Raises:
        ModelUnavailableError: If the key is missing.
    """
    return ProviderBatch(open_model(settings), retries=settings.retries, timeout=settings.timeout)


def settings_to_keep(settings: Settings) -> str:
    """The settings that are kept with a job, as JSON."""
    return settings.model_dump_json(include=set(_KEPT))


def settings_of(job: StoredJob) -> Settings:
    """The settings that a job was submitted with; key, retries and deadline are those of now.

    Raises:
        UsageError: If the settings of now cannot be read.
    """
    kept = {"model": job.model, "base_url": job.base_url, "prompt": None, **json.loads(job.settings)}
    return load_settings().model_copy(update=kept)


def prompt_of(job: StoredJob) -> PromptReference:
    """Which template a job was submitted with."""
    language = json.loads(job.settings).get("output_language")
    return PromptReference(name=job.prompt, version=job.prompt_version, output_language=language)


def custom_id(number: int) -> str:
    """What a request is called at the provider; a document's own id may be longer or odder than that allows."""
    return f"{_PREFIX}{number}"


def number_of(custom_id: str) -> int | None:
    """The number of the request that a custom id names; None where it is none of ours."""
    number = custom_id.removeprefix(_PREFIX)
    return int(number) if custom_id.startswith(_PREFIX) and number.isdecimal() else None


async def settled(job: StoredJob, jobs: ProviderJobs) -> StoredJob | None:
    """A job whose submission was cut short, as it is now known; None where it was never begun, and is forgotten.

    Whoever calls this holds the lock of the job's output, so that no other run is submitting it at the moment.

    Raises:
        ModelUnavailableError: If the provider cannot be asked.
    """
    if job.state not in ("gathering", "sending"):
        return job
    found = None
    if job.state == "sending":
        api = batch_api(settings_of(job))
        try:
            found = await api.find(job.mark, datetime.fromisoformat(job.begun_at))
        finally:
            await api.aclose()
    if found is None:
        jobs.drop(job.mark)
        return None
    jobs.advance(job.mark, "submitted", found.id)
    (known,) = [one for one in jobs.jobs("submitted", provider_id=found.id) if one.mark == job.mark]
    return known
