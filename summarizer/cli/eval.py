"""`summarizer eval`: regression evals on hand-labelled articles."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from summarizer.cli.answer_store import NoCache, Refresh, answer_store, cache_setting
from summarizer.cli.terminal import progress_shown, say, write
from summarizer.errors import InputError, UsageError

if TYPE_CHECKING:
    from summarizer.evaluation.comparing import Comparison
    from summarizer.evaluation.labels import Fixture
    from summarizer.evaluation.matters import MatterRun
    from summarizer.evaluation.runs import Run

app = typer.Typer(help="Measure briefings against hand-labelled articles.", no_args_is_help=True, rich_markup_mode=None)

EVALS = Path("evals")
RUNS = EVALS / "runs"
BASELINES = EVALS / "baselines"
GATE = EVALS / "gate.yaml"
JUDGED = EVALS / "judged-pairs.json"
FAILED = 1

SuiteName = Annotated[str, typer.Argument(help="A suite in evals/, a suite's file, or a folder of labelled articles.")]
Split = Annotated[str | None, typer.Option(help="dev or test; both by default.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Show no progress.")]


@app.command("run")
def run(  # noqa: PLR0913, PLR0917 - the options of a command
    suite: SuiteName = "briefings",
    model: Annotated[
        list[str] | None, typer.Option("-m", "--model", help="May be repeated; by default the suite's models.")
    ] = None,
    split: Split = None,
    repeat: Annotated[int, typer.Option(min=1, help="Read every article so many times.")] = 1,
    concurrency: Annotated[int, typer.Option(min=1, help="Articles read at once.")] = 1,
    prompt: Annotated[str | None, typer.Option(help="A template by name or path.")] = None,
    way: Annotated[str | None, typer.Option(help="whole, turns or auto.")] = None,
    base_url: Annotated[str | None, typer.Option(help="A server that speaks the OpenAI protocol.")] = None,
    mode: Annotated[str | None, typer.Option(help="How the schema is held.")] = None,
    timeout: Annotated[float | None, typer.Option(help="Deadline of one article in seconds.")] = None,
    no_cache: NoCache = False,
    refresh: Refresh = False,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the run files.")] = RUNS,
    form: Annotated[str, typer.Option("--format", help="text, markdown, json or junit.")] = "text",
    quiet: Quiet = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: ARG001
) -> None:
    """Read a suite's articles with one or more models, score them, and write a run file for each.

    Ends with 1 where a model crashed on an article. Run again after an interruption, it goes on where it stopped.
    """
    _needs_scipy()
    from summarizer.engine import Summarizer
    from summarizer.evaluation.floors import FLOORS
    from summarizer.evaluation.running import RunOptions, command_line, run_suite
    from summarizer.evaluation.runs import file_stem, load_suite, save_json
    from summarizer.settings import load_settings

    _check_format(form, ("text", "markdown", "json", "junit"))
    _check_split(split)
    chosen = load_suite(suite)
    options = RunOptions(split=split, repeats=repeat, concurrency=concurrency, command=command_line(sys.argv[1:]))
    runs: list[Run] = []
    shared = load_settings(
        prompt=prompt,
        way=way,
        base_url=base_url,
        mode=mode,
        timeout=timeout,
        answer_cache=cache_setting(no_cache=no_cache, refresh=refresh),
    )
    with answer_store(shared.answer_cache) as store, progress_shown(quiet=quiet) as progress:
        readers: list[Any] = [
            name if name in FLOORS else Summarizer(name, settings=shared, store=store)
            for name in (model or chosen.models)
        ]
        for reader in readers:
            found = run_suite(chosen, reader, options, progress)
            path = output / f"{file_stem([found.suite, found.model, found.split])}.json"
            save_json(found, path)
            say(f"{found.model}: {path}")
            runs.append(found)
    write(_shown(runs, form))
    crashed = [f"{found.model} crashed on {name}" for found in runs for name in found.crashes]
    for sentence in crashed:
        say(sentence)
    if crashed:
        raise typer.Exit(FAILED)


@app.command("matters")
def run_matter_suite(  # noqa: PLR0913, PLR0917 - the options of a command
    suite: Annotated[str, typer.Argument(help="A suite in evals/, its file, or a folder of matters.")] = "matters",
    model: Annotated[
        list[str] | None, typer.Option("-m", "--model", help="May be repeated; by default the suite's models.")
    ] = None,
    from_labels: Annotated[
        bool, typer.Option("--from-labels", help="Take the labels for briefings: how good the matching alone is.")
    ] = False,
    base_url: Annotated[str | None, typer.Option(help="A server that speaks the OpenAI protocol.")] = None,
    no_cache: NoCache = False,
    refresh: Refresh = False,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the run files.")] = RUNS / "matters",
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: ARG001
) -> None:
    """Follow matters of several articles, score the changes found, and write a run file for each model.

    Ends with 1 where a model crashed on a matter.
    """
    _needs_scipy()
    from summarizer.engine import Summarizer
    from summarizer.evaluation.matters import load_matters, run_matters
    from summarizer.evaluation.running import command_line
    from summarizer.evaluation.runs import load_suite
    from summarizer.settings import load_settings

    if from_labels and model:
        raise UsageError("--from-labels asks no model; leave --model away.")
    chosen = load_suite(suite)
    matters, command = load_matters(chosen.fixtures), command_line(sys.argv[1:])
    if from_labels:
        _tell_matters([run_matters(chosen.name, matters, "labels", None, command)], output)
        return
    shared = load_settings(base_url=base_url, answer_cache=cache_setting(no_cache=no_cache, refresh=refresh))
    runs = []
    with answer_store(shared.answer_cache) as store:
        for name in model or chosen.models:
            with Summarizer(name, settings=shared, store=store) as reader:
                runs.append(run_matters(chosen.name, matters, name, reader.summarize, command))
    _tell_matters(runs, output)


def _tell_matters(runs: list[MatterRun], output: Path) -> None:
    from summarizer.evaluation.runs import file_stem, save_json

    for one in runs:
        path = output / f"{file_stem([one.suite, one.model])}.json"
        save_json(one, path)
        say(f"{one.model}: {path}")
        write("".join(f"{one.model:<20} {name:<28} {value:.3f}\n" for name, value in one.metrics.items()))
    crashed = [
        f"{one.model} crashed on {score.name}: {score.error}" for one in runs for score in one.matters if score.error
    ]
    for sentence in crashed:
        say(sentence)
    if crashed:
        raise typer.Exit(FAILED)


@app.command("compare")
def compare_runs(
    before: Annotated[Path, typer.Argument(help="A run file.")],
    after: Annotated[Path, typer.Argument(help="A later run file.")],
    form: Annotated[str, typer.Option("--format", help="text, markdown or json.")] = "text",
) -> None:
    """Say what differs between two runs, by how much, and whether it is more than noise."""
    _needs_scipy()
    import dataclasses
    import json

    from summarizer.evaluation.comparing import compare
    from summarizer.evaluation.runs import load_run

    _check_format(form, ("text", "markdown", "json"))
    found = compare(load_run(before), load_run(after))
    write(json.dumps(dataclasses.asdict(found), indent=2) + "\n" if form == "json" else _compared(found))


@app.command("gate")
def gate_runs(
    runs: Annotated[list[Path] | None, typer.Argument(help="Run files; by default all in evals/runs.")] = None,
    gate: Annotated[Path, typer.Option(help="Floors and tolerances.")] = GATE,
    baselines: Annotated[Path, typer.Option(help="Folder of the baselines.")] = BASELINES,
    update: Annotated[bool, typer.Option("--update-baseline", help="Make these runs the baselines.")] = False,
    form: Annotated[str, typer.Option("--format", help="text or junit.")] = "text",
) -> None:
    """Fail (1) below a floor, on a significant drop from the baseline, on a crash, or where an article is missing."""
    _needs_scipy()
    from summarizer.evaluation.gating import failures, load_baseline, load_gate, update_baseline
    from summarizer.evaluation.reporting import as_junit
    from summarizer.evaluation.runs import load_run

    _check_format(form, ("text", "junit"))
    loaded = [load_run(path) for path in (runs or sorted(RUNS.glob("*.json")))]
    if not loaded:
        raise InputError(f"There is no run to judge in {RUNS}; run 'summarizer eval run' first.")
    if update:
        for one in loaded:
            if one.crashes:
                raise UsageError(f"A run with crashes ({', '.join(one.crashes)}) is no baseline; mend it first.")
            say(f"{one.model}: {update_baseline(baselines, one)}")
        return
    rules = load_gate(gate)
    reasons = [reason for one in loaded for reason in failures(one, rules, load_baseline(baselines, one))]
    write(
        as_junit(loaded, reasons)
        if form == "junit"
        else "".join(f"FAILED {reason}\n" for reason in reasons) or "passed\n"
    )
    if reasons:
        raise typer.Exit(FAILED)


@app.command("report")
def report_run(
    path: Annotated[Path, typer.Argument(metavar="RUN", help="A run file.")],
    suite: Annotated[str, typer.Option(help="The suite that it ran.")] = "briefings",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to a file instead of stdout.")] = None,
    form: Annotated[str, typer.Option("--format", help="html, markdown, json or junit.")] = "html",
) -> None:
    """Show a run: as one page with labels and predictions side by side, or for CI."""
    _needs_scipy()
    from summarizer.evaluation.reporting import as_html
    from summarizer.evaluation.runs import load_run, load_suite

    _check_format(form, ("html", "markdown", "json", "junit"))
    found = load_run(path)
    write(as_html(found, load_suite(suite).load(None)) if form == "html" else _shown([found], form), output)


@app.command("labels")
def check_labels(suite: SuiteName = "briefings") -> None:
    """Check every label: verbatim evidence, known names, nothing without evidence."""
    from summarizer.evaluation.labels import problems
    from summarizer.evaluation.runs import load_suite

    chosen = load_suite(suite)
    fixtures = _articles_of_matters(chosen.fixtures) or chosen.load(None)
    found = [
        f"{fixture.name}: {problem}"
        for fixture in fixtures
        for labels in (fixture.labels, fixture.second_pass)
        if labels
        for problem in problems(fixture.document, labels)
    ]
    write("".join(f"{problem}\n" for problem in found) or f"{len(fixtures)} articles, every label holds\n")
    if found:
        raise typer.Exit(FAILED)


def _articles_of_matters(folder: Path) -> list[Fixture]:
    """The articles of a folder's matters, whose labelled changes hold; none where it has no matters."""
    if not any(folder.glob("*/changes.yaml")):
        return []
    from summarizer.evaluation.matters import load_matters

    return [article for matter in load_matters(folder) for article in matter.articles]


@app.command("agreement")
def show_agreement(suite: SuiteName = "briefings") -> None:
    """F1 between two labelling passes over the same bare texts, and how often the alignment judges as a person does."""
    _needs_scipy()
    from summarizer.evaluation.agreement import agreement, judged_alike
    from summarizer.evaluation.runs import load_suite

    found = agreement(load_suite(suite).load(None))
    if found is None:
        raise InputError("No article was labelled twice; a second pass stands in labels-second.yaml.")
    lines = [f"{len(found.articles)} articles labelled twice"]
    lines += [f"{name:<15} {value:.3f}" for name, value in found.f1.items()]
    if JUDGED.is_file():
        alike, pairs = judged_alike(JUDGED)
        lines.append(f"alignment agrees with {alike} of {pairs} pairs judged by hand")
    write("\n".join(lines) + "\n")


@app.command("draft")
def draft(
    article: Annotated[Path, typer.Argument(help="A text file.")],
    model: Annotated[str | None, typer.Option("-m", "--model", help="The model that drafts.")] = None,
    base_url: Annotated[str | None, typer.Option(help="A server that speaks the OpenAI protocol.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder of the fixture; stdout by default.")
    ] = None,
) -> None:
    """Write a labels file from a model's answer, for a person to correct."""
    from summarizer.engine import Summarizer
    from summarizer.evaluation.drafting import draft_about, draft_labels
    from summarizer.settings import load_settings

    with (
        progress_shown(quiet=False) as progress,
        Summarizer(settings=load_settings(model=model, base_url=base_url)) as one,
    ):
        envelope = one.summarize(article, progress)
    labels = draft_labels(envelope.briefing, envelope.document.language)
    if output is None:
        write(labels)
        return
    if (output / "labels.yaml").exists():
        raise UsageError(f"{output / 'labels.yaml'} is there already; a draft does not overwrite labels.")
    output.mkdir(parents=True, exist_ok=True)
    write(labels, output / "labels.yaml")
    (output / "article.txt").write_bytes(article.read_bytes())
    write(draft_about(output.name, envelope.model.name), output / "about.md")


def _needs_scipy() -> None:
    from importlib.util import find_spec

    if find_spec("scipy") is None:
        raise UsageError("Evals need scipy: run pip install 'summarizer[evals]'.")


def _check_format(form: str, known: tuple[str, ...]) -> None:
    if form not in known:
        raise UsageError(f"There is no format {form!r} here; name one of {', '.join(known)}.")


def _check_split(split: str | None) -> None:
    if split not in (None, "dev", "test"):
        raise UsageError(f"There is no split {split!r}; name dev or test, or leave it out for both.")


def _shown(runs: list[Run], form: str) -> str:
    from summarizer.evaluation.reporting import as_junit, as_markdown

    if form == "markdown":
        return as_markdown(runs)
    if form == "junit":
        return as_junit(runs)
    if form == "json":
        import json

        return json.dumps([run.model_dump(mode="json") for run in runs], ensure_ascii=False, indent=1) + "\n"
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in as_markdown(runs).splitlines()]
    rows = [row for row in rows if not row[0].startswith("---")]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        f"{row[0]:<{widths[0]}}  " + "  ".join(f"{c:>{w}}" for c, w in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _compared(found: Comparison) -> str:
    lines = [
        f"{found.articles} articles",
        "",
        "| metric | before | after | change | 95 % interval | p |",
        "| --- | ---: | ---: | ---: | --- | ---: |",
    ]
    lines += [
        f"| {d.metric} | {d.before:.3f} | {d.after:.3f} | {d.change:+.3f} | {d.low:+.3f} to {d.high:+.3f} | {d.p:.3f} |"
        for d in found.differences
    ]
    if found.moved:
        lines += ["", "Articles that moved most:"]
    for move in found.moved:
        won, lost = ", ".join(move.won) or "nothing", ", ".join(move.lost) or "nothing"
        lines.append(f"- {move.name}: {move.change:+.3f}; won {won}; lost {lost}")
    return "\n".join(lines) + "\n"
