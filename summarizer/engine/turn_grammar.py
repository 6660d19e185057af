"""The grammar of one turn's answer: it can name nobody whom the text does not name.

A small model that knows an actor only from a headline ("Mali president") makes up a name for him. Here a name is one
that was given before, or words of the sentence, and words with a capital are the text's own.

GBNF, llama.cpp's notation (its grammars/README.md). It has no bounded repeats here, which llama.cpp is slow at; the
limit of tokens stands in for them. Numbers are free: a model that may not write the one it has in mind writes nonsense.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from summarizer.documents import Document
from summarizer.documents.names import fold
from summarizer.engine.actor_forms import JOINS
from summarizer.engine.forms_in_text import FormsInText
from summarizer.engine.states_in_text import StatesInText
from summarizer.engine.turn_answers import TurnAnswer

__all__ = ["ANSWER_FORM", "AnswerGrammar"]

ANSWER_FORM = r"""
root ::= (actor "\n")* body
actor ::= "A " form (" = " known | " | " kind (" | " role)?)
kind ::= "person" | "state" | "organisation" | "group"
body ::= "N" | item ("\n" item)*
item ::= demand | step | question
demand ::= "D " names " > " names ": " text (" {" ("accepted" | "rejected") "}")?
step ::= "S " name " + " names ": " text (" {" ("planned" | "under_way" | "done") ("; " time)? "}")?
question ::= "Q " names ": " text
names ::= name (" + " name)*
role ::= [^;:>+|={}\n]+
time ::= [^{};\n]+
"""
"""What all answers have in common: what `name`, `form`, `known` and `text` may be is each turn's own."""

_NO_NAME = frozenset(
    """
    a an the this that these those it its they them their he him his she her we us our you your i me my who whom
    whose which what and or but nor yet so if when while after before since until although though because as
    than at by for from in into of off on onto out over to under up upon with within without about against
    between among during through is are was were be been being has have had do does did will would shall should
    can could may might must not no also only just even both each either neither all any some such there here
    then now again however
    """.split()
)
_APART = re.compile(r"[;:>+|={}\[\]\"“”„«»()]")
_BEGIN = "‘'`¿¡*_—–-"
_END = ",.!?’'`…*_—–-"
_ABBREVIATION = re.compile(
    r"(?:[^\W\d_]\.)+|(?:[Hh]on|No|Mr|Mrs|Ms|Dr|St|Gen|Col|Lt|Sgt|Gov|Sen|Rep|Prof|Jr|Sr|Inc|Co|Corp|Ltd)\."
)
_POSSESSIVE = re.compile(r"(?<=\w)['’]s$|(?<=s)['’]$")
_LONGEST_NAME = 9
_LONGEST_COMMON_NAME = 5
"""Words of a name that ends in a small letter ("the government of national unity")."""

_COMMON_WORDS_IN_A_ROW = 2
_REMEMBERED = 12
"""Sentences whose names the next may use though no answer has: a body named in passing, a title before a name."""

_Name = tuple[str, ...]
_ALIKE = re.compile("(['’]|[-‐‑])")
_LIKE = dict.fromkeys("'’", "['’]") | dict.fromkeys("-‐‑", r"[\-‐‑]")
_CAPITALS = re.compile(r"[^\W\d_a-zß-öø-ÿ]\w*")


class AnswerGrammar:
    """Makes the grammars of one document's turns.

    Args:
        document: What is read.
    """

    def __init__(self, document: Document) -> None:
        self._states = StatesInText(document)
        self._in_text = FormsInText(document)
        self._known: dict[str, None] = {}
        self._seen: deque[list[_Name]] = deque(maxlen=_REMEMBERED)
        self._text_rules = _text_rules(document)

    def learn(self, sentence: str, answer: TurnAnswer) -> None:
        """Take in a sentence and its answer: the next may use their names."""
        self._known.update((actor.form, None) for actor in answer.actors)
        self._known.update((name, None) for item in answer.items for name in (*item.holders, *item.addressees))
        self._seen.append([name for name in self._no_places(_names(sentence)) if _is_proper(name)])

    def of(self, sentence: str) -> str:
        """The grammar of the answer to a sentence."""
        states = [tuple(state.split()) for state in self._states_by_adjectives(sentence)]
        forms = [*self._no_places(_names(sentence)), *states]
        known = [tuple(name.split()) for name in self._known]
        names = [*forms, *known, *chain.from_iterable(self._seen)]
        form = ANSWER_FORM.strip()
        rules = [" | ".join(['name ::= "-"', *_tree(names)])]
        if forms:
            rules.append(f"form ::= {' | '.join(_tree(forms))}")
            rules.append(f"known ::= {' | '.join(_tree([*known, *forms]))}")
        else:
            form = re.sub("actor ::= .*\n", "", form.replace('(actor "\\n")* ', ""))
        return "\n".join([form, *self._text_rules, *rules, ""])

    def _no_places(self, names: Iterable[_Name]) -> list[_Name]:
        """The names without those that the text has only as places ("at the Corn Hall Hotel")."""
        return [name for name in names if not self._in_text.is_place(" ".join(name))]

    def _states_by_adjectives(self, sentence: str) -> list[str]:
        capitals = dict.fromkeys(_CAPITALS.findall(sentence))
        return list(dict.fromkeys(state for word in capitals if (state := self._states.of_adjective(word))))


def _names(sentence: str) -> list[_Name]:
    """The runs of a sentence's words that may be a name."""
    found: dict[_Name, None] = {}
    for part in _APART.split(sentence):
        words = [_Word(written) for written in part.split()]
        for start, first in enumerate(words):
            if first.may_begin_a_name:
                found.update((name, None) for name in _starting_with(words[start : start + _LONGEST_NAME]))
    opening = [name for name in found if sentence.startswith(name[0])]
    return [*found, *((name[0][:1].lower() + name[0][1:], *name[1:]) for name in opening)]


def _starting_with(words: Sequence[_Word]) -> Iterator[_Name]:
    common = 0
    for count, word in enumerate(words, 1):
        common = 0 if word.is_capitalised or word.bare in JOINS else common + 1
        if common > _COMMON_WORDS_IN_A_ROW and not all(w.is_common for w in words[:count]):
            return
        if word.may_end_a_name and (word.is_capitalised or count <= _LONGEST_COMMON_NAME):
            before = [w.inside for w in words[: count - 1]]
            yield (*before, word.bare)
            if word.owner != word.bare:
                yield (*before, word.owner)
        if word.stops or (word.pauses and not word.is_capitalised) or (count > 1 and word.begins):
            return


def _is_proper(name: _Name) -> bool:
    return all(word[:1].isupper() or word in JOINS for word in name)


class _Word:
    """A word of a sentence, and what stands around it."""

    def __init__(self, written: str) -> None:
        bare = written.lstrip(_BEGIN)
        self.begins = len(bare) < len(written)
        stripped = bare if _ABBREVIATION.fullmatch(bare) else bare.rstrip(_END)
        if bare[len(stripped) :][:1] in ("'", "’") and stripped.endswith("s"):  # "the dockers' union"
            stripped = bare[: len(stripped) + 1]
        after = bare[len(stripped) :]
        self.bare = stripped
        self.owner = _POSSESSIVE.sub("", stripped)
        self.pauses = after == ","
        self.stops = bool(after) and not self.pauses
        self.inside = stripped + ("," if self.pauses else "")
        self.is_capitalised = stripped[:1].isupper()
        self.is_common = not self.is_capitalised
        self.may_begin_a_name = stripped[:1].isalnum() and fold(stripped) not in _NO_NAME
        self.may_end_a_name = stripped[:1].isalnum() and stripped not in _NO_NAME


def _tree(names: Iterable[_Name]) -> list[str]:
    """Alternatives that share what names have in common at their beginning, word for word."""
    following: dict[str, list[_Name]] = {}
    for first, *rest in filter(None, names):
        following.setdefault(first, []).append(tuple(rest))
    made = []
    for word, rests in following.items():
        more = _tree(rests)
        ends = "?" if () in rests else ""
        made.append(f'{_literal(word)} (" " ({" | ".join(more)})){ends}' if more else _literal(word))
    return made


def _text_rules(document: Document) -> list[str]:
    """Free text whose words with a capital are those of the document."""
    plain = r"[^A-Z{}\n]"
    given = sorted(dict.fromkeys(_CAPITALS.findall(document.text)), key=len)
    if not given:
        return [f"text ::= {plain}+"]
    return [f"text ::= {plain}* (given ({plain}+ given)* {plain}*)?", f"given ::= {' | '.join(map(_literal, given))}"]


def _literal(words: str) -> str:
    """A literal of the grammar; apostrophes and hyphens of either kind are as good."""
    return " ".join(_LIKE.get(part) or _quoted(part) for part in _ALIKE.split(words) if part)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
