from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer import Briefing, Document, Envelope, grounding_context
from summarizer.batch import BatchFailure, BatchRecord, open_output
from summarizer.batch.outputs import FailureFile, IdentifierSet, JsonLines, file_name, output_lock
from summarizer.errors import OutputError, UsageError
from summarizer.schemas import DocumentReference, ModelReference, PromptReference, SchemaReference, TokenUsage
from tests.conftest import BRIEFING, SHORT

DOCUMENT = Document(text=SHORT)


def record(identifier: str, **metadata: Any) -> BatchRecord[Briefing]:
    return BatchRecord[Briefing](
        id=identifier,
        metadata=metadata,
        document=DocumentReference.of(DOCUMENT),
        model=ModelReference(name="m"),
        prompt=PromptReference(name="briefing", version="1"),
        answer_schema=SchemaReference(name="Briefing", version="1.2"),
        token_usage=TokenUsage(),
        seconds=1.0,
        written_at="2031-05-01T10:00:00Z",
        briefing=Briefing.model_validate(BRIEFING, context=grounding_context(DOCUMENT)),
    )


def failure(identifier: str, tries: int = 1) -> BatchFailure:
    return BatchFailure(
        id=identifier,
        source="s",
        error="AnswerError",
        reason="No.",
        tries=tries,
        failed_at="2031-05-01T10:00:00Z",
    )


@pytest.mark.parametrize("target", ["out.jsonl", "folder/", "out.parquet"])
def test_what_is_written_is_known_when_the_batch_goes_on(tmp_path: Path, target: str) -> None:
    for identifier in ("one", 'two "quoted" \\ ü'):
        output = open_output(f"{tmp_path}/{target}")
        output.write([record(identifier, desk="east")])
        output.close()
    output = open_output(f"{tmp_path}/{target}")
    assert {found for found, _ in output.finished()} == {"one", 'two "quoted" \\ ü'}
    output.close()


def test_a_line_is_an_envelope_with_id_and_metadata_first(tmp_path: Path) -> None:
    output = open_output(str(tmp_path / "o.jsonl"))
    output.write([record("one", desk="east", page={"n": 1})])
    output.close()
    (line,) = (tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()
    assert list(json.loads(line))[:2] == ["id", "metadata"]
    loaded = BatchRecord[Briefing].model_validate_json(line)
    assert loaded == record("one", desk="east", page={"n": 1})
    assert isinstance(loaded, Envelope)


@pytest.mark.parametrize("half", [b'{"id": "two", "metad', b'{"id": "two"}', b"\xff\xfe"])
def test_half_a_line_at_the_end_is_cut_off(tmp_path: Path, half: bytes) -> None:
    path = tmp_path / "o.jsonl"
    path.write_bytes(b'{"id": "one", "briefing": {}}\n' + half)
    output = JsonLines(path)
    assert [identifier for identifier, _ in output.finished()] == ["one"]
    output.close()
    assert path.read_bytes() == b'{"id": "one", "briefing": {}}\n'


def test_a_long_half_line_alone_is_cut_off_too(tmp_path: Path) -> None:
    path = tmp_path / "o.jsonl"
    path.write_bytes(b'{"id": "' + b"x" * 200_000)
    JsonLines(path).close()
    assert path.read_bytes() == b""


@pytest.mark.parametrize("content", ['{"name": "no id"}\n', "a,b,c\n", "[1]\n"])
def test_a_file_of_something_else_is_not_touched(tmp_path: Path, content: str) -> None:
    path = tmp_path / "o.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(OutputError, match="is no answer of a batch"), closing(JsonLines(path)) as output:
        list(output.finished())
    assert path.read_text(encoding="utf-8") == content


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), unique=True, max_size=20))
def test_every_id_has_a_file_name_of_its_own(identifiers: list[str]) -> None:
    names = [file_name(identifier) for identifier in identifiers]
    assert len({name.casefold() for name in names}) == len(identifiers)
    assert all("/" not in name and "\0" not in name and len(name.encode()) < 256 for name in names)


def test_a_parquet_table_has_a_row_a_document_and_typed_sections(tmp_path: Path) -> None:
    from pyarrow import parquet

    output = open_output(str(tmp_path / "o.parquet"))
    output.write([record("one", desk="east"), record("two", page=1)])
    output.close()
    table = parquet.read_table(tmp_path / "o.parquet").to_pylist()
    assert [(row["id"], row["metadata"]) for row in table] == [("one", '{"desk": "east"}'), ("two", '{"page": 1}')]
    assert table[0]["briefing"]["demands"][0]["of"] == ["union"]
    assert table[0]["briefing"]["demands"][0]["evidence"][0]["sentence"] == 2
    assert table[0]["written_at"].year == 2031


def test_a_parquet_table_has_the_time_of_fetching_and_the_pages(tmp_path: Path) -> None:
    from pyarrow import parquet

    fetched = record("one")
    fetched.document.fetched_at = datetime(2026, 3, 2, 8, tzinfo=UTC)
    fetched.document.pages = 2
    fetched.briefing.demands[0].evidence[0] = fetched.briefing.demands[0].evidence[0].model_copy(update={"page": 2})
    output = open_output(str(tmp_path / "o.parquet"))
    output.write([fetched, record("two")])
    output.close()
    first, second = parquet.read_table(tmp_path / "o.parquet").to_pylist()
    assert (first["document"]["fetched_at"], first["document"]["pages"]) == (datetime(2026, 3, 2, 8, tzinfo=UTC), 2)
    assert first["briefing"]["demands"][0]["evidence"][0]["page"] == 2
    assert (second["document"]["fetched_at"], second["document"]["pages"]) == (None, None)


def test_failures_are_left_once_for_each_document_without_an_answer(tmp_path: Path) -> None:
    failures = FailureFile(str(tmp_path / "o.jsonl"))
    failures.write([failure("a"), failure("b"), failure("a", tries=2)])
    finished = IdentifierSet()
    finished.add("b")
    assert failures.close(finished) == 1
    again = FailureFile(str(tmp_path / "o.jsonl"))
    assert {name: found.tries for name, found in again.failures().items()} == {"a": 2}
    finished.add("a")
    assert again.close(finished) == 0
    assert not (tmp_path / "o.jsonl.errors.jsonl").exists()


def test_one_run_at_a_time_writes_to_an_output(tmp_path: Path) -> None:
    target = str(tmp_path / "o.jsonl")
    with output_lock(target), pytest.raises(UsageError, match="Another run writes"), output_lock(target):
        pass
    with output_lock(target):
        pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_and_leaves_no_half_line(tmp_path: Path) -> None:
    (tmp_path / "o.jsonl").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="cannot be written"), closing(open_output(str(tmp_path / "o.jsonl"))) as out:
        out.write([record("one")])


@pytest.mark.parametrize(("target", "message"), [("out", "tells no format"), ("out.docx", "tells no format")])
def test_an_output_that_tells_no_format_is_refused(target: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        open_output(target)
