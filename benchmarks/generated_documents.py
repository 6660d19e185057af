"""Documents to measure with: sentences of the fixtures' articles in an order of each document's own, and an answer."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from summarizer import Document, read

__all__ = ["GeneratedDocument", "generated_documents", "joined_documents"]

_FIXTURES = Path(__file__).parent.parent / "fixtures"
_OTHER_LANGUAGES = ("spanish", "french", "german")
_SENTENCE_LENGTHS = range(40, 400)
_A_PARAGRAPH = 3


@dataclass(frozen=True, kw_only=True)
class GeneratedDocument:
    """A text, and a briefing of it as a model would write it."""

    number: int
    text: str
    """Its first line names its number, so that a server can tell the documents apart."""

    answer: str
    """JSON under the briefing schema; its names and sentence numbers are those of the text."""


def generated_documents(count: int, characters: int) -> list[GeneratedDocument]:
    """Documents of exactly so many characters, no two alike; the same ones on every call."""
    pool = [
        " ".join(sentence.text.split())
        for article in sorted(_FIXTURES.glob("*/article.txt"))
        if not article.parent.name.endswith(_OTHER_LANGUAGES)
        for sentence in read(article).sentences
        if not sentence.is_heading and len(sentence.text) in _SENTENCE_LENGTHS
    ]
    return [_document(number, pool, characters) for number in range(count)]


def joined_documents(characters: int, each: int = 3000) -> tuple[str, str]:
    """A long text of many documents, and an answer with the items of all of them, as JSON."""
    text, answer = "", dict[str, Any]()
    for document in generated_documents(characters // each, each):
        before = len(Document(text=text).sentences) if text else 0
        text += document.text
        for section, items in json.loads(document.answer).items():
            if section == "headline":
                answer[section] = items
                continue
            known = {item.get("name") for item in answer.get("actors", [])}
            shifted = [{**item, "evidence": [before + number for number in item["evidence"]]} for item in items]
            answer.setdefault(section, []).extend(
                item for item in shifted if section != "actors" or item["name"] not in known
            )
    return text, json.dumps(answer)


def _document(number: int, pool: list[str], characters: int) -> GeneratedDocument:
    chance = random.Random(number)  # noqa: S311 - the same documents in every process
    text = f"Digest {number:04d} of the talks\n\n"
    for index, sentence in enumerate(chance.sample(pool, len(pool)), 1):
        text += sentence + ("\n\n" if index % _A_PARAGRAPH == 0 else " ")
        if len(text) >= characters:
            break
    text = text[: characters - 1].rstrip().ljust(characters - 1, ".") + "\n"
    return GeneratedDocument(number=number, text=text, answer=json.dumps(_answer(Document(text=text))))


def _answer(document: Document) -> dict[str, Any]:
    names = [name for name in document.names.candidates() if " " in name and document.names.find(name) == name][:6]
    cited = {name: [s.number for s in document.sentences if name in s.text][:3] for name in names}
    one, two, three, four, *_ = names
    said = {
        number: " ".join(document.sentences[number - 1].text.split()) for found in cited.values() for number in found
    }
    first, second, third = cited[one][0], cited[two][0], cited[three][0]
    return {
        "headline": f"{one} and {two} go on with their talks",
        "summary": [{"text": said[number], "evidence": [number]} for number in dict.fromkeys([first, second, third])],
        "actors": [
            {"name": name, "aliases": [name.split()[-1]], "kind": "organisation", "role": None, "evidence": found}
            for name, found in cited.items()
        ],
        "demands": [
            {"by": [one], "of": [two], "demand": said[first], "status": "open", "evidence": cited[one]},
            {"by": [three], "of": [four, one], "demand": said[third], "status": "rejected", "evidence": [third]},
        ],
        "agreed_steps": [
            {"parties": [one, two], "step": said[second], "when": None, "status": "planned", "evidence": cited[two]}
        ],
        "open_questions": [{"question": f"What will {four} decide?", "awaits": [four], "evidence": cited[four]}],
    }
