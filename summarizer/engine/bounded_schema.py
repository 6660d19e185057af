"""A JSON Schema with bounds that keep a small model from running on: the grammar then cannot run on either."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from summarizer.documents import Document
from summarizer.schemas.evidence import schema_of_document

__all__ = ["bounded_schema"]

_MOST_ITEMS = 3
_LONGEST_TEXT = 120
_STEPS = 4


def bounded_schema(schema: type[BaseModel], document: Document, shown: range | None = None) -> dict[str, Any]:
    """A schema in which lists are short, texts end, every field is there, and evidence and names exist.

    Args:
        schema: What is asked for.
        document: Whose sentences and names are allowed.
        shown: Numbers of the sentences that the model is shown; all by default.
    """
    with schema_of_document(document, shown):
        return _bounded(schema.model_json_schema())  # type: ignore[no-any-return]


def _bounded(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _bounded(value) for key, value in _tightened(node).items()}
    if isinstance(node, list):
        return [_bounded(value) for value in node]
    return node


def _tightened(node: dict[str, Any]) -> dict[str, Any]:
    kind = node.get("type")
    if kind == "array" and "prefixItems" not in node:
        least = node.get("minItems", 0)
        return {**node, "maxItems": min(node.get("maxItems", _MOST_ITEMS), max(_MOST_ITEMS, least))}
    if kind == "string" and not {"enum", "const", "format", "pattern", "maxLength"} & node.keys():
        return {**node, "maxLength": max(_LONGEST_TEXT, node.get("minLength", 0))}
    if kind == "number" and {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"} & node.keys():
        return {"enum": _numbers_within(node)}
    if kind == "object":
        # A dictionary of any size becomes an empty one: nothing in a grammar ends it.
        return {
            **node,
            "properties": node.get("properties", {}),
            "required": list(node.get("properties", {})),
            "additionalProperties": False,
        }
    return node


def _numbers_within(node: dict[str, Any]) -> list[float]:
    """A few numbers within a field's bounds, which the grammar would not hold."""
    least: float | None = node.get("minimum", node.get("exclusiveMinimum"))
    most: float | None = node.get("maximum", node.get("exclusiveMaximum"))
    low = least if least is not None else (most or 0.0) - _STEPS
    high = most if most is not None else low + _STEPS
    steps = [low + (high - low) * step / _STEPS for step in range(_STEPS + 1)]
    outside = {low} if "exclusiveMinimum" in node else set()
    outside |= {high} if "exclusiveMaximum" in node else set()
    return [number for number in steps if number not in outside]
