"""Commands on flags: list and export them, give and take back, make a cleaned dataset."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from bioviz.cli.answers import Answer
from bioviz.cli.arguments import Commands, add_listing
from bioviz.cli.output import check_writable, write_by_recording
from bioviz.cli.terminal import TerminalProgress, table
from bioviz.counts import counted
from bioviz.flags.records import KINDS, TITLES


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    dataset = argparse.ArgumentParser(add_help=False)
    dataset.add_argument("dataset", help="id, as `datasets` lists it")
    clip = argparse.ArgumentParser(add_help=False)
    clip.add_argument("clip", type=int, help="number of the clip, as tables and exports name it")
    clip.add_argument("--user", required=True, help="who says so")

    parser = commands.add(flags, dataset)
    add_listing(parser)
    parser = commands.add(flag, dataset, clip)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--label", default="", help="the right label, or that of the missed call")
    parser.add_argument(
        "--wrong", default="", help="which of the clip's labels is wrong; default: all of them"
    )
    parser.add_argument("--note", default="")
    commands.add(unflag, dataset, clip)
    parser = commands.add(clean, dataset)
    parser.add_argument("--user", help="apply only this user's flags and annotations")
    parser.add_argument(
        "--disputes",
        metavar="RULE",
        help="for clips on which users disagree: leave (as they are), latest (flag), or user:NAME (that user's flag)",
    )


def flags(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """List the flags of a dataset, or write them as tables for other programs."""
    from bioviz.datasets import library
    from bioviz.flags import load_flags
    from bioviz.flags import tables as flag_tables

    out = Path(options.out) if options.out else None
    if out is not None:
        check_writable(out, folder=options.format != "csv")
    dataset = library.load(options.dataset)
    current = load_flags(dataset, options.user)
    if out is not None:
        makers = {
            "csv": flag_tables.to_csv,
            "raven": flag_tables.to_raven,
            "audacity": flag_tables.to_audacity,
        }
        files = write_by_recording(out, options.format, dataset, current, makers)
        data = {"clips": len(current), "files": files}
        return Answer(
            data,
            f"Flags of {counted(len(current), 'clip')} written to {out} ({counted(len(files), 'file')}).",
        )
    disputed = set(current.rows[current.disagreement].tolist())
    lines = [(row, each) for row, of_clip in current.by_row.items() for each in of_clip]
    data = {
        "clips": len(current),
        "disputed": sorted(disputed),
        "unplaced": len(current.unplaced),
        "moved": current.moved,
        "damaged": current.damaged,
        "flags": [{**asdict(each), "row": int(row)} for row, each in lines],
    }
    text = [
        table(
            ("clip", "recording", "start_s", "flag", "user", "time"),
            [(row, each.name, each.start_s, each.text, each.user, each.time[:16]) for row, each in lines],
        )
    ]
    if disputed:
        text.append(
            f"Users disagree on {counted(len(disputed), 'clip')}: {', '.join(map(str, sorted(disputed)))}"
        )
    if current.moved:
        text.append(
            f"{current.moved} flags were given to clips cut another way, and count for those there now"
        )
    if current.unplaced:
        text.append(f"{len(current.unplaced)} flags are of clips that this dataset does not have any more")
    if current.damaged:
        text.append(f"{current.damaged} lines of the logs are damaged and left out")
    return Answer(data, "\n".join(text))


def flag(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Flag a clip: wrong label, should be background, missed call, bad audio, unsure or fine."""
    from bioviz.datasets import library
    from bioviz.flags import flag as give

    dataset = library.load(options.dataset)
    new_flag = give(
        dataset,
        options.clip,
        options.kind,
        user=options.user,
        label=options.label,
        wrong=options.wrong,
        note=options.note,
    )
    return Answer(
        new_flag.to_dict(), f"Clip {options.clip} ({new_flag.name}): {new_flag.text}, by {new_flag.user}."
    )


def unflag(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Take back the last flag that a user gave a clip."""
    from bioviz.datasets import library
    from bioviz.flags import undo

    undone = undo(library.load(options.dataset), options.clip, user=options.user)
    if undone is None:
        return Answer({"undone": None}, f"{options.user} has no flag on clip {options.clip}.")
    return Answer({"undone": undone.to_dict()}, f"Taken back: {TITLES[undone.kind]} on clip {options.clip}.")


def clean(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Apply flags and drawn annotations: a cleaned version of the dataset beside the original."""
    from bioviz.annotations import load_annotations
    from bioviz.datasets import library
    from bioviz.flags import disputes, drawn, load_flags, make_cleaned

    dataset = library.load(options.dataset)
    cleaned = make_cleaned(
        dataset,
        load_flags(dataset, options.user),
        boxes=load_annotations(dataset, options.user).boxes,
        disputes=options.disputes,
    )
    record = cleaned.source["cleaned"]
    data = {
        "dataset": cleaned.id,
        "name": cleaned.name,
        **{
            name: record[name]
            for name in ("counts", "clips_changed", "clips_removed", "disputes", "annotations")
        },
    }
    counts = ", ".join(f"{count} × {TITLES[kind]}" for kind, count in record["counts"].items())
    text = (
        f"Added as {cleaned.id}, “{cleaned.name}”: {record['clips_changed']} clips changed, "
        f"{record['clips_removed']} left out{f' ({counts})' if counts else ''}."
    )
    if record["annotations"]:
        text += f" {drawn.in_words(record['annotations'])}"
    if record["disputes"]:
        clips, rule = record["disputes"]["clips"], record["disputes"]["rule"]
        text += f" Users disagreed on {len(clips)} ({disputes.named(clips)}): {disputes.in_words(rule)}."
    return Answer(data, text)
