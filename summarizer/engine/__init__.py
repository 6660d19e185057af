"""One document in, one grounded answer out: whole, in windows, or one turn a sentence."""

from summarizer.engine.known_actors import KnownActor
from summarizer.engine.summarizer import Plan, PlannedWindow, Summarizer, asummarize, summarize

__all__ = ["KnownActor", "Plan", "PlannedWindow", "Summarizer", "asummarize", "summarize"]
