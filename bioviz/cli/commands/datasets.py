"""Commands on datasets: add, list, remove, the demo."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioviz.cli.answers import Answer, WrongUsage, four_digits
from bioviz.cli.arguments import Commands, name_and_value
from bioviz.cli.output import check_writable, write_files
from bioviz.cli.settings_arguments import add_settings, given_settings
from bioviz.cli.terminal import TerminalProgress, table
from bioviz.config import settings
from bioviz.datasets.independence import Unit
from bioviz.datasets.options import Options
from bioviz.datasets.problems import LEFT_OUT
from bioviz.errors import BadInput, Missing
from bioviz.percent import percent

if TYPE_CHECKING:
    from bioviz.datasets.report import Report

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
        help="an option of reading by its name, e.g. width_s=3; each has an argument of its own too, see below",
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        type=name_and_value,
        metavar="WHAT=COLUMN",
        help="what a column of a table is, e.g. start=begin_time, label=species, time_unit=ms",
    )
    parser.add_argument(
        "--profile",
        metavar="NAME",
        help="table profile that says what the columns are, kept or in a file",
    )
    parser.add_argument(
        "--save-profile",
        metavar="NAME",
        help="keep what --column says under this name: the next table of the kind is recognized",
    )
    parser.add_argument("--check", action="store_true", help="only report, add nothing")
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--replace", action="store_true", help="take the place of what was read with other options"
    )
    group.add_argument("--beside", action="store_true", help="add it beside that, as another dataset")
    # --column says more clearly what the option `columns` is.
    add_settings(parser.add_argument_group("how to read it"), Options, leave_out=("columns",))
    parser = commands.add(datasets)
    parser.add_argument("dataset", nargs="?", help="report on this one")
    parser.add_argument("--remove", action="store_true", help="forget it; its recordings stay")
    parser.add_argument("--unit", choices=[str(unit) for unit in Unit], help="set its unit of independence")
    parser = commands.add(profiles)
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--add", metavar="FILE", help="take in a profile, such as a colleague's")
    group.add_argument("--write", nargs=2, metavar=("NAME", "FILE"), help="write a profile to a file")
    group.add_argument("--remove", metavar="NAME")
    commands.add(demo)


def add(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Read a folder, report what it holds, and register it."""
    from bioviz.annotations.log import ANNOTATION_LOGS
    from bioviz.datasets import library
    from bioviz.datasets.build import build_dataset
    from bioviz.datasets.report import report
    from bioviz.datasets.tables.profiles import find_profile
    from bioviz.flags import FLAG_LOGS

    root = settings().check_inside(options.folder)
    wanted = dict(options.option) | given_settings(options, Options)
    columns: dict[str, Any] = find_profile(options.profile).mapping.to_dict() if options.profile else {}
    columns = {**columns, **{name: str(value) for name, value in options.column}}
    if columns:
        wanted["columns"] = columns
    dataset = build_dataset(root, name=options.name, reader=options.reader, options=wanted, progress=progress)
    before = None if options.check else library.replaced_by(dataset)
    if before is not None and options.beside:
        dataset = library.as_another(dataset)
        for logs in (FLAG_LOGS, ANNOTATION_LOGS):
            logs.copy(before.id, dataset.id)
    elif before is not None and not options.replace:
        raise BadInput(
            f"{root} is there already as {before.id}, read with other options: {len(before.clips)} clips, now "
            f"{len(dataset.clips)}. Say --replace (its flags stay where clips lie at the same times), or --beside to "
            "add it as another dataset."
        )
    if not options.check:
        library.save(dataset)
    if options.save_profile:
        _keep_profile(options.save_profile, columns, dataset.source["files"])
    summary = report(dataset)
    data = {"dataset": dataset.id, "added": not options.check, "report": summary.to_dict()}
    outcome = "Not added (--check)" if options.check else f"Added as {dataset.id}"
    skipped = any(problem.kind in LEFT_OUT for problem in dataset.problems)
    return Answer(data, f"{_report_text(summary)}\n{outcome}", skipped)


def profiles(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """List the table profiles, or take one in from a file, write one to a file, or remove one."""
    from bioviz.datasets.tables import profiles as kept

    if options.add:
        profile = kept.load_profile(options.add)
        kept.keep_profile(profile)
        return Answer(profile.to_dict(), f"Kept as “{profile.name}”.")
    if options.remove:
        kept.remove_profile(options.remove)
        return Answer({"removed": options.remove}, f"Removed the table profile “{options.remove}”.")
    known = kept.list_profiles()
    if options.write:
        profile = next((each for each in known if each.name == options.write[0]), None)
        if profile is None:
            raise Missing(f"There is no table profile {options.write[0]!r}.")
        out = Path(options.write[1])
        check_writable(out, folder=False)
        write_files({out: json.dumps(profile.to_dict(), ensure_ascii=False, indent=1).encode()})
        return Answer({"file": str(out)}, f"Written to {out}.")
    lines = [(each.name, ", ".join(each.columns), each.mapping.sentence()) for each in known]
    return Answer([each.to_dict() for each in known], table(("name", "columns", "what they mean"), lines))


def _keep_profile(name: str, columns: dict[str, str], files: list[dict[str, Any]]) -> None:
    from bioviz.datasets.tables.columns import ColumnMapping
    from bioviz.datasets.tables.explained import ExplainedColumns
    from bioviz.datasets.tables.profiles import TableProfile, keep_profile, list_profiles
    from bioviz.datasets.tables.text import numbered

    explained = ExplainedColumns(ColumnMapping.from_dict(columns))
    header = next((each["columns"] for each in files if each["format"] == explained.name), None)
    if header is None:
        raise WrongUsage("--save-profile needs --column, and a table that these columns fit")
    mapping = explained.mapping_of(header)
    header = header if mapping.has_header else numbered(len(header))
    existing = next((profile for profile in list_profiles() if profile.fits(header)), None)
    keep_profile(TableProfile(name, tuple(header), mapping), instead_of=existing)


def datasets(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """List datasets, or report on one, or forget one."""
    from bioviz.datasets import library
    from bioviz.datasets.report import report

    if options.unit and not options.dataset:
        raise WrongUsage("--unit needs the dataset that it is set for")
    if options.unit:
        library.set_unit(options.dataset, options.unit)
    if options.dataset and options.remove:
        library.remove(options.dataset)
        return Answer({"removed": options.dataset}, f"Removed {options.dataset}; its recordings stay.")
    if options.dataset:
        summary = report(library.load(options.dataset))
        return Answer(summary.to_dict(), _report_text(summary))
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
            percent(d.background_share),
            f"{d.hours:.2f}",
        )
        for d in rows
    ]
    return Answer([asdict(row) for row in rows], table(head, lines))


def demo(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Make the demo dataset and its first run."""
    from bioviz.runs import demo_job

    summary = demo_job({}, progress)
    scores = summary["scores"]
    text = f"The demo is ready: {summary['clips']} clips, NMI {four_digits(scores['nmi'])}. Open the app to explore it."
    return Answer(summary, text)


def _report_text(summary: Report) -> str:
    lines = [
        f"{summary.name} ({summary.task}): {summary.clips} clips from {summary.recordings} recordings, "
        f"{summary.hours:.2f} h, {percent(summary.background_share)} background",
        table(
            ("label", "clips", "annotations"),
            [(row.label, row.clips, row.annotations) for row in summary.labels],
        ),
    ]
    lines += [f"{matter}{rest}" for matter, rest in summary.cautions]
    for group in summary.problems:
        lines.append(f"{group.title} ({len(group.items)}):")
        sentences = group.by_sentence()
        for detail, files in sentences[:SHOWN]:
            more = f" and {len(files) - 1} more (--json lists all)" if len(files) > 1 else ""
            lines.append(f"  {next(iter(files))}{more}: {detail}")
        if len(sentences) > SHOWN:
            lines.append(f"  and {len(sentences) - SHOWN} more kinds (--json lists all)")
        if group.to_do:
            lines.append(f"  What to do: {group.to_do}")
    return "\n".join(lines)
