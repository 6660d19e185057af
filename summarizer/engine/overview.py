"""The last call for a long text: headline and summary of the whole, written from what its windows brought."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from summarizer.documents import Document
from summarizer.engine.whole import Question, ask
from summarizer.errors import SummarizerError
from summarizer.models import LanguageModel, Reply
from summarizer.models.language_model import Limits
from summarizer.prompting import Message, load_template
from summarizer.schemas import Actor, AgreedStep, Briefing, Demand, Evidence, OpenQuestion, Overview, Statement

__all__ = ["OVERVIEW_PROMPT", "spread", "with_overview"]

OVERVIEW_PROMPT = "briefing-overview"

BriefingT = TypeVar("BriefingT", bound=Briefing)
ValueT = TypeVar("ValueT")

_STATEMENTS = 4
_ANSWER_TOKENS = 1024
_THINNER = 0.7
_LEAST_SHARE = 0.02

_Points = list[tuple[str, frozenset[int]]]
"""Lines, each with the numbers of the sentences that it rests on."""


async def with_overview(
    document: Document, briefing: BriefingT, parameters: Mapping[str, Any], model: LanguageModel, limits: Limits
) -> tuple[BriefingT, Reply[Overview] | None]:
    """Give a merged briefing the headline and summary of the whole.

    Where the call brings none, the headline stays that of the first window, and the summary becomes statements of
    windows from the first to the last: true of the text, if not the best choice from it.

    Args:
        document: What was read.
        briefing: What its windows brought, merged; its summary holds every window's statements.
        parameters: Of the template that showed the windows; the overview's template is given those that it has too.
        model: Who is asked.
        limits: Repeats and deadline.

    Returns:
        The briefing, and the reply that its headline and summary are from; None where there was none.
    """
    template = load_template(OVERVIEW_PROMPT)
    shared = {name: value for name, value in parameters.items() if name in template.parameters}
    question = Question(
        document=document, template=template, parameters=template.with_parameters(shared), schema=Overview
    )
    try:
        messages, shown = await _fitting_messages(question, _sections(briefing), model)
        reply = await ask(question, messages, model, limits, shown)
    except SummarizerError:  # what the windows brought is not lost for want of a better summary
        return briefing.model_copy(update={"summary": spread(briefing.summary, _STATEMENTS)}), None
    found = reply.content
    summary = found.summary or spread(briefing.summary, _STATEMENTS)
    return briefing.model_copy(update={"headline": found.headline, "summary": summary}), reply


async def _fitting_messages(
    question: Question[Overview], sections: Mapping[str, _Points], model: LanguageModel
) -> tuple[list[Message], frozenset[int]]:
    """The messages that show the points, thinned out evenly where they are too many, and the sentences they rest on."""
    share = 1.0
    while True:
        points = {title: spread(found, math.ceil(share * len(found))) for title, found in sections.items() if found}
        lines = [(title, [line for line, _ in found]) for title, found in points.items()]
        messages = question.template.overview_messages(question.document, Overview, question.parameters, lines)
        tokens = await model.count_tokens("\n".join(message["content"] for message in messages))
        room = min(_ANSWER_TOKENS, model.context_tokens // 4)
        if tokens + room <= model.context_tokens or share < _LEAST_SHARE:
            return messages, frozenset().union(*(cited for found in points.values() for _, cited in found))
        share *= _THINNER


def spread(values: Sequence[ValueT], most: int) -> list[ValueT]:
    """At most so many of the values, evenly from the first to the last."""
    if len(values) <= most:
        return list(values)
    if most < 2:  # noqa: PLR2004 - one value has no first and last
        return list(values[:most])
    return [values[round(place * (len(values) - 1) / (most - 1))] for place in range(most)]


def _sections(briefing: Briefing) -> dict[str, _Points]:
    return {
        "Actors": [_point(_actor(actor), actor.evidence) for actor in briefing.actors],
        "Agreed steps": [_point(_agreed_step(step), step.evidence) for step in briefing.agreed_steps],
        "Demands": [_point(_demand(demand), demand.evidence) for demand in briefing.demands],
        "Open questions": [_point(_open_question(question), question.evidence) for question in briefing.open_questions],
        "Statements of the parts": [
            _point(_statement(statement), statement.evidence) for statement in briefing.summary
        ],
    }


def _point(text: str, evidence: Sequence[Evidence]) -> tuple[str, frozenset[int]]:
    numbers = sorted({one.sentence for one in evidence})
    return f"{' '.join(text.split())} {numbers}", frozenset(numbers)


def _actor(actor: Actor) -> str:
    notes = "; ".join(filter(None, (actor.kind, actor.role)))
    return f"{actor.name} ({notes})" if notes else actor.name


def _agreed_step(step: AgreedStep) -> str:
    notes = "; ".join(filter(None, (step.status, step.when)))
    return f"{', '.join(step.parties)}: {step.step}" + (f" ({notes})" if notes else "")


def _demand(demand: Demand) -> str:
    return f"{', '.join(demand.by)} > {', '.join(demand.of) or '-'}: {demand.demand} ({demand.status})"


def _open_question(question: OpenQuestion) -> str:
    return question.question + (f" (awaits {', '.join(question.awaits)})" if question.awaits else "")


def _statement(statement: Statement) -> str:
    return statement.text
