"""Long texts with facts planted in every part, and a server that finds those of them that it is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.protocol_server import Given, Request

__all__ = ["Planted", "chinese", "english", "finds_facts"]

_FILLER = (
    "The weather held through the week and the ferries ran on time.",
    "Visitors came to the fair as they do every year, and the hotels were nearly full.",
    "A new roof is to be put on the old customs house before the winter.",
    "The river stood low, and fishermen complained of the heat.",
    "At the school on the hill the choir practised for the autumn concert.",
)
_CHINESE_FILLER = (
    "本周天气晴好，渡轮准点运行。",
    "每年一度的集市吸引了不少游客，旅馆几乎客满。",
    "老海关大楼将在入冬前换上新屋顶。",
    "河水水位偏低，渔民抱怨天气炎热。",
    "山上的学校里，合唱团正在为秋季音乐会排练。",
)
_FACT = re.compile(r"The (?P<by>\w+ Union) demands that (?P<of>\w+ Lines) pay (?P<what>\d+ crowns)\.")
_CHINESE_FACT = re.compile("(?P<by>第\\d+号工会)要求(?P<of>第\\d+号航运公司)支付(?P<what>\\d+元)。")


@dataclass(frozen=True)
class Planted:
    """A text, and what it says by the number of the sentence that says it."""

    text: str
    facts: tuple[str, ...]
    """The sentences that were planted, in order."""


def english(characters: int = 300_000, facts: int = 30) -> Planted:
    """A text in English with so many facts, evenly spread from its first to its last paragraph."""
    planted = tuple(
        f"The {_word(number)} Union demands that {_word(number + 7)} Lines pay {number + 100} crowns."
        for number in range(facts)
    )
    return Planted(_spread(_FILLER, planted, characters, " "), planted)


def chinese(characters: int = 300_000, facts: int = 30) -> Planted:
    """The like in Chinese."""
    planted = tuple(f"第{number}号工会要求第{number + 500}号航运公司支付{number + 100}元。" for number in range(facts))
    return Planted(_spread(_CHINESE_FILLER, planted, characters, ""), planted)


def finds_facts(request: Request) -> Given:
    """Answer as a good model would: each fact that stands in the sentences shown, cited by its number."""
    if request.schema_name == "Overview":
        shown = request.body["messages"][-1]["content"]
        numbers = sorted(
            {int(number) for cited in re.findall(r"\[([\d, ]+)\]$", shown, re.MULTILINE) for number in cited.split(",")}
        )
        return {
            "headline": "All unions demand pay",
            "summary": [{"text": "They demand pay.", "evidence": numbers[-1:]}],
        }
    demands = [
        {"by": [match["by"]], "of": [match["of"]], "demand": f"Pay {match['what']}", "evidence": [number]}
        for number, sentence in request.sentences.items()
        for match in (*_FACT.finditer(sentence), *_CHINESE_FACT.finditer(sentence))
    ]
    first = min(request.sentences)
    actors = [
        {"name": name, "evidence": demand["evidence"]} for demand in demands for name in (*demand["by"], *demand["of"])
    ]
    return {
        "headline": f"From sentence {first}",
        "summary": [{"text": f"What sentence {first} says.", "evidence": [first]}],
        "actors": actors,
        "demands": demands,
        "agreed_steps": [],
        "open_questions": [],
    }


def _word(number: int) -> str:
    syllables = ("Bar", "Dor", "Fen", "Gal", "Kel", "Lom", "Mar", "Nor", "Pel", "Ros")
    return syllables[number // 10 % 10] + syllables[number % 10].lower()


def _spread(filler: tuple[str, ...], planted: tuple[str, ...], characters: int, blank: str) -> str:
    paragraphs: list[str] = []
    length = number = 0
    for place, fact in enumerate(planted, 1):
        while length < characters * place / len(planted):
            parts = [filler[(number + offset) % len(filler)] for offset in range(1 + number % 4)]
            paragraphs.append(blank.join(parts))
            length += len(paragraphs[-1]) + 2
            number += 1
        paragraphs[-1] += blank + fact
    return "\n\n".join(paragraphs) + "\n"
