"""The turn-by-turn way: a conversation with one turn a sentence, each answered in a few grammar-bound lines.

Earlier sentences and answers stay in the context, so each sentence is read once and the model knows what it has said.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from summarizer.documents import Document, Sentence
from summarizer.engine.turn_answers import GRAMMAR, MOST_TOKENS, TurnAnswer, parse_answer
from summarizer.errors import InputError
from summarizer.models import LanguageModel, Reply
from summarizer.models.language_model import Limits, Token
from summarizer.models.weights import Progress
from summarizer.prompting import Message, PromptTemplate
from summarizer.schemas import TokenUsage

__all__ = ["Answers", "read_in_turns", "sentences_to_show", "without_dateline"]

Answers = list[tuple[Sentence, TurnAnswer]]
"""Each sentence that was shown, with the answer to it."""

_FURNITURE_WORDS = 5
_PLACE = r"[^\W\d_a-zà-ÿ][\w’'.-]*(?:[ ,/] ?[^\W\d_a-zà-ÿ][\w’'.-]*){0,4}"
_DATE = r"(?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8}\.?)(?:,? \d{4})?\.?"
_AGENCY = r"(?:\([^()]{2,40}\)|/[^/]{2,20}/\.?)"
_DATELINE = re.compile(
    rf"(?:{_PLACE},? {_DATE}(?:,? {_AGENCY})?|{_PLACE} {_AGENCY}|[^\W\d_a-zà-ÿ]{{2}}[^\d_a-zà-ÿ—–-]{{1,30}}?)"
    r"\s*(?:(?<=/\.)|(?<=/)|(?<=\s)[-–—]{1,2})\s+(?=[^\W_a-zà-ÿ]|[\"“‘'])"
)
_BYLINE = re.compile(r"(?:By [A-Z][^.!?]{3,80}|\(?(?:Additional )?[Rr]eporting by .*)$")
_EMBEDDED_REQUEST: dict[str, Any] = {"grammar": GRAMMAR, "cache_prompt": True, "logprobs": True, "top_logprobs": 1}
_TOKENS_A_TURN = 28
"""What a turn takes besides its sentence: marks of the conversation and an answer (13 tokens in the mean, measured by
`summarizer eval run`: completion tokens by requests), with room to spare."""


def sentences_to_show(document: Document) -> list[Sentence]:
    """What is put to the model: all sentences but bylines, short headings and link labels, without their datelines."""
    shown = [s for s in document.sentences if not _is_furniture(s)] or document.sentences
    return [dataclasses.replace(sentence, text=without_dateline(sentence.text)) for sentence in shown]


def without_dateline(sentence: str) -> str:
    """A sentence without the place, date and agency that a report opens with ("BELHAS, March 3 (ANP) - ").

    A small model takes the place for an actor, and often for the state that it is the capital of.
    """
    match = _DATELINE.match(sentence)
    return sentence[match.end() :] if match else sentence


def _is_furniture(sentence: Sentence) -> bool:
    short_heading = sentence.is_heading and len(sentence.text.split()) < _FURNITURE_WORDS
    return short_heading or bool(_BYLINE.match(sentence.text))


async def read_in_turns(
    document: Document,
    template: PromptTemplate,
    parameters: Mapping[str, Any],
    model: LanguageModel,
    limits: Limits,
    progress: Progress,
) -> Reply[Answers]:
    """Hold the conversation.

    Raises:
        InputError: If the conversation would be longer than the model's context.
        ModelUnavailableError: If a turn gets no answer.
    """
    conversation = template.opening(document, parameters)
    shown = sentences_to_show(document)
    await _check_length(document, conversation, len(shown), model)
    request = _EMBEDDED_REQUEST if model.embedded else {}
    answers: Answers = []
    usage = TokenUsage()
    served_as = None
    for done, sentence in enumerate(shown):
        progress("Reading sentences", done, len(shown))
        conversation.append(template.turn(document, sentence, parameters))
        reply = await model.complete(conversation, document, limits, max_tokens=MOST_TOKENS, **request)
        answer: Message = {"role": "assistant", "content": reply.content.strip()}
        conversation.append(answer)
        answers.append((sentence, parse_answer(reply.content, _of_lines(reply.tokens))))
        usage += reply.usage
        served_as = reply.served_as
    progress("Reading sentences", len(shown), len(shown))
    return Reply(content=answers, usage=usage, served_as=served_as)


def _of_lines(tokens: Sequence[Token]) -> list[float]:
    """The probability of the first token of each line, and of the line end before it: that there is such a line."""
    probabilities: list[float] = []
    before = ""
    line_end = 0.0
    for token in tokens:
        if token.text.strip() and (not probabilities or before.endswith("\n")):
            probabilities.append(math.exp(token.log_probability + line_end))
        line_end = token.log_probability if "\n" in token.text else line_end
        before = token.text if token.text.strip() or "\n" in token.text else before
    return probabilities


async def _check_length(document: Document, opening: list[Message], turns: int, model: LanguageModel) -> None:
    text = "\n".join([*(message["content"] for message in opening), document.text])
    tokens = await model.count_tokens(text)
    if tokens is None or model.context_tokens is None:
        return
    needed = tokens + _TOKENS_A_TURN * turns
    if needed > model.context_tokens:
        raise InputError(
            f"The text needs {needed} tokens, its {turns} turns included, and {model.reference.name} reads "
            f"{model.context_tokens}; shorten it, raise SUMMARIZER_CONTEXT_TOKENS, or name a model with a larger "
            "context."
        )
