from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from summarizer import Document
from summarizer.documents.sentences import sentence_spans


def sentences(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language)]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400))
@example("“Łódź 👩‍👩‍👧 e\u0301tude.” Yes!\r\n\r\nمرحبا بكم. 你好。")
@example("a.\u2029b.\u2028c\x85d")
def test_sentences_keep_every_character_but_blanks_in_its_place(text: str) -> None:
    spans = sentence_spans(text)
    assert all(start < end for start, end in spans)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())


@given(
    st.lists(
        st.sampled_from(["Talks ended.", "Why now?", "“No,” he said.", "Über 5.000 Euro!", "条約は続く。", "🙂 ok."])
    )
)
def test_sentences_on_lines_of_their_own_come_back_one_by_one(parts: list[str]) -> None:
    assert sentences("\n".join(parts)) == parts


def test_a_line_that_goes_on_in_lower_case_belongs_to_the_quote_before_it() -> None:
    text = "“We will continue,”\nhe said.\nBreach of neutrality\nAlso, he argued."
    assert sentences(text) == ["“We will continue,”\nhe said.", "Breach of neutrality", "Also, he argued."]


def test_text_wrapped_at_a_fixed_width_is_split_by_sentence_not_by_line() -> None:
    text = (
        "The minister said on Monday that the government and the Harbour\n"
        "Workers had not reached an understanding on wages, and that talks\n"
        "Would go on. A second round was to begin on Thursday in the town of\n"
        "Lindholm. Nobody objected.\n"
    )
    assert len(sentences(text)) == 3


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("en", "Dr. Smith met J. K. Lund at 5 p.m. on Friday. He left.", 2),
        (
            "en",
            "The EU-U.S. trade deal rose 5 pct. in May. It was cut at 10 a.m. Tuesday. Then it left the U.S. We won.",
            4,
        ),
        ("de", "Am 3. Mai traf Dr. Weber die Gewerkschaft. Er ging.", 2),
        ("ja", "彼は来た。彼は去った。", 2),
        ("ar", "هل وافقوا؟ لم يوافقوا.", 2),
        ("xx", "A language nobody knows. It still splits.", 2),
    ],
)
def test_sentences_follow_the_rules_of_the_language(language: str, text: str, count: int) -> None:
    assert len(sentences(text, language)) == count


def test_sentences_are_numbered_from_one_and_are_slices_of_the_text(seed: Document) -> None:
    assert [sentence.number for sentence in seed.sentences] == list(range(1, 22))
    assert all(seed.text[sentence.start : sentence.end] == sentence.text for sentence in seed.sentences)
    assert seed.sentences[12].text.endswith("near future,”\nhe said.")
    assert [sentence.number for sentence in seed.sentences if sentence.is_heading] == [9, 16, 20, 21]
