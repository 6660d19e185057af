from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from summarizer.errors import InputError
from summarizer.sources.email import read_email

LONG = (
    "The dockers’ union said on Monday that it would stop work until the port pays what it owes. The port authority "
    "refused to negotiate before the strike is called off. "
)


def message(plain: str = "", html: str = "") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Ada Lind <ada@example.org>"
    made["Date"] = datetime(2026, 3, 2, 8, tzinfo=UTC)
    made["Subject"] = "Streik im Hafen – die dritte Woche"
    if plain:
        made.set_content(plain)
    if html and plain:
        made.add_alternative(html, subtype="html")
    elif html:
        made.set_content(html, subtype="html")
    return made


def test_a_message_is_read_with_who_wrote_it_when_and_about_what() -> None:
    found = read_email(message("Łódź: the strike goes on.\n\nAda\n").as_bytes(), "x")
    assert found.text == "Łódź: the strike goes on.\n\nAda\n"
    assert (found.title, found.author, found.date) == (
        "Streik im Hafen – die dritte Woche",
        "Ada Lind <ada@example.org>",
        "2026-03-02T08:00:00+00:00",
    )


def test_the_html_part_is_read_where_there_is_no_other_or_the_other_only_points_to_it() -> None:
    html = f"<html><body><p>{LONG}</p><p>{LONG}</p></body></html>"
    for made in (message(html=html), message("View this message in a browser.", html)):
        text = read_email(made.as_bytes(), "x").text
        assert LONG.strip() in text
        assert "<p>" not in text
    assert read_email(message(LONG, f"<div><p>{LONG}</p></div>").as_bytes(), "x").text.strip() == LONG.strip()


def test_attachments_are_left_alone_and_a_message_of_them_alone_is_told() -> None:
    made = message("See the statement.")
    made.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="statement.pdf")
    assert read_email(made.as_bytes(), "x").text == "See the statement.\n"
    empty = message()
    empty.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="statement.pdf")
    with pytest.raises(InputError, match="x is a message without a text; save what is attached to it"):
        read_email(empty.as_bytes(), "x")


@pytest.mark.parametrize("charset", ["iso-8859-1", "us-ascii", "klingon", "utf-8"])
def test_a_message_that_claims_a_wrong_encoding_is_read_all_the_same(charset: str) -> None:
    header = (
        f"From: a@example.org\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    encoding = "cp1252" if charset == "iso-8859-1" else "utf-8"
    assert read_email(header.encode() + "Die Löhne.\r\nÜber alles.\r\n".encode(encoding), "x").text == (
        "Die Löhne.\nÜber alles.\n"
    )
