"""The JSON Schema that a model is shown, made once for each schema: pydantic takes milliseconds for it."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

__all__ = ["wire_schema", "wire_schema_text"]

_SCHEMAS = 64
"""Schemas that are remembered; a program uses one or two."""


@lru_cache(maxsize=_SCHEMAS)
def wire_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """What a model's answer is held to. One object for all who ask: it must not be changed."""
    return schema.model_json_schema()


@lru_cache(maxsize=_SCHEMAS)
def wire_schema_text(schema: type[BaseModel]) -> str:
    """The same as JSON, for a prompt."""
    return json.dumps(wire_schema(schema), ensure_ascii=False)
