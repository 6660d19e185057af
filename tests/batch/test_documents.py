from __future__ import annotations

import json
from pathlib import Path

import pytest

from summarizer.batch import BatchDocument, batch_documents
from summarizer.batch.documents import SourceOptions, count_documents
from summarizer.errors import InputError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("in/b.txt", "in/a.md", "in/deep/c.txt", "in/.hidden/d.txt", "in/e.png", "other.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"The text of {path.name}.", encoding="utf-8")
    lines = [
        {"id": "one", "text": "First.", "desk": "east"},
        {"text": "Second."},
        {"id": 3, "text": "Third.", "title": "T"},
    ]
    (tmp_path / "in" / "z.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n\n", encoding="utf-8")
    return tmp_path


def read_all(*sources: str, options: SourceOptions | None = None) -> list[BatchDocument]:
    return list(batch_documents(sources, options))


def test_a_folder_gives_its_texts_and_lines_in_a_steady_order(folder: Path) -> None:
    found = read_all("in")
    assert [document.id for document in found] == [
        "in/a.md",
        "in/b.txt",
        "one",
        "in/z.jsonl:2",
        "3",
        "in/deep/c.txt",
    ]
    assert [document.read().text for document in found[:3]] == ["The text of a.md.", "The text of b.txt.", "First."]
    assert found[2].metadata == {"desk": "east"}
    assert found[4].read().title == "T"
    assert count_documents(["in"]) == len(found)


def test_globs_and_files_are_taken_as_they_are_named(folder: Path) -> None:
    assert [d.id for d in read_all("in/**/*.txt", "other.txt")] == ["in/b.txt", "in/deep/c.txt", "other.txt"]


def test_the_fields_of_a_line_can_be_named(folder: Path) -> None:
    line = {"key": "k", "body": "Words.", "id": 7}
    (folder / "own.jsonl").write_text(json.dumps(line), encoding="utf-8")
    (document,) = read_all("own.jsonl", options=SourceOptions(text_field="body", id_field="key"))
    assert (document.id, document.read().text, document.metadata) == ("k", "Words.", {"id": 7})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{broken", "no JSON"),
        (b'["list"]', "no JSON object"),
        (b'{"id": "x", "body": "t"}', "has no text in the field 'text' \\(it has 'id', 'body'\\)"),
        (b'{"text": ""}', "holds no text"),
        (b'{"text": "\xe9"}', "is not in utf-8"),
    ],
)
def test_a_bad_line_spoils_nothing_but_itself(folder: Path, line: bytes, message: str) -> None:
    (folder / "bad.jsonl").write_bytes(line + b'\n{"id": "good", "text": "Fine."}\n')
    bad, good = read_all("bad.jsonl")
    with pytest.raises(InputError, match=message):
        bad.read()
    assert good.read().text == "Fine."


@pytest.mark.parametrize("source", ["nothing.txt", "no/*.txt", "empty"])
def test_a_source_with_nothing_in_it_is_told(folder: Path, source: str) -> None:
    (folder / "empty").mkdir()
    with pytest.raises(InputError):
        [document.read() for document in read_all(source)]


def test_lines_are_not_read_before_they_are_asked_for(folder: Path) -> None:
    def endless() -> None:
        with (folder / "long.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(f'{{"id": "{n}", "text": "Text {n}."}}\n' for n in range(200_000))

    endless()
    documents = batch_documents(["long.jsonl"])
    assert [next(documents).id for _ in range(3)] == ["0", "1", "2"]
