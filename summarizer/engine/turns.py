"""The turn-by-turn way: a conversation with one turn a sentence, each answered in a few grammar-bound lines.

Earlier sentences and answers stay in the context, so each sentence is read once and the model knows what it has said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from summarizer.documents import Document, Sentence
from summarizer.engine.assembly import assemble
from summarizer.engine.turn_answers import GRAMMAR, MOST_TOKENS, TurnAnswer, parse_answer
from summarizer.errors import InputError
from summarizer.models import LanguageModel, Reply
from summarizer.models.language_model import Limits
from summarizer.models.weights import Progress
from summarizer.prompting import Message, PromptTemplate
from summarizer.schemas import Briefing, TokenUsage

__all__ = ["read_in_turns", "sentences_to_show"]

_FURNITURE_WORDS = 5
_BYLINE = re.compile(r"(?:By [A-Z][^.!?]{3,80}|\(?(?:Additional )?[Rr]eporting by .*)$")
_TOKENS_A_TURN = 28
"""What a turn takes besides its sentence: marks of the conversation and an answer (13 tokens in the mean, measured by
`summarizer eval run`: completion tokens by requests), with room to spare."""


def sentences_to_show(document: Document) -> list[Sentence]:
    """The sentences that are put to the model: all but bylines, short headings and link labels."""
    shown = [s for s in document.sentences if not _is_furniture(s)]
    return shown or list(document.sentences)


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
) -> Reply[Briefing]:
    """Hold the conversation and assemble the briefing.

    Raises:
        InputError: If the conversation would be longer than the model's context.
        ModelUnavailableError: If a turn gets no answer.
    """
    conversation = template.opening(document, parameters)
    shown = sentences_to_show(document)
    await _check_length(document, conversation, len(shown), model)
    request: dict[str, Any] = {"grammar": GRAMMAR, "cache_prompt": True} if model.embedded else {}
    answers: list[tuple[Sentence, TurnAnswer]] = []
    usage = TokenUsage()
    served_as = None
    for done, sentence in enumerate(shown):
        progress("Reading sentences", done, len(shown))
        conversation.append(template.turn(document, sentence, parameters))
        reply = await model.complete(conversation, document, limits, max_tokens=MOST_TOKENS, **request)
        answer: Message = {"role": "assistant", "content": reply.content.strip()}
        conversation.append(answer)
        answers.append((sentence, parse_answer(reply.content)))
        usage += reply.usage
        served_as = reply.served_as
    progress("Reading sentences", len(shown), len(shown))
    return Reply(content=assemble(document, answers), usage=usage, served_as=served_as)


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
