"""What earlier runs of a batch have done, and so which documents this one takes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from summarizer.batch.documents import BatchDocument
from summarizer.batch.outputs import BatchOutput, FailureFile, IdentifierSet
from summarizer.batch.records import BatchFailure
from summarizer.errors import InputError, SummarizerError, UsageError
from summarizer.schemas import PromptReference

__all__ = ["Ledger", "asked_with", "failure_of"]


class Ledger:
    """Read from an output and its errors before a run, kept up to date in it.

    Args:
        output: Where answers are.
        failures: Where documents without an answer are.
        question: The model's name and the prompt with its version, as the run asks.

    Attributes:
        finished: Ids of documents with an answer.
        earlier: The last failure of each document that failed before this run.

    Raises:
        OutputError: If the output is another program's.
        UsageError: If it was written with another model or prompt.
    """

    def __init__(self, output: BatchOutput, failures: FailureFile, question: tuple[str, str]) -> None:
        self.finished = IdentifierSet()
        self._seen, self._places = IdentifierSet(), IdentifierSet()
        for identifier, record in output.finished():
            if record is not None and not len(self.finished):
                _check_same_question(record, question)
            self.finished.add(identifier)
        self.earlier: dict[str, BatchFailure] = failures.failures()

    def is_left(self, document: BatchDocument, *, retry_failed: bool) -> bool:
        """Whether there is something to do for a document; what is not left is noted.

        Args:
            document: The next of the source.
            retry_failed: Whether those that failed before are wanted, and no others.
        """
        if self.is_used(document):
            return f"{document.id}\n{document.source}" not in self._places  # the same file by two names of it
        earlier = document.id in self.earlier
        if document.id in self.finished or earlier != retry_failed:
            self.note(document)
            return False
        return True

    def is_used(self, document: BatchDocument) -> bool:
        """Whether a document of this run had the same id."""
        return document.id in self._seen

    def note(self, document: BatchDocument) -> None:
        """Remember that a document was seen."""
        self._seen.add(document.id)
        self._places.add(f"{document.id}\n{document.source}")

    def tries(self, identifier: str) -> int:
        """How often a document was tried before this run."""
        earlier = self.earlier.get(identifier)
        return earlier.tries if earlier else 0

    def failure(self, document: BatchDocument, error: Exception) -> BatchFailure:
        """The failure of a document that was tried once more."""
        return failure_of(document.id, document.source, error, tries=1 + self.tries(document.id))

    def used_twice(self, document: BatchDocument) -> BatchFailure:
        """The failure of a document whose id another has."""
        named = replace(document, id=f"{document.id} ({document.source})")
        return self.failure(
            named, InputError(f"The id {document.id!r} was used before; give each document one of its own.")
        )


def failure_of(identifier: str, source: str, error: Exception, *, tries: int) -> BatchFailure:
    """The line of the errors file for what was raised."""
    reason = (
        str(error)
        if isinstance(error, SummarizerError)
        else f"Something unforeseen happened ({error}); try it alone with 'summarizer summarize --debug'."
    )
    return BatchFailure(
        id=identifier,
        source=source,
        error=type(error).__name__,
        reason=reason,
        tries=tries,
        failed_at=datetime.now(UTC).replace(microsecond=0),
    )


def asked_with(prompt: PromptReference) -> str:
    """The prompt of a question in words: its name, its version, the language of the answer where one was named."""
    language = f" in {prompt.output_language}" if prompt.output_language else ""
    return f"{prompt.name} {prompt.version}{language}"


def _check_same_question(record: dict[str, Any], now: tuple[str, str]) -> None:
    prompt = record.get("prompt") or {}
    then = (
        (record.get("model") or {}).get("name"),
        asked_with(PromptReference.model_construct(**{"name": None, "version": None} | prompt)),
    )
    if now != then:
        raise UsageError(
            f"The output was begun with the model {then[0]} and the prompt {then[1]}, and this is {now[0]} with "
            f"{now[1]}; name another output with -o, or the same model and prompt."
        )
