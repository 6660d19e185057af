"""What can go wrong, as a small tree: each error says what to do next and has an exit code of its own."""

from __future__ import annotations

__all__ = [
    "AnswerError",
    "CutOffError",
    "FetchError",
    "InputError",
    "ModelUnavailableError",
    "OutputError",
    "RefusedError",
    "StoreError",
    "SummarizerError",
    "TooLongError",
    "TooManyFailuresError",
    "UsageError",
]


class SummarizerError(Exception):
    """The root of every error that this package raises on purpose.

    The text is one sentence for the user: what is wrong, and what to do about it.
    """

    exit_code: int = 1
    """What the command exits with when this error ends it."""


class UsageError(SummarizerError):
    """The request itself is wrong: an unknown model, format or parameter, a broken template or schema."""

    exit_code = 2


class InputError(SummarizerError):
    """The source cannot be read, holds no text, or is longer than the model can take."""

    exit_code = 3


class TooLongError(InputError):
    """The model cannot take so long a text at once."""


class FetchError(InputError):
    """A page cannot be fetched: no such host, an error or nothing in time, too large, forbidden, not public."""


class ModelUnavailableError(SummarizerError):
    """No answer can be had: no key, a refused key, a server out of reach or overloaded, weights not there."""

    exit_code = 4


class RefusedError(ModelUnavailableError):
    """No call to the model can succeed, whatever is sent: the key, the name, the account or the setup is wrong."""


class AnswerError(SummarizerError):
    """The model answered, but never within the schema."""

    exit_code = 5


class CutOffError(AnswerError):
    """The answer reached the longest that the model writes before it was complete."""


class OutputError(SummarizerError):
    """The result cannot be written where it was asked for."""

    exit_code = 7


class StoreError(OutputError):
    """The store of answers cannot be opened, read or written."""


class TooManyFailuresError(SummarizerError):
    """Some documents of a batch have no answer, or a part of one answer is missing."""

    exit_code = 6
