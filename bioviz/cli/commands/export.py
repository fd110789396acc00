"""The command `export`: clips as tables for other programs."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from bioviz.analysis.misclustered.placement import LISTS, PLACES
from bioviz.cli.answers import Answer, WrongUsage
from bioviz.cli.arguments import Commands, map_arguments, model_arguments, run_of
from bioviz.cli.commands.runs import cluster_labels
from bioviz.cli.output import check_writable, write_by_recording
from bioviz.cli.terminal import TerminalProgress
from bioviz.counts import counted


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    parser = commands.add(export, model_arguments(required=False), map_arguments())
    parser.add_argument("--out", required=True, help="file, or folder for one file a recording")
    parser.add_argument("--format", choices=("csv", "raven", "raven-combined", "audacity"), default="csv")
    parser.add_argument(
        "--misclustered",
        nargs="?",
        const="all",
        choices=("all", *LISTS),
        help="only these clips, the worst first, or only one of their lists; needs a model",
    )


def export(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Write clips as a CSV, Raven selection tables or Audacity labels."""
    from bioviz.datasets import export as exporting
    from bioviz.datasets import library

    if options.misclustered and not options.model:
        raise WrongUsage("--misclustered needs a model, whose clusters tell which clips are meant")
    out = Path(options.out)
    check_writable(out, folder=options.format in ("raven", "audacity"))
    dataset = library.load(options.dataset)
    rows, columns = np.arange(len(dataset.clips)), {}
    if options.model:
        rows, columns = _run_columns(options, progress)
    makers = {
        "csv": lambda dataset, rows: exporting.to_csv(dataset, rows, columns),
        "raven": exporting.to_raven,
        "raven-combined": exporting.to_raven_combined,
        "audacity": exporting.to_audacity,
    }
    files = write_by_recording(out, options.format, dataset, rows, makers)
    data = {"clips": len(rows), "files": files}
    return Answer(data, f"{counted(len(rows), 'clip')} written to {out} ({counted(len(files), 'file')}).")


def _run_columns(
    options: argparse.Namespace, progress: TerminalProgress
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Rows of the dataset and what a run says of them, for an export."""
    run = run_of(options, progress)
    chosen = np.arange(len(run))
    if options.misclustered:
        names = LISTS if options.misclustered == "all" else (options.misclustered,)
        chosen = np.concatenate([run.misclustered_list(name) for name in names])
    columns = {
        "x": run.xy[:, 0],
        "y": run.xy[:, 1],
        "cluster": run.clusters,
        "cluster_label": np.array(cluster_labels(run)),
        "misclustered": run.misclustered,
        "lies": np.array(PLACES)[run.placement.place],
        "neighbors_against": run.evidence(np.arange(len(run))).share,
        **run.acoustic,
    }
    return run.rows[chosen], {name: column[chosen] for name, column in columns.items()}
