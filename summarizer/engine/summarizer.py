"""The program's centre: a document goes in, a grounded answer in its envelope comes out."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel

from summarizer.documents import Document
from summarizer.engine import background_loop
from summarizer.engine.answer_key import AnswerKey
from summarizer.engine.assembly import assemble
from summarizer.engine.enveloping import envelope_of
from summarizer.engine.in_windows import read_in_windows
from summarizer.engine.keeping import kept_answer, load_kept
from summarizer.engine.known_actors import KnownActor
from summarizer.engine.languages import EMBEDDED_LANGUAGE, check_copied, not_read_well, parameter_for
from summarizer.engine.reading import Reading
from summarizer.engine.snapshots import STILL_WRITTEN, Show, Snapshots, SoFar, silent
from summarizer.engine.turn_grammar import ANSWER_FORM
from summarizer.engine.turns import Answers, read_in_turns, sentences_to_show, turn_texts_to_count, turn_windows
from summarizer.engine.whole import Question, texts_to_count, whole_windows
from summarizer.engine.windows import Window
from summarizer.errors import CutOffError, ModelUnavailableError, StoreError, UsageError
from summarizer.models import LanguageModel, open_model, parse_model_name
from summarizer.models.context import context_tokens
from summarizer.models.language_model import Limits
from summarizer.models.opening import WHOLE_PROMPT, default_prompt
from summarizer.models.pace import Pace
from summarizer.models.partial import Unhurried
from summarizer.models.tokens import estimated_tokens
from summarizer.models.weights import Progress
from summarizer.prompting import Message, load_schema, load_template
from summarizer.schemas import Briefing, DocumentReference, Envelope, PromptReference, TokenUsage
from summarizer.settings import Settings, load_settings
from summarizer.sources import read_source
from summarizer.store import AnswerStore

_LOGGER = logging.getLogger(__name__)

__all__ = ["Delegate", "Plan", "PlannedWindow", "Summarizer", "asummarize", "summarize"]

Delegate = Callable[[Document], Awaitable[Envelope[Any]]]
"""Gives the answer to a document, had somewhere else."""

_AT_ONCE = 4
"""Windows that a server is asked for side by side: few enough for the rate limits of a new account."""


@dataclass(frozen=True, kw_only=True)
class PlannedWindow:
    """A part of a document that would be read at once. `start` and `end` count characters, end exclusive."""

    first_sentence: int
    last_sentence: int
    start: int
    end: int
    tokens: int
    """Of its sentences, estimated on the safe side: the embedded model's own tokenizer finds fewer."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What would be sent to which model, without sending it."""

    model: str
    base_url: str | None
    prompt: str
    way: Literal["whole", "turns"]
    windows: list[PlannedWindow]
    """The parts that a long document would be read in; one where it is read at once."""

    messages: list[Message]
    """All messages, of one window after the other; without those that hold what only the model can give: answers to
    turns, and what was found in windows, for the summary of the whole."""

    json_schema: dict[str, Any] | None
    """What the answer is held to (whole)."""

    grammar: str | None
    """What each answer is held to (turns)."""


class Summarizer:
    """Reads documents with one model, one prompt template and one schema.

    Args:
        model: `local`, `local:PATH.gguf`, `openai/NAME`, `ollama/NAME`, or any provider string that instructor knows.
        prompt: A template's name or path; by default the one that suits the model.
        schema: A pydantic model or `module:Class`; by default the one that the template names.
        parameters: Values for the template's parameters.
        known_actors: Actors known before, for a template that reads turn by turn: where a text has forms of one, they
            are gathered under one name of the text. A template that shows a whole document is told by a parameter.
        store: Where answers are looked up and kept; by default nothing is kept. With the setting `answer_cache` at
            `refresh`, everything is asked again and the new answer kept.
        pace: Asked before each request and told of each response, where many documents are read at once.
        settings: Everything else, ready made; in place of `options`.
        options: Any field of `Settings`, such as `base_url`, `timeout` (seconds) or `retries`.

    Attributes:
        delegate: Asked in place of a model of this process for what the store does not have; none by default.

    Raises:
        UsageError: If the model, template, schema, a parameter or a setting does not fit.
    """

    def __init__(  # noqa: PLR0913 - what a reader is made of
        self,
        model: str | None = None,
        prompt: str | Path | None = None,
        schema: type[BaseModel] | str | None = None,
        *,
        parameters: Mapping[str, Any] | None = None,
        known_actors: Sequence[KnownActor] = (),
        store: AnswerStore | None = None,
        pace: Pace | None = None,
        settings: Settings | None = None,
        **options: Any,
    ) -> None:
        if settings is not None and options:
            raise UsageError("Give either settings or single options, not both.")
        resolved = settings or load_settings(**options)
        named = {"model": model, "prompt": str(prompt) if prompt is not None else None}
        self.settings = resolved.model_copy(update={key: value for key, value in named.items() if value is not None})
        self.template = load_template(self._template_name(schema))
        self.schema = schema if isinstance(schema, type) else load_schema(schema or self.template.schema_name)
        self.parameters = self.template.with_parameters(parameters or {})
        if self.settings.output_language is not None:
            self.parameters |= parameter_for(self.settings.output_language, self.template)
        if self.template.way == "overview":
            raise UsageError(
                f"The template {self.template.name!r} sums up what was found in a long text; name one that shows a "
                "document with --prompt."
            )
        if self.template.way == "turns" and not issubclass(self.schema, Briefing):
            raise UsageError(
                f"The template {self.template.name!r} reads turn by turn, which only the Briefing schema has; name a "
                "template that shows the whole document with --prompt."
            )
        if known_actors and self.template.way != "turns":
            raise UsageError(
                f"The template {self.template.name!r} shows whole documents; tell it of known actors by a parameter."
            )
        self.known_actors = tuple(known_actors)
        self.store = store
        self.delegate: Delegate | None = None
        self._pace = pace
        self._key: AnswerKey | None = None
        self._model: LanguageModel | None = None
        self._opening = threading.Lock()
        self._warned: set[str] = set()
        self._under_way: dict[str, asyncio.Task[Envelope[Any]]] = {}

    def _template_name(self, schema: type[BaseModel] | str | None) -> str:
        name = parse_model_name(self.settings.model, self.settings.base_url)
        if self.settings.prompt is not None:
            return self.settings.prompt
        own = schema is not None and (schema if isinstance(schema, type) else load_schema(schema)) is not Briefing
        return WHOLE_PROMPT if own else default_prompt(name, self.settings.way)

    @property
    def prompt_reference(self) -> PromptReference:
        """What an envelope says of the prompt."""
        return PromptReference(
            name=self.template.name,
            version=self.template.version,
            output_language=self.settings.output_language,
        )

    def plan(self, document: Document | str | Path) -> Plan:
        """What would be sent for a document; calls no model and starts none."""
        document = self._document(document)
        name = parse_model_name(self.settings.model, self.settings.base_url)
        context = context_tokens(name, self.settings)
        whole = self.template.way == "whole"
        if whole:
            question = self._question(document)
            counted = [estimated_tokens(text) for text in texts_to_count(question)]
            windows = whole_windows(question, counted, context, embedded=name.where == "embedded")
            shown = [question.messages(window.sentences if len(windows) > 1 else None) for window in windows]
        else:
            opening = self.template.opening(document, self.parameters)
            sentences = sentences_to_show(document)
            counted = [estimated_tokens(text) for text in turn_texts_to_count(opening, sentences)]
            windows = turn_windows(document, sentences, counted, context)
            shown = [[*opening, *self._turns(document, window)] for window in windows]
        return Plan(
            model=self.settings.model,
            base_url=self.settings.base_url,
            prompt=self.template.name,
            way="whole" if whole else "turns",
            windows=[_planned(window) for window in windows],
            messages=[message for messages in shown for message in messages],
            json_schema=self.schema.model_json_schema() if whole else None,
            grammar=None if whole else ANSWER_FORM.strip(),
        )

    def summarize(self, document: Document | str | Path, progress: Progress | None = None) -> Envelope[Any]:
        """Read a document and give the answer in its envelope. See `asummarize`."""
        return background_loop.run(self.asummarize(document, progress))

    async def asummarize(
        self, document: Document | str | Path, progress: Progress | None = None, *, repeat: int = 0
    ) -> Envelope[Any]:
        """Read a document and give the answer in its envelope; a long one in windows (see `Plan.windows`).

        With a store, the same question is asked once: it is answered from there, or shares the call that is under way.

        Args:
            document: A `Document`, a text, or the path of a file as a `Path`.
            progress: Called with what is going on, how much of it is done and how much there is.
            repeat: Tells apart answers to the same question that are kept side by side.

        Returns:
            The answer. Its `not_covered` names the parts of a long document that could not be read.

        Raises:
            InputError: If there is no text, or the model's context is too short for the prompt.
            ModelUnavailableError: If no answer can be had within the deadline.
            AnswerError: If no answer fits the schema.
        """
        document = self._document(document)
        self._warn_of(document.language)
        tell = progress or silent
        if self.store is None:
            return await self._ask(document, tell)
        kept = self.kept(document, repeat)
        return kept or await self._shared(self.key_of(document, repeat), document, tell)

    def stream(self, document: Document | str | Path, progress: Progress | None = None) -> Iterator[Envelope[Any]]:
        """Read a document and give what is complete while it is read. See `astream`."""
        snapshots = self.astream(document, progress)
        turn = asyncio.Lock()  # after an interrupt, the step under way ends before the stream can be closed

        async def step() -> Envelope[Any] | None:
            async with turn:
                return await anext(snapshots, None)

        async def close() -> None:
            async with turn:
                await snapshots.aclose()

        try:
            while (envelope := background_loop.run(step())) is not None:
                yield envelope
        finally:
            background_loop.run(close())

    async def astream(
        self, document: Document | str | Path, progress: Progress | None = None
    ) -> AsyncGenerator[Envelope[Any], None]:
        """Read a document and give what is complete while it is read: a growing answer, in the end the whole.

        Each snapshot is within the schema and grounded as the last one is, and marked (`Envelope.partial`): in one
        call item by item as the model writes them, in windows after each window, in turns after sentences. What comes
        faster than it is taken is left out. Models of other protocols give the whole alone, and so does the store,
        where a whole answer is kept as `asummarize` keeps it.

        Args:
            document: A `Document`, a text, or the path of a file as a `Path`.
            progress: Called with what is going on, how much of it is done and how much there is.

        Yields:
            Envelopes. The last one is what `asummarize` gives; or, where the model was lost or its answer cut off after
            something was complete, the last snapshot with the reason in `partial`.

        Raises:
            SummarizerError: What `asummarize` raises, if nothing was complete before, or no answer fits the schema.
        """
        document = self._document(document)
        self._warn_of(document.language)
        kept = self.kept(document) if self.store is not None else None
        if kept is not None:
            yield kept
            return
        snapshots = Snapshots(progress or silent)
        last: Envelope[Any] | None = None
        async with snapshots.of(self._ask(document, snapshots.progress, snapshots.show)) as asked:
            async for last in snapshots.until_done(asked):
                yield last
        try:
            whole = asked.result()
        except (ModelUnavailableError, CutOffError) as error:
            last = snapshots.newest or last
            if last is None:
                raise
            yield last.model_copy(update={"partial": str(error)})
            return
        await self._keep(None, document, whole)
        yield whole

    def key_of(self, document: Document, repeat: int = 0) -> str:
        """The key under which the store keeps the answer: a hash of all that decides it."""
        if self._key is None:
            self._key = AnswerKey(self.settings, self.template, self.schema, self.parameters, self.known_actors)
        return self._key.of(document, repeat)

    def kept(self, document: Document, repeat: int = 0) -> Envelope[Any] | None:
        """The answer that the store has; None where there is none, or all is to be asked again.

        Raises:
            StoreError: If the store cannot be read.
        """
        if self.store is None or self.settings.answer_cache == "refresh":
            return None
        return load_kept(self.store, self.key_of(document, repeat), self.schema, document)

    async def _shared(self, key: str, document: Document, progress: Progress) -> Envelope[Any]:
        """The answer to a question that is asked now, once however many wait for it."""
        task = self._under_way.get(key)
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            task = self._under_way[key] = asyncio.create_task(self._ask_and_keep(key, document, progress))
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
            try:
                return await task
            except asyncio.CancelledError:
                task.cancel()
                raise
        found = await asyncio.shield(task)
        return found.model_copy(update={"document": DocumentReference.of(document)})

    async def _ask_and_keep(self, key: str, document: Document, progress: Progress) -> Envelope[Any]:
        envelope = await self._ask(document, progress)
        await self._keep(key, document, envelope)
        return envelope

    async def _keep(self, key: str | None, document: Document, envelope: Envelope[Any]) -> None:
        if self.store is not None and not envelope.not_covered:  # what was lost may be read another time
            try:
                row = kept_answer(key or self.key_of(document), envelope)
                await asyncio.wrap_future(self.store.keep(row, document.text))
            except StoreError as error:  # the answer is worth more than its copy
                _LOGGER.warning("%s What is answered from here on is not kept.", error)
                self.store = None

    async def _ask(self, document: Document, tell: Progress, show: Show | None = None) -> Envelope[Any]:
        if self.delegate is not None:
            return await self.delegate(document)
        started = time.monotonic()
        limits = Limits(retries=self.settings.retries, deadline=started + self.settings.timeout)
        model = await self._opened(tell)

        def so_far(content: BaseModel) -> None:
            if show:
                begun = Reading(content=content, usage=TokenUsage(complete=False))
                envelope = self._envelope(document, model, begun, time.monotonic() - started)
                show(envelope.model_copy(update={"partial": STILL_WRITTEN}))

        reading = await self._read(document, model, limits, tell, so_far if show else None)
        return self._envelope(document, model, reading, time.monotonic() - started)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def close(self) -> None:
        """Close the connections that `summarize` opened; a later call opens them again."""
        background_loop.run(self.aclose())

    async def aclose(self) -> None:
        """Close the connections that this event loop opened."""
        if self._model is not None:
            await self._model.aclose()

    async def _read(
        self, document: Document, model: LanguageModel, limits: Limits, progress: Progress, so_far: SoFar | None
    ) -> Reading[Any]:
        if self.template.way == "turns":

            def assembled(content: Answers) -> Briefing:
                return assemble(
                    document, content, min_confidence=self.settings.min_confidence, known_actors=self.known_actors
                )

            unhurried = Unhurried()

            def heard(content: Answers) -> None:
                if so_far:
                    unhurried(lambda: so_far(assembled(content)))

            asked = self.template, self.parameters, model, limits, progress
            try:
                answers = await read_in_turns(document, *asked, heard if so_far else None)
            finally:
                unhurried.cancel()
            briefing = assembled(answers.content)
            return Reading(
                content=briefing, usage=answers.usage, served_as=answers.served_as, not_covered=answers.not_covered
            )
        at_once = self.settings.concurrency or (self.settings.slots if model.embedded else _AT_ONCE)
        return await read_in_windows(self._question(document), model, limits, at_once, progress, so_far)

    def _question(self, document: Document) -> Question[Any]:
        return Question(document=document, template=self.template, parameters=self.parameters, schema=self.schema)

    def _turns(self, document: Document, window: Window) -> list[Message]:
        return [self.template.turn(document, sentence, self.parameters) for sentence in window.sentences]

    async def _opened(self, progress: Progress) -> LanguageModel:
        if self._model is None:
            progress("Loading the model", 0, 0)
            return await asyncio.to_thread(self._open, progress)
        return self._model

    def _open(self, progress: Progress) -> LanguageModel:
        with self._opening:  # many documents may begin at once
            if self._model is None:
                self._model = open_model(self.settings, progress, self._pace, adapted=self.template.way == "turns")
            return self._model

    def _envelope(
        self, document: Document, model: LanguageModel, reading: Reading[Any], seconds: float
    ) -> Envelope[Any]:
        return envelope_of(document, model, self.schema, self.prompt_reference, reading, seconds)

    def _document(self, given: Document | str | Path) -> Document:
        """What is to be read.

        Raises:
            UsageError: If what reads it cannot answer in the language that is asked for.
        """
        if isinstance(given, Document):
            document = given
        elif isinstance(given, Path):
            document = read_source(given, language=self.settings.language)
        else:
            document = Document(text=given, language=self.settings.language or "")
        if self.template.way == "turns" or self._is_embedded:
            check_copied(document.language, self.settings.output_language)
        return document

    @property
    def _is_embedded(self) -> bool:
        return parse_model_name(self.settings.model, self.settings.base_url).where == "embedded"

    def _warn_of(self, language: str) -> None:
        """Say once that the embedded model does not read a language."""
        if self._is_embedded and language != EMBEDDED_LANGUAGE and language not in self._warned:
            self._warned.add(language)
            _LOGGER.warning("%s", not_read_well(language))


def summarize(document: Document | str | Path, **options: Any) -> Envelope[Any]:
    """Read one document: `summarize(text).briefing.demands`. The options are those of `Summarizer`."""
    summarizer = Summarizer(**options)
    with summarizer:
        return summarizer.summarize(document)


async def asummarize(document: Document | str | Path, **options: Any) -> Envelope[Any]:
    """Read one document from async code. The options are those of `Summarizer`."""
    summarizer = Summarizer(**options)
    async with summarizer:
        return await summarizer.asummarize(document)


def _planned(window: Window) -> PlannedWindow:
    return PlannedWindow(
        first_sentence=window.numbers[0],
        last_sentence=window.numbers[-1],
        start=window.start,
        end=window.end,
        tokens=window.tokens,
    )
