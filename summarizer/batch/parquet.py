"""Answers as a Parquet table (extra `parquet`): a row a document, the answer's sections as lists of structures.

A Parquet file is readable only when it is finished: until then the answers are JSON lines beside it.
"""

from __future__ import annotations

import json
import types
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from summarizer.batch.outputs import JsonLines
from summarizer.batch.records import BatchRecord
from summarizer.errors import OutputError, UsageError

__all__ = ["ParquetOutput"]

_ROWS_A_GROUP = 1000
_UNTYPED = ("metadata",)
"""Columns whose fields differ from row to row: kept as JSON."""


class ParquetOutput:
    """A table, written anew from the JSON lines beside it whenever a run ends.

    Raises:
        UsageError: If pyarrow is not installed.
        OutputError: If the files cannot be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            import pyarrow.parquet  # noqa: F401 - large, and an extra: found missing before anything is paid for
        except ImportError as error:
            raise UsageError(
                f"A Parquet table needs pyarrow, which is not installed here ({error}): run pip install "
                "'summarizer[parquet]', or name an output that ends in .jsonl."
            ) from error
        self._path = path
        self._lines_path = path.with_name(f"{path.name}.jsonl")
        self._lines = JsonLines(self._lines_path)
        self._record: type[BatchRecord[Any]] | None = None

    def finished(self) -> Iterator[tuple[str, dict[str, Any] | None]]:
        """See `BatchOutput`."""
        return self._lines.finished()

    def write(self, records: Sequence[BatchRecord[Any]]) -> None:
        """See `BatchOutput`."""
        self._record = type(records[0]) if records else self._record
        self._lines.write(records)

    def close(self) -> None:
        """Write the table.

        Raises:
            OutputError: If it cannot be written; the JSON lines stay.
        """
        self._lines.close()
        if self._record is None:  # nothing new: a table that is there already holds it all
            return
        import pyarrow as pa
        from pyarrow import parquet

        schema = pa.schema([(name, self._column(name, pa)) for name in self._record.model_fields])
        partial = self._path.with_name(f"{self._path.name}.partial")
        try:
            with parquet.ParquetWriter(partial, schema) as writer:
                for rows in _groups(self._lines_path):
                    writer.write_table(pa.Table.from_pylist(rows, schema=schema))
            partial.replace(self._path)
        except (OSError, pa.ArrowException) as error:
            partial.unlink(missing_ok=True)
            raise OutputError(
                f"{self._path} cannot be written ({error}); all answers stand in {self._lines_path}."
            ) from error

    def _column(self, name: str, pa: types.ModuleType) -> Any:
        assert self._record is not None  # noqa: S101 - told apart by its only caller
        return pa.string() if name in _UNTYPED else arrow_type(self._record.model_fields[name].annotation, pa)


def _groups(path: Path) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    with path.open("rb") as file:
        for line in file:
            row = json.loads(line)
            row |= {name: json.dumps(row[name], ensure_ascii=False) for name in _UNTYPED}
            row["written_at"] = datetime.fromisoformat(row["written_at"])
            if fetched_at := row["document"].get("fetched_at"):
                row["document"]["fetched_at"] = datetime.fromisoformat(fetched_at)
            rows.append(row)
            if len(rows) == _ROWS_A_GROUP:
                yield rows
                rows = []
    if rows:
        yield rows


def arrow_type(annotation: Any, pa: types.ModuleType) -> Any:
    """The column type for a field's annotation; JSON text for what has none.

    Args:
        annotation: As pydantic has it.
        pa: The pyarrow module.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        left = [one for one in arguments if one is not type(None)]
        return arrow_type(left[0], pa) if len(left) == 1 else pa.string()
    if origin is Literal:
        return pa.string()
    if origin in (list, set, tuple):
        return pa.list_(arrow_type(arguments[0], pa)) if arguments else pa.string()
    if hasattr(annotation, "__metadata__"):
        return arrow_type(arguments[0], pa)
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            return pa.struct([(name, arrow_type(f.annotation, pa)) for name, f in annotation.model_fields.items()])
        plain = {str: pa.string(), bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
        plain[datetime] = pa.timestamp("us", tz="UTC")
        return plain.get(annotation, pa.string())
    return pa.string()
