"""Documents: a text, its numbered sentences, and where it came from."""

from summarizer.documents.document import Document, Sentence
from summarizer.documents.reading import read

__all__ = ["Document", "Sentence", "read"]
