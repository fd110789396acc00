"""Commands of the section Thresholds of Diagnose: choose, keep, list and apply thresholds of a model's scores."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from bioviz.cli.answers import Answer, WrongUsage
from bioviz.cli.arguments import Commands, map_arguments, model_arguments, run_of
from bioviz.cli.output import check_writable, write_files
from bioviz.cli.terminal import TerminalProgress, table
from bioviz.counts import counted
from bioviz.percent import percent

if TYPE_CHECKING:
    from bioviz.analysis.thresholds.thresholds import LabelThreshold
    from bioviz.runs import Run


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    parser = commands.add(thresholds, model_arguments(required=True), map_arguments())
    parser.add_argument(
        "--precision",
        type=float,
        default=0.95,
        metavar="SHARE",
        help="wanted share of right detections (0.95)",
    )
    parser.add_argument(
        "--score",
        action="append",
        default=[],
        metavar="LABEL=NAME",
        help="a score of the model that stands for a label, kept; several may (default: the one of the same name)",
    )
    parser.add_argument("--keep", metavar="NAME", help="keep the thresholds under this name")
    parser.add_argument("--out", help="write them here as CSV, with where they come from")
    parser = commands.add(detect)
    parser.add_argument("name", nargs="?", help="of kept thresholds; without it, they are listed")
    parser.add_argument("dataset", nargs="?", help="id of the recordings they are applied to")
    parser.add_argument("--out", help="write the detections here as CSV")
    parser.add_argument(
        "--device", help="cpu, cuda, cuda:1, all (GPUs at once) or mps; default: the best there is"
    )
    parser.add_argument("--remove", action="store_true", help="forget these thresholds")


def thresholds(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Find for each label the score that reaches a wanted precision on recordings that did not choose it."""
    from bioviz.analysis.thresholds.words import sentence
    from bioviz.runs.thresholds import kept_thresholds
    from bioviz.runs.thresholds.of_run import compute_thresholds, open_thresholds
    from bioviz.runs.thresholds.score_mapping import map_label

    if options.out:
        check_writable(Path(options.out), folder=False)
    run = run_of(options, progress)
    for label, names in _scores(options.score).items():
        map_label(run.spec.dataset, run.spec.model, run.spec.checkpoint, label, names)
    chosen = open_thresholds(run, options.precision) or compute_thresholds(
        run, options.precision, options.device, progress
    )
    notes = _learnt(run, len(chosen.places))
    labels, wanted, unit = chosen.result.labels, chosen.result.wanted, run.unit.noun
    if options.keep or options.out:
        held = kept_thresholds.kept(chosen, options.keep or run.spec.dataset)
        if options.keep:
            kept_thresholds.keep(held)
        if options.out:
            write_files({Path(options.out): kept_thresholds.thresholds_csv(held)})
    data = {
        "run": run.key,
        "wanted": wanted,
        "unit": str(run.unit),
        "hours_of_background": chosen.result.hours,
        "clips": len(chosen.places),
        "notes": notes,
        "labels": [
            {
                **asdict(each),
                "scores": list(chosen.asked.mapping.get(each.name, ())),
                "text": sentence(each, wanted, unit),
            }
            for each in labels
        ],
    }
    head = ("label", "threshold", "precision", "recall", "false alarms / h of background", "so")
    rows = [
        (
            each.name,
            "-" if each.threshold is None else f"{each.threshold:.3g}",
            _share(each.precision, each.precision_low, each.precision_high),
            _share(each.recall, each.recall_low, each.recall_high),
            _rate(each),
            sentence(each, wanted, unit),
        )
        for each in labels
    ]
    hours = f"{chosen.result.hours:.2f} h of background, {len(chosen.places):,} clips"
    said = "".join(f"\nNote: {note}" for note in notes)
    return Answer(data, f"{table(head, rows)}\n\n{hours}; 95 % intervals, by {unit}.{said}")


def _learnt(run: Run, judged: int) -> list[str]:
    """Return what is to be said of clips that the checkpoint was fine-tuned with: none of them may tell a threshold."""
    from bioviz.datasets import library
    from bioviz.runs.heard import heard_words

    notes = [heard_words(library.load(run.spec.dataset), run.rows, run.spec.checkpoint).untold]
    if left_out := len(run) - judged:
        notes.append(f"{counted(left_out, 'clip')} that this model was fine-tuned with told no threshold.")
    return [note for note in notes if note]


def detect(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """List thresholds that are kept, or apply them to recordings: detections as a CSV."""
    from bioviz.runs.thresholds import detections, kept_thresholds

    if not options.name:
        every = kept_thresholds.every()
        rows = [
            (e.name, e.dataset_name, e.model, e.checkpoint, percent(e.wanted), len(e.labels)) for e in every
        ]
        data = {"thresholds": [asdict(each) for each in every]}
        head = ("name", "chosen on", "model", "checkpoint", "precision", "labels")
        return Answer(
            data, table(head, rows) if rows else "No thresholds are kept yet; see `thresholds --keep`."
        )
    if options.remove:
        kept_thresholds.remove(options.name)
        return Answer({"removed": options.name}, f"Removed {options.name}.")
    if not options.dataset or not options.out:
        raise WrongUsage(
            "name the dataset whose recordings are meant, and with --out the file for the detections"
        )
    out = Path(options.out)
    check_writable(out, folder=False)
    content, count = detections.detections_csv(
        kept_thresholds.get(options.name), options.dataset, options.device, progress
    )
    write_files({out: content})
    return Answer({"detections": count, "file": str(out)}, f"{count:,} detections written to {out}.")


def _scores(given: list[str]) -> dict[str, list[str]]:
    """Label -> names of scores. Raises WrongUsage."""
    mapping: dict[str, list[str]] = {}
    for text in given:
        label, equals, name = text.partition("=")
        if not equals or not label or not name:
            raise WrongUsage(f"{text!r} is not LABEL=NAME")
        mapping.setdefault(label, []).append(name)
    return mapping


def _share(value: float | None, low: float, high: float) -> str:
    return "-" if value is None else f"{percent(value)} ({percent(low)} to {percent(high)})"


def _rate(label: LabelThreshold) -> str:
    if label.alarms_per_hour is None or label.alarms_high is None:
        return "-"
    return f"{label.alarms_per_hour:.3g} ({label.alarms_low:.3g} to {label.alarms_high:.3g})"
