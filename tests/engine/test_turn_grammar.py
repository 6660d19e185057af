"""What the grammar of a turn lets a model write."""

from __future__ import annotations

import re
from typing import Any

import pytest

from summarizer import Document
from summarizer.engine.turn_answers import Introduction, TurnAnswer
from summarizer.engine.turn_grammar import AnswerGrammar

Node = tuple[str, Any]


class Recogniser:
    """Whether a text can be derived from a rule of a grammar without bounded repeats; written after GBNF's description.

    Raises:
        AssertionError: If a rule is named that is not defined, which llama.cpp refuses.
    """

    def __init__(self, grammar: str) -> None:
        lines = [line.partition(" ::= ") for line in grammar.splitlines() if " ::= " in line]
        self._rules = {name: _alternatives(_tokens(body))[0] for name, _, body in lines}
        named = {token for _, _, body in lines for token in _tokens(body) if token[0].isalpha()}
        assert named <= set(self._rules)

    def accepts(self, rule: str, text: str) -> bool:
        """Whether all of a text can be derived."""
        return len(text) in self._ends(("rule", rule), text, frozenset({0}))

    def _ends(self, node: Node, text: str, places: frozenset[int]) -> frozenset[int]:
        """All places where what is read from some places on may end."""
        kind, value = node
        if kind == "literal":
            return frozenset(at + len(value) for at in places if text.startswith(value, at))
        if kind == "class":
            return frozenset(at + 1 for at in places if at < len(text) and value.match(text[at]))
        if kind == "rule":
            return self._ends(self._rules[value], text, places)
        if kind == "any":
            return frozenset(end for branch in value for end in self._ends(branch, text, places))
        if kind == "all":
            for part in value:
                places = self._ends(part, text, places)
            return places
        found = frozenset() if kind == "+" else places
        while places := self._ends(value, text, places) - found:
            found |= places
            if kind == "?":
                break
        return found


def _alternatives(tokens: list[str]) -> tuple[Node, list[str]]:
    branches: list[Node] = []
    parts: list[Node] = []
    while tokens and tokens[0] != ")":
        token, *tokens = tokens
        if token == "|":
            branches.append(("all", parts))
            parts = []
        elif token == "(":
            inner, (_, *tokens) = _alternatives(tokens)
            parts.append(inner)
        elif token in "?*+":
            parts.append((token, parts.pop()))
        elif token[0] == '"':
            parts.append(("literal", re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), token[1:-1])))
        elif token[0] == "[":
            parts.append(("class", re.compile(token)))
        else:
            parts.append(("rule", token))
    return ("any", [*branches, ("all", parts)]), tokens


def _tokens(body: str) -> list[str]:
    return re.findall(r'"(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\]|[()|?*+]|[\w-]+', body)


TEXT = (
    "Mali president meets protest leader. The Dockers’ Union of Port Ames (DU) and Ames, Vale and Orme agreed on 5 May."
    " Russian officials left. Moscow, which is Russia's capital, is calm."
)
SENTENCE = "The Dockers’ Union of Port Ames (DU) and Ames, Vale and Orme agreed on 5 May."


@pytest.fixture(scope="module")
def grammar() -> AnswerGrammar:
    return AnswerGrammar(Document(text=TEXT))


@pytest.mark.parametrize(
    ("rule", "written", "held"),
    [
        ("form", "Dockers’ Union of Port Ames", True),
        ("form", "Dockers' Union", True),  # the other apostrophe
        ("form", "DU", True),
        ("form", "Ames, Vale and Orme", True),
        ("form", "The Dockers’ Union", False),  # an article is no part of a name
        ("form", "Harbour Union", False),
        ("form", "Ames Vale", False),
        ("name", "-", True),
        ("text", "hold talks with the Dockers' Union by 5 May", True),
        ("text", "hold talks with Ramirez", False),
        ("text", "pay 300 more", True),  # numbers are checked afterwards
    ],
)
def test_names_are_words_of_the_sentence_and_capitals_those_of_the_document(
    grammar: AnswerGrammar, rule: str, written: str, held: bool
) -> None:
    assert Recogniser(grammar.of(SENTENCE)).accepts(rule, written) is held


def test_whole_answers_can_be_derived(grammar: AnswerGrammar) -> None:
    recogniser = Recogniser(grammar.of(SENTENCE))

    assert recogniser.accepts("root", "N")
    assert recogniser.accepts("root", "A Vale | state\nS Vale + -: resume talks {planned; on 5 May}")
    assert recogniser.accepts("root", "D Orme > Vale + Ames: pay\nQ -: will the Dockers' Union pay")
    assert not recogniser.accepts("root", "D Orme > Sala: pay")


def test_an_adjective_lets_its_state_be_named(grammar: AnswerGrammar) -> None:
    assert Recogniser(grammar.of("Russian officials left.")).accepts("form", "Russia")
    assert not Recogniser(grammar.of("They left.")).accepts("name", "Russia")


def test_names_given_before_and_proper_names_read_before_stay_at_hand() -> None:
    grammar = AnswerGrammar(Document(text=TEXT))
    assert not Recogniser(grammar.of("It paid.")).accepts("root", "A paid = protest leader\nN")

    grammar.learn(SENTENCE, TurnAnswer(actors=(Introduction(form="protest leader"),), items=()))
    recogniser = Recogniser(grammar.of("It paid."))

    assert recogniser.accepts("name", "protest leader")
    assert recogniser.accepts("name", "Dockers' Union")
    assert recogniser.accepts("root", "A paid = protest leader\nN")
    assert not recogniser.accepts("form", "protest leader")


def test_what_the_text_has_only_as_a_place_is_no_actor() -> None:
    grammar = AnswerGrammar(Document(text="Vale met Orme at the Canal Hotel. The Orme Hotel will pay."))
    recogniser = Recogniser(grammar.of("Vale met Orme at the Canal Hotel."))

    assert recogniser.accepts("form", "Orme")
    assert not recogniser.accepts("form", "Canal Hotel")
    assert Recogniser(grammar.of("The Orme Hotel will pay.")).accepts("form", "Orme Hotel")


def test_a_sentence_without_a_word_that_may_be_a_name_has_a_grammar_too() -> None:
    grammar = AnswerGrammar(Document(text="They will. He is not."))
    recogniser = Recogniser(grammar.of("!?"))

    assert recogniser.accepts("root", "N")
    assert recogniser.accepts("root", "Q -: will it")
    assert not recogniser.accepts("root", "A They | group\nN")


def test_quotes_and_backslashes_of_the_text_do_not_end_a_literal() -> None:
    grammar = AnswerGrammar(Document(text='The "Free\\Men" party left.'))
    assert "Free\\\\Men" in grammar.of('The "Free\\Men" party left.')
