from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer import Document
from summarizer.engine.windows import MeasuredSentence, Window, cut, cut_smaller

WORDS = st.lists(st.sampled_from(["Strike", "talks", "port", "union", "offer"]), min_size=1, max_size=30).map(" ".join)


@st.composite
def measured_documents(draw: st.DrawFn) -> tuple[Document, list[MeasuredSentence]]:
    sentences = draw(st.lists(WORDS, min_size=1, max_size=40))
    ends = draw(st.lists(st.sampled_from([". ", ".\n", ".\n\n"]), min_size=len(sentences), max_size=len(sentences)))
    document = Document(text="".join(f"{one}{end}" for one, end in zip(sentences, ends, strict=True)))
    sizes = st.integers(min_value=1, max_value=60)
    return document, [MeasuredSentence(sentence, draw(sizes)) for sentence in document.sentences]


def places(window: Window) -> list[tuple[int, int]]:
    return [(sentence.start, sentence.end) for sentence in window.sentences]


@settings(max_examples=300, deadline=None)
@given(measured_documents(), st.integers(min_value=1, max_value=300), st.integers(min_value=0, max_value=5))
def test_windows_hold_every_sentence_in_order_within_the_budget(
    given: tuple[Document, list[MeasuredSentence]], budget: int, overlap: int
) -> None:
    document, measured = given
    windows = cut(document, measured, budget, overlap)
    assert all(window.tokens <= budget for window in windows)
    for one, other in pairwise(windows):
        assert one.start < other.start
        assert one.end < other.end
    covered = sorted({place for window in windows for place in places(window)})
    letters = "".join(document.text[start:end] for start, end in covered).replace(" ", "")
    assert letters == "".join(sentence.text for sentence in document.sentences).replace(" ", "")
    numbers = [number for window in windows for number in window.numbers]
    assert set(numbers) == {sentence.number for sentence in document.sentences}


@settings(max_examples=300, deadline=None)
@given(measured_documents(), st.integers(min_value=240, max_value=600), st.integers(min_value=0, max_value=5))
def test_windows_overlap_by_as_many_sentences_as_asked_where_a_quarter_of_the_budget_holds_them(
    given: tuple[Document, list[MeasuredSentence]], budget: int, overlap: int
) -> None:
    document, measured = given
    windows = cut(document, measured, budget, overlap)
    for one, other in pairwise(windows):
        shared = [part for part in other.measured if part in one.measured]
        last = one.measured[len(one.measured) - overlap :] if overlap else ()
        assert list(one.measured[len(one.measured) - len(shared) :]) == shared
        assert len(shared) <= overlap
        if sum(part.tokens for part in last) <= budget / 4 and len(one.measured) > overlap:
            assert len(shared) == overlap


def whole(document: Document, tokens: int = 10) -> list[MeasuredSentence]:
    return [MeasuredSentence(sentence, tokens) for sentence in document.sentences]


def sizes(text: str) -> list[int]:
    document = Document(text=text)
    return [len(window.measured) for window in cut(document, whole(document), 70, overlap=0)]


def test_a_window_ends_at_a_blank_line_or_else_a_line_break_in_its_last_third() -> None:
    assert sizes("It rained. " * 4 + "It poured.\n\nIt rained.\n" + "It rained. " * 4) == [5, 5]
    assert sizes("It rained. " * 4 + "It poured.\n" + "It rained. " * 5) == [5, 5]
    assert sizes("It rained.\n\n" + "It rained. " * 7) == [7, 1]


def test_a_sentence_longer_than_a_window_is_cut_at_blanks_under_its_number() -> None:
    document = Document(text="Short one. " + "word " * 200 + "end. Short two.")
    windows = cut(document, [MeasuredSentence(s, len(s.text)) for s in document.sentences], 300)
    pieces = [s for window in windows for s in window.sentences if s.number == 2]
    assert len(pieces) == 4
    assert "".join(piece.text for piece in pieces) == document.sentences[1].text
    assert all(document.text[piece.start : piece.end] == piece.text for piece in pieces)
    assert all(piece.text.endswith((" ", ".")) for piece in pieces)


def test_a_sentence_without_any_blank_is_cut_all_the_same() -> None:
    document = Document(text="x" * 10_000)
    windows = cut(document, [MeasuredSentence(document.sentences[0], 5_000)], 100)
    assert "".join(s.text for window in windows for s in window.sentences) == document.text


def test_a_window_is_cut_smaller_in_two() -> None:
    document = Document(text="A word here. " * 40)
    (window,) = cut(document, whole(document), 400)
    halves = cut_smaller(document, window)
    assert [half.numbers for half in halves] == [range(1, 25), range(22, 41)]
    assert cut_smaller(document, Window(window.measured[:1]))[0].numbers == range(1, 2)
