"""Model names become clients: the embedded model, OpenAI, and any server that speaks its protocol."""

from summarizer.models.language_model import LanguageModel, Reply
from summarizer.models.names import ModelName, parse_model_name
from summarizer.models.opening import open_model

__all__ = ["LanguageModel", "ModelName", "Reply", "open_model", "parse_model_name"]
