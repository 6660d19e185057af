"""Answers and failures written a page at a time, for batches that have them ready one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from summarizer.batch.ledger import Ledger
from summarizer.batch.outputs import BatchOutput, FailureFile
from summarizer.batch.records import BatchFailure, BatchRecord
from summarizer.batch.running import BatchSummary

__all__ = ["OutcomeWriter"]

_PAGE = 64
"""Documents written together: one flush to the disk for all of them."""


class OutcomeWriter:
    """Writes outcomes to an output and its errors, and counts them once they are on disk.

    Args:
        ledger: Told of what is finished.
        output: Where answers go.
        failures: Where documents without an answer go.
        summary: Kept up to date.
        price: What an answer cost in US dollars.
    """

    def __init__(
        self,
        ledger: Ledger,
        output: BatchOutput,
        failures: FailureFile,
        summary: BatchSummary,
        price: Callable[[BatchRecord[Any]], float | None],
    ) -> None:
        self._ledger, self._output, self._failures = ledger, output, failures
        self._summary, self._price = summary, price
        self._records: list[BatchRecord[Any]] = []
        self._failed: list[BatchFailure] = []

    @property
    def is_full(self) -> bool:
        """Whether enough is waiting to be written."""
        return len(self._records) + len(self._failed) >= _PAGE

    def add(self, outcome: BatchRecord[Any] | BatchFailure) -> None:
        """Take an outcome; it is written with the next `flush`."""
        if isinstance(outcome, BatchFailure):
            self._failed.append(outcome)
        else:
            self._records.append(outcome)

    def flush(self) -> None:
        """Write what is waiting.

        Raises:
            OutputError: If it cannot be written.
        """
        if self._records:
            self._output.write(self._records)
        if self._failed:
            self._failures.write(self._failed)
        for record in self._records:
            self._ledger.finished.add(record.id)
            self._summary.add_answer(record, self._price(record))
        self._summary.failed += len(self._failed)
        self._records, self._failed = [], []

    def close(self) -> None:
        """Finish the output and its errors; what is still waiting is dropped.

        Raises:
            OutputError: If they cannot be written.
        """
        self._summary.left_failed = self._failures.close(self._ledger.finished)
        self._output.close()
