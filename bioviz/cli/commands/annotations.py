"""The command on annotations that users drew: list them, or write them for other programs."""

import argparse
from pathlib import Path

from bioviz.cli.answers import Answer
from bioviz.cli.arguments import Commands, add_listing
from bioviz.cli.output import check_writable, write_by_recording
from bioviz.cli.terminal import TerminalProgress, table
from bioviz.counts import counted


def register(commands: Commands) -> None:
    """Declare the command of this file."""
    dataset = argparse.ArgumentParser(add_help=False)
    dataset.add_argument("dataset", help="id, as `datasets` lists it")
    parser = commands.add(annotations, dataset)
    add_listing(parser)


def annotations(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """List what users drew on a dataset's recordings, or write it as tables for other programs."""
    from bioviz.annotations import load_annotations, tables
    from bioviz.datasets import library

    out = Path(options.out) if options.out else None
    if out is not None:
        check_writable(out, folder=options.format != "csv")
    dataset = library.load(options.dataset)
    drawn = load_annotations(dataset, options.user)
    if out is not None:
        makers = {"csv": tables.to_csv, "raven": tables.to_raven, "audacity": tables.to_audacity}
        files = write_by_recording(out, options.format, dataset, drawn, makers)
        data = {"annotations": len(drawn), "files": files}
        return Answer(
            data, f"{counted(len(drawn), 'annotation')} written to {out} ({counted(len(files), 'file')})."
        )
    every = [each for of_recording in drawn.by_recording.values() for each in of_recording]
    data = {
        "annotations": [each.to_dict() for each in every],
        "unplaced": len(drawn.unplaced),
        "damaged": drawn.damaged,
    }
    columns = ("recording", "start_s", "end_s", "low_hz", "high_hz", "label", "user", "time")
    text = [
        table(
            columns,
            [
                (
                    each.name,
                    each.start_s,
                    each.end_s,
                    each.low_hz,
                    each.high_hz,
                    each.label,
                    each.user,
                    each.time[:16],
                )
                for each in every
            ],
        )
    ]
    if drawn.unplaced:
        text.append(f"{len(drawn.unplaced)} are on recordings that this dataset does not have any more")
    if drawn.damaged:
        text.append(f"{drawn.damaged} lines of the logs are damaged and left out")
    return Answer(data, "\n".join(text))
