"""One matter over many articles: a dossier of who, what is demanded, agreed and open, and what changed when."""

from summarizer.matters.dossier import (
    DOSSIER_VERSION,
    Change,
    ChangeKind,
    Dossier,
    Report,
    TrackedActor,
    TrackedArticle,
    TrackedItem,
)
from summarizer.matters.following import diff, dossier_of

__all__ = [
    "DOSSIER_VERSION",
    "Change",
    "ChangeKind",
    "Dossier",
    "Report",
    "TrackedActor",
    "TrackedArticle",
    "TrackedItem",
    "diff",
    "dossier_of",
]
