"""Many documents: read from wherever they are, answered side by side, nothing lost."""

from __future__ import annotations

from summarizer.batch.documents import BatchDocument, batch_documents
from summarizer.batch.fetching import fetch_job
from summarizer.batch.outputs import BatchOutput, open_output
from summarizer.batch.records import BatchFailure, BatchRecord
from summarizer.batch.running import BatchOptions, BatchSummary, run_batch
from summarizer.batch.submitting import submit_batch

__all__ = [
    "BatchDocument",
    "BatchFailure",
    "BatchOptions",
    "BatchOutput",
    "BatchRecord",
    "BatchSummary",
    "batch_documents",
    "fetch_job",
    "open_output",
    "run_batch",
    "submit_batch",
]
