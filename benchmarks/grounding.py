"""What it costs to split a text, show it in a prompt and ground an answer in it, by the length of the text.

Usage: python benchmarks/grounding.py [--characters 3000 30000 300000]
Every text has an answer of its own whose items cite sentences in all of it: ten times the text has ten times the items.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from generated_documents import joined_documents

from summarizer import Briefing, Document
from summarizer.models.tokens import estimated_tokens
from summarizer.prompting import load_template
from summarizer.schemas import grounding_context

REPEATS = 7


def milliseconds(work: Callable[[], object]) -> float:
    """CPU of the quickest of several runs."""
    found = []
    for _ in range(REPEATS):
        started = time.process_time()
        work()
        found.append(1000 * (time.process_time() - started))
    return min(found)


def costs(characters: int) -> list[str]:
    """A row of the table."""
    text, answer = joined_documents(characters)
    shown, template = Document(text=text), load_template("briefing")
    parameters = template.with_parameters({})

    def grounded() -> object:
        return Briefing.model_validate_json(answer, context=grounding_context(Document(text=text)))

    split = milliseconds(lambda: Document(text=text).sentences)
    prompt = milliseconds(lambda: template.messages(shown, Briefing, parameters))
    estimate = milliseconds(lambda: estimated_tokens(text))
    grounding = milliseconds(grounded) - split  # a document splits its sentences once; here each run has a new one
    found = [split, prompt, estimate, grounding, grounding * 3000 / len(text)]
    return [f"{len(text):,}", *(f"{cost:.2f} ms" for cost in found)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--characters", type=int, nargs="+", default=[3000, 30_000, 300_000])
    print("| characters | split | shown in a prompt | tokens estimated | answer grounded | for 3,000 characters |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for characters in parser.parse_args().characters:
        print("|", " | ".join(costs(characters)), "|")


if __name__ == "__main__":
    main()
