"""A result as one self-contained page: the briefing, and beside it the article with the cited sentences marked."""

from summarizer.render.page.setting import as_page

__all__ = ["as_page"]
