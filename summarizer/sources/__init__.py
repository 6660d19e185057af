"""Sources: from whatever people have (files of many kinds, pages, feeds) to documents."""

from summarizer.sources.fetching import Fetcher, FetchLimits, is_url
from summarizer.sources.reading import read_source

__all__ = ["FetchLimits", "Fetcher", "is_url", "read_source"]
