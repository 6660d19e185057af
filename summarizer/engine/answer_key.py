"""The hash under which an answer is kept: of all that decides it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from summarizer.documents import Document
from summarizer.engine.known_actors import KnownActor
from summarizer.models.weights import DEFAULT_WEIGHTS, adapter_path, sha256_of
from summarizer.prompting import PromptTemplate
from summarizer.schemas import SCHEMA_VERSION
from summarizer.settings import Settings

__all__ = ["AnswerKey"]

_PACKAGE = Path(__file__).parent.parent
_NOT_PART_OF_AN_ANSWER = ("evaluation", "cli", "render", "batch", "store", "sources", "matters")
_DECIDING = ("temperature", "max_tokens", "mode", "min_confidence", "context_tokens", "output_language")
_EMBEDDED = "local"


class AnswerKey:
    """Makes the keys of documents that are read with one model, template and schema.

    Everything but the document is hashed once. An answer in turns is made of many completions by this package's own
    code, so that code is part of its key; an answer of one call is the model's own.
    """

    def __init__(
        self,
        settings: Settings,
        template: PromptTemplate,
        schema: type[BaseModel],
        parameters: Mapping[str, Any],
        known_actors: Sequence[KnownActor] = (),
    ) -> None:
        identity: dict[str, Any] = {
            "model": settings.model,
            "base_url": settings.base_url,
            "weights": _weights_identity(settings.model, settings.adapter),
            "prompt": [template.name, template.version, hashlib.sha256(template.path.read_bytes()).hexdigest()],
            "parameters": dict(parameters),
            "schema": schema.model_json_schema(),
            "schema_version": SCHEMA_VERSION,
            "settings": {name: getattr(settings, name) for name in _DECIDING},
            "code": _code_identity() if template.way == "turns" else "",
        }
        if known_actors:
            identity["known_actors"] = [asdict(actor) for actor in known_actors]
        self._shared = hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode())

    def of(self, document: Document, repeat: int = 0) -> str:
        """SHA-256 in hexadecimal.

        Args:
            document: What is read. Its text, title, language and pages count; where it came from does not.
            repeat: Tells apart answers to the same question that are wanted side by side.
        """
        digest = self._shared.copy()
        digest.update(f"\n{document.sha256}\n{document.language}\n{document.given_title or ''}\n{repeat}".encode())
        if document.page_starts:
            digest.update(f"\n{list(document.page_starts)}".encode())
        return digest.hexdigest()


@cache
def _weights_identity(model: str, adapter: Path | None) -> str:
    if model == _EMBEDDED:
        return f"{DEFAULT_WEIGHTS.sha256}+{sha256_of(adapter or adapter_path())}"
    path = Path(model.removeprefix(f"{_EMBEDDED}:")).expanduser()
    return f"{path}:{path.stat().st_mtime_ns}" if model.startswith(f"{_EMBEDDED}:") and path.is_file() else ""


@cache
def _code_identity() -> str:
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*")):
        room = path.relative_to(_PACKAGE).parts[0]
        if path.suffix in (".py", ".csv") and room not in _NOT_PART_OF_AN_ANSWER:
            digest.update(str(path.relative_to(_PACKAGE)).encode() + path.read_bytes())
    return digest.hexdigest()
