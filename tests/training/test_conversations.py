from __future__ import annotations

import random
import re
import sys
from pathlib import Path

import pytest

TRAINING = Path(__file__).parents[2] / "training"
sys.path.insert(0, str(TRAINING))

from check import main as check  # noqa: E402
from conversations import conversation  # noqa: E402
from corpus_articles import Article, read_articles, read_corpus  # noqa: E402
from renaming import Renaming  # noqa: E402

from summarizer.engine.turn_answers import parse_answer  # noqa: E402

ARTICLE = """# t-001 | strike | agency wire
@ Dockers' Union; union | organisation
@ Rurik Stanev; Stanev | person | port director
@ Orvania; Belhas | state
Union weighs port strike
Port director Rurik Stanev met the union on Monday.
The Dockers' Union wants Stanev to withdraw the plan.
>D Dockers' Union > Rurik Stanev: withdraw the plan {rejected}
Rain fell.
Belhas and the union agreed to meet on Friday.
>S Orvania + Dockers' Union: meet {planned; on Friday}
"""


def test_an_actor_that_was_not_yet_named_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    labelled = "Belhas settles\n>S Orvania + Dockers' Union: settle {done}\n>D Dockers' Union > Orvania: pay"
    path.write_text(ARTICLE.replace("Union weighs port strike", labelled), encoding="utf-8")
    (article,) = read_articles(path)
    assert conversation(article)[0].text == "A Belhas | state\nS Belhas + -: settle {done}\nD - > Belhas: pay"


def test_an_answer_uses_only_names_that_the_reader_has_met(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    (article,) = read_articles(path)
    assert [turn.text for turn in conversation(article)] == [
        "N",
        "A Rurik Stanev | person | port director\nA union | organisation\nN",
        "A Dockers' Union = union\nD Dockers' Union > Rurik Stanev: withdraw the plan {rejected}",
        "N",
        "A Belhas | state\nS Belhas + Dockers' Union: meet {planned; on Friday}",
    ]
    assert len(conversation(article, keep_background=0)) == 3


@pytest.mark.parametrize("article", read_corpus()[::40], ids=lambda article: article.identifier)
def test_what_the_corpus_teaches_is_what_the_engine_reads(article: object) -> None:
    for turn in conversation(article):  # type: ignore[arg-type]
        assert parse_answer(turn.text) == turn.answer


def test_the_corpus_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert check([]) == 0, capsys.readouterr().out


def test_renamed_articles_are_renamed_throughout_and_hold(tmp_path: Path) -> None:
    articles = read_corpus()[::20]
    renaming, chance = Renaming(articles), random.Random(0)
    changed = 0
    for article in articles:
        renamed = renaming(article, chance)
        given = dict(zip(_forms(article), _forms(renamed), strict=True))
        gone = {word for old, new in given.items() for word in _words(old) - _words(new)} - _words(
            " ".join(given.values())
        )
        changed += bool(gone)
        assert len(set(given.values())) == len(given)
        assert not gone & _words(" ".join(_lines(renamed)))
        assert [len(turn.answer.items) for turn in conversation(renamed)] == [
            len(turn.answer.items) for turn in conversation(article)
        ]
    assert changed > len(articles) / 3


def _forms(article: Article) -> list[str]:
    return [form for actor in article.actors for form in actor.forms]


def _lines(article: Article) -> list[str]:
    return [*article.sentences, *(line for _, line in article.labels)]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))
