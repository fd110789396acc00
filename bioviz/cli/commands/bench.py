"""The command `bench`: several models on several datasets, beside the published values, as the page Benchmark does."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioviz.cli.answers import Answer, WrongUsage, interval_text
from bioviz.cli.arguments import Commands
from bioviz.cli.output import check_writable, write_files
from bioviz.cli.terminal import TerminalProgress, table
from bioviz.errors import BadInput, Missing

if TYPE_CHECKING:
    from bioviz.study.plan import PlannedCell
    from bioviz.study.result import StudyResult
    from bioviz.study.spec import StudySpec
    from bioviz.study.table import StudyTable

FULL_SEEDS = (0, 1, 2)
FILES = {"json": "study.json", "csv": "scores.csv", "latex": "tables.tex", "html": "report.html"}


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    parser = commands.add(bench)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="one map (UMAP 50 / 0.1) and one seed, not five maps and three seeds",
    )
    parser.add_argument(
        "--datasets", nargs="+", metavar="DATASET", help="ids, as `datasets` lists them (all)"
    )
    parser.add_argument(
        "--models",
        nargs="+",
        metavar="MODEL",
        help="names, as `models` lists them, with a start or not: gpv_teacher2, resnet18:random; "
        "resnet18:random:finetuned:0 is fine-tuned with a share of 0 of the background; "
        "resnet18:ft:ID was fine-tuned before (those whose weights are here, and the paper's baseline)",
    )
    parser.add_argument(
        "--finetune",
        nargs="*",
        type=float,
        metavar="SHARE",
        help="also fine-tuned, those of the models that can be, with these shares of background (1)",
    )
    parser.add_argument("--measures", nargs="+", metavar="MEASURE", help="all, if not given")
    parser.add_argument("--maps", nargs="+", metavar="MAP", help="umap-50-0.1, tsne-25, pca ... (five)")
    parser.add_argument("--seeds", nargs="+", type=int, metavar="SEED", help="0 1 2, or 0 with --quick")
    parser.add_argument("--split", choices=("test", "all"), help="clips that are scored (test)")
    parser.add_argument("--preset", help="of the fine-tuning, as of `finetune` (quick)")
    parser.add_argument(
        "--device", help="cpu, cuda, cuda:1, all (GPUs at once) or mps; default: the best there is"
    )
    parser.add_argument(
        "--plan", action="store_true", help="show what would be computed and how long it takes"
    )
    parser.add_argument("--published", action="store_true", help="only what the published values say")
    parser.add_argument("--out", metavar="FOLDER", help=f"also write {', '.join(FILES.values())} there")
    parser.add_argument(
        "--from",
        dest="source",
        metavar="FILE",
        help="a study.json: compute it again, and say whether it is the same",
    )


def bench(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Compare models on datasets: a grid with ranks, the paper's claims and its published values."""
    from bioviz.models import registry
    from bioviz.models.devices.device import check_device
    from bioviz.study.table import published_table

    titles = {card.name: card.title for card in registry.list_models()}
    if options.published:
        said = _claims(published_table(titles))
        return Answer({"claims": said}, "\n".join(_claim_lines(said)))
    if options.device is not None:
        check_device(options.device)
    if options.out:
        check_writable(Path(options.out), folder=True)
    content = _content(options) if options.source else None
    spec = _spec(options) if content is None else _again(content)
    planned = _planned(spec, progress)
    if options.plan:
        return Answer(
            {"study": spec.to_dict(), "plan": [_plan_data(each) for each in planned]}, _plan_text(planned)
        )

    from bioviz.study.exports import to_json
    from bioviz.study.grid import compute_study

    if not options.quiet:
        print(_total(planned), file=sys.stderr)
    result = compute_study(spec, progress, options.device)
    written = to_json(result)
    data = _data(result, result.table(titles))
    text = _text(result, result.table(titles), data)
    if content is not None:
        data["same"] = written == content
        text += "\n\n" + (
            "The same as in the file, byte for byte." if data["same"] else "Other scores than in the file."
        )
    if options.out:
        data["files"] = _write(Path(options.out), result, written, titles)
    return Answer(data, text, skipped=bool(result.failed))


def _spec(options: argparse.Namespace) -> StudySpec:
    from bioviz.datasets import library
    from bioviz.study.offered import begun_with
    from bioviz.study.scores import MEASURES
    from bioviz.study.spec import MAPS, QUICK_MAPS, Entry, StudySpec

    datasets = options.datasets or [each.id for each in library.list_datasets()]
    if not datasets:
        raise Missing("There is no dataset yet. Add one with `add`, or make the demo with `demo`.")
    models = options.models or begun_with()
    entries = [Entry.parse(name if ":" in name else f"{name}:{_best(name)}") for name in models]
    shares = None if options.finetune is None else (options.finetune or [1.0])
    trained = [
        replace(entry, share=share)
        for share in shares or []
        for entry in entries
        if entry.share is None and _trainable(entry.model)
    ]
    if shares is not None and not trained:
        raise WrongUsage("none of these models can be fine-tuned here")
    return StudySpec(
        tuple(dict.fromkeys(datasets)),
        tuple(dict.fromkeys(str(Entry.parse(str(entry))) for entry in (*entries, *trained))),
        maps=tuple(options.maps or (QUICK_MAPS if options.quick else MAPS)),
        seeds=tuple(options.seeds or ((0,) if options.quick else FULL_SEEDS)),
        measures=tuple(options.measures or MEASURES),
        split=options.split or "test",
        preset=options.preset or "quick",
    )


def _trainable(model: str) -> bool:
    """Whether a model can be fine-tuned here."""
    from bioviz.models import registry

    return registry.card(model).trainable


def _best(model: str) -> str:
    """Return the best checkpoint of a model that is no fine-tuned one."""
    from bioviz.models.base import FINETUNED
    from bioviz.runs import ready

    return next(
        each.checkpoint for each in ready.checkpoints(model) if not each.checkpoint.startswith(FINETUNED)
    )


def _content(options: argparse.Namespace) -> bytes:
    given = ("datasets", "models", "finetune", "measures", "maps", "seeds", "split", "preset", "quick")
    if named := [f"--{name}" for name in given if getattr(options, name) not in (None, False)]:
        raise WrongUsage(f"--from computes what the file says; leave out {', '.join(named)}")
    try:
        return Path(options.source).read_bytes()
    except OSError as error:
        raise BadInput(f"{options.source} cannot be read: {error.strerror or error}.") from error


def _again(content: bytes) -> StudySpec:
    """Raise BadInput where data or weights are others than those of the file."""
    from bioviz.study.exports import changed_since, read_json
    from bioviz.study.result import empty_result

    spec, datasets, weights = read_json(content)
    if changed := changed_since(empty_result(spec), datasets, weights):
        raise BadInput(f"This study cannot be computed again as it was: {'; '.join(changed)}.")
    return spec


def _planned(spec: StudySpec, progress: TerminalProgress) -> list[PlannedCell]:
    from bioviz.study.cost import job_params, time_models
    from bioviz.study.plan import plan
    from bioviz.study.result import open_result

    result = open_result(spec)
    first = plan(result, {})
    untimed = [each.cell for each in first if each.seconds is None and each.state != "weights missing"]
    rates = time_models(job_params(untimed), progress) if untimed else {}
    return plan(result, rates)


def _plan_data(planned: PlannedCell) -> dict[str, Any]:
    return {
        "cell": planned.cell.key,
        "state": planned.state,
        "seconds": planned.seconds,
        "reason": planned.reason,
    }


def _plan_text(planned: list[PlannedCell]) -> str:
    from bioviz.jobs import duration

    rows = [
        (
            each.cell.dataset,
            str(each.cell.entry),
            each.cell.seed,
            each.state,
            "-" if each.seconds is None else duration(each.seconds),
        )
        for each in planned
    ]
    return f"{table(('dataset', 'model', 'seed', 'state', 'takes'), rows)}\n\n{_total(planned)}"


def _total(planned: list[PlannedCell]) -> str:
    from bioviz.study.plan import total_words

    return total_words(planned)


def _claims(table_of: StudyTable) -> list[dict[str, Any]]:
    from bioviz.analysis.metric_info import METRIC_INFO
    from bioviz.study.findings.claims import sentence, statements

    return [
        {
            "claim": each.claim,
            "measure": each.measure,
            "first": each.first,
            "second": each.second,
            "effect": each.contrast.effect,
            "low": each.contrast.low,
            "high": each.contrast.high,
            "p": each.contrast.p,
            "least_p": each.contrast.least_p,
            "datasets": list(each.contrast.datasets),
            "verdict": each.verdict,
            "sentence": sentence(each, METRIC_INFO[each.measure].title if each.measure else ""),
        }
        for each in statements(table_of)
    ]


def _claim_lines(said: list[dict[str, Any]]) -> list[str]:
    from bioviz.study.findings.claims import CLAIMS

    lines = []
    for number, words in CLAIMS.items():
        lines += ["", f"Claim {number}: {words}"]
        lines += [f"- {each['sentence']}" for each in said if each["claim"] == number]
    return lines


def _data(result: StudyResult, ours: StudyTable) -> dict[str, Any]:
    return {
        "study": result.spec.to_dict(),
        "cells": len(result.checkpoints),
        "failed": dict(result.failed),
        "scores": [score.to_dict() for score in result.scores],
        "claims": _claims(ours),
    }


def _text(result: StudyResult, ours: StudyTable, data: dict[str, Any]) -> str:
    from bioviz.analysis.metric_info import METRIC_INFO
    from bioviz.study.findings.ranks import mean_ranks
    from bioviz.study.findings.trainings import training_words
    from bioviz.study.scores import CLUSTERING, grid, measures_in

    parts = [f"{len(result.checkpoints)} of {len(result.spec.cells)} cells"]
    for measure in measures_in(ours.scores):
        values = grid(ours.scores, measure)
        ends = {(s.contender, s.dataset): (s.low, s.high) for s in ours.scores if s.measure == measure}
        with_interval = measure not in CLUSTERING and len(result.spec.seeds) == 1
        rows = [
            [
                ours.name(contender),
                *(
                    _cell(value, *ends.get((contender, dataset), (None, None)), with_interval=with_interval)
                    for value, dataset in zip(row, values.datasets, strict=True)
                ),
            ]
            for contender, row in zip(values.contenders, values.values.tolist(), strict=True)
        ]
        parts.append(f"{METRIC_INFO[measure].title}\n{table(('model', *values.datasets), rows)}")
        parts.append(mean_ranks(values).sentence())
    parts += [words] if (words := training_words(result)) else []
    parts += ["\n".join(_claim_lines(data["claims"])).strip()]
    parts += [f"failed {cell}: {why}" for cell, why in result.failed.items()]
    return "\n\n".join(parts)


def _cell(value: float, low: float | None, high: float | None, *, with_interval: bool) -> str:
    if value != value:  # NaN
        return "-"
    if not with_interval or low is None:
        return f"{value:.3f}"
    return f"{value:.3f} ({interval_text(low, high)})"


def _write(out: Path, result: StudyResult, made: bytes, titles: dict[str, str]) -> list[str]:
    from bioviz.reports.study import study_report
    from bioviz.study.exports import ordered, to_csv, to_latex

    files = {
        out / FILES["json"]: made,
        out / FILES["csv"]: to_csv(ordered(result)),
        out / FILES["latex"]: to_latex(ordered(result), titles),
        out / FILES["html"]: study_report(result, titles),
    }
    write_files(files)
    return [str(path) for path in files]
