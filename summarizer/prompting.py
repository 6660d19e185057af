"""Prompt templates: a file with YAML front matter and Jinja2 blocks, and a schema, become messages.

Templates are untrusted: they render in jinja2's immutable sandbox, they load no other file, and a name that nothing
defines is an error.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from summarizer.documents import Document, Sentence
from summarizer.errors import UsageError
from summarizer.schemas import Briefing
from summarizer.schemas.outline import outline
from summarizer.schemas.wire import wire_schema_text

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = [
    "Example",
    "Message",
    "PromptTemplate",
    "load_schema",
    "load_template",
    "template_names",
    "template_path",
]

BRIEFING_SCHEMA = "summarizer.schemas:Briefing"
SUFFIX = ".md"
_FENCE = "---"
_DIRECTORIES = (Path(__file__).parent / "prompts", Path(__file__).parent.parent / "prompts")


class Message(TypedDict):
    """One message of a conversation in the OpenAI protocol."""

    role: Literal["system", "user", "assistant"]
    content: str


class Example(BaseModel):
    """One turn shown to a model in advance: a sentence and the answer to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sentence: str
    answer: str


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: str = Field(min_length=1)
    version: str = Field(min_length=1, coerce_numbers_to_str=True)
    description: str = ""
    way: Literal["whole", "turns", "overview"] = "whole"
    schema_name: str = Field(default=BRIEFING_SCHEMA, alias="schema")
    parameters: dict[str, Any] = Field(default_factory=dict)
    examples: list[Example] = Field(default_factory=list)


class PromptTemplate:
    """A template that has been read and checked.

    Attributes:
        name: What it is called in results.
        version: Its version, as its author counts.
        description: One line.
        way: `whole`, where it shows the whole document, `turns`, where it shows one sentence, or `overview`, where it
            shows what was found in the windows of a long one.
        schema_name: `module:Class` of the schema that its answers follow.
        parameters: Names and defaults of what a user may set.
        examples: Turns shown in advance (`turns` only).
        path: The file.
    """

    def __init__(self, path: Path, text: str) -> None:
        front, body = _split(path, text)
        self.name = front.name
        self.version = front.version
        self.description = front.description
        self.way = front.way
        self.schema_name = front.schema_name
        self.parameters: Mapping[str, Any] = front.parameters
        self.examples: Sequence[Example] = front.examples
        self.path = path
        self._template = _compile(path, body)
        self._blocks = [role for role in ("system", "user") if role in self._template.blocks]
        if "user" not in self._blocks:
            raise UsageError(
                f"The template {path} has no user part; add {{% block user %}} … {{% endblock %}} around its text."
            )

    def with_parameters(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The template's parameters with values given by a user, in the types of the defaults.

        Raises:
            UsageError: If the template lacks a parameter, or a value does not fit its default's type.
        """
        values = dict(self.parameters)
        for name, value in given.items():
            if name not in values:
                known = ", ".join(sorted(values)) or "none"
                raise UsageError(f"The template {self.name!r} has no parameter {name!r}; its parameters: {known}.")
            values[name] = _as_type_of(values[name], value, name)
        return values

    def messages(
        self,
        document: Document,
        schema: type[BaseModel],
        parameters: Mapping[str, Any],
        window: Sequence[Sentence] | None = None,
    ) -> list[Message]:
        """The messages that show a document, or a window of it, and ask for an answer under a schema."""
        shown = _shown_document(document)
        if window is not None:
            text = document.text[window[0].start : window[-1].end]
            shown |= {"text": text, "characters": len(text)}
        return self._render(
            {
                **parameters,
                "document": shown,
                "sentences": [_shown_sentence(sentence) for sentence in window or document.sentences],
                "part": None if window is None else _shown_part(document, window),
                **_shown_schema(schema),
            }
        )

    def overview_messages(
        self,
        document: Document,
        schema: type[BaseModel],
        parameters: Mapping[str, Any],
        sections: Sequence[tuple[str, Sequence[str]]],
    ) -> list[Message]:
        """The messages that show what was found in a document, and ask for an answer under a schema.

        Args:
            document: What was read.
            schema: What is asked for.
            parameters: The template's parameters.
            sections: Titles, each with its lines.
        """
        return self._render(
            {
                **parameters,
                **_shown_schema(schema),
                "document": _shown_document(document),
                "sections": [{"title": title, "lines": list(lines)} for title, lines in sections],
            }
        )

    def opening(self, document: Document, parameters: Mapping[str, Any]) -> list[Message]:
        """The messages before the first turn: the system part and the examples."""
        shared = {**parameters, "document": _shown_document(document)}
        opening: list[Message] = []
        if "system" in self._blocks:
            opening += self._render({**shared, "sentence": None}, roles=("system",))
        for example in self.examples:
            opening += self._render({**shared, "sentence": {"number": 0, "text": example.sentence}}, roles=("user",))
            opening.append({"role": "assistant", "content": example.answer})
        return opening

    def turn(self, document: Document, sentence: Sentence, parameters: Mapping[str, Any]) -> Message:
        """The message that shows one sentence."""
        shared = {**parameters, "document": _shown_document(document), "sentence": _shown_sentence(sentence)}
        return self._render(shared, roles=("user",))[0]

    def _render(self, variables: dict[str, Any], roles: Sequence[str] = ("system", "user")) -> list[Message]:
        from jinja2 import TemplateError  # loaded when a template is used

        messages: list[Message] = []
        for role in self._blocks:
            if role not in roles:
                continue
            try:
                context = self._template.new_context(variables)
                content = "".join(self._template.blocks[role](context)).strip()
            except TemplateError as error:
                raise UsageError(f"The template {self.path} cannot be rendered: {error.message}.") from error
            except (
                TypeError,
                ValueError,
                ArithmeticError,
                LookupError,
                AttributeError,
                RecursionError,
            ) as error:
                raise UsageError(f"The template {self.path} cannot be rendered: {error}.") from error
            if content or role == "user":
                messages.append({"role": "system" if role == "system" else "user", "content": content})
        return messages


def template_path(name: str) -> Path:
    """The file of a shipped template, or the path itself where a path was given.

    Raises:
        UsageError: If there is neither.
    """
    path = Path(name)
    if path.suffix == SUFFIX or path.is_file() or len(path.parts) > 1:
        if not path.is_file():
            raise UsageError(f"There is no template file {name}; check the path, or see 'summarizer prompts list'.")
        return path
    for directory in _DIRECTORIES:
        shipped = directory / f"{name}{SUFFIX}"
        if shipped.is_file():
            return shipped
    known = ", ".join(template_names())
    raise UsageError(f"There is no prompt {name!r}; name one of {known}, or the path of a template.")


def template_names() -> list[str]:
    """Names of the shipped templates."""
    return sorted({file.stem for directory in _DIRECTORIES for file in directory.glob(f"*{SUFFIX}")})


def load_template(name: str) -> PromptTemplate:
    """Read a template by its name or path.

    Raises:
        UsageError: If there is none, or it is broken; the message says where.
    """
    path = template_path(name)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The template {path} cannot be read: {error}.") from None
    return PromptTemplate(path, text)


def load_schema(name: str) -> type[BaseModel]:
    """The pydantic model that `module:Class` names; the module may lie in the current folder.

    Raises:
        UsageError: If there is no such module or class, or the class is no pydantic model.
    """
    if name in (BRIEFING_SCHEMA, "Briefing"):
        return Briefing
    module_name, colon, class_name = name.partition(":")
    if not (module_name and colon and class_name):
        raise UsageError(f"The schema {name!r} is not of the form module:Class.")
    try:
        module = _import(module_name)
    except ModuleNotFoundError as error:
        raise UsageError(f"The schema {name!r} cannot be imported: there is no module {error.name!r}.") from error
    except Exception as error:  # whatever a user's own module raises when it is run
        raise UsageError(f"The schema {name!r} cannot be imported: {error!r}.") from error
    found = getattr(module, class_name, None)
    if not (isinstance(found, type) and issubclass(found, BaseModel)):
        raise UsageError(f"The schema {name!r} is no pydantic model: {module_name} has no such class.")
    return found


def _split(path: Path, text: str) -> tuple[_FrontMatter, str]:
    lines = text.lstrip("\ufeff").splitlines()
    if not lines or lines[0].strip() != _FENCE or _FENCE not in (line.strip() for line in lines[1:]):
        raise UsageError(f"The template {path} does not begin with front matter between two lines of '---'.")
    end = next(index for index, line in enumerate(lines[1:], 1) if line.strip() == _FENCE)
    try:
        data = yaml.safe_load("\n".join(lines[1:end]))
        return _FrontMatter.model_validate(data or {}), "\n".join(lines[end + 1 :])
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"The front matter of {path} is not valid YAML: {reason}.") from None
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the front matter"
        raise UsageError(f"The front matter of {path} does not fit: {place}: {first['msg']}.") from None


def _compile(path: Path, body: str) -> Template:
    from jinja2 import StrictUndefined, TemplateError  # loaded when a template is used
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # No autoescape: what is rendered is a message to a model, not a page.
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
    try:
        return environment.from_string(body)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        where = f" (line {line} after the front matter)" if line else ""
        raise UsageError(f"The template {path} is broken: {error.message}{where}.") from None


def _as_type_of(default: Any, value: Any, name: str) -> Any:
    if default is None:
        return value
    loaded = value
    if isinstance(value, str) and isinstance(default, list | dict):
        loaded = yaml.safe_load(value)
    try:
        return TypeAdapter(type(default)).validate_python(loaded)
    except ValidationError:
        raise UsageError(f"The parameter {name!r} takes a value like {default!r}, not {value!r}.") from None


def _shown_schema(schema: type[BaseModel]) -> Mapping[str, str]:
    return {"schema": wire_schema_text(schema), "fields": outline(schema)}


def _shown_document(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "source": document.source,
        "language": document.language,
        "text": document.text,
        "characters": len(document.text),
    }


def _shown_part(document: Document, window: Sequence[Sentence]) -> dict[str, Any]:
    return {"first": window[0].number, "last": window[-1].number, "of": len(document.sentences)}


def _shown_sentence(sentence: Sentence) -> dict[str, Any]:
    return {"number": sentence.number, "text": " ".join(sentence.text.split())}


def _import(module_name: str) -> Any:
    import sys

    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)  # last, so that a file here hides no installed module
    return importlib.import_module(module_name)
