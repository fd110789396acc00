"""The command `compare`: two runs of the same clips side by side, as the page Compare has them."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bioviz.cli.answers import Answer, finite, interval_text
from bioviz.cli.arguments import Commands, map_arguments, model_arguments, run_spec
from bioviz.cli.output import check_writable, write_files
from bioviz.cli.terminal import TerminalProgress, table
from bioviz.errors import Missing
from bioviz.runs.spec import LAYOUTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bioviz.analysis.comparison.comparison import Changes
    from bioviz.datasets.types import Dataset
    from bioviz.runs import Run, RunSpec
    from bioviz.runs.comparison import Comparison, ComparisonSpec


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    parser = commands.add(compare, model_arguments(required=True), map_arguments())
    other = parser.add_argument_group("right side", "what differs from the left side")
    other.add_argument("--right-model", help="default: the left side's")
    other.add_argument("--right-checkpoint", help="e.g. the name of a fine-tuned one, as `models` lists it")
    other.add_argument("--right-dataset", help="e.g. a cleaned version; default: the left side's")
    other.add_argument("--right-seed", type=int, help="of a random checkpoint")
    parser.add_argument(
        "--layout", choices=list(LAYOUTS), default="started", help="how the maps are laid out"
    )
    parser.add_argument("--k", type=int, default=20, metavar="K", help="neighbors looked at (20)")
    parser.add_argument("--report", metavar="FILE", help="also write the report (HTML) that the page offers")


def compare(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Compare two models, checkpoints or versions of a dataset on the same clips."""
    from bioviz.datasets import library
    from bioviz.runs.comparison import ComparisonSpec, compute_comparison
    from bioviz.runs.heard import flattered

    if options.report:
        check_writable(Path(options.report), folder=False)
    left = run_spec(options)
    spec = ComparisonSpec(left, _right(options, left), options.layout, options.k)
    comparison = compute_comparison(spec, progress)
    changes = comparison.changes
    sides, dataset = _sides(spec), library.load(spec.left.dataset)
    learnt = flattered(spec, dataset, sides[0].rows[comparison.left_places])
    scores = [
        {
            "score": d.name,
            "left": finite(d.left),
            "right": finite(d.right),
            "difference": finite(d.difference),
            "low": finite(d.low),
            "high": finite(d.high),
        }
        for d in changes.scores
    ]
    data = {
        "clips": len(comparison),
        "left": spec.left.to_dict(),
        "right": spec.right.to_dict(),
        "scores": scores,
        "labels": _labels(changes),
        "transitions": {
            rule: {
                name: len(getattr(transitions, name)) for name in ("rescued", "broken", "cleared", "captured")
            }
            for rule, transitions in changes.transitions.items()
        },
        "notes": [*learnt, *changes.notes],
    }
    if options.report:
        write_files({Path(options.report): _report(spec, comparison, sides, dataset, learnt)})
        data["report"] = options.report
    return Answer(data, _text(changes, data))


def _right(options: argparse.Namespace, left: RunSpec) -> RunSpec:
    """Return the right side: the left one with what was named for the right."""
    arguments = argparse.Namespace(**vars(options))
    arguments.model = options.right_model or options.model
    arguments.dataset = options.right_dataset or options.dataset
    arguments.seed = options.seed if options.right_seed is None else options.right_seed
    # Another model has checkpoints of its own; the same model keeps the left side's.
    other_model = arguments.model != options.model
    arguments.checkpoint = options.right_checkpoint or (None if other_model else left.checkpoint)
    return replace(run_spec(arguments), projection=left.projection)


def _labels(changes: Changes) -> list[dict[str, Any]]:
    labels = changes.labels
    return [
        {
            "label": changes.names[t],
            "clips": int(labels.clips[t]),
            "left": finite(labels.confusion_left[t]),
            "right": finite(labels.confusion_right[t]),
            "low": finite(labels.low[t]),
            "high": finite(labels.high[t]),
        }
        for t in np.flatnonzero(labels.clips)
    ]


def _sides(spec: ComparisonSpec) -> tuple[Run, Run]:
    from bioviz import runs

    left, right = (runs.open_run(side) for side in (spec.left, spec.right))
    if left is None or right is None:
        raise Missing("One of the two maps is no longer in the cache. Compare them again.")
    return left, right


def _report(
    spec: ComparisonSpec,
    comparison: Comparison,
    sides: tuple[Run, Run],
    dataset: Dataset,
    notes: Sequence[str],
) -> bytes:
    from bioviz.models.titles import title_of
    from bioviz.reports.comparison import comparison_report

    first, second = (title_of(side.model, side.checkpoint) for side in (spec.left, spec.right))
    return comparison_report(comparison, *sides, dataset, (first, second), spec.layout, notes)


def _text(changes: Changes, data: dict[str, Any]) -> str:
    from bioviz.analysis.comparison.headline import headline
    from bioviz.analysis.comparison.score_differences import sentence
    from bioviz.analysis.metric_info import METRIC_INFO

    head = ("score", "left", "right", "difference", "95 % interval")
    rows = [
        (
            METRIC_INFO[each["score"]].title,
            each["left"],
            each["right"],
            each["difference"],
            interval_text(each["low"], each["high"], "+.3f"),
        )
        for each in data["scores"]
    ]
    clear = [f"- {sentence(d)}" for d in changes.scores if d.exceeds]
    head_labels = ("label", "clips", "confusion, left", "right", "95 % interval of the difference")
    rows_labels = [
        (
            each["label"],
            each["clips"],
            each["left"],
            each["right"],
            interval_text(each["low"], each["high"], "+.2f"),
        )
        for each in data["labels"]
    ]
    moves = data["transitions"]["confusion"]
    parts = [
        f"{data['clips']} clips on both sides",
        *(f"Note: {note}" for note in data["notes"]),
        "\n".join([headline(changes), *clear]),
        table(head, rows),
        table(head_labels, rows_labels),
        f"Labelled clips: {moves['rescued']} rescued from background, {moves['broken']} lost to it. "
        f"Background clips: {moves['cleared']} cleared, {moves['captured']} captured by labels.",
    ]
    return "\n\n".join(parts)
