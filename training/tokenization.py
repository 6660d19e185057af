"""Token numbers of conversations, from llama.cpp's own tokenizer, with a role for each token."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
from conversations import Turn

from summarizer.engine.turn_answers import write_answer
from summarizer.models.embedded import start_embedded_server
from summarizer.settings import Settings

__all__ = ["Encoded", "Role", "Tokenizer", "encode"]

USER, ANSWER_START, END = "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n", "<|im_end|>"


class Role:
    """What a token is in its turn."""

    READ = 0
    """Part of what the model reads: no loss."""

    ACTOR = 1
    DECISION = 2
    """First of the body: D, S, Q or N."""

    HOLDER = 3
    """Of the names in an item's head."""

    TEXT = 4


@dataclass(frozen=True)
class Encoded:
    """A conversation as token numbers, each with its role; of equal length."""

    tokens: list[int]
    roles: list[int]


class Tokenizer:
    """The tokenizer of the embedded weights; what it has split once is kept in a file."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._known: dict[str, list[int]] = json.loads(cache.read_text(encoding="utf-8")) if cache.exists() else {}
        self._client: httpx.Client | None = None
        self._before = len(self._known)

    def __call__(self, text: str) -> list[int]:
        """Token numbers of a text; marks of the conversation are one token each."""
        if text not in self._known:
            self._known[text] = self._ask(text)
        return self._known[text]

    def save(self) -> None:
        """Write what is new to the file, whole or not at all: runs side by side share it."""
        if len(self._known) > self._before:
            self._cache.parent.mkdir(parents=True, exist_ok=True)
            partial = self._cache.with_suffix(f".{os.getpid()}")
            partial.write_text(json.dumps(self._known, ensure_ascii=False), encoding="utf-8")
            partial.replace(self._cache)

    def _ask(self, text: str) -> list[int]:
        if self._client is None:
            self._server = start_embedded_server(None, Settings())
            root = self._server.base_url.removesuffix("/v1")
            self._client = httpx.Client(base_url=root, headers={"Authorization": f"Bearer {self._server.api_key}"})
        request = {"content": text, "add_special": False, "parse_special": True}
        response = self._client.post("/tokenize", json=request)
        response.raise_for_status()
        return list(response.json()["tokens"])


def encode(turns: Iterable[Turn], tokenizer: Tokenizer) -> Encoded:
    """Encode the turns of one conversation, in the form in which the engine sends them."""
    tokens: list[int] = []
    roles: list[int] = []

    def add(text: str, role: int) -> None:
        new = tokenizer(text)
        tokens.extend(new)
        roles.extend([role] * len(new))

    for turn in turns:
        add(f"{USER}{turn.sentence}{ANSWER_START}", Role.READ)
        for text, role in _pieces(turn):
            add(text, role)
        add(END, Role.TEXT)
        add("\n", Role.READ)
    return Encoded(tokens, roles)


def _pieces(turn: Turn) -> Sequence[tuple[str, int]]:
    """The answer in pieces that the tokenizer splits as it splits the whole."""
    lines = write_answer(turn.answer).split("\n")
    actors = [line for line in lines if line.startswith("A ")]
    pieces = [(f"{line}\n", Role.ACTOR) for line in actors]
    for number, line in enumerate(lines[len(actors) :]):
        role = Role.TEXT if number else Role.DECISION
        if number:
            pieces.append(("\n", Role.TEXT))
        letter, blank, rest = line.partition(" ")
        head, colon, text = rest.partition(":")
        pieces.append((letter, role))
        if blank:
            pieces += [(f" {head}", Role.HOLDER), (colon + text, Role.TEXT)]
    return pieces
