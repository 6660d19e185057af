"""One document in, one grounded answer out: whole, or one turn a sentence."""

from summarizer.engine.summarizer import Plan, Summarizer, asummarize, summarize

__all__ = ["Plan", "Summarizer", "asummarize", "summarize"]
