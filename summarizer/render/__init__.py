"""An envelope as a reader or a program wants it: a terminal page, Markdown, HTML, DOCX, JSON, YAML."""

from summarizer.render.content import not_covered, place
from summarizer.render.formats import FORMATS, Format, render

__all__ = ["FORMATS", "Format", "not_covered", "place", "render"]
