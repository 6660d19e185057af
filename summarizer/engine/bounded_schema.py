"""A JSON Schema with bounds that keep a small model from running on: the grammar then cannot run on either."""

from __future__ import annotations

from typing import Any

from summarizer.schemas import Evidence

__all__ = ["bounded"]

_MOST_ITEMS = 4
_LONGEST_TEXT = 160


def bounded(schema: dict[str, Any], *, sentences: int) -> dict[str, Any]:
    """A copy in which lists are short, texts end, every field is there, and evidence names a sentence that exists.

    Args:
        schema: As pydantic makes it, in validation mode.
        sentences: How many sentences the document has.
    """
    return {key: _bounded(value, sentences) for key, value in _tightened(schema, sentences).items()}


def _bounded(node: Any, sentences: int) -> Any:
    if isinstance(node, dict):
        return {key: _bounded(value, sentences) for key, value in _tightened(node, sentences).items()}
    if isinstance(node, list):
        return [_bounded(value, sentences) for value in node]
    return node


def _tightened(node: dict[str, Any], sentences: int) -> dict[str, Any]:
    kind = node.get("type")
    if kind == "array" and "prefixItems" not in node:
        least = node.get("minItems", 0)
        return {**node, "maxItems": min(node.get("maxItems", _MOST_ITEMS), max(_MOST_ITEMS, least))}
    if kind == "string" and not {"enum", "const", "format", "pattern", "maxLength"} & node.keys():
        return {**node, "maxLength": max(_LONGEST_TEXT, node.get("minLength", 0))}
    if kind == "integer" and node.get("title") == Evidence.__name__:
        return {**node, "minimum": 1, "maximum": sentences}
    if kind == "object" and "properties" in node:
        return {**node, "required": list(node["properties"])}
    return node
