"""Commands on datasets: add, list, remove, the demo."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from bioviz.cli.answers import Answer, four_digits
from bioviz.cli.arguments import Commands, name_and_value
from bioviz.cli.terminal import TerminalProgress, table
from bioviz.config import settings

# Kinds of problems (datasets.problems.KINDS) for which a file or table was left out: exit code 4.
LEFT_OUT = {"unreadable", "empty_audio", "outside", "no_recording", "ambiguous", "unlisted", "bad_table"}
SHOWN = 10  # problems of a kind that are printed


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    parser = commands.add(add)
    parser.add_argument("folder", help="folder of recordings, within BIOVIZ_DATA")
    parser.add_argument("--name", help="what to call it")
    parser.add_argument("--reader", help="format, where it is not recognised by itself")
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        type=name_and_value,
        metavar="NAME=VALUE",
        help="e.g. width_s=3, hop_s=1",
    )
    parser.add_argument("--check", action="store_true", help="only report, add nothing")
    parser = commands.add(datasets)
    parser.add_argument("dataset", nargs="?", help="report on this one")
    parser.add_argument("--remove", action="store_true", help="forget it; its recordings stay")
    commands.add(demo)


def add(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Read a folder, report what it holds, and register it."""
    from bioviz.datasets import library
    from bioviz.datasets.build import build_dataset
    from bioviz.datasets.report import report

    root = settings().check_inside(options.folder)
    wanted = dict(options.option)
    dataset = build_dataset(root, name=options.name, reader=options.reader, options=wanted, progress=progress)
    if not options.check:
        library.save(dataset)
    found = report(dataset)
    data = {"dataset": dataset.id, "added": not options.check, "report": found.to_dict()}
    done = "Not added (--check)" if options.check else f"Added as {dataset.id}"
    skipped = any(problem.kind in LEFT_OUT for problem in dataset.problems)
    return Answer(data, f"{_report_text(found)}\n{done}", skipped)


def datasets(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """List datasets, or report on one, or forget one."""
    from bioviz.datasets import library
    from bioviz.datasets.report import report

    if options.dataset and options.remove:
        library.remove(options.dataset)
        return Answer({"removed": options.dataset}, f"Removed {options.dataset}; its recordings stay.")
    if options.dataset:
        found = report(library.load(options.dataset))
        return Answer(found.to_dict(), _report_text(found))
    rows = library.list_datasets()
    head = ("id", "name", "task", "clips", "recordings", "labels", "background", "hours")
    lines = [
        (
            d.id,
            d.name,
            d.task,
            d.clips,
            d.recordings,
            len(d.labels),
            f"{d.background_share:.0%}",
            f"{d.hours:.2f}",
        )
        for d in rows
    ]
    return Answer([asdict(row) for row in rows], table(head, lines))


def demo(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Make the demo dataset and its first run."""
    from bioviz.runs import demo_job

    found = demo_job({}, progress)
    scores = found["scores"]
    text = f"The demo is ready: {found['clips']} clips, NMI {four_digits(scores['nmi'])}. Open the app to explore it."
    return Answer(found, text)


def _report_text(found) -> str:
    lines = [
        f"{found.name} ({found.task}): {found.clips} clips from {found.recordings} recordings, "
        f"{found.hours:.2f} h, {found.background_share:.0%} background",
        table(
            ("label", "clips", "annotations"),
            [(row.label, row.clips, row.annotations) for row in found.labels],
        ),
    ]
    for group in found.problems:
        lines.append(f"{group.title} ({len(group.items)}):")
        lines += [f"  {file}: {detail}" for file, detail in group.items[:SHOWN]]
        if len(group.items) > SHOWN:
            lines.append(f"  and {len(group.items) - SHOWN} more (--json lists all)")
    return "\n".join(lines)
