"""What the wording of an English sentence itself tells of who demands, of whom, and who agreed.

A small model takes the actors that it has met most for those that a sentence is about. Where the sentence is plain,
the wording is surer. By the labels of the 3,694 articles of training/corpus (`python training/measure_wording.py`)
the holders are right in 2,210 of the 2,364 sentences in which the wording tells them, the addressees in 2,654 of
2,911, the parties to a step in 4,650 of 5,006, those of bodies that act together ("Dornia and Vale agreed") in 1,319
of 1,358, who is awaited in 381 of 391.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

__all__ = ["Wording", "opens_with"]

_VERB = (
    r"(?:calls?(?:ed)? (?:on|upon|for)|urge[sd]?|press(?:es|ed)|demand(?:s|ed)?|wants?|wanted|insist(?:s|ed)?|asks?"
    r"|asked|request(?:s|ed)?|appeal(?:s|ed)? (?:to|for)|(?:makes?|made) it a condition|ordered|seeks?|sought"
    r"|petitioned|invited|instructed|expects?|expected|hopes?|requires?|required"
    r"|(?:is|are|was|were) (?:asking|calling (?:on|for)|demanding|pressing|seeking|urging))"
)
_WHEN = (
    r"(?: (?:late |early )?(?:on )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?: on| in)? (?:[A-Z][a-z]+\.? \d{1,2}"
    r"|\d{1,2} [A-Z][a-z]+))"
)
_BETWEEN = (
    rf"(?:, [^,]{{2,60}},)?(?:{_WHEN},?)?"
    r"(?: (?:has|have|had|also|again|now|since|formally|publicly|repeatedly|meanwhile|later|then"
    r"|still|even|for (?:its|their) part)){0,4}"
)
_OFFICE = (
    r"(?:[a-z-]+ ){0,3}(?:ambassador|attorney|board|boss|captain|chair(?:man|woman|person)?|chancellor|chief"
    r"(?: executive| negotiator)?|commissioner|committee|convenor|council|counsel|delegat(?:es?|ion)|directors?|envoy"
    r"|executive|governor|government|head|(?:barrister|lawyer|leader|manager|minister|negotiator|official|owner|representative"
    r"|solicitor)s?|management|members|ministry|parliament|premier|president|secretary|spokes(?:man|woman|person))"
)
_SAYS = r"(?:said|says|told|added|adds|warned|warns|argued|argues|declared|stated|wrote)"
_VOICED = re.compile(r"\bcalled (?:for|on)\b|\bdemanded\b|\binsist|\burge[sd]\b")
_DEMAND_NOUN = r"(?:appeal|application|call|claim|condition|demand|offer|petition|plea|proposal|request)"
_PUTS_FORWARD = (
    r"(?:(?:has|have|had) (?:applied|filed|made|moved|petitioned|proposed|put forward|set|tabled|written)"
    r"|offers|offered|pleaded|proposes|proposed|recommends|recommended|reiterates|reiterated|repeats|repeated|stresses"
    r"|stressed|suggests|suggested)"
)
_ON_CONDITION = (
    r"(?:(?:(?:will|would) not|(?:wo|would)n['’]t|refuse[sd]? to)\b[^,.“”\"]{3,80}? until"
    r"|(?:will|would|(?:wo|would)n['’]t|threaten(?:s|ed)? to)\b[^,.“”\"]{3,80}? unless)"
)
_HOLDS = r"says?|said|argue[sd]?|maintain(?:s|ed)|holds?|held|believe[sd]?|insists?|insisted|warn(?:s|ed)|add(?:s|ed)"
_MUST = r"(?:must|should|has to|have to|had to|needs? to|ought to)"
_ARTICLE = r"(?:(?:the|its|their|his|her|both) )?"
_ASKING = (
    r"(?:call(?:s|ed|ing)? (?:on|upon|for)|urg(?:es?|ed|ing)|press(?:es|ed|ing)?|want(?:s|ed|ing)?"
    r"|(?:demand|ask|request)(?:s|ed|ing)?(?: (?:of|from))?|appeal(?:s|ed|ing)? to|(?:order|petition|instruct|expect"
    r"|challeng|implor|invit|requir|warn)(?:e?s|ed|e|ing)?|beg(?:s|ged|ging)?|told|tell(?:s|ing)?)"
)
_ASKING_FOR = r"(?:(?:ask|petition)(?:s|ed|ing)?|press(?:es|ed|ing)?|applied to|appeal(?:s|ed|ing)? to)"
_TOGETHER = re.compile(
    r"\b(?:[Tt]he|[Bb]oth|[Aa]ll)(?: (?:two|three|four|warring|rival))? (?:countries|delegations|factions|governments"
    r"|groups|nations|neighbou?rs|parties|sides|states)(?: (?:also|then|have|had|further|both|all))*"
    r" (?:agreed|are to|decided|exchange|pledged|resume|settled|signed|undertook|will|would)\b"
)
_AGREE = (
    r"(?:agreed|(?:are|were|is) to|concluded|decided|exchanged?|initialled|pledged|reached|resumed?|settled|sign(?:ed)?"
    r"|struck|undertook|will|would|began|begun|have been|proceeded)"
)
_NOT_OF_SOMEBODY = "".join(
    rf"(?<!{word} )"
    for word in (r"\bof", r"\bof the", r"\bfor", r"\bby", r"\bwith", r"\bto", r"\bbetween", ",", " and", " and the")
)
_NO_PLACE = "".join(rf"(?<!\b{word} )" for word in ("in", "in the", "from", "from the", "near"))
_PEOPLE_OF = (
    r"(?:[Cc]ouncils|[Dd]elegations|[Gg]overnments|[Ll]eaders|[Mm]inisters|[Nn]egotiators|[Oo]fficials|[Pp]remiers"
    r"|[Pp]residents|[Rr]epresentatives) of (?:the )?"
)
_NO_ACT = (
    r"(?:and|as|at|but|by|for|from|he|in|is|it|of|on|or|over|she|that|they|to|was|were|when|where|which|who|with"
    r"|without)\b"
)
_DECIDES = r"(?:announce|choose|consider|decide|determine|discuss|examine|rule|study|vote)"
_AWAITED = (
    r"(?:(?:has|have|had) yet to"
    r"|(?:has|have|had)(?: not|n['’]t)(?: yet)? (?:announced|answered|commented|decided|disclosed|indicated|made|named"
    r"|replied|responded|ruled|said|set)"
    r"|(?:will|would|is to|are to|was to|must|should|has to|have to"
    r"|(?:is|are|was|were) (?:due|expected|likely|scheduled) to)"
    rf" (?:also |now |then )?{_DECIDES}"
    r"|(?:is|are|was|were) (?:also |now |still )?(?:considering|deciding|discussing|examining|looking at|reviewing"
    r"|studying|weighing)"
    r"|(?:would|could|did|will|does|do)(?: not|n['’]t) (?:answer|comment|disclose|name|rule out|say))\b"
)
_STOPS = (".", "!", "?", "”", '"')
_IS_ASKED_TO = (
    r"(?:(?:has|have|had) (?:also |again |now |since |already )?been|was|were|is|are) (?:being )?"
    r"(?:again |also |now |further |formally )?(?:asked|called (?:on|upon)|challenged|expected|instructed|invited"
    r"|obliged|ordered|petitioned|pressed|requested|required|told|urged) (?:by [^,.]{3,60} )?(?:to|for)\b"
)
_REFUSES = (
    r"(?:(?:brush|dismiss)(?:es|ed)(?: aside)?|rebuff(?:s|ed)|refuse[sd]?|rejects?|rejected|ruled out|rules out"
    r"|turn(?:s|ed) down) (?:(?!and )[\w’'-]+ ){0,4}?(?:appeal|application|call|claim|demand|plea|proposal|request)s?"
)
_OPENS = re.compile(
    r"[“\"]?(?:(?:The|All|Local|Many|Most|Several|Some|Striking) )*"
    r"(?P<who>(?:[A-Za-z]+ )?(?!does\b|always\b|besides\b|others\b|perhaps\b|sometimes\b)[A-Za-z][a-z-]+[b-rt-z]s)"
    rf"{_BETWEEN} {_VERB}\b"
)
_PLURAL = re.compile(r"[a-z-]+[b-rt-z]s")
_OR_BARE = "".join(
    rf"|(?<=\b{word} )"
    for word in "after although and as because but by if on said says that unless until when while".split()
)
_ASKING_THAT = r"(?:demand|insist|ask|request|propos|urg|recommend)(?:e?s|ed|e|ing)? that"


def _as_pattern(form: str) -> str:
    """Of a form in small letters, "the union" is an actor named before; "a union" and "each union" are any.

    People in the plural go without the article, too ("said rebels would not"), but not "jailed rebels".
    """
    if form[:1].isupper():
        return re.escape(form)
    return rf"(?:(?<=\b[Tt]he ){_OR_BARE if _PLURAL.fullmatch(form) else ''}){re.escape(form)}"


def opens_with(sentence: str) -> str | None:
    """The people, by a common noun in the plural, who open a sentence that says that they demand ("Rebels demand")."""
    found = _OPENS.match(sentence)
    return found["who"][:1].lower() + found["who"][1:] if found else None


class Wording:
    """Looks for actors in sentences.

    Args:
        actors: As `ActorBook.gather` gives them.
    """

    def __init__(self, actors: Sequence[dict[str, Any]]) -> None:
        self._names = {form: actor["name"] for actor in actors for form in (*actor["aliases"], actor["name"])}
        self._people = {actor["name"] for actor in actors if actor["kind"] == "person"}
        forms = "|".join(map(_as_pattern, sorted(self._names, key=len, reverse=True)))
        actor = rf"(?:{forms})(?!\w)" if forms else r"(?!)"
        self._mention = re.compile(rf"(?<!\w)(?P<actor>{actor})")
        self._speaker = re.compile(
            rf"(?<!\w){actor},? [^,.]{{0,50}}\b(?:of|for|at|from|with) {_ARTICLE}(?P<body>{actor}),?{_BETWEEN} "
            rf"(?:{_VERB}|{_SAYS})\b"
        )
        self._officer = re.compile(
            rf"(?<!\w)(?P<body>{actor})['’]s? {_OFFICE}(?:,? (?:[A-Z][\w'’.-]+ ?){{1,4}},?)?{_BETWEEN} {_VERB}\b"
        )
        self._teller = re.compile(
            rf"(?<!\w)(?P<body>{actor}){_BETWEEN} (?:(?:{_HOLDS}) (?:that )?[^.“”\"]{{3,80}}\b{_MUST}\b"
            rf"|(?:told|tells|warned) (?:{_ARTICLE}{actor}|(?:the|its|their) \w+(?: \w+)?|them) to\b)"
        )
        body = rf"(?P<body>{actor})"
        self._holder_ways = [
            re.compile(rf"(?<!\w){body}['’]s? (?:[a-z]+ ){{0,2}}{_DEMAND_NOUN}s?\b"),
            # no plural: "it demands from the agency", "claims from the insurer"
            re.compile(rf"\b{_DEMAND_NOUN} (?:from|by|of) (?:{_ARTICLE}[a-z -]{{2,30}}, )?{_ARTICLE}{body}(?!['’])"),
            re.compile(rf"(?<!\w){body}, (?:which|who)(?: (?:has|have|had|also|now|still|in turn))* {_VERB}\b"),
            re.compile(rf"\b[Aa]ccording to {_ARTICLE}{body}(?!['’]), [^.]{{2,80}}\b{_MUST}\b"),
            re.compile(rf"(?<!\w){body}{_BETWEEN} {_PUTS_FORWARD}\b"),
            re.compile(rf"(?<!\w){_NO_PLACE}{body}{_BETWEEN} {_ON_CONDITION}\b"),
        ]
        self._actor = re.compile(rf"(?<!\w){actor}")
        one = rf"{actor}(?!['’])"
        several = rf"(?P<of>{one}(?:(?:, {_ARTICLE}{one})*,? (?:and|or) {_ARTICLE}{one})?)"
        all_of = several.replace("<of>", "<by>")
        self._addressed = [
            re.compile(rf"\b{_ASKING} {_ARTICLE}{several}(?:, [^,]{{2,60}},)?(?: instead| also| again)? (?:not )?to\b"),
            re.compile(rf"\b{_ASKING_FOR} {_ARTICLE}{several} for\b"),
            re.compile(rf"\b{_ASKING_THAT} {_ARTICLE}{several} (?!(?:be|will|would|was|were|has|had|is|are)\b)[a-z]+"),
            re.compile(rf"(?<!\w)(?<!\bof )(?<!\bof the ){several} {_MUST} (?!(?:be|have)\b)"),
            re.compile(rf"(?<!\w)(?<!\bof )(?<!\bof the ){several} {_IS_ASKED_TO}"),
            re.compile(
                rf"(?<!\w){several}[^,.;]{{0,30}}, (?:asking|demanding|urging)(?: that)? they (?!are|had|have|were)"
            ),
        ]
        self._asked_by_pronoun = re.compile(rf"\b(?:[Hh]e|[Ss]he|[Tt]hey){_BETWEEN} {_ASKING} {_ARTICLE}{actor}")
        self._refuses = re.compile(rf"(?<!\w)(?P<of>{actor}){_BETWEEN} {_REFUSES}\b")
        of_two = rf"(?P<by>{one}(?:, {_ARTICLE}{one})*,? and {_ARTICLE}{one})"
        self._joint = [
            re.compile(rf"(?<!\w)(?<!\bof )(?<!\bfor ){of_two}{_BETWEEN} {_AGREE}\b"),
            re.compile(
                r"\b(?:accord|agreement|arrangement|ceasefire|compromise|deal|pact|protocol|settlement|treaty|truce)s?"
                rf" between {_ARTICLE}{of_two}"
            ),
        ]
        # whatever they do, of a sentence that tells of an agreed step
        self._joint_act = re.compile(
            rf"(?:(?<!\w){_NOT_OF_SOMEBODY}|{_PEOPLE_OF}){of_two}{_BETWEEN} (?!{_NO_ACT})[a-z]+\b"
        )
        # "Dornia, Vale agree on truce": in a heading alone; "After talks with Dornia, Vale agreed" is another matter.
        of_two = rf"(?P<by>{one}(?:, {one})+)"
        self._joint_in_heading = re.compile(
            rf"(?<!\w){of_two} (?:{_AGREE}|agree|reach|sign|resume|to|set|meet|settle)\b"
        )
        self._asked = re.compile(
            rf"(?<!\w)(?P<of>{actor}) (?:(?:has|have|had) been|was|were|is|are) (?:again |also |now )?"
            r"(?:asked|called (?:on|upon)|instructed|invited|ordered|pressed|requested|required|told|urged) "
            rf"by {_ARTICLE}(?P<by>{actor})(?!['’])"
        )
        self._awaited = re.compile(rf"(?<!\w)(?P<actor>{actor}){_BETWEEN} {_AWAITED}")
        self._duty = re.compile(rf"(?<!\w)(?P<of>{actor}) (?:{_MUST}\b|{_IS_ASKED_TO})")
        self._demand = re.compile(
            rf"(?<!\w){_NO_PLACE}{all_of}{_BETWEEN} {_VERB}\b(?: {_ARTICLE}(?P<of>{actor})(?!['’]))?"
        )

    def demand(self, sentence: str, by: Sequence[str], of: Sequence[str]) -> tuple[list[str], list[str]]:
        """Who demands in a sentence, and of whom.

        Args:
            sentence: One that reports a demand.
            by: Who a model takes for the holders.
            of: Who it takes for the addressees.
        """
        holders, addressees = self._holders(sentence, by, of)
        found = {frozenset(names) for names in self._addressees(sentence)}
        told = set(found.pop()) if len(found) == 1 else set()
        if told and told >= set(holders):  # who is asked to do it is not who demands it
            if self._are_named_by_a_noun_too(sentence, told):
                return holders, addressees
            holders, addressees = [name for name in of if name not in told], []
        return holders, sorted(told.difference(holders)) or addressees

    def _addressees(self, sentence: str) -> Iterator[set[str]]:
        for way in self._addressed:
            for match in way.finditer(sentence):
                yield set(self._in(sentence, match, "of"))

    def _are_named_by_a_noun_too(self, sentence: str, names: set[str]) -> bool:
        """Whether a sentence has an actor by its name and by a common noun: "Brannick told the grocer" is of two.

        "The Rail Crew Union refused after he urged the union" is of one.
        """
        forms = {form[0] for form in self._actor.finditer(sentence) if self._names[form[0]] in names}
        return len({form[:1].isupper() for form in forms}) > 1 and not self._asked_by_pronoun.search(sentence)

    def _in(self, sentence: str, match: re.Match[str], group: str) -> dict[str, None]:
        """The actors that a part of a sentence names, in their order."""
        return dict.fromkeys(self._names[form[0]] for form in self._actor.finditer(sentence, *match.span(group)))

    def _holders(self, sentence: str, by: Sequence[str], of: Sequence[str]) -> tuple[list[str], list[str]]:
        """Who holds it, and who is left as addressee.

        Where a person is the subject, a model that names a holder is believed: a person often speaks for a body, which
        the sentence alone does not tell.
        """
        asked = self._asked.search(sentence)
        if asked and self._names[asked["by"]] not in self._people:
            return [self._names[asked["by"]]], [self._names[asked["of"]]]
        found = [(self._in(sentence, match, "by"), match["of"]) for match in self._demand.finditer(sentence)]
        groups = {frozenset(holders) for holders, _ in found}
        if len(groups) == 1 and not (by and found[0][0].keys() & self._people):
            holders = list(found[0][0])
            told = {self._names[form] for _, form in found if form}.difference(holders)
            return holders, sorted(told) if len(told) == 1 else [name for name in of if name not in holders]
        ways = self._speaker, self._officer, self._teller
        bodies = {self._names[match["body"]] for way in ways for match in way.finditer(sentence)} - self._people
        if len(bodies) == 1:  # "Stanev, a spokesman for the union, said"
            return sorted(bodies), [name for name in of if name not in bodies]
        if len(bodies := self._put_forward_by(sentence)) == 1:
            return sorted(bodies), [name for name in of if name not in bodies]
        bound = {self._names[match["of"]] for match in self._duty.finditer(sentence)}
        if len(bound) == 1 and bound == set(by):  # who must do it is not who demands it
            return [name for name in of if name not in bound], sorted(bound)
        refuses = {self._names[match["of"]] for match in self._refuses.finditer(sentence)}
        if refuses and refuses == set(by):  # nor who rejects a call for it
            return [name for name in of if name not in refuses], sorted(refuses)
        return list(by), list(of)

    def _put_forward_by(self, sentence: str) -> set[str]:
        """The bodies whose demand, proposal or the like a sentence tells of."""
        return {
            self._names[match["body"]] for way in self._holder_ways for match in way.finditer(sentence)
        } - self._people

    def awaited(self, sentence: str) -> str | None:
        """The one body or state that a sentence says has not decided or answered yet ("The board has yet to say")."""
        names = {self._names[match["actor"]] for match in self._awaited.finditer(sentence)}
        return names.pop() if len(names) == 1 and not names & self._people else None

    @staticmethod
    def voices_a_demand(sentence: str) -> bool:
        """Whether a sentence says in so many words that something is demanded ("insists on"): it is not granted there.

        Of the 1,300 labelled sentences of the corpus that do, 15 tell that it was.
        """
        return _VOICED.search(sentence) is not None

    def joint_parties(self, sentence: str) -> list[str]:
        """Bodies or states that a sentence says to act together ("Dornia and Vale agreed"); none where it does not.

        Of people who agree, as a rule for those whom they speak for, only where two others are to act ("Berg and Lund
        agreed that Dornia and Vale would meet"): then it is they who agreed.
        """
        ways = [*self._joint, *([] if sentence[-1:] in _STOPS else [self._joint_in_heading])]
        found = next(filter(None, (way.search(sentence) for way in ways)), None)
        names = self._in(sentence, found, "by") if found else {}
        if not found or len(names) < 2:  # noqa: PLR2004 - together
            found = self._joint_act.search(sentence)
            names = self._in(sentence, found, "by") if found else {}
            return list(names) if len(names) > 1 and not names.keys() & self._people else []
        if not names.keys() & self._people:
            return list(names)
        _, that, rest = sentence[found.end() :].partition(" that ")
        acting = {self._names[match["actor"]] for match in self._mention.finditer(rest)} - self._people
        return list(names) if that and len(acting) > 1 and names.keys() <= self._people else []

    def parties(self, sentence: str, believed: Sequence[str], before: Sequence[str]) -> list[str]:
        """The parties to an agreed step that a sentence reports.

        Args:
            sentence: One on an agreed step.
            believed: Who a model takes for the parties: right where they are people whom the sentence names.
            before: The parties to the agreed step before it; where a sentence names none, or says "the two sides
                agreed", they are meant.
        """
        if before and _TOGETHER.search(sentence):
            return list(before)
        named = dict.fromkeys(self._names[match["actor"]] for match in self._mention.finditer(sentence))
        if len(believed) > 1 and set(believed) <= self._people & set(named):
            return list(believed)
        bodies = [name for name in named if name not in self._people]
        if len(bodies) == 2 and not (len(believed) > 2 and set(bodies) < set(believed)):  # noqa: PLR2004 - two parties
            return bodies
        return list(before) if before and set(bodies) <= set(before) else list(believed)
