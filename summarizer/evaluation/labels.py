"""Hand labels of an article, and whether they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from summarizer.documents import Document, read
from summarizer.errors import InputError, UsageError

__all__ = ["Fixture", "Labels", "load_fixture", "load_fixtures", "load_labels", "load_yaml", "problems"]

FormT = TypeVar("FormT", bound=BaseModel)

ARTICLE = "article.txt"
LABELS = "labels.yaml"
SECOND_LABELS = "labels-second.yaml"
SECTIONS = ("actors", "demands", "agreed_steps", "open_questions")
NAME_LISTS = {"demands": ("by", "of"), "agreed_steps": ("parties",), "open_questions": ("awaits",)}


def _listed(value: Any) -> Any:
    """One text stands for a list of one, and nothing for an empty list, as people write YAML."""
    return [] if value is None else [value] if isinstance(value, str) else value


Texts = Annotated[list[str], BeforeValidator(_listed)]


class _Labelled(BaseModel):
    model_config = ConfigDict(extra="forbid")

    evidence: Texts
    """Passages of the article, letter for letter."""

    accept: Texts = Field(default_factory=list)
    """Other right wordings."""

    doubtful: bool = False
    """Whether a careful annotator could leave it out; it then scores neutral."""


class LabelledActor(_Labelled):
    name: str
    aliases: Texts = Field(default_factory=list)
    kind: Literal["person", "state", "organisation", "group"] | None = None
    role: str | None = None


class LabelledDemand(_Labelled):
    by: Texts
    of: Texts = Field(default_factory=list)
    demand: str = Field(min_length=1)
    status: Literal["open", "accepted", "rejected"] = "open"


class LabelledStep(_Labelled):
    parties: Texts
    step: str = Field(min_length=1)
    when: str | None = None
    status: Literal["planned", "under_way", "done"] | None = None


class LabelledQuestion(_Labelled):
    question: str = Field(min_length=1)
    awaits: Texts = Field(default_factory=list)


class Labels(BaseModel):
    """What a careful reader found in an article."""

    model_config = ConfigDict(extra="forbid")

    language: str = "en"
    split: Literal["dev", "test"] = "dev"
    """`dev` for tuning; `test` is never used to choose anything."""

    tags: list[str] = Field(default_factory=list)
    actors: Annotated[list[LabelledActor], BeforeValidator(_listed)] = Field(default_factory=list)
    demands: Annotated[list[LabelledDemand], BeforeValidator(_listed)] = Field(default_factory=list)
    agreed_steps: Annotated[list[LabelledStep], BeforeValidator(_listed)] = Field(default_factory=list)
    open_questions: Annotated[list[LabelledQuestion], BeforeValidator(_listed)] = Field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Fixture:
    """An article and its labels."""

    name: str
    folder: Path
    document: Document
    labels: Labels

    @property
    def second_pass(self) -> Labels | None:
        """The labels of a second pass over the bare text, where there was one."""
        path = self.folder / SECOND_LABELS
        return load_labels(path) if path.is_file() else None


def load_labels(path: Path) -> Labels:
    """Read a labels file; raises what `load_yaml` does."""
    return load_yaml(path, Labels)


def load_yaml(path: Path, form: type[FormT]) -> FormT:
    """Read a YAML file of a given form.

    Raises:
        InputError: If it is not there, not YAML, or not of the form.
    """
    try:
        return form.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid YAML: {' '.join(str(error).split())}.") from None
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise InputError(f"{path} is not of the form: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from None


def load_fixture(folder: Path) -> Fixture:
    """Read an article and its labels from a folder."""
    labels = load_labels(folder / LABELS)
    return Fixture(
        name=folder.name, folder=folder, document=read(folder / ARTICLE, language=labels.language), labels=labels
    )


def load_fixtures(folder: Path, split: str | None = None) -> list[Fixture]:
    """Read all fixtures below a folder, or the one that the folder is, by name.

    Raises:
        UsageError: If there is none.
    """
    folders = [folder] if (folder / LABELS).is_file() else sorted(path.parent for path in folder.glob(f"*/{LABELS}"))
    fixtures = [load_fixture(found.resolve()) for found in folders]
    chosen = [fixture for fixture in fixtures if split in (None, fixture.labels.split)]
    if not chosen:
        of_split = f" of the split {split!r}" if split else ""
        raise UsageError(
            f"There are no labelled articles{of_split} in {folder}; a folder needs {ARTICLE} and {LABELS}."
        )
    return chosen


def problems(document: Document, labels: Labels) -> Iterator[str]:
    """What is wrong with labels: evidence not verbatim or missing, names unknown or not in the text."""
    forms: dict[str, str] = {}
    for actor in labels.actors:
        for form in (actor.name, *actor.aliases):
            if form not in document.text:
                yield f"actors: {form!r} does not occur in the text"
            if form in forms:
                yield f"actors: {form!r} is given twice, to {forms[form]!r} and {actor.name!r}"
            forms[form] = actor.name
    names = {actor.name for actor in labels.actors}
    for section in SECTIONS:
        for number, item in enumerate(getattr(labels, section), 1):
            place = f"{section} {number}"
            yield from (f"{place}: {problem}" for problem in _problems_of_evidence(item, document))
            for field in NAME_LISTS.get(section, ()):
                yield from (
                    f"{place}: {name!r} in {field} is no actor" for name in getattr(item, field) if name not in names
                )
            if section == "agreed_steps" and not item.parties:
                yield f"{place}: it has no parties"


def _problems_of_evidence(item: Any, document: Document) -> Iterator[str]:
    if not item.evidence:
        yield "it has no evidence"
    for quote in item.evidence:
        if not quote.strip():
            yield "its evidence is empty"
        elif quote not in document.text:
            yield f"its evidence is not in the text letter for letter: {quote[:60]!r}"
