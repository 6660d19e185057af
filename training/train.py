"""Train the embedded model's adapter: corpus in, GGUF adapter out.

Usage: python training/train.py --out training/runs/NAME [options]; started again with the same folder it goes on from
its last checkpoint. Takes hours on two cores, minutes on a GPU.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import torch
import typer
from adapter_file import read_adapter, write_adapter
from conversations import conversation
from corpus_articles import Article, read_corpus
from llama import read_llama
from renaming import Renaming
from tokenization import Encoded, Role, Tokenizer, encode
from torch import Tensor
from torch.nn import functional

from summarizer.models.weights import fetch_weights

BUILD = Path(__file__).parent / "build"
CHECKPOINT_MINUTES = 5
LEAST_IMPROVEMENT = 0.002
START = 0
"""Seed of the adapter's first numbers, the same for all runs, so that their mean can be taken (`average.py`). A run's
own seed orders, renames and thins out its articles."""


@dataclass(frozen=True)
class Options:
    """What decides the outcome of a run."""

    seed: int
    epochs: float
    rank: int
    alpha: float
    learning_rate: float
    articles_a_step: int
    keep_background: float
    decision_weight: float
    holder_weight: float
    longest: int
    share: float
    rename: float
    often: list[str]
    rarely: float
    start_from: str | None
    bfloat16: bool


@dataclass(frozen=True)
class Scores:
    """Of the validation articles, each token predicted from the true ones before it."""

    loss: float
    """Mean negative log-likelihood of an answer token, in nats."""

    decision_f1: float
    """Macro F1 of D, S and Q at the first token of an answer's body."""

    holders: float
    """Share of the items with every token of their holders and addressees right."""

    actors: float
    """Share of the tokens of actor lines that are right."""


class Trainer:
    """One run: its data, model, optimizer and where it stands."""

    def __init__(self, options: Options, out: Path) -> None:
        self.options, self.out, self.began = options, out, time.monotonic()
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(START)
        dtype = torch.bfloat16 if options.bfloat16 or self.device.type == "cuda" else torch.float32
        self.model = read_llama(fetch_weights(), rank=options.rank, alpha=options.alpha, dtype=dtype).to(self.device)
        for block in self.model.blocks:
            block.compile(dynamic=True)
        self.tokenizer = Tokenizer(BUILD / "tokens.json")
        articles = read_corpus()
        self.validation = [self._encoded(article, 1.0, 0) for article in articles if article.is_validation]
        training = [article for article in articles if not article.is_validation]
        random.Random(options.seed).shuffle(training)  # noqa: S311 - no secret
        self.training = training[: round(len(training) * options.share)]
        self.renaming = Renaming(training)
        self.steps_an_epoch = math.ceil(len(self.articles(random.Random(0))) / options.articles_a_step)  # noqa: S311
        self.steps = round(self.steps_an_epoch * options.epochs)
        self.parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=options.learning_rate, weight_decay=0.01)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self._share_of_rate)
        self.step = self.validated = 0
        self.best: Scores | None = None

    def _share_of_rate(self, step: int) -> float:
        warm = max(1, round(0.06 * self.steps))
        return min(1.0, (step + 1) / warm) * (0.5 * (1 + math.cos(math.pi * min(1.0, step / self.steps))) + 0.02)

    def _encoded(self, article: Article, keep_background: float, seed: int) -> Encoded:
        encoded = encode(conversation(article, keep_background=keep_background, seed=seed), self.tokenizer)
        return Encoded(encoded.tokens[: self.options.longest], encoded.roles[: self.options.longest])

    def articles(self, chance: random.Random) -> list[Article]:
        """Those of an epoch: all, or all of some parts of the corpus and a random share of the others."""
        often = tuple(self.options.often)
        if not often:
            return self.training
        others = [article for article in self.training if not article.file.startswith(often)]
        drawn = chance.sample(others, round(len(others) * self.options.rarely))
        return [article for article in self.training if article.file.startswith(often)] + drawn

    def epoch(self, number: int) -> list[list[Encoded]]:
        """The batches of an epoch: articles of like length together, batches in random order; the same every time."""
        chance = random.Random(self.options.seed * 1000 + number)  # noqa: S311 - no secret
        articles = self.articles(chance)
        seeds = [chance.randrange(1 << 30) for _ in articles]
        keep = self.options.keep_background
        renamed = [self.renaming(a, chance) if chance.random() < self.options.rename else a for a in articles]
        examples = [self._encoded(a, keep, seed) for a, seed in zip(renamed, seeds, strict=True)]
        self.tokenizer.save()
        chance.shuffle(examples)
        size = self.options.articles_a_step
        pools = [examples[start : start + 8 * size] for start in range(0, len(examples), 8 * size)]
        batches = []
        for pool in pools:
            pool.sort(key=lambda example: len(example.tokens))
            batches += [pool[start : start + size] for start in range(0, len(pool), size)]
        chance.shuffle(batches)
        return batches

    def train(self) -> None:
        """Train to the end, or until validation no longer improves; keep the best adapter."""
        self.resume()
        saved = time.monotonic()
        while not (self.is_to_validate() and self.has_stopped_improving()) and self.step < self.steps:
            number, done = divmod(self.step, self.steps_an_epoch)
            for batch in self.epoch(number)[done : self.steps - number * self.steps_an_epoch]:
                started = time.monotonic()
                loss = self.learn(batch)
                self.step += 1
                tokens = sum(len(example.tokens) for example in batch)
                seconds = time.monotonic() - started
                self.log(step=self.step, of=self.steps, loss=round(loss, 4), tokens_a_second=round(tokens / seconds))
                if time.monotonic() - saved > 60 * CHECKPOINT_MINUTES:
                    self.save()
                    saved = time.monotonic()
            self.save()

    def is_to_validate(self) -> bool:
        """Whether an epoch or the run has ended without its validation: a run may have been interrupted there, too."""
        ends = self.step == self.steps or self.step % self.steps_an_epoch == 0
        return ends and self.step > self.validated

    def learn(self, batch: list[Encoded]) -> float:
        """One step of the optimizer; gives the loss."""
        self.model.train()
        loss = self._loss(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.schedule.step()
        self.optimizer.zero_grad()
        return float(loss.detach())

    def _loss(self, batch: list[Encoded]) -> Tensor:
        hidden, targets, roles = self._read(batch)
        weights = torch.ones_like(roles, dtype=torch.float32)
        weights[roles == Role.DECISION] = self.options.decision_weight
        weights[roles == Role.HOLDER] = self.options.holder_weight
        return self.model.loss(hidden, targets, weights)

    def _read(self, batch: list[Encoded]) -> tuple[Tensor, Tensor, Tensor]:
        """Hidden states before all answer tokens of a batch, one after the other, those tokens and their roles."""
        longest = max(len(example.tokens) for example in batch)
        tokens = torch.zeros(len(batch), longest, dtype=torch.long)
        roles = torch.zeros(len(batch), longest, dtype=torch.long)
        for row, example in enumerate(batch):
            tokens[row, : len(example.tokens)] = torch.tensor(example.tokens)
            roles[row, : len(example.roles)] = torch.tensor(example.roles)
        tokens, roles = tokens.to(self.device), roles.to(self.device)
        answers = roles[:, 1:] > Role.READ
        hidden = self.model(tokens)[:, :-1][answers]
        return hidden, tokens[:, 1:][answers], roles[:, 1:][answers]

    @torch.no_grad()
    def validate(self) -> Scores:
        """Score the validation articles."""
        torch.compiler.set_stance("force_eager")
        self.model.eval()
        losses, right, true, predicted, all_roles = [], [], [], [], []
        # the longest first: memory that the allocator keeps then serves all others
        for example in sorted(self.validation, key=lambda example: len(example.tokens), reverse=True):
            hidden, targets, roles = self._read([example])
            logits = self.model.logits(hidden)
            losses.append(functional.cross_entropy(logits, targets, reduction="none"))
            guess = logits.argmax(-1)
            right.append(guess == targets)
            true.append(targets)
            predicted.append(guess)
            all_roles.append(roles)
        torch.compiler.set_stance("default")
        loss, hits, targets, guesses, roles = map(torch.cat, (losses, right, true, predicted, all_roles))
        decision = roles == Role.DECISION
        return Scores(
            loss=round(float(loss.mean()), 4),
            decision_f1=round(self._macro_f1(targets[decision], guesses[decision]), 4),
            holders=round(_share_of_runs(hits, roles), 4),
            actors=round(float(hits[roles == Role.ACTOR].float().mean()), 4),
        )

    def _macro_f1(self, true: Tensor, predicted: Tensor) -> float:
        values = []
        for letter in "DSQ":
            (token,) = self.tokenizer(letter)
            both = int(((true == token) & (predicted == token)).sum())
            values.append(2 * both / max(1, int((true == token).sum()) + int((predicted == token).sum())))
        return sum(values) / len(values)

    def has_stopped_improving(self) -> bool:
        """Validate; keep the adapter if it is the best so far. True where the loss is clearly past its lowest."""
        scores = self.validate()
        self.log(step=self.step, of=self.steps, **asdict(scores))
        if self.best is None or scores.loss < self.best.loss:
            self.best = scores
            self.export("adapter.gguf")
            report = {"options": asdict(self.options), "articles": len(self.training), "step": self.step}
            (self.out / "best.json").write_text(json.dumps(report | asdict(scores), indent=2), encoding="utf-8")
        self.validated = self.step
        self.save()
        return scores.loss > self.best.loss * 1.02 + LEAST_IMPROVEMENT

    def export(self, name: str) -> None:
        """Write the adapter as it stands for llama.cpp."""
        tensors = {name: value.detach().float().cpu().numpy() for name, value in self.model.adapter().items()}
        write_adapter(self.out / name, tensors, alpha=self.options.alpha)

    def log(self, **values: float) -> None:
        """A line for the loss curve, on the terminal and in the run's log."""
        line = json.dumps({"seconds": round(time.monotonic() - self.began), **values})
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        if "decision_f1" in values or self.step % 10 == 0:
            print(line, flush=True)

    def save(self) -> None:
        """Write a checkpoint, whole or not at all."""
        state = {
            "step": self.step,
            "validated": self.validated,
            "best": asdict(self.best) if self.best else None,
            "adapter": {name: value.detach() for name, value in self.model.adapter().items()},
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "options": asdict(self.options),
        }
        partial = self.out / "checkpoint.partial"
        torch.save(state, partial)
        partial.replace(self.out / "checkpoint.pt")
        self.export("latest.gguf")

    def resume(self) -> None:
        """Go on from the last checkpoint, where there is one.

        Raises:
            SystemExit: If it was made with other options.
        """
        path = self.out / "checkpoint.pt"
        if not path.exists():
            if self.options.start_from:
                self.load_adapter(adapter_tensors(Path(self.options.start_from)))
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        if state["options"] != asdict(self.options):
            raise SystemExit(f"{path} was made with other options ({state['options']}); name another folder.")
        self.load_adapter(state["adapter"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.step, self.validated = state["step"], state["validated"]
        self.best = Scores(**state["best"]) if state["best"] else None

    @torch.no_grad()
    def load_adapter(self, tensors: Mapping[str, Tensor]) -> None:
        """Go on with the tensors of an adapter."""
        for name, value in self.model.adapter().items():
            value.copy_(tensors[name])


def adapter_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of an adapter's GGUF file, by llama.cpp's names."""
    return {name: torch.from_numpy(values) for name, values in read_adapter(path).items()}


def _share_of_runs(hits: Tensor, roles: Tensor) -> float:
    """Share of the runs of holder tokens in which every token is right."""
    runs: list[bool] = []
    before = None
    for hit, role in zip(hits.tolist(), roles.tolist(), strict=True):
        if role == Role.HOLDER:
            runs = [*runs[:-1], runs[-1] and hit] if before == Role.HOLDER else [*runs, hit]
        before = role
    return sum(runs) / max(1, len(runs))


def main(  # noqa: PLR0913, PLR0917 - one option each
    out: Annotated[Path, typer.Option(help="Folder of the run: log, checkpoint, best adapter.")],
    seed: int = 0,
    epochs: float = 3,
    rank: int = 16,
    alpha: float = 32.0,
    learning_rate: float = 1e-3,
    articles_a_step: int = 2,
    keep_background: Annotated[float, typer.Option(help="Share of the background sentences kept in an epoch.")] = 0.6,
    decision_weight: Annotated[float, typer.Option(help="Weight of the choice between N and the items.")] = 1.0,
    holder_weight: Annotated[float, typer.Option(help="Weight of the names of holders and addressees.")] = 1.0,
    longest: Annotated[int, typer.Option(help="Tokens of a conversation that are trained on.")] = 2200,
    share: Annotated[float, typer.Option(help="Share of the training articles, for a learning curve.")] = 1.0,
    rename: Annotated[float, typer.Option(help="Share of the articles with actors renamed, anew each epoch.")] = 0.0,
    often: Annotated[list[str] | None, typer.Option(help="Parts of the corpus, by their files' prefix.")] = None,
    rarely: Annotated[float, typer.Option(help="Share of the articles of all other parts in an epoch.")] = 1.0,
    start_from: Annotated[str | None, typer.Option(help="An adapter.gguf that the run begins with.")] = None,
    bfloat16: Annotated[bool, typer.Option(help="Half precision on the CPU too, faster with AVX-512 BF16.")] = False,
    threads: Annotated[int, typer.Option(help="0: all cores.")] = 0,
) -> None:
    """Train one adapter."""
    if threads:
        torch.set_num_threads(threads)
    out.mkdir(parents=True, exist_ok=True)
    options = Options(
        seed,
        epochs,
        rank,
        alpha,
        learning_rate,
        articles_a_step,
        keep_background,
        decision_weight,
        holder_weight,
        longest,
        share,
        rename,
        often or [],
        rarely,
        start_from,
        bfloat16,
    )
    trainer = Trainer(options, out)
    tokens = sum(len(example.tokens) for batch in trainer.epoch(0) for example in batch)
    print(f"{len(trainer.training)} articles, {tokens} tokens an epoch, {len(trainer.validation)} for validation")
    trainer.train()


if __name__ == "__main__":
    typer.run(main)
