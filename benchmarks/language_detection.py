"""How often the language of a text is told right, and what that costs.

    python benchmarks/language_detection.py

Reads the labelled articles under fixtures/ (whole, their first 200 characters, their first 60) and the texts by
language of the tests (whole, and each of their sentences alone).
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from summarizer import Document
from summarizer.documents.languages import detect_language, language_of

ROOT = Path(__file__).parent.parent


def main() -> None:
    before = _peak()
    started = time.perf_counter()
    detect_language("The first call loads the model.")
    print(f"first call: {time.perf_counter() - started:.3f} s, {_peak() - before:.0f} MiB")
    articles = list(_articles())
    started = time.perf_counter()
    _report("articles, whole", articles)
    print(f"an article: {1000 * (time.perf_counter() - started) / len(articles):.1f} ms")
    for most in (200, 60):
        _report(f"articles, first {most} characters", [(code, text[:most]) for code, text in articles])
    texts = list(yaml.safe_load((ROOT / "tests/documents/texts_by_language.yaml").read_text("utf-8")).items())
    _report("texts by language, whole", texts)
    _report(
        "texts by language, sentences",
        [(code, one.text) for code, text in texts for one in Document(text=text, language=code).sentences],
    )


def _articles() -> Iterator[tuple[str, str]]:
    for labels in sorted(ROOT.glob("fixtures/*/labels.yaml")):
        code = yaml.safe_load(labels.read_text("utf-8")).get("language", "en")
        yield code, (labels.parent / "article.txt").read_text("utf-8")


def _report(what: str, texts: Iterable[tuple[str, str]]) -> None:
    told = [(code, language_of(text), detect_language(text)) for code, text in texts]
    wrong = [f"{code} as {found} ({detected.probability:.2f})" for code, found, detected in told if code != found]
    shown = ", ".join(wrong) or "none"
    print(f"{what}: {len(told) - len(wrong)} of {len(told)} right; wrong: {shown}")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
