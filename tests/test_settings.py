from __future__ import annotations

from pathlib import Path

import pytest

from summarizer import UsageError
from summarizer.settings import load_settings, origins


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("SUMMARIZER_CONFIG", str(path))
    return path


def test_an_option_beats_a_variable_beats_the_file_beats_the_default(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().model == "local"
    config.write_text('model = "ollama/from-file"\nretries = 7\n', encoding="utf-8")
    assert load_settings().model == "ollama/from-file"
    monkeypatch.setenv("SUMMARIZER_MODEL", "ollama/from-variable")
    assert load_settings().model == "ollama/from-variable"
    assert load_settings(model="ollama/from-option", timeout=None).model == "ollama/from-option"
    assert load_settings().retries == 7
    assert {name: origins()[name] for name in ("model", "retries", "timeout")} == {
        "model": "SUMMARIZER_MODEL",
        "retries": str(config),
        "timeout": "default",
    }


def test_an_empty_variable_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMMARIZER_TIMEOUT", "")
    assert load_settings().timeout == 600


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("model = ", "is not valid TOML"),
        ("modell = 'x'", "There is no setting 'modell'"),
        ("retries = -1", r"The value of retries in .*config.toml does not fit"),
    ],
)
def test_a_broken_config_file_is_told_in_one_sentence(config: Path, content: str, message: str) -> None:
    config.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        load_settings()


def test_a_value_that_does_not_fit_names_where_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="The value of --timeout does not fit"):
        load_settings(timeout=-1)
    monkeypatch.setenv("SUMMARIZER_TIMEOUT", "soon")
    with pytest.raises(UsageError, match="The value of SUMMARIZER_TIMEOUT does not fit"):
        load_settings()


def test_a_key_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMMARIZER_API_KEY", "sk-secret")
    settings = load_settings()
    assert "sk-secret" not in repr(settings)
    assert "sk-secret" not in settings.model_dump_json()
