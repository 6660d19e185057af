"""`summarizer models`: the embedded model's weights, and what other models can be named."""

from __future__ import annotations

from typing import Annotated

import typer

from summarizer.cli.terminal import progress_shown, say, write

app = typer.Typer(help="Manage the embedded model's weights.", no_args_is_help=True, rich_markup_mode=None)

_OTHERS = """\
local:PATH.gguf   weights of your own, run in this process
openai/NAME       OpenAI, with OPENAI_API_KEY
ollama/NAME       Ollama on this machine
PROVIDER/NAME     any provider that instructor knows, with its package and key
NAME --base-url   any server that speaks the OpenAI protocol
"""


@app.command("list")
def list_models(
    json: Annotated[bool, typer.Option("--json", help="The embedded model as JSON.")] = False,
) -> None:
    """List the embedded model, and the other names that --model takes."""
    import json as json_module  # loaded when the command runs

    from summarizer.models.weights import DEFAULT_WEIGHTS, weights_path

    path = weights_path()
    if json:
        entry = {
            "name": "local",
            "weights": DEFAULT_WEIGHTS.name,
            "bytes": DEFAULT_WEIGHTS.size,
            "sha256": DEFAULT_WEIGHTS.sha256,
            "licence": DEFAULT_WEIGHTS.licence,
            "fetched": path.exists(),
            "path": str(path),
        }
        write(json_module.dumps([entry], ensure_ascii=False, indent=2) + "\n")
        return
    state = "fetched" if path.exists() else "not fetched yet"
    size = DEFAULT_WEIGHTS.size / 1e6
    about = f"{DEFAULT_WEIGHTS.name}, {size:.0f} MB, {DEFAULT_WEIGHTS.licence}, {state}"
    write(f"local             {about}\n{_OTHERS}")


@app.command("pull")
def pull_weights(
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Show no progress.")] = False,
) -> None:
    """Fetch the embedded model's weights now, or again where they are damaged, and add its adapter to them."""
    from summarizer.models.merged_weights import merged_weights
    from summarizer.models.weights import adapter_path, fetch_weights

    with progress_shown(quiet=quiet) as progress:
        path = fetch_weights(progress=progress)
        merged_weights(path, adapter_path(), progress)
    write(f"{path}\n")


@app.command("path")
def show_weights_path() -> None:
    """Print where the weights lie, or would lie."""
    from summarizer.models.weights import weights_path

    write(f"{weights_path()}\n")


@app.command("remove")
def remove_weights() -> None:
    """Remove the weights, and what was made of them, from the cache; they are fetched again when they are needed."""
    from summarizer.models import merged_weights, weights

    removed = [weights.remove_weights(), merged_weights.remove_merged_weights(weights.weights_path())]
    say("Removed." if any(removed) else "There was nothing to remove.")
