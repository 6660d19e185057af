"""Words without which a sentence bears out no agreed step and no open question.

The annotation guide lets the narrower reading win: an agreed step is reported as agreed or joint, and an open question
needs words that show it open. A small model takes one-sided promises for agreements and any question for an open one.
"""

from __future__ import annotations

import re

__all__ = ["is_borne_out"]

_CONSENT = re.compile(
    r"\b(agree\w*|sign\w*|accord|deal|joint\w*|both|together|pact|protocol|settle\w*|initial\w*|exchang\w*|resum\w*"
    r"|committee|treaty|contract|memorand\w*|sides|each other|truce|ceasefire|accept\w*|meet\w*|round|common"
    r"|framework)\b",
    re.IGNORECASE,
)
_OPENNESS = re.compile(
    r"\b(whether|if|unclear|clear|known?|knows|yet|decid\w+|announc\w+|may|might|could|remain\w*|await\w*|wait\w*"
    r"|expect\w*|will be|date|when|until|pending|rule|ruling|undecided|open|sure|uncertain|divided|question|depend\w*"
    r"|consider\w*|examin\w+|stud(?:y|ying)|later|next week|no answer|not said|not say|vote)\b",
    re.IGNORECASE,
)
_IS_A_QUESTION = re.compile(r"\?['\"”’]?\s*$")


def is_borne_out(kind: str, sentence: str, language: str) -> bool:
    """Whether a sentence has words that can carry an item of a kind; other languages than English are not judged.

    Args:
        kind: `demand`, `agreed_step` or `open_question`.
        sentence: The sentence that the item would cite.
        language: ISO 639-1 code.
    """
    if language != "en":
        return True
    if kind == "agreed_step":
        return bool(_CONSENT.search(sentence))
    if kind == "open_question":
        return bool(_OPENNESS.search(sentence)) and not _IS_A_QUESTION.search(sentence)
    return True
