"""Between an answer in its envelope and the row of the store that keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from summarizer.documents import Document
from summarizer.models.prices import price_of
from summarizer.schemas import DocumentReference, Envelope
from summarizer.store import AnswerStore, StoredAnswer

__all__ = ["kept_answer", "load_kept"]


def kept_answer(key: str, envelope: Envelope[Any]) -> StoredAnswer:
    """The row for an answer."""
    usage = envelope.token_usage
    answer = envelope.briefing.model_dump(mode="json")
    return StoredAnswer(
        key=key,
        written_at=envelope.written_at.isoformat(),
        model=envelope.model.name,
        served_as=envelope.model.served_as,
        base_url=envelope.model.base_url,
        prompt=envelope.prompt.name,
        prompt_version=envelope.prompt.version,
        answer_schema=envelope.answer_schema.name,
        source=envelope.document.source,
        title=envelope.document.title,
        language=envelope.document.language,
        text_sha256=envelope.document.sha256,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        requests=usage.requests,
        re_asks=usage.re_asks,
        repeats=usage.repeats,
        usage_complete=usage.complete,
        price=price_of(envelope),
        seconds=envelope.seconds,
        words="\n".join(dict.fromkeys(_texts(answer))),
        envelope=envelope.model_dump_json(exclude={"from_store"}),
    )


def load_kept(store: AnswerStore, key: str, schema: type[BaseModel], document: Document) -> Envelope[Any] | None:
    """The answer kept under a key, in an envelope that names the document as it was given now; None for none.

    Raises:
        StoreError: If the store cannot be read.
    """
    kept = store.find(key)
    if kept is None:
        return None
    try:
        envelope = Envelope[schema].model_validate_json(kept)  # type: ignore[valid-type]
    except ValidationError:  # written by hand, or a schema of the user's that has changed under its name
        return None
    return envelope.model_copy(update={"document": DocumentReference.of(document), "from_store": True})


def _texts(answer: Any) -> Iterator[str]:
    """Every text of an answer but the quotes, which the document has."""
    if isinstance(answer, str):
        yield answer
    elif isinstance(answer, list):
        for part in answer:
            yield from _texts(part)
    elif isinstance(answer, dict):
        for name, part in answer.items():
            if name not in ("evidence", "quote"):
                yield from _texts(part)
