"""A schema in words: its fields as an indented list, for a prompt."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from summarizer.schemas.wire import wire_schema

__all__ = ["outline"]


@lru_cache(maxsize=64)
def outline(schema: type[BaseModel]) -> str:
    """A schema's fields as an indented list with their descriptions, as a model reads them best."""
    whole = wire_schema(schema)
    definitions = whole.get("$defs", {})
    _, root, _ = _kind({"type": "object", **whole}, definitions)
    lines: list[str] = []
    _outline(root or {}, definitions, lines, depth=0, seen=())
    return "\n".join(lines)


def _outline(
    node: dict[str, Any], definitions: dict[str, Any], lines: list[str], *, depth: int, seen: tuple[str, ...]
) -> None:
    required = node.get("required", [])
    for name, field in node.get("properties", {}).items():
        kind, inner, reference = _kind(field, definitions)
        described = field.get("description") or (inner or {}).get("description", "")
        optional = "" if name in required else ", may be left out"
        about = " ".join(described.split())
        lines.append(f"{'  ' * depth}- {name} ({kind}{optional}){': ' + about if about else ''}")
        if inner and inner.get("properties") and reference not in seen:
            _outline(inner, definitions, lines, depth=depth + 1, seen=(*seen, reference))


def _kind(node: dict[str, Any], definitions: dict[str, Any]) -> tuple[str, dict[str, Any] | None, str]:
    """What a field holds in words, the object in it where there is one, and that object's name."""
    reference = str(node.get("$ref", "")).rpartition("/")[2]
    if reference:
        kind, inner, _ = _kind(definitions[reference], definitions)
        return kind, inner, reference
    if node.get("enum") is not None:
        return " | ".join(map(str, node["enum"])), None, ""
    if "const" in node:
        return str(node["const"]), None, ""
    choices = node.get("anyOf") or node.get("oneOf") or node.get("allOf")
    if choices:
        kinds = [_kind(choice, definitions) for choice in choices]
        inner, name = next(((inner, name) for _, inner, name in kinds if inner), (None, ""))
        return " or ".join(dict.fromkeys(kind for kind, _, _ in kinds)), inner, name
    if node.get("type") == "array":
        kind, inner, name = _kind(node.get("items", {}), definitions)
        return f"list of {kind}", inner, name
    if node.get("type") == "object":
        return "object", node, str(node.get("title", ""))
    return str(node.get("type", "any")), None, ""
