from __future__ import annotations

from pathlib import Path

import pytest

from summarizer import Briefing, Document, UsageError
from summarizer.prompting import PromptTemplate, load_schema, load_template, template_names
from summarizer.schemas import Overview

FRONT = "---\nname: own\nversion: 3\nparameters: {limit: 2, tone: calm, tags: [a], strict: false}\n---\n"
BODY = "{% block user %}{{ limit }} {{ tone }} {{ sentences[0].text }}{% endblock %}"


def own(body: str = BODY, front: str = FRONT) -> PromptTemplate:
    return PromptTemplate(Path("own.md"), front + body)


def test_the_shipped_templates_load_and_render(short: Document) -> None:
    assert template_names() == ["briefing", "briefing-overview", "briefing-turns", "briefing-turns-trained"]
    for name in template_names():
        template = load_template(name)
        assert template.name == name
        if template.way == "whole":
            system, user = template.messages(short, Briefing, template.with_parameters({}))
            assert "- demands (list of object)" in system["content"]
            assert "[2] He said the union should end the strike." in user["content"]
        elif template.way == "overview":
            points = [("Demands", ["Lavrov > union: End the strike (open) [2]"])]
            system, user = template.overview_messages(short, Overview, template.with_parameters({}), points)
            assert "- headline (string)" in system["content"]
            assert user["content"] == "Demands:\n- Lavrov > union: End the strike (open) [2]"
        else:
            assert template.turn(short, short.sentences[0], {})["content"] == short.sentences[0].text


def test_few_shot_examples_open_the_conversation(short: Document) -> None:
    template = load_template("briefing-turns")
    opening = template.opening(short, {})
    assert [message["role"] for message in opening] == ["system", *["user", "assistant"] * len(template.examples)]


def test_an_article_with_template_marks_in_it_is_shown_as_it_stands() -> None:
    document = Document(text="He said {{ 7 * 7 }} {% raw %} and {# left #}.")
    (message,) = own().messages(document, Briefing, own().with_parameters({}))
    assert message["content"] == "2 calm He said {{ 7 * 7 }} {% raw %} and {# left #}."


def test_parameters_take_the_type_of_their_default() -> None:
    found = own().with_parameters({"limit": "5", "tags": "[x, y]", "strict": "true"})
    assert found == {"limit": 5, "tone": "calm", "tags": ["x", "y"], "strict": True}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"colour": "red"}, "has no parameter 'colour'; its parameters: limit, strict, tags, tone"),
        ({"limit": "many"}, "The parameter 'limit' takes a value like 2, not 'many'"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        own().with_parameters(given)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{% block user %}{{ nothing }}{% endblock %}", "'nothing' is undefined"),
        ("{% block user %}{{ document.nothing }}{% endblock %}", "has no attribute 'nothing'"),
        ("{% block user %}{{ ''.__class__.__mro__ }}{% endblock %}", "unsafe"),
        ("{% block user %}{{ sentences.append(1) }}{% endblock %}", "not safely callable|unsafe"),
        ("{% block user %}{% include '/etc/passwd' %}{% endblock %}", "no loader"),
        ("{% block user %}{% for i in range(10 ** 9) %}{% endfor %}{% endblock %}", "Range too big"),
        ("{% block user %}{{ 1 / 0 }}{% endblock %}", "division by zero"),
    ],
)
def test_a_template_that_cannot_or_must_not_be_rendered_is_refused(short: Document, body: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        own(body).messages(short, Briefing, own().with_parameters({}))


@pytest.mark.parametrize(
    ("front", "body", "message"),
    [
        ("", BODY, "does not begin with front matter"),
        ("---\nname: [\n---\n", BODY, "is not valid YAML"),
        ("---\nversion: 1\n---\n", BODY, "name: Field required"),
        ("---\nname: a\nversion: 1\ncolour: red\n---\n", BODY, "colour: Extra inputs"),
        (FRONT, "{% block user %}{{ }}{% endblock %}", "is broken: Expected an expression"),
        (FRONT, "{% block user %}", "is broken"),
        (FRONT, "Hello {{ limit }}", "has no user part"),
    ],
)
def test_a_broken_template_is_told_in_one_sentence(front: str, body: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        own(body, front)


@pytest.mark.parametrize("name", ["nothing", "folder/nothing.md", "nothing.md"])
def test_a_template_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="There is no"):
        load_template(name)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Nothing", "not of the form module:Class"),
        ("no_such_module:Class", "there is no module 'no_such_module'"),
        ("json:JSONDecoder", "is no pydantic model"),
        ("json:Nothing", "is no pydantic model"),
    ],
)
def test_a_schema_that_is_not_there_is_refused(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_schema(name)


def test_a_schema_of_a_module_that_breaks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "breaking_schema.py").write_text("raise RuntimeError('oh')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="cannot be imported: RuntimeError"):
        load_schema("breaking_schema:Class")
