"""DOCX: paragraphs and tables in their order, as they stand once all tracked changes are accepted."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from summarizer.documents.reading import LARGEST_FILE
from summarizer.errors import InputError
from summarizer.sources.extracted import Extracted, from_extra

if TYPE_CHECKING:
    from docx.opc.coreprops import CoreProperties

__all__ = ["read_docx"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_GONE = {f"{_W}del", f"{_W}moveFrom", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
"""What stands in these is not in the text: deleted, moved away, or there for older programs a second time."""

_TEXTS = {f"{_W}t": None, f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "\u2011"}
_MOST_UNPACKED = 4 * LARGEST_FILE
_TEMPLATE_AUTHOR = "python-docx"
"""What the template of a common library leaves as author."""


def read_docx(raw: bytes, shown: str) -> Extracted:
    """Take the text out of a Word document.

    Args:
        raw: The file.
        shown: What messages call it.

    Raises:
        InputError: If it is damaged, unpacks to too much, or has no text.
        UsageError: If the extra `sources` is not installed.
    """
    with from_extra("Reading a Word document"):
        import docx
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > _MOST_UNPACKED:
        raise InputError(f"{shown} unpacks to more than {_MOST_UNPACKED // 2**20} MiB; give its text instead.")
    try:
        document = docx.Document(io.BytesIO(raw))
    except Exception as error:  # whatever a file can do to the ZIP and XML readers below
        raise InputError(
            f"{shown} is a damaged or unusual Word document ({error}); open it and save it again."
        ) from error
    said = document.core_properties
    return Extracted(
        text="\n\n".join(filter(None, _paragraphs(document.element.body))),
        title=said.title.strip() or None,
        author=said.author.strip() if said.author not in ("", _TEMPLATE_AUTHOR) else None,
        date=_date(said),
        language=said.language or None,
    )


def _date(said: CoreProperties) -> str | None:
    if said.author == _TEMPLATE_AUTHOR or said.created is None:
        return None
    created: datetime = said.created
    return (created if created.tzinfo else created.replace(tzinfo=UTC)).isoformat()


def _paragraphs(body: Any) -> list[str]:
    """Texts of paragraphs; a row of a table is one, its cells side by side."""
    texts = [node for node in body.iter(*_TEXTS) if not _is_gone(node)]
    found = []
    for _, nodes in groupby(texts, key=_row_or_paragraph):
        cells = (_cell(list(cell)) for _, cell in groupby(nodes, key=_cell_or_paragraph))
        found.append(" | ".join(filter(None, cells)))
    return found


def _cell(nodes: list[Any]) -> str:
    paragraphs = ("".join(map(_text, paragraph)) for _, paragraph in groupby(nodes, key=_paragraph))
    return "\n".join(filter(None, map(_tidy, paragraphs)))


def _text(node: Any) -> str:
    return _TEXTS[node.tag] or node.text or ""


def _tidy(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())


def _is_gone(node: Any) -> bool:
    return any(above.tag in _GONE for above in node.iterancestors())


def _outermost(node: Any, tag: str) -> Any:
    """The row or cell that a node stands in; a table within a table belongs to the outer one."""
    inside = list(node.iterancestors(tag))
    return inside[-1] if inside else None


def _row_or_paragraph(node: Any) -> Any:
    row = _outermost(node, f"{_W}tr")
    return row if row is not None else _paragraph(node)


def _cell_or_paragraph(node: Any) -> Any:
    cell = _outermost(node, f"{_W}tc")
    return cell if cell is not None else _paragraph(node)


def _paragraph(node: Any) -> Any:
    return next(node.iterancestors(f"{_W}p"), None)
