"""What runs on a cluster's machines, run here without a cluster."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import pytest

from summarizer import Briefing, Document
from summarizer.batch.ray_worker import (
    DOCUMENTS,
    OUTCOMES,
    DocumentFeed,
    UnforeseenError,
    Worker,
    WorkerSetup,
    pack_document,
    unpack_outcome,
)
from summarizer.engine import Summarizer
from summarizer.errors import InputError, RefusedError
from summarizer.settings import load_settings
from tests.conftest import SHORT


def setup_of(summarizer: Summarizer) -> WorkerSetup:
    return WorkerSetup(
        settings=summarizer.settings,
        template=summarizer.template.path.read_text(encoding="utf-8"),
        schema=summarizer.schema,
        parameters=summarizer.parameters,
        concurrency=1,
        most=1,
    )


def asked(worker: Worker, *documents: str) -> Coroutine[Any, Any, dict[str, list[str]]]:
    return worker({DOCUMENTS: [json.dumps(list(enumerate(documents)))]})


def outcomes(batch: dict[str, list[str]]) -> list[str]:
    (page,) = map(json.loads, batch[OUTCOMES])
    assert [number for number, _ in page] == list(range(len(page)))
    return [outcome for _, outcome in page]


def test_a_worker_loads_the_embedded_model_once_and_answers_as_the_driver_would() -> None:
    document = Document(text=SHORT, source="a.txt", given_title="Union", date="2031-03-04", page_starts=(0, 20))
    summarizer = Summarizer()
    worker = Worker(setup_of(summarizer))

    async def run() -> list[str]:
        first = await asked(worker, pack_document(document))
        model = worker._summarizer._model
        second = await asked(worker, pack_document(document))
        assert worker._summarizer._model is model
        await worker._summarizer.aclose()
        return [*outcomes(first), *outcomes(second)]

    first, second = (unpack_outcome(packed, Briefing) for packed in asyncio.run(run()))
    here = summarizer.summarize(document)
    summarizer.close()
    assert first.briefing.headline == second.briefing.headline == here.briefing.headline
    assert [actor.name for actor in first.briefing.actors] == [actor.name for actor in here.briefing.actors]
    assert (first.document, first.prompt, first.model) == (here.document, here.prompt, here.model)


def test_a_failure_is_raised_again_as_what_it_was() -> None:
    with pytest.raises(RefusedError, match="bad key"):
        unpack_outcome('{"error": "RefusedError", "reason": "bad key"}', Briefing)
    with pytest.raises(UnforeseenError, match="KeyError: 'x'"):
        unpack_outcome('{"error": null, "reason": "KeyError: \'x\'"}', Briefing)


def test_a_blank_document_is_a_failure_of_its_own() -> None:
    worker = Worker(setup_of(Summarizer(settings=load_settings(model="m", base_url="http://127.0.0.1:9/v1"))))
    done = asyncio.run(asked(worker, '[" ", null, "en", null, {}]'))
    with pytest.raises(InputError, match="holds no text"):
        unpack_outcome(outcomes(done)[0], Briefing)


def test_a_feed_gives_pages_of_documents_in_order_to_one_reader_alone() -> None:
    async def run() -> None:
        feed = DocumentFeed(page=2)
        await feed.put(0, "a")
        await feed.end(3)  # calls may come in any order
        await feed.put(1, "b")
        await feed.put(2, "c")
        pages = [await feed.take("reader") for _ in range(3)]
        assert pages == ['[[0, "a"], [1, "b"]]', '[[2, "c"]]', None]
        with pytest.raises(RuntimeError, match="reader of the documents died"):
            await feed.take("the same reader, started again")

    asyncio.run(run())
