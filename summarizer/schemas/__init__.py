"""What a model is asked for and what comes back: the briefing, its evidence, and the envelope around it."""

from summarizer.schemas.briefing import (
    Actor,
    ActorKind,
    AgreedStep,
    Briefing,
    Demand,
    OpenQuestion,
    Overview,
    Statement,
)
from summarizer.schemas.envelope import (
    SCHEMA_VERSION,
    DocumentReference,
    Envelope,
    Gap,
    ModelReference,
    PromptReference,
    SchemaReference,
    TokenUsage,
)
from summarizer.schemas.evidence import Evidence, Name, grounding_context

__all__ = [
    "SCHEMA_VERSION",
    "Actor",
    "ActorKind",
    "AgreedStep",
    "Briefing",
    "Demand",
    "DocumentReference",
    "Envelope",
    "Evidence",
    "Gap",
    "ModelReference",
    "Name",
    "OpenQuestion",
    "Overview",
    "PromptReference",
    "SchemaReference",
    "Statement",
    "TokenUsage",
    "grounding_context",
]
