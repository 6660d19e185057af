from __future__ import annotations

import pytest

from summarizer import Document
from summarizer.engine.turns import sentences_to_show, without_dateline


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("BELHAS, March 3 - Orvania recalled its envoy.", "Orvania recalled its envoy."),
        ("DASTUR, February 19 (KTA) -- The minister left.", "The minister left."),
        ("KANDRE, 4 December. /ANP/. The bureau met.", "The bureau met."),
        ("Belhas (ANP) — The talks failed.", "The talks failed."),
        ("PORTO CÉLIO — “No,” he said.", "“No,” he said."),
        ("BELHAS (Reuters) -Orvania left.", "Orvania left."),
        ("(MENAFN) Belhas and Orvania met.", "Belhas and Orvania met."),
        ("BELHAS, June 3 - ANP Novosti. Orvania left.", "Orvania left."),
        ("BELHAS, Orvania -- Talks ended.", "Talks ended."),
        ("Jan 5 (Reuters) - Northline said no.", "Northline said no."),
        ("Addis Belhas, 12 May 2021 (ENA) The government met.", "The government met."),
        ("KOTA SELAT, Feb 2: The union met.", "The union met."),
        ("The Rail Union (RU) Monday said no.", "The Rail Union (RU) Monday said no."),
        ("NATO - which met on Monday - agreed.", "NATO - which met on Monday - agreed."),
        ("The Centre Union (CU) - its members said - will go.", "The Centre Union (CU) - its members said - will go."),
        ("MR. VOSSBERG: Good afternoon.", "MR. VOSSBERG: Good afternoon."),
        ("On 2 November, Orvania and Belhas met.", "On 2 November, Orvania and Belhas met."),
        ("Orvania and the union agreed on March 3 - Thursday.", "Orvania and the union agreed on March 3 - Thursday."),
    ],
)
def test_a_dateline_is_not_shown_to_the_model(sentence: str, shown: str) -> None:
    assert without_dateline(sentence) == shown


def test_bylines_and_short_headings_are_not_shown() -> None:
    document = Document(text="Port strike\n\nBy Anna Berg\n\nThe union met the port on Monday.\n")
    assert [sentence.text for sentence in sentences_to_show(document)] == ["The union met the port on Monday."]
