from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import BRIEFING, SHORT, run_command
from tests.protocol_server import ProtocolServer

GERMAN = "Der Verband fordert höhere Löhne. Die Reederei lehnt ab."


def test_an_output_that_was_begun_in_another_language_is_not_gone_on_with(
    server: ProtocolServer, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(SHORT, encoding="utf-8")
    server.will(BRIEFING)
    command = ("batch", tmp_path / "a.txt", "-o", tmp_path / "out.jsonl", "-m", "m", "--base-url", server.base_url)
    first = run_command(*command, "--output-lang", "de")
    other = run_command(*command)
    assert (first.code, other.code) == (0, 2)
    assert "the prompt briefing 1.2 in de, and this is m with briefing 1.2;" in other.err
    (line,) = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["prompt"]["output_language"] == "de"
    assert "\nGerman. Names stay" in server.requests[0].body["messages"][0]["content"]


def test_the_embedded_model_warns_once_of_a_language_that_it_does_not_read(tmp_path: Path) -> None:
    texts = [{"id": "1", "text": GERMAN}, {"id": "2", "text": f"{GERMAN} Am Montag wird verhandelt."}]
    done = run_command("batch", "-", "-o", "-", stdin="\n".join(map(json.dumps, texts)))
    assert [json.loads(line)["document"]["language"] for line in done.out.splitlines()] == ["de", "de"]
    assert done.err.count("Warning: The text is in German, and the embedded model reads English only") == 1


def test_the_embedded_model_refuses_to_answer_in_another_language() -> None:
    done = run_command("summarize", "--output-lang", "ja", stdin=SHORT)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Error: The text is in English, and the embedded model")
    assert "not in Japanese; name a server's model with --model" in done.err
    assert len(done.err.splitlines()) == 1


def test_the_language_that_was_told_from_a_text_is_shown(tmp_path: Path) -> None:
    done = run_command("read", "-", stdin=GERMAN)
    assert "language de, " in done.err
    assert (
        json.loads(run_command("read", "-", "--json", "--lang", "nl", stdin=GERMAN).out)["document"]["language"] == "nl"
    )
