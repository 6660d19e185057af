from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import wait
from dataclasses import asdict, replace
from importlib.resources import files
from pathlib import Path

import pytest

from summarizer.errors import StoreError
from summarizer.store import AnswerStore, StoredAnswer
from summarizer.store.database import NEWEST_VERSION, connect

ANSWER = StoredAnswer(
    key="k0",
    written_at="2031-05-01T10:00:00+00:00",
    model="openai/m",
    served_as="m-0613",
    base_url=None,
    prompt="briefing",
    prompt_version="1",
    answer_schema="Briefing",
    source="a.txt",
    title="Dockers end strike",
    language="en",
    text_sha256="t0",
    prompt_tokens=100,
    completion_tokens=20,
    requests=1,
    re_asks=0,
    repeats=0,
    usage_complete=True,
    price=0.001,
    seconds=1.5,
    words="End the blockade",
    envelope="{}",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "answers.sqlite3"


def kept(path: Path, *answers: StoredAnswer, text: str = "The text.") -> None:
    store = AnswerStore(path)
    wait([store.keep(answer, text) for answer in answers])
    store.close()


def test_what_is_kept_is_found_by_another_that_opens_the_file(path: Path) -> None:
    kept(path, ANSWER)
    store = AnswerStore(path)
    assert store.find("k0") == "{}"
    assert store.find("k1") is None
    store.close()


def test_an_answer_is_on_disk_when_its_future_is_done(path: Path) -> None:
    store = AnswerStore(path)
    store.keep(ANSWER, "The text.").result(timeout=30)
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT count(*) FROM answers").fetchone() == (1,)
    other.close()
    store.close()


def test_a_newer_answer_to_the_same_question_takes_the_place_of_the_older(path: Path) -> None:
    kept(path, ANSWER, replace(ANSWER, envelope='{"newer": 1}', words="Lift the ban"))
    store = AnswerStore(path)
    assert store.find("k0") == '{"newer": 1}'
    assert len(store.query("SELECT * FROM answers")) == 1
    assert store.query("SELECT rowid FROM search WHERE search MATCH 'blockade'") == []
    assert len(store.query("SELECT rowid FROM search WHERE search MATCH 'ban'")) == 1
    store.close()


def test_answers_to_one_text_share_it_and_the_last_one_takes_it_along(path: Path) -> None:
    kept(path, ANSWER, replace(ANSWER, key="k1"))
    store = AnswerStore(path)
    assert len(store.query("SELECT * FROM documents")) == 1
    (first, second) = (row["id"] for row in store.query("SELECT id FROM answers ORDER BY id"))
    assert store.delete([first]) == 1
    assert len(store.query("SELECT * FROM documents")) == 1
    assert store.delete([second]) == 1
    assert store.query("SELECT * FROM documents") == []
    assert store.query("SELECT rowid FROM search WHERE search MATCH 'blockade'") == []
    store.query("SELECT * FROM answers")
    with connect(path) as connection:
        connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    connection.close()
    store.close()


WRITES = """
import sys
from concurrent.futures import wait
from dataclasses import asdict, replace
from importlib.resources import files
from pathlib import Path
from summarizer.store import AnswerStore
from tests.store.test_answers import ANSWER
store = AnswerStore(Path(sys.argv[1]))
wait([store.keep(replace(ANSWER, key=f"{sys.argv[2]}-{n}", text_sha256=f"t{n}"), f"Text {n}.") for n in range(200)])
store.close()
"""


def test_processes_share_the_file(path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITES, str(path), name]) for name in ("a", "b", "c")]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]
    store = AnswerStore(path)
    assert store.query("SELECT count(*) AS n FROM answers")[0]["n"] == 600
    assert store.query("SELECT count(*) AS n FROM documents")[0]["n"] == 200
    store.close()


def test_a_file_of_the_first_version_opens_and_is_searched(path: Path) -> None:
    path.parent.mkdir(parents=True)
    row = asdict(ANSWER)
    del row["repeats"]  # came with version 4
    with sqlite3.connect(path) as old:
        old.executescript((files("summarizer.store") / "migrations" / "0001_answers.sql").read_text(encoding="utf-8"))
        old.execute("INSERT INTO documents VALUES (?, ?)", (ANSWER.text_sha256, "A text."))
        places = ", ".join(f":{name}" for name in row)
        old.execute(f"INSERT INTO answers ({', '.join(row)}) VALUES ({places})", row)
        old.execute("PRAGMA user_version = 1")
    old.close()
    store = AnswerStore(path)
    assert store.find("k0") == "{}"
    assert len(store.query("SELECT rowid FROM search WHERE search MATCH 'dockers'")) == 1
    assert store.query("PRAGMA user_version")[0][0] == NEWEST_VERSION
    store.close()


def test_a_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    kept(path, ANSWER)
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer version of this program"):
        AnswerStore(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["no database", "page"])
def test_a_damaged_file_is_set_aside_and_said(path: Path, damage: str) -> None:
    kept(path, *(replace(ANSWER, key=f"k{n}") for n in range(50)))
    whole = path.read_bytes()
    broken = b"this is no database" * 500 if damage == "no database" else whole[:4096] + b"\x99" * 4096 + whole[8192:]
    path.write_bytes(broken)
    store = AnswerStore(path)
    assert store.set_aside is not None
    assert store.set_aside.read_bytes()[4096:8192] == broken[4096:8192]
    assert store.find("k0") is None
    store.keep(ANSWER, "The text.").result(timeout=30)
    store.close()
    again = AnswerStore(path)
    assert again.set_aside is None
    assert again.find("k0") == "{}"
    again.close()


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match=r"cannot be opened .* SUMMARIZER_DATA"):
        AnswerStore(tmp_path / "file" / "answers.sqlite3")


def test_a_failed_statement_is_told_in_a_sentence_and_the_store_goes_on(path: Path) -> None:
    kept(path, ANSWER)
    store = AnswerStore(path)
    with pytest.raises(StoreError, match="cannot be used"):
        store.query("SELECT nothing FROM answers")
    with pytest.raises(StoreError, match="cannot be used"):
        store.keep(replace(ANSWER, key="k1", model=None), "The text.").result(timeout=30)  # type: ignore[arg-type]
    store.keep(replace(ANSWER, key="k2"), "The text.").result(timeout=30)
    assert (store.find("k0"), store.find("k1"), store.find("k2")) == ("{}", None, "{}")
    store.close()
