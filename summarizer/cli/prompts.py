"""`summarizer prompts`: the templates that ship with the program."""

from __future__ import annotations

from typing import Annotated

import typer

from summarizer.cli.terminal import write

app = typer.Typer(help="List and show prompt templates.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="A template's name or path.")]


@app.command("list")
def list_prompts(json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """List the templates: name, version, way, parameters, description."""
    import json as json_module  # loaded when the command runs

    from summarizer.prompting import load_template, template_names

    templates = [load_template(name) for name in template_names()]
    if json:
        rows = [
            {
                "name": template.name,
                "version": template.version,
                "way": template.way,
                "schema": template.schema_name,
                "parameters": dict(template.parameters),
                "description": template.description,
            }
            for template in templates
        ]
        write(json_module.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    width = max(len(template.name) for template in templates)
    write("".join(f"{t.name:<{width}}  {t.version}  {t.way:<5}  {t.description}\n" for t in templates))


@app.command("show")
def show_prompt(name: Name) -> None:
    """Print a template, as a start for one's own."""
    from summarizer.prompting import load_template

    write(load_template(name).path.read_text(encoding="utf-8"))


@app.command("path")
def prompt_path(name: Name) -> None:
    """Print where a template lies."""
    from summarizer.prompting import template_path

    write(f"{template_path(name)}\n")
