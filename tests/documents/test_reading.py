from __future__ import annotations

from pathlib import Path

import pytest

from summarizer import InputError, read
from tests.conftest import SEED

FRENCH = "Les éboueurs ont cessé le travail à l’aube. « Nous exigeons des négociations », a déclaré la fédération. " * 4


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("utf-8", FRENCH), ("utf-8-sig", FRENCH), ("utf-16", FRENCH), ("utf-8", "a\r\nb\rc\n")],
)
def test_a_text_is_read_in_its_encoding_and_not_altered(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes(text.encode(encoding))
    assert read(path).text == text


def test_an_encoding_that_is_named_is_used_and_an_unknown_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes(FRENCH.encode("cp1252"))
    assert read(path, encoding="cp1252").text == FRENCH
    with pytest.raises(InputError, match="There is no encoding 'klingon'"):
        read(path, encoding="klingon")


def test_the_seed_article_is_read_letter_for_letter() -> None:
    assert read(SEED).text == SEED.read_bytes().decode()
    assert read(SEED).source == str(SEED)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no text"),
        (b" \n\t\n", "holds no text"),
        (b"\xef\xbb\xbf", "holds no text"),
        (b"%PDF-1.7 ...", "is a PDF, not text"),
        (b"PK\x03\x04rest", "ZIP archive or an office document"),
        (b"\x7fELF\x00\x00\x01", "is binary data"),
        (b"\xff\xfea", "is not in utf-16, which was tried"),
        (b"caf\xe9", r"is not in utf-8, which was tried \(byte 3 breaks it\); name its encoding with --encoding"),
    ],
)
def test_what_is_no_text_is_refused_in_one_sentence(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read(path)


def test_a_missing_file_a_directory_and_a_path_through_a_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file"):
        read(tmp_path / "missing.txt")
    with pytest.raises(InputError, match="is a directory; name a file in it"):
        read(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read(SEED / "further.txt")
    with pytest.raises(InputError, match="cannot be read"):
        read("a\x00b")
