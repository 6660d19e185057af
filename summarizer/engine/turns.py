"""The turn-by-turn way: a conversation with one turn a sentence, each answered in a few grammar-bound lines.

Earlier sentences and answers stay in the context, so each sentence is read once and the model knows what it has said.
A long text is read in several conversations, one after the other: each opens with the last turns of the one before it
and with the turns in which the actors that it will meet were introduced.
"""

from __future__ import annotations

import dataclasses
import math
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from summarizer.documents import Document, Sentence
from summarizer.engine.headings import HeadingCase
from summarizer.engine.reading import Lost, Reading, gaps
from summarizer.engine.turn_answers import MOST_TOKENS, TurnAnswer, parse_answer
from summarizer.engine.turn_grammar import AnswerGrammar
from summarizer.engine.windows import LEAST_WINDOW, OVERLAP, MeasuredSentence, Window, cut
from summarizer.errors import RefusedError, SummarizerError, TooLongError, UsageError
from summarizer.models import LanguageModel, Reply
from summarizer.models.language_model import Limits, Token
from summarizer.models.tokens import estimated_tokens
from summarizer.models.weights import Progress
from summarizer.prompting import Message, PromptTemplate
from summarizer.schemas import TokenUsage

__all__ = ["Answers", "read_in_turns", "sentences_to_show", "turn_texts_to_count", "turn_windows", "without_dateline"]

Answers = list[tuple[Sentence, TurnAnswer]]
"""Each sentence that was shown, with the answer to it."""

_FURNITURE_WORDS = 5
_PLACE = r"[^\W\d_a-zà-ÿ][\w’'.-]*(?:[ ,/] ?[^\W\d_a-zà-ÿ][\w’'.-]*){0,4}"
_DATE = r"(?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8}\.?)(?:,? \d{4})?\.?"
_AGENCY = r"(?:\([^()]{2,40}\)|/[^/]{2,20}/\.?)"
_NAMED_AGENCY = r"\((?:[A-Z][\w.&/]*)(?: [A-Z][\w.&/]*){0,2}\)"
_CAPITALS = r"[^\W\d_a-zà-ÿ]{2}[^\d_a-zà-ÿ—–-]{1,30}?"
_BEGINS = r"(?=[^\W_a-zà-ÿ]|[\"“‘'])"
_DATELINE = re.compile(
    rf"(?:{_PLACE},? {_DATE}(?:,? (?:{_AGENCY}|[A-Z]{{2,6}}))?|{_PLACE} {_AGENCY}|{_DATE} {_AGENCY}|{_CAPITALS}"
    rf"|{_CAPITALS}, [A-Z][a-z]+(?: [A-Z][a-z]+)?)\s*(?:(?<=/\.)|(?<=/)|(?<=\s)[-–—]{{1,2}})\s+"
    rf"(?:[A-Z]\w+(?: [A-Z]\w+)?\. )?{_BEGINS}"
    rf"|(?:{_PLACE},? {_DATE} )?{_NAMED_AGENCY}\s*(?:[-–—]{{1,2}}\s*)?{_BEGINS}"
    rf"|{_PLACE} {_NAMED_AGENCY}\s*[-–—]{{1,2}}\s*{_BEGINS}"
    rf"|{_CAPITALS},? {_DATE}:\s+{_BEGINS}"
)
_BARE_DATELINE = re.compile(rf"{_PLACE},? {_DATE}\s*(?:[-–—]{{1,2}}\s*)?(?:{_AGENCY}|[A-Z]\w+(?: [A-Z]\w+)?\.?)?")
_BYLINE = re.compile(r"(?:By [A-Z][^.!?]{3,80}|\(?(?:Additional )?[Rr]eporting by .*)$")
_EMBEDDED_REQUEST: dict[str, Any] = {"cache_prompt": True, "logprobs": True, "top_logprobs": 1}
_MARKS_A_TURN = 14
"""Tokens of the conversation's own marks around a sentence and its answer."""

_TOKENS_A_TURN = 28
"""What a turn takes besides its sentence: its marks and an answer (13 tokens in the mean, measured by `summarizer eval
run`: completion tokens by requests), with room to spare."""

_LONGEST_CONVERSATION = 2700
"""Tokens, reckoned with those of a turn and the template's opening apart, whatever the context. As answers are shorter
than reckoned, that is little more than the 2,000 that the adapter was trained on. On the long read of the fixtures
anything from 1,500 to 3,000 scores alike (items macro F1 0.67 to 0.68; in one conversation 0.65, in twice the time)."""

_CARRIED = 0.5
"""Share of a conversation that it may open with of the turns before it."""

_SHORTER = 0.7
"""Of a conversation that turned out to be too long, how much the next ones may be."""


def sentences_to_show(document: Document) -> list[Sentence]:
    """What is put to the model: all sentences but bylines, short headings and link labels, without their datelines."""
    shown = [s for s in document.sentences if not _is_furniture(s)] or document.sentences
    cased = HeadingCase(document) if document.language == "en" else str
    return [
        dataclasses.replace(
            sentence, text=cased(sentence.text) if sentence.is_heading else without_dateline(sentence.text)
        )
        for sentence in shown
    ]


def without_dateline(sentence: str) -> str:
    """A sentence without the place, date and agency that a report opens with ("BELHAS, March 3 (ANP) - ").

    A small model takes the place for an actor, and often for the state that it is the capital of.
    """
    match = _DATELINE.match(sentence)
    return sentence[match.end() :] if match else sentence


def _is_furniture(sentence: Sentence) -> bool:
    short_heading = sentence.is_heading and len(sentence.text.split()) < _FURNITURE_WORDS
    return short_heading or bool(_BYLINE.match(sentence.text) or _BARE_DATELINE.fullmatch(sentence.text))


@dataclass
class _Turn:
    """A sentence that was answered."""

    sentence: Sentence
    answer: TurnAnswer
    messages: tuple[Message, Message]
    tokens: int
    last_named: int
    """Place of the last turn whose sentence has a name that this one introduced."""

    def names_any_of(self, text: str) -> bool:
        """Whether a text has a name that this turn introduced."""
        return any(actor.form in text for actor in self.answer.actors)


@dataclass
class _Memory:
    """The turns so far, and which of them a new conversation opens with."""

    turns: list[_Turn] = field(default_factory=list)
    introductions: list[_Turn] = field(default_factory=list)

    def add(self, turn: _Turn) -> None:
        """Take in a turn."""
        self.turns.append(turn)
        for known in self.introductions:
            if known.names_any_of(turn.sentence.text):
                known.last_named = turn.last_named
        if turn.answer.actors:
            self.introductions.append(turn)

    def carried(self, coming: Iterable[Sentence], budget: float) -> list[_Turn]:
        """The last few turns and introductions of actors: of those named in what comes, then of those last named."""
        text = " ".join(sentence.text for sentence in coming)
        known = sorted(self.introductions, key=lambda turn: (turn.names_any_of(text), turn.last_named), reverse=True)
        chosen: dict[int, _Turn] = {}
        for turn in [*reversed(self.turns[-OVERLAP:]), *known]:
            if id(turn) not in chosen and turn.tokens <= budget:
                chosen[id(turn)] = turn
                budget -= turn.tokens
        return sorted(chosen.values(), key=lambda turn: turn.sentence.start)


def turn_texts_to_count(opening: Sequence[Message], shown: Sequence[Sentence]) -> list[str]:
    """What decides how a document is cut: the opening of a conversation, then each sentence."""
    return ["\n".join(message["content"] for message in opening), *(sentence.text for sentence in shown)]


def turn_windows(document: Document, shown: Sequence[Sentence], tokens: Sequence[int], context: int) -> list[Window]:
    """The windows in which a document is read, a conversation each; one where a conversation holds all of it.

    Args:
        document: What is read.
        shown: Its sentences that are shown.
        tokens: Of the texts to count.
        context: What the model reads at once, its answer included, in tokens.

    Raises:
        TooLongError: If the opening leaves no room for sentences.
    """
    room = _room(tokens[0], context)
    if room < LEAST_WINDOW // 2:
        raise TooLongError(
            f"The prompt alone takes {tokens[0]} tokens of the {context} that the model reads; raise "
            "SUMMARIZER_CONTEXT_TOKENS, or name a model with a larger context."
        )
    measured = [MeasuredSentence(s, taken + _TOKENS_A_TURN) for s, taken in zip(shown, tokens[1:], strict=True)]
    in_one = sum(part.tokens for part in measured) <= room
    return cut(document, measured, room if in_one else round(room * (1 - _CARRIED)), overlap=0)


def _room(opening_tokens: int, context: int) -> int:
    return min(_LONGEST_CONVERSATION, context - opening_tokens - MOST_TOKENS)


async def read_in_turns(  # noqa: PLR0913, PLR0917 - the one way in
    document: Document,
    template: PromptTemplate,
    parameters: Mapping[str, Any],
    model: LanguageModel,
    limits: Limits,
    progress: Progress,
    so_far: Callable[[Answers], None] | None = None,
) -> Reading[Answers]:
    """Hold the conversation; several, one after the other, where the text is long.

    Args:
        document: What is read.
        template: How it is shown.
        parameters: The template's.
        model: Who is asked.
        limits: Repeats of each call, and the deadline of the whole.
        progress: Told after each sentence.
        so_far: Called after each sentence with all answers until then.

    Raises:
        TooLongError: If the model's context has no room for the prompt and a few sentences.
        RefusedError: As soon as the model takes no call at all.
        SummarizerError: What the first window failed with, where none was read to its end.
    """
    opening = template.opening(document, parameters)
    shown = sentences_to_show(document)
    tokens = [await model.count_tokens(text) if text else 0 for text in turn_texts_to_count(opening, shown)]
    windows = turn_windows(document, shown, tokens, model.context_tokens)
    reader = _TurnReader(
        show=lambda sentence: template.turn(document, sentence, parameters),
        ask=lambda conversation, grammar: model.complete(
            conversation,
            document,
            limits,
            max_tokens=MOST_TOKENS,
            **({**_EMBEDDED_REQUEST, "grammar": grammar} if model.embedded else {}),
        ),
        grammar=AnswerGrammar(document),
        opening=opening,
        room=_room(tokens[0], model.context_tokens),
        deadline=limits.deadline if len(windows) > 1 else 0.0,
        progress=progress,
        so_far=so_far,
    )
    lost = await reader.read(windows)
    answers = reader.answers
    return Reading(
        content=answers,
        usage=reader.usage,
        served_as=reader.served_as,
        not_covered=gaps(lost, (sentence for sentence, _ in answers)),
    )


@dataclass(kw_only=True)
class _Conversation:
    """The messages so far, and what they take."""

    messages: list[Message]
    tokens: int
    """Of its turns; the opening apart."""

    carried: int
    """Of those turns that it opened with."""

    def add(self, turn: _Turn) -> None:
        """Go on with a turn."""
        self.messages += turn.messages
        self.tokens += turn.tokens


@dataclass(kw_only=True)
class _TurnReader:
    """Reads windows one after the other: each knows what those before it were answered."""

    show: Callable[[Sentence], Message]
    ask: Callable[[list[Message], str], Awaitable[Reply[str]]]
    grammar: AnswerGrammar
    opening: list[Message]
    room: int
    """Tokens of a conversation's turns."""

    deadline: float
    """On the clock of `time.monotonic`; until then what failed is tried once more."""

    progress: Progress
    so_far: Callable[[Answers], None] | None = None
    memory: _Memory = field(default_factory=_Memory)
    usage: TokenUsage = field(default_factory=TokenUsage)
    served_as: str | None = None

    @property
    def answers(self) -> Answers:
        """Each sentence that was answered, with the answer to it."""
        return [(turn.sentence, turn.answer) for turn in self.memory.turns]

    async def read(self, windows: Sequence[Window]) -> list[Lost]:
        """Read all windows; gives what got no answer."""
        lost: list[Lost] = []
        total = sum(len(window.measured) for window in windows)
        for window in windows:
            missing = await self._window(window, total)
            lost += [missing] if missing else []
        if lost and len(lost) == len(windows):
            raise lost[0].error
        self.progress("Reading sentences", total, total)
        return lost

    async def _window(self, window: Window, total: int) -> Lost | None:
        """Read a window; gives the rest of it where a sentence got no answer."""
        rest = deque(window.measured)
        conversation = self._opened(rest)
        failed = False
        while rest:
            self.progress("Reading sentences", len(self.memory.turns), total)
            if conversation.tokens + rest[0].tokens > self.room and conversation.tokens > conversation.carried:
                conversation = self._opened(rest)
            try:
                conversation.add(await self._turn(conversation, rest[0]))
            except (RefusedError, UsageError):
                raise
            except TooLongError as error:
                if not conversation.tokens:
                    return Lost([part.sentence for part in rest], error)
                self.room = min(self.room, round(conversation.tokens * _SHORTER))
                conversation = self._opened(rest)
            except SummarizerError as error:
                if failed or time.monotonic() >= self.deadline:
                    return Lost([part.sentence for part in rest], error)
                failed, conversation = True, self._opened(rest)
            else:
                rest.popleft()
                failed = False
                if self.so_far:
                    self.so_far(self.answers)
        return None

    def _opened(self, rest: Iterable[MeasuredSentence]) -> _Conversation:
        turns = self.memory.carried((part.sentence for part in rest), self.room * _CARRIED)
        tokens = sum(turn.tokens for turn in turns)
        messages = [*self.opening, *(message for turn in turns for message in turn.messages)]
        return _Conversation(messages=messages, tokens=tokens, carried=tokens)

    async def _turn(self, conversation: _Conversation, part: MeasuredSentence) -> _Turn:
        message = self.show(part.sentence)
        reply = await self.ask([*conversation.messages, message], self.grammar.of(part.sentence.text))
        written = reply.usage.completion_tokens or estimated_tokens(reply.content)
        turn = _Turn(
            sentence=part.sentence,
            answer=parse_answer(reply.content, _of_lines(reply.tokens)),
            messages=(message, {"role": "assistant", "content": reply.content.strip()}),
            tokens=part.tokens - _TOKENS_A_TURN + _MARKS_A_TURN + written,
            last_named=len(self.memory.turns),
        )
        self.memory.add(turn)
        self.grammar.learn(part.sentence.text, turn.answer)
        self.usage += reply.usage
        self.served_as = reply.served_as
        return turn


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
