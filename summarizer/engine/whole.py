"""The whole way: one call shows the numbered sentences and brings the answer, for the whole text or a window of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from summarizer.documents import Document, Sentence
from summarizer.engine.bounded_schema import bounded_schema
from summarizer.engine.windows import LEAST_WINDOW, MeasuredSentence, Window, cut
from summarizer.errors import TooLongError
from summarizer.models import LanguageModel, Reply
from summarizer.models.language_model import Limits
from summarizer.prompting import Message, PromptTemplate

__all__ = ["Question", "ask", "texts_to_count", "whole_windows"]

AnswerT = TypeVar("AnswerT", bound=BaseModel)

_LEAST_ROOM = 384
_MOST_TOKENS = 2048
_ANSWER_SHARE = 0.45
_TOKENS_A_MESSAGE = 8
_REPEAT_PENALTY = 1.1


@dataclass(frozen=True, kw_only=True)
class Question(Generic[AnswerT]):
    """What is asked of a model about a document."""

    document: Document
    template: PromptTemplate
    parameters: Mapping[str, Any]
    schema: type[AnswerT]

    def messages(self, window: Sequence[Sentence] | None = None) -> list[Message]:
        """What shows the document, or a window of it."""
        return self.template.messages(self.document, self.schema, self.parameters, window)


def texts_to_count(question: Question[Any]) -> list[str]:
    """What decides how a document is cut: the prompt around one sentence, then each sentence as templates show it."""
    sentences = question.document.sentences
    prompt = "\n".join(message["content"] for message in question.messages(sentences[:1]))
    return [prompt, *(f"[{sentence.number}] {sentence.text}\n" for sentence in sentences)]


def whole_windows(question: Question[Any], tokens: Sequence[int], context: int, *, embedded: bool) -> list[Window]:
    """The windows in which a document is read: one, where all of it fits.

    Nearly half of what the prompt leaves is kept for the answer: the labels of the fixtures, written as a model writes
    them, are 1.4 times as long as their articles in the mean and 0.6 times as long on the long read among them (in
    cl100k's vocabulary), and texts are counted on the safe side.

    Args:
        question: What is asked.
        tokens: Of the texts to count.
        context: What the model reads at once, its answer included, in tokens.
        embedded: Whether answers are bounded, as the embedded model's are.
    """
    prompt, *sentences = tokens
    free = context - (prompt - sentences[0]) - 2 * _TOKENS_A_MESSAGE
    answer = round(free * _ANSWER_SHARE)
    room = free - (min(answer, _MOST_TOKENS) if embedded else answer)
    measured = [MeasuredSentence(*pair) for pair in zip(question.document.sentences, sentences, strict=True)]
    return cut(question.document, measured, max(LEAST_WINDOW, room))


async def ask(
    question: Question[AnswerT],
    messages: list[Message],
    model: LanguageModel,
    limits: Limits,
    shown: Collection[int] | None = None,
    so_far: Callable[[AnswerT], None] | None = None,
) -> Reply[AnswerT]:
    """Ask a model for a whole answer at once.

    Args:
        question: What the answer is about, and its schema.
        messages: What shows it.
        model: Who is asked.
        limits: Repeats and deadline.
        shown: Numbers of the sentences that the answer may cite; all by default.
        so_far: Called with what is complete of the answer while it is written.

    Raises:
        TooLongError: If the text is longer than the model can take.
        CutOffError: If the answer is longer than the model writes.
        AnswerError: If no answer fits the schema.
        ModelUnavailableError: If no answer can be had.
    """
    extra = await _embedded_request(question, messages, model, shown) if model.embedded else {}
    return await model.answer(messages, question.schema, question.document, limits, shown, so_far, **extra)


async def _embedded_request(
    question: Question[AnswerT], messages: list[Message], model: LanguageModel, shown: Collection[int] | None
) -> Mapping[str, Any]:
    """A small model needs the schema's lists and numbers bounded, or it repeats itself until the context is full."""
    tokens = await model.count_tokens("\n".join(message["content"] for message in messages))
    tokens += _TOKENS_A_MESSAGE * len(messages)
    room = model.context_tokens - tokens
    if room < _LEAST_ROOM:
        raise TooLongError(
            f"The text with its prompt is {tokens} tokens and {model.reference.name} reads {model.context_tokens}, "
            f"{_LEAST_ROOM} of them for its answer; raise SUMMARIZER_CONTEXT_TOKENS, or name a model with a larger "
            "context."
        )
    numbers = range(min(shown), max(shown) + 1) if shown else None
    held = bounded_schema(question.schema, question.document, numbers)
    extra: dict[str, Any] = {
        "response_format": {"type": "json_schema", "json_schema": {"name": question.schema.__name__, "schema": held}},
        "repeat_penalty": _REPEAT_PENALTY,
        "cache_prompt": True,
    }
    return {"max_tokens": min(room, _MOST_TOKENS), "extra_body": extra}
