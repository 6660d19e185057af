"""`summarizer config`: what is set, and where."""

from __future__ import annotations

from typing import Annotated

import typer

from summarizer.cli.terminal import write

app = typer.Typer(help="Show the settings and the config file.", no_args_is_help=True, rich_markup_mode=None)


@app.command("show")
def show_config(json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Print every setting and where its value comes from; a key is never shown."""
    import json as json_module  # loaded when the command runs

    from summarizer.settings import load_settings, origins

    settings = load_settings().model_dump(mode="json")
    sources = origins()
    if json:
        rows = {name: {"value": value, "from": sources[name]} for name, value in settings.items()}
        write(json_module.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    shown = {name: "not set" if value is None else json_module.dumps(value) for name, value in settings.items()}
    name_width, value_width = max(map(len, shown)), max(map(len, shown.values()))
    write("".join(f"{n:<{name_width}}  {v:<{value_width}}  {sources[n]}\n" for n, v in shown.items()))


@app.command("path")
def show_config_path() -> None:
    """Print where the config file lies, or would lie."""
    from summarizer.settings import config_path

    write(f"{config_path()}\n")
