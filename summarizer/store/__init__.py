"""The store: one SQLite file that keeps what was asked and answered, so that nothing is paid for twice."""

from __future__ import annotations

from summarizer.store.answers import AnswerStore, StoredAnswer, store_path
from summarizer.store.feed_entries import FeedEntries
from summarizer.store.provider_jobs import ProviderJobs, StoredJob, StoredRequest

__all__ = ["AnswerStore", "FeedEntries", "ProviderJobs", "StoredAnswer", "StoredJob", "StoredRequest", "store_path"]
