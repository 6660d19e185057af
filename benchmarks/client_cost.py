"""What the client costs beside a server: documents a second, CPU and memory, against barer ways to ask the same.

Usage: python benchmarks/client_cost.py [--in-flight 20 100] [--documents 200] [--runs 3] [--only NAME ...]
Every way is measured in a process of its own, `--runs` times by turns, and the median is shown. What is shown of the
server's process: nothing; its CPU is not the client's.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from typing import Any

from generated_documents import GeneratedDocument, generated_documents
from loopback_server import loopback_server

from summarizer import Briefing, Document, Summarizer
from summarizer.schemas import grounding_context

LATENCY = 0.2
CHARACTERS = 3300
WARM_UP = 8
MODEL = "loopback"
KEY = "none"

Ask = Callable[[GeneratedDocument], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class Job:
    """One measurement."""

    way: str
    base_url: str
    in_flight: int
    documents: int


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one measurement came to."""

    documents_a_second: float
    cpu: float
    """CPU of the client's process, in milliseconds a document."""

    memory: float
    """Most memory that the client's process held, in MiB."""


def request_bodies(documents: list[GeneratedDocument]) -> dict[int, dict[str, Any]]:
    """What this package sends for each document, so that all ways send the same."""
    with Summarizer(model=MODEL, base_url="http://127.0.0.1:9/v1") as summarizer:
        plans = {document.number: summarizer.plan(document.text) for document in documents}
    return {
        number: {
            "model": MODEL,
            "messages": plan.messages,
            "response_format": {"type": "json_schema", "json_schema": {"name": "Briefing", "schema": plan.json_schema}},
        }
        for number, plan in plans.items()
    }


async def with_aiohttp(stack: AsyncExitStack, base_url: str, documents: list[GeneratedDocument]) -> Ask:
    """The least that a client can do: send a body made before, read the JSON that comes back."""
    import aiohttp

    session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
    bodies = request_bodies(documents)

    async def ask(document: GeneratedDocument) -> object:
        async with session.post(f"{base_url}/chat/completions", json=bodies[document.number]) as response:
            return (await response.json())["choices"][0]["message"]["content"]

    return ask


async def with_openai(stack: AsyncExitStack, base_url: str, documents: list[GeneratedDocument]) -> Ask:
    """The openai client alone: messages made before, no validation."""
    from openai import AsyncOpenAI

    client = await stack.enter_async_context(AsyncOpenAI(base_url=base_url, api_key=KEY, max_retries=0))
    bodies = request_bodies(documents)

    async def ask(document: GeneratedDocument) -> object:
        return (await client.chat.completions.create(**bodies[document.number])).choices[0].message.content

    return ask


async def with_instructor(stack: AsyncExitStack, base_url: str, documents: list[GeneratedDocument]) -> Ask:
    """A loop around instructor, with the same schema and the grounding that comes with it; messages made before."""
    import instructor
    from openai import AsyncOpenAI

    client = await stack.enter_async_context(AsyncOpenAI(base_url=base_url, api_key=KEY, max_retries=0))
    structured = instructor.from_openai(client, mode=instructor.Mode.JSON_SCHEMA)
    bodies = request_bodies(documents)

    async def ask(document: GeneratedDocument) -> object:
        return await structured.create(
            model=MODEL,
            messages=bodies[document.number]["messages"],
            response_model=Briefing,
            context=grounding_context(Document(text=document.text)),
        )

    return ask


async def with_summarizer(stack: AsyncExitStack, base_url: str, _documents: list[GeneratedDocument]) -> Ask:
    """This package: from the text to the envelope, validated and grounded."""
    summarizer = await stack.enter_async_context(Summarizer(model=MODEL, base_url=base_url))

    async def ask(document: GeneratedDocument) -> object:
        envelope = await summarizer.asummarize(document.text)
        for demand in envelope.briefing.demands:
            assert all(document.text[cited.start : cited.end] == cited.quote for cited in demand.evidence)  # noqa: S101
        return envelope

    return ask


WAYS = {"aiohttp": with_aiohttp, "openai": with_openai, "instructor": with_instructor, "summarizer": with_summarizer}


def langextract(job: Job, documents: list[GeneratedDocument]) -> int:
    """LangExtract with its own batching and threads, its other settings as they come; how many documents it read."""
    import langextract as lx

    example = lx.data.ExampleData(text="The union met the company.", extractions=[lx.data.Extraction("actor", "union")])
    read = lx.extract(
        text_or_documents=[lx.data.Document(text=document.text) for document in documents],
        prompt_description="List the actors of the dispute.",
        examples=[example],
        config=lx.factory.ModelConfig(
            model_id=MODEL,
            provider="OpenAILanguageModel",
            provider_kwargs={"base_url": job.base_url, "api_key": KEY, "max_workers": job.in_flight},
        ),
        max_workers=job.in_flight,
        batch_length=job.in_flight,
        show_progress=False,
    )
    return len(list(read))


def measure(job: Job) -> Measured:
    """Measure one way in this process, which has done nothing else yet."""
    documents = generated_documents(job.documents, CHARACTERS)
    if job.way == "langextract":
        langextract(job, documents[:WARM_UP])
        wall, cpu = time.perf_counter(), time.process_time()
        answered = langextract(job, documents)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    else:
        wall, cpu, answered = asyncio.run(timed(job, documents))
    if answered != job.documents:
        raise SystemExit(f"{job.way} answered {answered} of {job.documents} documents.")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(documents_a_second=answered / wall, cpu=1000 * cpu / answered, memory=memory)


async def timed(job: Job, documents: list[GeneratedDocument]) -> tuple[float, float, int]:
    """Wall seconds, CPU seconds and answers of one way; what is loaded and built once is done before."""
    async with AsyncExitStack() as stack:
        ask = await WAYS[job.way](stack, job.base_url, documents)
        await all_asked(ask, documents[:WARM_UP], WARM_UP)
        wall, cpu = time.perf_counter(), time.process_time()
        answers = await all_asked(ask, documents, job.in_flight)
        return time.perf_counter() - wall, time.process_time() - cpu, len(answers)


async def all_asked(ask: Ask, documents: list[GeneratedDocument], in_flight: int) -> list[object]:
    """Ask about all documents, always so many at once."""
    answers: list[object] = []
    left = iter(documents)

    async def worker() -> None:
        answers.extend([await ask(document) for document in left])

    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(worker())
    return answers


def measurements(ways: list[str], jobs: list[Job], runs: int) -> Iterator[tuple[Job, Measured]]:
    """Every job `runs` times, by turns, each in a fresh process."""
    for _ in range(runs):
        for job in jobs:
            if job.way in ways:
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
                    yield job, process.submit(measure, job).result()


def table(found: dict[Job, list[Measured]]) -> None:
    print("| in flight | way | documents a second | to aiohttp | CPU, ms a document | to aiohttp | peak memory, MiB |")
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    for job, runs in found.items():
        rate = statistics.median(run.documents_a_second for run in runs)
        cpu = statistics.median(run.cpu for run in runs)
        memory = statistics.median(run.memory for run in runs)
        bare = found.get(Job(way="aiohttp", base_url=job.base_url, in_flight=job.in_flight, documents=job.documents))
        ratios = ["", ""]
        if bare:
            rates, cpus = [run.documents_a_second for run in bare], [run.cpu for run in bare]
            ratios = [f"{rate / statistics.median(rates):.2f}", f"{cpu / statistics.median(cpus):.1f}"]
        shown = [job.in_flight, job.way, f"{rate:.0f}", ratios[0], f"{cpu:.2f}", ratios[1], f"{memory:.0f}"]
        print("|", " | ".join(map(str, shown)), "|")
    for in_flight in dict.fromkeys(job.in_flight for job in found):
        print(f"The ideal at {in_flight} in flight is {in_flight / LATENCY:.0f} documents a second.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--in-flight", type=int, nargs="+", default=[20, 100])
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=[*WAYS, "langextract"], default=[*WAYS, "langextract"])
    given = parser.parse_args()
    ways = list(given.only)
    if "langextract" in ways and find_spec("langextract") is None:
        print("langextract is not installed and is left out (pip install 'langextract[openai]').", file=sys.stderr)
        ways.remove("langextract")
    with loopback_server(given.documents, CHARACTERS, LATENCY) as base_url:
        jobs = [
            Job(way=way, base_url=base_url, in_flight=in_flight, documents=given.documents)
            for in_flight in given.in_flight
            for way in ways
        ]
        found: dict[Job, list[Measured]] = {job: [] for job in jobs}
        for job, measured in measurements(ways, jobs, given.runs):
            found[job].append(measured)
    table(found)


if __name__ == "__main__":
    main()
