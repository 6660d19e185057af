"""`summarizer summarize`, run as a user runs it."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from summarizer import Briefing, Envelope, read
from tests.conftest import BRIEFING, HEEDING_INTERRUPTS, ROOT, SEED, SHORT, Finished, run_command
from tests.engine.planted import english, finds_facts
from tests.protocol_server import Answer, Given, ProtocolServer, Request, Stream


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(SHORT, encoding="utf-8")
    return path


def asked(server: ProtocolServer, *arguments: str | Path, stdin: str | None = None) -> Finished:
    return run_command("summarize", "-m", "m", "--base-url", server.base_url, *arguments, stdin=stdin)


def test_the_seed_article_is_briefed_on_the_embedded_model(seed_run: Finished, tmp_path: Path) -> None:
    assert (seed_run.code, seed_run.err) == (0, "")
    path = tmp_path / "briefing.json"
    path.write_text(seed_run.out, encoding="utf-8")
    envelope = Envelope.load(path)
    briefing = envelope.briefing
    names = {actor.name for actor in briefing.actors}
    assert {"Russia", "Ukraine", "Sergey Lavrov", "Vladimir Medinsky"} <= names
    assert any({"Russia", "Ukraine"} == set(step.parties) for step in briefing.agreed_steps)
    language = [d for d in briefing.demands if "Russian language" in d.demand]
    assert language
    assert all((d.by, d.of) == (["Russia"], ["Ukraine"]) for d in language)
    assert envelope.model.name == "local"
    assert envelope.document.source == str(SEED)
    assert envelope.token_usage.complete


def test_the_embedded_model_says_how_sure_it_is_and_leaves_out_what_it_is_less_sure_of(seed_run: Finished) -> None:
    def confidences(out: str) -> list[float | None]:
        briefing = Envelope[Briefing].model_validate_json(out).briefing
        sections = briefing.demands, briefing.agreed_steps, briefing.open_questions
        return [item.confidence for section in sections for item in section]

    found = confidences(seed_run.out)
    assert found
    assert all(confidence is not None and 0 < confidence <= 1 for confidence in found)
    least = sorted(filter(None, found))[len(found) // 2]
    surer = run_command("summarize", SEED, "--json", "--min-confidence", str(least))
    assert sorted(filter(None, confidences(surer.out))) == sorted(c for c in found if c and c >= least)
    shown = run_command("summarize", SEED, "--confidence", "--min-confidence", str(least))
    assert "confidence 0." in shown.out
    assert "confidence" not in run_command("summarize", SEED).out


def test_a_whole_answer_has_no_confidence_and_says_so(server: ProtocolServer, article: Path) -> None:
    server.will({**BRIEFING, "demands": [{**BRIEFING["demands"][0], "confidence": 0.99}]})
    done = asked(server, article, "--json", "--min-confidence", "0.5")
    assert json.loads(done.out)["briefing"]["demands"][0]["confidence"] is None
    assert "confidence only where the embedded model reads in turns" in done.err


def test_every_quote_of_the_seed_article_stands_at_its_offsets(seed_run: Finished) -> None:
    text = read(SEED).text
    briefing = Envelope[Briefing].model_validate_json(seed_run.out).briefing
    sections = (briefing.summary, briefing.actors, briefing.demands, briefing.agreed_steps, briefing.open_questions)
    items: list[Any] = [item for section in sections for item in section]
    assert len(items) > 10
    for item in items:
        assert item.evidence
        for evidence in item.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote


def test_every_name_in_the_seed_articles_briefing_occurs_in_it(seed_run: Finished) -> None:
    text = read(SEED).text
    briefing = Envelope[Briefing].model_validate_json(seed_run.out).briefing
    names = {actor.name for actor in briefing.actors}
    assert all(form in text for actor in briefing.actors for form in (actor.name, *actor.aliases))
    for parties in (
        *(demand.by + demand.of for demand in briefing.demands),
        *(step.parties for step in briefing.agreed_steps),
        *(question.awaits for question in briefing.open_questions),
    ):
        assert set(parties) <= names


def test_a_file_standard_input_and_a_bare_pipe_are_read_alike(server: ProtocolServer, article: Path) -> None:
    server.will(BRIEFING)
    found = [
        asked(server, article, "--json"),
        asked(server, "-", "--json", stdin=SHORT),
        asked(server, "--json", stdin=SHORT),
    ]
    assert [done.code for done in found] == [0, 0, 0]
    assert len({done.json["document"]["sha256"] for done in found}) == 1
    assert [done.json["document"]["source"] for done in found] == [str(article), "-", "-"]


def test_the_result_is_on_stdout_and_all_else_on_stderr(server: ProtocolServer, article: Path) -> None:
    server.will(BRIEFING)
    done = asked(server, article, "--format", "yaml", "--usage", "-v")
    assert yaml.safe_load(done.out)["briefing"]["headline"] == BRIEFING["headline"]
    assert "100 prompt and 20 completion tokens in 1 request" in done.err
    assert "3 sentences, language en) with m, prompt briefing 1.2, whole." in done.err


@pytest.mark.parametrize(("form", "sign"), [("text", "Demands\n  • Lavrov → union"), ("markdown", "## Demands\n")])
def test_a_reader_gets_a_page_without_colour_in_a_pipe(
    server: ProtocolServer, article: Path, form: str, sign: str
) -> None:
    server.will(BRIEFING)
    done = asked(server, article, "-f", form)
    assert sign in done.out
    assert "\x1b" not in done.out + done.err


def in_terminal(server: ProtocolServer, article: Path, **environment: str) -> str:
    """What a terminal shows of a run, its errors and progress included."""
    return in_terminal_until(server, article, environment, "nothing of this kind", lambda _: None)[1]


def in_terminal_until(
    server: ProtocolServer,
    article: Path,
    environment: dict[str, str],
    awaited: str,
    then: Callable[[subprocess.Popen[bytes]], object],
) -> tuple[int, str]:
    """The exit code and what a terminal shows of a run to which something is done once it has shown a text."""
    command = [*HEEDING_INTERRUPTS, "summarize", "-m", "m", "--base-url", server.base_url, str(article)]
    here, there = pty.openpty()
    with subprocess.Popen(
        command, stdin=there, stdout=there, stderr=there, env={**os.environ, "TERM": "xterm-256color", **environment}
    ) as process:
        os.close(there)
        shown = b""
        while True:
            try:
                part = os.read(here, 65536)
            except OSError:
                break
            if not part:
                break
            was_there = awaited.encode() in shown
            shown += part
            if awaited.encode() in shown and not was_there:
                then(process)
        code = process.wait()
    os.close(here)
    return code, shown.decode()


def test_a_terminal_gets_colour_and_progress_unless_no_color_is_set(server: ProtocolServer, article: Path) -> None:
    server.will(Answer(content=json.dumps(BRIEFING), delay=0.5))
    shown = in_terminal(server, article)
    assert "\x1b[1;31mDemands" in shown
    assert "Waiting for the answer" in shown
    assert "\x1b[1;31m" not in in_terminal(server, article, NO_COLOR="1")


def test_a_terminal_fills_in_while_the_model_writes(server: ProtocolServer, article: Path) -> None:
    demand = json.dumps(BRIEFING["demands"][0])
    go_on = threading.Event()
    server.will(Answer(content=json.dumps(BRIEFING), stream=Stream(pause_at=demand, until=go_on)))
    small = {"NO_COLOR": "1", "COLUMNS": "60", "LINES": "8"}
    code, shown = in_terminal_until(server, article, small, "End the strike", lambda _: go_on.set())
    filling, _, page = shown.rpartition("\x1b[2K")
    assert code == 0
    assert "Waiting for the answer" in filling
    assert "End the strike" in filling
    assert "Sentences cited" not in filling
    assert "When will the vote be held?" in page
    assert page.count("Lavrov asks the union to end its strike") == 1


def test_an_interrupt_prints_what_is_complete(server: ProtocolServer, article: Path) -> None:
    demand = json.dumps(BRIEFING["demands"][0])
    stream = Stream(pause_at=demand, until=threading.Event())
    server.will(Answer(content=json.dumps(BRIEFING), stream=stream))
    code, shown = in_terminal_until(server, article, {}, "End the strike", lambda run: run.send_signal(signal.SIGINT))
    assert code == 130
    assert "It was interrupted." in shown
    assert "Sentences cited" in shown


def test_a_stream_that_is_lost_is_shown_as_partial_with_an_exit_code_of_its_own(
    server: ProtocolServer, article: Path
) -> None:
    demand = json.dumps(BRIEFING["demands"][0])
    server.will(Answer(content=json.dumps(BRIEFING), stream=Stream(break_at=demand)))
    shown = in_terminal(server, article, SUMMARIZER_RETRIES="0")
    assert "Partial: only what was complete is shown." in shown
    assert "Warning: Partial" in shown
    server.requests.clear()
    server.will_follow(lambda _: Answer(content=json.dumps(BRIEFING)))
    in_terminal(server, article, SUMMARIZER_STREAM="false")
    assert "stream" not in server.requests[0].body


def test_a_result_goes_to_a_file_whole_or_not_at_all(server: ProtocolServer, article: Path, tmp_path: Path) -> None:
    server.will(BRIEFING, Answer(status=401, error={"message": "no"}))
    target = tmp_path / "out.json"
    done = asked(server, article, "--json", "-o", target)
    assert (done.code, done.out) == (0, "")
    before = target.read_bytes()
    assert Envelope.load(target).briefing.headline == BRIEFING["headline"]
    assert asked(server, article, "--json", "--refresh", "-o", target).code == 4
    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["article.txt", "out.json"]


def test_a_dry_run_prints_what_would_be_sent_and_calls_nothing(server: ProtocolServer, article: Path) -> None:
    done = asked(server, article, "--dry-run")
    assert server.requests == []
    assert [message["role"] for message in done.json["messages"]] == ["system", "user"]
    assert done.json["json_schema"]["title"] == "Briefing"
    server.will(BRIEFING)
    asked(server, article)
    assert server.requests[0].body["messages"] == done.json["messages"]


def test_a_dry_run_needs_neither_weights_nor_key(article: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "SUMMARIZER_CACHE": str(tmp_path / "empty")}
    turns = run_command("summarize", article, "--dry-run", env=environment)
    assert (turns.code, turns.json["way"], turns.json["grammar"][:8]) == (0, "turns", "root ::=")
    assert run_command("summarize", article, "-m", "openai/gpt-5", "--dry-run").code == 0
    assert not (tmp_path / "empty").exists()


def test_a_dry_run_shows_the_windows_of_a_long_text(server: ProtocolServer, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text(english(characters=12_000, facts=12).text, encoding="utf-8")
    plan = asked(server, path, "--dry-run", "--context-tokens", "3000").json
    assert server.requests == []
    assert len(plan["windows"]) > 3
    assert len(plan["messages"]) == 2 * len(plan["windows"])
    first, second = plan["windows"][:2]
    assert (first["first_sentence"], first["start"]) == (1, 0)
    assert second["first_sentence"] == first["last_sentence"] - 2
    turns = run_command("summarize", path, "--dry-run").json
    assert len(turns["windows"]) > 1


def test_a_part_that_is_lost_is_told_on_stderr_and_in_the_result_and_the_rest_stands(
    server: ProtocolServer, tmp_path: Path
) -> None:
    planted = english(characters=12_000, facts=12)
    path = tmp_path / "long.txt"
    path.write_text(planted.text, encoding="utf-8")

    def loses_a_part(request: Request) -> Given:
        lost = request.schema_name == "Briefing" and planted.facts[6] in request.sentences.values()
        return Answer(status=500, error={"message": "broken"}) if lost else finds_facts(request)

    server.will(loses_a_part)
    done = asked(server, path, "--context-tokens", "3000", "--retries", "0")
    said = r"Not covered: sentences \d+–\d+ \(\d+ % of the text\)\. m at http://127\.0\.0\.1:\d+/v1 answered 500"
    assert done.code == 0
    assert re.match(f"Warning: {said}", done.err)
    assert re.search(said, " ".join(done.out.split())[:400])
    assert "Pay 100 crowns" in done.out
    assert "Pay 106 crowns" not in done.out


def test_parameters_reach_the_template(server: ProtocolServer, article: Path) -> None:
    server.will(BRIEFING)
    asked(server, "-p", "focus", "wages and hours", article)
    asked(server, "-p", "focus=wages", article)
    assert "Give most room to: wages and hours" in server.requests[0].body["messages"][1]["content"]
    assert "Give most room to: wages\n" in server.requests[1].body["messages"][1]["content"]


def test_the_config_file_and_variables_name_the_model(
    server: ProtocolServer, article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'model = "from-file"\nbase_url = "{server.base_url}"\n', encoding="utf-8")
    monkeypatch.setenv("SUMMARIZER_CONFIG", str(config))
    server.will(BRIEFING)
    run_command("summarize", article)
    monkeypatch.setenv("SUMMARIZER_MODEL", "from-variable")
    run_command("summarize", article)
    run_command("summarize", article, "-m", "from-option")
    assert [request.body["model"] for request in server.requests] == ["from-file", "from-variable", "from-option"]


BAD = [
    (["missing.txt"], 3, "There is no file missing.txt; check the name."),
    (["."], 3, ". is a directory; name a file in it."),
    (["empty.txt"], 3, "empty.txt holds no text; give an article."),
    (["binary.bin"], 3, "binary.bin is binary data, not text"),
    (["latin.txt"], 3, "latin.txt is not in utf-8, which was tried"),
    (["article.txt", "-m", "nonsense"], 2, "There is no model 'nonsense'"),
    (["article.txt", "-m", "openai/gpt-5"], 4, "openai/gpt-5 needs a key: set OPENAI_API_KEY"),
    (
        ["article.txt", "--format", "odt"],
        2,
        "There is no format 'odt'; name one of text, markdown, html, docx, json, yaml.",
    ),
    (["article.txt", "--json", "--format", "text"], 2, "contradict each other"),
    (["article.txt", "-o", "nowhere/out.json"], 7, "There is no folder nowhere"),
    (["article.txt", "-o", "."], 7, ". is a directory; name a file with --output."),
    (["article.txt", "--prompt", "broken.md"], 2, "broken.md is broken"),
    (["article.txt", "--prompt", "nothing"], 2, "There is no prompt 'nothing'"),
    (["article.txt", "-p", "nothing", "1"], 2, "has no parameter 'nothing'"),
    (["article.txt", "-p", "focus"], 2, "has no value; write -p KEY VALUE"),
    (["article.txt", "--timeout", "-1"], 2, "The value of --timeout does not fit"),
    (["article.txt", "--base-url", "http://127.0.0.1:9/v1"], 2, "A base URL needs the name of a model"),
    (["article.txt", "-m", "m", "--base-url", "127.0.0.1:9"], 2, "begins with http:// or https://"),
    (["article.txt", "-m", "m", "--base-url", "http://127.0.0.1:9/v1", "--retries", "0"], 4, "could not be reached"),
    (["article.txt", "--nothing"], 2, "No such option"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), BAD)
def test_bad_input_ends_in_one_sentence_and_its_own_exit_code(
    arguments: list[str], code: int, message: str, tmp_path: Path
) -> None:
    (tmp_path / "article.txt").write_text(SHORT, encoding="utf-8")
    (tmp_path / "empty.txt").write_text(" \n", encoding="utf-8")
    (tmp_path / "binary.bin").write_bytes(b"\x00\x01\x02")
    (tmp_path / "latin.txt").write_bytes("Réunion".encode("latin-1"))
    (tmp_path / "broken.md").write_text("---\nname: a\nversion: 1\n---\n{% block user %}", encoding="utf-8")
    done = run_command("summarize", *arguments, cwd=tmp_path)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert "Traceback" not in done.err


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    done = run_command("summarize", tmp_path / "missing.txt", "--debug")
    assert done.code == 3
    assert "Traceback (most recent call last)" in done.err


def test_an_answer_that_never_fits_has_an_exit_code_of_its_own(server: ProtocolServer, article: Path) -> None:
    server.will("never JSON")
    done = asked(server, article, "--retries", "1")
    assert (done.code, done.out) == (5, "")
    assert "gave 2 answers, none within the schema" in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_does_not_lose_the_result(server: ProtocolServer, article: Path) -> None:
    server.will(BRIEFING)
    done = asked(server, article, "--json", "-o", "/dev/full")
    assert done.code == 7
    assert done.json["briefing"]["headline"] == BRIEFING["headline"]
    assert "/dev/full cannot be written (the disk is full); the result stands on standard output instead." in done.err
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        command = [
            sys.executable,
            "-m",
            "summarizer",
            "summarize",
            "-m",
            "m",
            "--base-url",
            server.base_url,
            str(article),
        ]
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert ended.returncode == 7
    assert b"Standard output cannot be written" in ended.stderr


def test_an_interrupt_ends_at_once_with_130(server: ProtocolServer, article: Path) -> None:
    server.will(Answer(content="late", delay=20))
    command = [*HEEDING_INTERRUPTS, "summarize", "-m", "m", "--base-url", server.base_url, str(article)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while not server.requests:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err.decode().strip()) == (130, b"", "Interrupted.")


def test_the_embedded_model_can_be_interrupted_too() -> None:
    command = [*HEEDING_INTERRUPTS, "summarize", str(SEED), "-v"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, cwd=ROOT) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith(b"Reading ")
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        out, err = process.communicate(timeout=60)
    assert time.monotonic() - started < 20
    assert (process.returncode, out, err.decode().strip()) == (130, b"", "Interrupted.")


def test_no_key_is_ever_printed(server: ProtocolServer, article: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMMARIZER_API_KEY", "sk-very-secret")
    server.will(Answer(status=401, error={"message": "Incorrect API key provided: sk-very-secret"}))
    done = asked(server, article, "-v", "--debug")
    assert done.code == 4
    assert "sk-very-secret" not in done.out + done.err
