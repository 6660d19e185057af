"""How often the wording of a sentence tells what the label says: each rule of the engine against the corpus.

Usage: python training/measure_wording.py [--only PART…] [--wrong RULE]
The rules (summarizer/engine/wording.py) are asked without any belief of a model's; they see the actors of the labels.
A person whose office names a body (summarizer/engine/offices.py) is right where the person holds no item himself, a
sentence that voices a demand where it does not tell that one was granted, one quoted by name (speakers.py) where he is
a labelled actor, a noun of bodies (actor_forms.py) where it stands in another form of the actor that it is a form of,
an acronym where it is a form of the actor with those initials, a government where it is a form of the state, a noun of
states where a form of one in small letters has it, an event where no actor is called so.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any

import typer
from corpus_articles import LABEL, STATUS, Article, read_corpus

from summarizer.documents import Document
from summarizer.documents.names import fold
from summarizer.engine.actor_forms import calls_a_state, initials, is_event, noun_of_bodies
from summarizer.engine.offices import body_served, office_of
from summarizer.engine.speakers import quoted_by_name
from summarizer.engine.states_in_text import StatesInText
from summarizer.engine.wording import Wording

NOBODY = ["?"]
"""What the model is taken to believe, so that an answer is the rule's own."""


def main(
    only: Annotated[list[str] | None, typer.Option(help="Parts of the corpus, by their files' prefix.")] = None,
    wrong: Annotated[str, typer.Option(help="A rule whose wrong answers are listed.")] = "",
) -> None:
    """Print a table of the rules: in how many sentences each speaks, and in how many it is right."""
    counts: dict[str, Counter[bool]] = defaultdict(Counter)
    for article in read_corpus():
        if only and not article.file.startswith(tuple(f"{part}-" for part in only)):
            continue
        for rule, sentence, told, labelled in chain(_answers(article), _of_offices(article), _of_names(article)):
            counts[rule][told == labelled] += 1
            if rule == wrong and told != labelled:
                print(f"{article.identifier}: {sentence}\n  {sorted(told)}, labelled {sorted(labelled)}")
    print("| rule | right | of | share |\n| --- | ---: | ---: | ---: |")
    for rule, count in sorted(counts.items()):
        print(f"| {rule} | {count[True]} | {count.total()} | {count[True] / count.total():.3f} |")


def _answers(article: Article) -> Iterator[tuple[str, str, set[str], set[str]]]:
    """Rule, sentence, who the rule tells and who is labelled, wherever a rule speaks."""
    actors = [{"name": a.name, "aliases": list(a.forms[1:]), "kind": a.kind} for a in article.actors]
    wording = Wording(actors)
    before: list[str] = []
    for number, line in article.labels:
        sentence = article.sentences[number - 1]
        letter, first, second, text = _label(line)
        if letter == "D":
            if wording.voices_a_demand(sentence):
                granted = {"granted"} if (status := STATUS.search(text)) and status[1].startswith("accepted") else set()
                yield "not granted", sentence, set(), granted
            by, of = wording.demand(sentence, NOBODY, NOBODY)
            found = [("holder", by, first), ("addressee", of, second)]
        elif letter == "S":
            parties = wording.parties(sentence, NOBODY, before)
            found = [("parties", parties, first), ("joint parties", wording.joint_parties(sentence), first)]
            before = sorted(first)
        else:
            awaited = wording.awaited(sentence)
            found = [("awaited", [awaited] if awaited else [], first)]
        for rule, told, labelled in found:
            if told and told != NOBODY:
                yield rule, sentence, set(told), labelled


def _of_offices(article: Article) -> Iterator[tuple[str, str, set[str], set[str]]]:
    """As `_answers`, for each person whose office names a body: nobody, and the person where an item is held by him."""
    document = Document(text="\n".join(article.sentences), language="en")
    labels = [_label(line) for _, line in article.labels]
    held = {name for letter, first, _, _ in labels if letter != "Q" for name in first}
    actors: list[dict[str, Any]] = [
        {"name": a.name, "aliases": list(a.forms[1:]), "kind": a.kind, "role": None} for a in article.actors
    ]
    for actor in actors:
        forms = [form for form in (actor["name"], *actor["aliases"]) if form[:1].isupper()]
        actor["role"] = office_of(document, forms) if actor["kind"] == "person" else None
        if body := body_served(actor["name"], actors):
            yield "office", f"{actor['name']}, {actor['role']}: {body}", set(), {actor["name"]} & held


def _of_names(article: Article) -> Iterator[tuple[str, str, set[str], set[str]]]:
    """As `_answers`, for the forms of actors: a noun or a name, and the same where another form of an actor has it."""
    document = Document(text="\n".join(article.sentences), language="en")
    forms = [fold(form) for actor in article.actors for form in actor.forms]
    for name, number in quoted_by_name(document):
        told = fold(name)
        is_form = any(told in form or form in told or told.split()[-1] == form.split()[-1] for form in forms)
        yield "speaker", document.sentences[number - 1].text, {name}, {name} if is_form else set()
    states = StatesInText(document)
    for actor in article.actors:
        yield "event", actor.name, set(), {actor.name} if is_event(actor.name) else set()
        for acronym in initials(actor.name) if actor.kind != "person" and " " in actor.name else ():
            if len(acronym) > 1 and re.search(rf"(?<![\w(.]){acronym}(?![\w.)])", document.text):
                yield "acronym", f"{acronym} = {actor.name}", {actor.name}, {article.names.get(acronym, "")}
        for form in actor.forms:
            if state := states.governed(form):
                yield "government", f"{form} = {state}", {actor.name}, {article.names.get(state, actor.name)}
            if actor.kind == "state" and form.islower():
                yield "noun of a state", form, {form}, {form} if calls_a_state(form) else set()
        for form in actor.forms[1:]:
            if actor.kind != "person" and (noun := noun_of_bodies(form)):
                others = {noun for other in actor.forms if other != form and noun in fold(other)}
                yield "noun of a body", f"{form} = {actor.name}", {noun}, others


def _label(line: str) -> tuple[str, set[str], set[str], str]:
    """Letter, holders, addressees and text of a label; the articles hold."""
    letter, head, text = LABEL.fullmatch(line).groups()  # type: ignore[union-attr]
    first, _, second = head.partition(" > ")
    return letter, _named(first), _named(second), text


def _named(names: str) -> set[str]:
    return {name for part in names.split("+") if (name := part.strip()) not in ("", "-", ">")}


if __name__ == "__main__":
    typer.run(main)
