"""The smaller commands, run as a user runs them."""

from __future__ import annotations

import os
from pathlib import Path

import jsonschema
import pytest

from tests.conftest import ROOT, Finished, run_command


def test_help_is_given_by_both_names_everywhere() -> None:
    for command in (
        [],
        ["summarize"],
        ["schema"],
        ["prompts"],
        ["prompts", "list"],
        ["models"],
        ["config"],
        ["batch"],
        ["export"],
    ):
        short, long = run_command(*command, "-h"), run_command(*command, "--help")
        assert (short.code, short.out) == (0, long.out)
        assert "Usage: summarizer" in short.out


def test_the_version_is_told() -> None:
    assert run_command("--version").out.startswith("summarizer 0.")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete_the_command(shell: str) -> None:
    environment = {**os.environ, "SHELL": f"/bin/{shell}", "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = run_command("--show-completion", shell, env=environment)
    assert done.code == 0
    assert "summarizer" in done.out


def test_the_schema_describes_what_is_written(seed_run: Finished) -> None:
    jsonschema.validate(seed_run.json["briefing"], run_command("schema").json)
    jsonschema.validate(seed_run.json, run_command("schema", "--envelope").json)


def test_the_schema_on_the_wire_asks_for_numbers() -> None:
    assert run_command("schema", "--wire").json["$defs"]["Evidence"]["type"] == "integer"
    refused = run_command("schema", "--wire", "--envelope")
    assert refused.code == 2
    assert "A model is never asked for the envelope" in refused.err


def test_prompts_are_listed_shown_and_found() -> None:
    rows = {row["name"]: row for row in run_command("prompts", "list", "--json").json}
    assert rows["briefing"]["parameters"] == {"focus": "", "output_language": "", "context": []}
    assert "briefing-turns-trained" in run_command("prompts", "list").out
    path = Path(run_command("prompts", "path", "briefing").out.strip())
    assert run_command("prompts", "show", "briefing").out == path.read_text(encoding="utf-8")
    assert run_command("prompts", "show", "nothing").code == 2


def test_settings_are_shown_with_where_they_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMMARIZER_API_KEY", "sk-very-secret")
    monkeypatch.setenv("SUMMARIZER_RETRIES", "5")
    shown = run_command("config", "show")
    assert "sk-very-secret" not in shown.out
    rows = run_command("config", "show", "--json").json
    assert rows["retries"] == {"value": 5, "from": "SUMMARIZER_RETRIES"}
    assert rows["model"] == {"value": "local", "from": "default"}
    assert run_command("config", "path").out.strip().endswith("config.toml")


def test_models_are_listed_and_found() -> None:
    (entry,) = run_command("models", "list", "--json").json
    assert (entry["name"], entry["fetched"], entry["licence"]) == ("local", True, "Apache-2.0")
    assert "PROVIDER/NAME" in run_command("models", "list").out
    assert run_command("models", "path").out.strip() == entry["path"]
    assert run_command("models", "pull").out.strip() == entry["path"]


def test_removing_weights_that_are_not_there_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMMARIZER_CACHE", str(tmp_path))
    assert run_command("models", "remove").err.strip() == "There was nothing to remove."
    assert "not fetched yet" in run_command("models", "list").out


def test_every_exit_code_in_the_readme_is_that_of_an_error() -> None:
    from summarizer import errors

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    kinds = [getattr(errors, name) for name in errors.__all__]
    for kind in kinds:
        assert f"| {kind.exit_code} |" in readme, kind.__name__
    assert "| 130 |" in readme
