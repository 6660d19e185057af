"""Following a matter: saved briefings, read in order, become a dossier.

Actors are gathered as the windows of a long document are (`summarizer.engine.merging`). Items of different documents
share no sentences, so that they are matched by what they say and cite (`summarizer.matters.likeness`), and by who holds
them. No model is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import cast

from summarizer.engine.merging import TEXT, GatheredActors
from summarizer.errors import InputError
from summarizer.matters.dossier import (
    Change,
    ChangeKind,
    Dossier,
    ItemKind,
    OrderedBy,
    Report,
    State,
    TrackedActor,
    TrackedArticle,
    TrackedItem,
)
from summarizer.matters.likeness import ReportLikeness, numbers_fit
from summarizer.schemas import Actor, AgreedStep, Briefing, Demand, Envelope, Evidence, OpenQuestion, Statement
from summarizer.similarity import CUT, numbers, pair_off

__all__ = ["diff", "dossier_of"]

_CUT_WITH_PARTIES = 0.33
"""Likeness from which two items are the same, or a step grants a demand, where an actor has part in both, or one names
nobody; else it is the scorer's."""

_ANSWERS = 0.6
"""Share of a question's words from which what is said later answers it."""

_DROPPED = 0.4
"""Share of a demand's words from which a sentence that tells of a demand given up tells of this one."""

_DROPS = re.compile(
    r"\b(drop(s|ped|ping)?|withdr(aws?|ew|awn|awing)|abandon(s|ed|ing)?|g[ai]v(e|es|en|ing) up|waiv(es?|ed|ing)"
    r"|no longer (an? |the )?(ask|call|demand|insist|press|pursu|seek|want)\w*|not (ask|insist|press)\w* any ?more"
    r"|g[ai]v(e|es|ing) way on|back(s|ed|ing)? (away|down) from|shelv(es?|ed|ing)|lets? go of)\b",
    re.IGNORECASE,
)
"""How English tells that a demand is dropped; a briefing has no status for it."""

_REPEATS = re.compile(
    r"\b(repeat(s|ed|ing)?|restat(es?|ed|ing)|reiterat(es?|ed|ing)|renew(s|ed|ing)? (a|its|his|her|their|the|an) "
    r"(appeal|call|claim|demand|plea|request)s?"
    r"|(once more|once again|again) (ask|call|demand|insist|press|urg)(s|ed|es?)"
    r"|(ask|call|demand|insist|press|urg)(s|ed|es)? (once more|once again|again)"
    r"|still (asks?|calls?|demands?|insists?|seeks?|wants?)|(stands?|stood) by (its|his|her|their|the) "
    r"(demand|call|request|position))\b",
    re.IGNORECASE,
)
"""How English tells that a demand was raised before."""

_SETTLED: dict[str, ChangeKind] = {"accepted": "demand_met", "rejected": "demand_rejected"}
_MOVED: dict[str, ChangeKind] = {"under_way": "step_begun", "done": "step_done"}
_ADVANCE = {"agreed": 0, "planned": 0, "under_way": 1, "done": 2}

_Item = Demand | AgreedStep | OpenQuestion


def dossier_of(envelopes: Sequence[Envelope[Briefing]], *, ordered: bool = False) -> Dossier:
    """Make a dossier of the briefings of one matter.

    Of two briefings of one text, the one written last counts.

    Args:
        envelopes: At least one.
        ordered: Whether they stand in their order already; else they are put in the order of the documents' dates,
            where every document has one, else of when the briefings were written, else they stay as given.

    Raises:
        InputError: If there is none.
    """
    if not envelopes:
        raise InputError("There is no briefing to follow; name saved briefings.")
    chosen = _latest_of_each(envelopes)
    dates, ordered_by = _dates(chosen)
    if ordered:
        ordered_by = "given"
    elif ordered_by != "given":
        order = sorted(range(len(chosen)), key=lambda place: _moment(dates[place]))
        chosen, dates = [chosen[place] for place in order], [dates[place] for place in order]
    return _Following(chosen, dates).dossier(ordered_by)


def diff(old: Envelope[Briefing], new: Envelope[Briefing]) -> Dossier:
    """The dossier of two briefings, the older first, whatever their dates."""
    return dossier_of([old, new], ordered=True)


def _latest_of_each(envelopes: Sequence[Envelope[Briefing]]) -> list[Envelope[Briefing]]:
    latest: dict[str, Envelope[Briefing]] = {}
    for envelope in envelopes:
        known = latest.get(envelope.document.sha256)
        if known is None or known.written_at < envelope.written_at:
            latest[envelope.document.sha256] = envelope
    return list(latest.values())


def _dates(envelopes: Sequence[Envelope[Briefing]]) -> tuple[list[str | None], OrderedBy]:
    """The date that each stands by, and what they are ordered by; days of writing and of reading are not mixed."""
    own = [envelope.document.date for envelope in envelopes]
    if all(date and _is_date(date) for date in own):
        return own, "document"
    written = {envelope.written_at for envelope in envelopes}
    by: OrderedBy = "written_at" if len(written) == len(envelopes) else "given"
    return [
        date or one.written_at.isoformat() for date, one in zip(own, envelopes, strict=True)
    ] if by == "given" else [one.written_at.isoformat() for one in envelopes], by


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _moment(text: str | None) -> datetime:
    moment = datetime.fromisoformat(cast("str", text))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class _Following:
    """The state of the matter, article after article."""

    def __init__(self, envelopes: Sequence[Envelope[Briefing]], dates: Sequence[str | None]) -> None:
        self._envelopes = envelopes
        self._dates = dates
        self._actors = GatheredActors([envelope.briefing for envelope in envelopes])
        self._items: dict[ItemKind, list[TrackedItem]] = {"demand": [], "step": [], "question": []}
        self._changes: list[Change] = []
        self._silent: set[int] = set()
        self._likeness = ReportLikeness()

    def dossier(self, ordered_by: OrderedBy) -> Dossier:
        """Read all articles in their order."""
        for number in range(1, len(self._envelopes) + 1):
            self._read(number)
        return Dossier(
            ordered_by=ordered_by,
            articles=[
                TrackedArticle(number=number, document=one.document, date=date, headline=one.briefing.headline)
                for number, (one, date) in enumerate(zip(self._envelopes, self._dates, strict=True), 1)
            ],
            actors=self._tracked_actors(),
            demands=self._items["demand"],
            steps=self._items["step"],
            questions=self._items["question"],
            changes=self._changes,
        )

    def _tracked_actors(self) -> list[TrackedActor]:
        present = [
            {self._actors.name_of(place, actor.name) for actor in envelope.briefing.actors}
            for place, envelope in enumerate(self._envelopes)
        ]
        return [
            TrackedActor(
                name=actor.name,
                aliases=actor.aliases,
                kind=actor.kind,
                role=actor.role,
                articles=[number for number, names in enumerate(present, 1) if actor.name in names],
            )
            for actor in self._actors.merged()
        ]

    def _read(self, number: int) -> None:
        briefing = self._envelopes[number - 1].briefing
        sections = briefing.demands, briefing.agreed_steps, briefing.open_questions
        self._likeness.learn([self._report(item, number) for section in sections for item in section])
        open_before = [one for one in self._items["demand"] if one.state == "open"]
        asked_before = [one for one in self._items["question"] if one.state == "open"]
        self._read_demands(number, briefing)
        granting = self._read_steps(number, briefing)
        self._read_grants(number, open_before, granting)
        self._read_questions(number, briefing, asked_before, granting)
        self._read_silences(number, open_before)

    def _read_demands(self, number: int, briefing: Briefing) -> None:
        for known, item, report in self._matched("demand", number, briefing.demands):
            if known is None:
                told: ChangeKind | None = (
                    None if any(_REPEATS.search(one.quote) for one in report.evidence) else "demand_new"
                )
                self._add("demand", item, report, cast("State", report.status), told)
                continue
            earlier = known.history[-1]
            known.history.append(report)
            change = _SETTLED.get(report.status or "")
            if change and known.state != report.status:
                known.state = cast("State", report.status)
                self._tell(change, known, report, earlier)
            elif known.state == "dropped":
                known.state = "open"

    def _read_steps(self, number: int, briefing: Briefing) -> list[TrackedItem]:
        """Gives the steps that this article newly reports or moves on."""
        moved = []
        for known, item, report in self._matched("step", number, briefing.agreed_steps):
            if known is None:
                state = cast("State", report.status or "agreed")
                moved.append(self._add("step", item, report, state, "step_agreed", self._granted_by(item, report)))
                continue
            earlier = known.history[-1]
            known.history.append(report)
            if _ADVANCE.get(report.status or "agreed", 0) > _ADVANCE[known.state]:
                known.state = cast("State", report.status)
                self._tell(_MOVED[known.state], known, report, earlier)
                moved.append(known)
        return moved

    def _granted_by(self, item: _Item, report: Report) -> Report | None:
        """What was said of the open demand that a step grants, where there was one before."""
        parties, _ = _parties(item)
        likeness = [
            (self._granting(demand, parties, report), demand)
            for demand in self._items["demand"]
            if demand.history[0].article < report.article
        ]
        value, demand = max(likeness, key=lambda found: found[0], default=(0.0, None))
        before = [one for one in demand.history if one.article < report.article] if demand else []
        return before[-1] if value else None

    def _read_grants(self, number: int, open_before: Iterable[TrackedItem], granting: Sequence[TrackedItem]) -> None:
        still = [one for one in open_before if one.state == "open"]
        likeness = [
            (self._granting(demand, step.by, step.history[-1]), left, right)
            for left, step in enumerate(granting)
            for right, demand in enumerate(still)
        ]
        for right, left in pair_off(likeness).items():
            demand, report = still[right], granting[left].history[-1]
            demand.state = "accepted"
            earlier = next(one for one in reversed(demand.history) if one.article < number)
            self._tell("demand_met", demand, report, earlier)

    def _read_questions(
        self, number: int, briefing: Briefing, asked_before: Iterable[TrackedItem], moved: Sequence[TrackedItem]
    ) -> None:
        for known, item, report in self._matched("question", number, briefing.open_questions):
            if known is None:
                self._add("question", item, report, "open", "question_opened")
            else:
                known.history.append(report)
                known.state = "open"
        answers = [one.history[-1] for one in moved]
        answers += [c.later for c in self._changes if c.article == number and c.change in _SETTLED.values() and c.later]
        told = list(self._told(number, briefing))
        for question in asked_before:
            earlier = question.history[-1]
            if earlier.article == number:
                continue  # it is asked again
            if answer := self._mentioning(earlier, answers):
                question.state = "answered"
                self._tell("question_answered", question, answer, earlier)
            elif answer := self._mentioning(earlier, told):
                question.state = "answered"
                self._tell("question_answered", question, answer, earlier, item_wording=earlier.wording)

    def _mentioning(self, earlier: Report, reports: Iterable[Report], least: float = _ANSWERS) -> Report | None:
        """The report that says most of what an earlier one does, if any says enough."""
        found = [(self._likeness.covered(earlier.wording, report), report) for report in reports]
        value, report = max(found, key=lambda one: one[0], default=(0.0, None))
        return report if value >= least else None

    def _told(self, number: int, briefing: Briefing) -> Iterator[Report]:
        """The sentences that a briefing cites, but for what is only demanded or asked."""
        asked = _cited(*briefing.demands, *briefing.open_questions)
        for evidence in _cited(*briefing.summary, *briefing.actors, *briefing.agreed_steps):
            if evidence not in asked:
                yield Report(article=number, date=self._dates[number - 1], wording=evidence.quote, evidence=[evidence])

    def _read_silences(self, number: int, open_before: Iterable[TrackedItem]) -> None:
        """What is said to be dropped, and what its holder, who speaks, does not raise again."""
        briefing = self._envelopes[number - 1].briefing
        heard = {self._actors.name_of(number - 1, actor.name) for actor in briefing.actors}
        dropping = list(self._dropping(number, briefing))
        for demand in open_before:
            earlier = next(one for one in reversed(demand.history) if one.article < number)
            if demand.state != "open":
                continue
            said = self._mentioning(earlier, dropping, _DROPPED) or _with_its_numbers(earlier, dropping)
            if said is not None:
                demand.state = "dropped"
                self._tell("demand_dropped", demand, said, earlier, item_wording=earlier.wording)
            elif demand.history[-1].article < number and heard & set(demand.by) and id(demand) not in self._silent:
                self._silent.add(id(demand))
                self._tell("demand_not_raised", demand, None, earlier, article=number)

    def _dropping(self, number: int, briefing: Briefing) -> Iterator[Report]:
        """What the briefing cites that tells of a demand given up."""
        for evidence in _cited(*briefing.summary, *briefing.actors, *briefing.demands, *briefing.agreed_steps):
            if found := _DROPS.search(evidence.quote):
                wording = evidence.quote[found.end() :]
                yield Report(article=number, date=self._dates[number - 1], wording=wording, evidence=[evidence])

    def _matched(
        self, kind: ItemKind, number: int, items: Sequence[_Item]
    ) -> list[tuple[TrackedItem | None, _Item, Report]]:
        """Items of an article, each with the tracked one that it is, if there is one."""
        tracked = list(self._items[kind])
        named = [self._actors.renamed(item, number - 1) for item in items]
        reports = [self._report(item, number) for item in named]
        likeness = [
            (self._same(known, item, report), left, right)
            for left, known in enumerate(tracked)
            for right, (item, report) in enumerate(zip(named, reports, strict=True))
        ]
        partners = pair_off(likeness)
        return [
            (tracked[partners[right]] if right in partners else None, item, report)
            for right, (item, report) in enumerate(zip(named, reports, strict=True))
        ]

    def _report(self, item: _Item, number: int) -> Report:
        return Report(
            article=number,
            date=self._dates[number - 1],
            wording=getattr(item, TEXT[type(item)]),
            status=getattr(item, "status", None),
            evidence=item.evidence,
        )

    def _same(self, known: TrackedItem, item: _Item, report: Report) -> float:
        """How alike a tracked item and one of a later article are, where they are the same; 0 where they are not."""
        by, _ = _parties(item)
        apart = bool(by and known.by) and not set(by) & set(known.by)
        if apart and known.kind == "demand":
            return 0.0
        values = [self._likeness.of(one, report) for one in known.history if numbers_fit(one.wording, report.wording)]
        best = max(values, default=0.0)
        return best if best >= (CUT if apart else _CUT_WITH_PARTIES) else 0.0

    def _granting(self, demand: TrackedItem, parties: Sequence[str], report: Report) -> float:
        """How alike an open demand and a step are, where the step grants it; 0 where it does not."""
        if demand.state != "open":
            return 0.0
        value = max(self._likeness.of(one, report) for one in demand.history)
        shared = set(parties) & {*demand.by, *demand.of}
        return value if value >= (_CUT_WITH_PARTIES if shared else CUT) else 0.0

    def _add(
        self,
        kind: ItemKind,
        item: _Item,
        report: Report,
        state: State,
        change: ChangeKind | None,
        earlier: Report | None = None,
    ) -> TrackedItem:
        by, of = _parties(item)
        added = TrackedItem(kind=kind, by=by, of=of, state=state, history=[report])
        self._items[kind].append(added)
        if change and report.article > 1:
            self._tell(change, added, report, earlier)
        return added

    def _tell(
        self,
        change: ChangeKind,
        item: TrackedItem,
        later: Report | None,
        earlier: Report | None,
        *,
        item_wording: str | None = None,
        article: int | None = None,
    ) -> None:
        number = article or (later.article if later else 1)
        wording = item_wording or (later or cast("Report", earlier)).wording
        self._changes.append(
            Change(
                change=change,
                article=number,
                date=self._dates[number - 1],
                by=item.by,
                item=wording,
                later=later,
                earlier=earlier,
            )
        )


def _with_its_numbers(earlier: Report, reports: Iterable[Report]) -> Report | None:
    """The report that has all the numbers of an earlier one, if that has any in digits ("the 9%", of a rise in pay)."""
    named = {number for number in numbers(earlier.wording) if number[0].isdigit() and number in earlier.wording}
    return next((report for report in reports if named and named <= numbers(report.wording)), None)


def _cited(*items: Statement | Actor | _Item) -> list[Evidence]:
    """The sentences that items cite, each once."""
    return list(dict.fromkeys(evidence for item in items for evidence in item.evidence))


def _parties(item: _Item) -> tuple[list[str], list[str]]:
    """Who holds an item, and of whom it is demanded."""
    if isinstance(item, Demand):
        return item.by, item.of
    return (item.parties if isinstance(item, AgreedStep) else item.awaits), []
