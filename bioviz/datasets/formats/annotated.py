"""Recordings with annotation tables of any format, several in one folder too.

Every file is accounted for. For each recording the best kind of table counts: people's go before a detector's, one
nearer to the root before one deeper down; what is passed over is named. A recording that a table which is not
understood may speak of is never background.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bioviz.datasets.clips.budget import check_annotations
from bioviz.datasets.files import leftovers
from bioviz.datasets.files.locator import Locator
from bioviz.datasets.files.others import is_ignored
from bioviz.datasets.files.scan import Files
from bioviz.datasets.formats import profile
from bioviz.datasets.formats.base import (
    LEFT_OUT_BY_USER,
    FileAccount,
    Format,
    NeedsOption,
    RawAnnotation,
    RawDataset,
    TableContent,
)
from bioviz.datasets.formats.disagreements import disagreements
from bioviz.datasets.formats.precedence import ReadTable, best_tables
from bioviz.datasets.formats.registry import recognize
from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.tables.explained import explained_columns
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.types import Problem
from bioviz.errors import BadInput, NotUnderstood

EXPLAINABLE = (
    0.8  # a format surer than this knows a table by its own header, not by names of columns in general
)

name = "annotated"
title = "Recordings with annotation tables"
own_options = (
    "table",
    "columns",
    "ignore",
    "unannotated",
)


def sniff(root: Path, options: Options | None = None) -> float:
    """As sure as the surest of the formats that recognize a file."""
    files = Files.below(root)
    if not files.audio:
        return 0.0
    others = [SourceFile(files, name) for name in files.tables_and_others]
    explained = explained_columns(options) if options else None
    if explained is not None and any(explained.recognizes(file) for file in others):
        return 1.0
    return max((recognize(file)[0] for file in others), default=0.0)


def read(root: Path, options: Options, only: Format | None = None) -> RawDataset:
    """Read all tables of a folder.

    Parameters
    ----------
    root : Path
        The folder.
    options : Options
        `table` restricts it to one table.
    only : Format, optional
        Read tables of this format alone; others are named as not used.

    Raises
    ------
    BadInput
        No table can be used.
    """
    files = Files.below(root)
    tables, accounts, problems, doubtful = _read_all(files, options, only)
    if not tables:
        asks = any(each.kind in ("not_understood", "bad_table") for each in problems)
        message = _nothing(root, only, problems)
        raise NotUnderstood(message, accounts) if asks else BadInput(message)
    used, passed_over = best_tables(tables)
    problems += passed_over
    problems += disagreements({t.file.name: t.content for t in tables if t.source == "people"}, options)
    annotations: list[RawAnnotation] = []
    labels: dict[str, list[str]] = {}
    splits: dict[str, str] = {}
    unsure: set[str] = set()
    dropped: set[str] = set()
    detection = any(table.content.annotations or not table.content.labels for table in used)
    for table in used:
        content, recordings = table.content, used[table]
        annotations += [box for box in content.annotations if box.recording in recordings]
        for recording in content.labels.keys() & recordings:
            own = labels.setdefault(recording, [])
            own += [label for label in content.labels[recording] if label not in own]
        for recording in content.splits.keys() & recordings:
            splits[recording] = splits.get(recording) or content.splits[recording]
        unsure |= content.unsure
        dropped |= content.dropped
        problems += table.locator.problems
        doubtful |= table.locator.doubtful
        if not content.rows and not table.locator.problems:
            owners = sorted(recordings)
            detail = (
                f"it has no rows; {owners[0]} is background"
                if len(owners) == 1
                else "it has a header and no rows"
            )
            if owners or content.how:
                problems.append(problem("empty_table", table.file.name, detail))
    accounts += [_told(table, used) for table in tables]
    mentioned = {recording for table in used for recording in used[table]}
    listed, left_out = files.listed(mentioned, options.unannotated, doubtful)
    if detection and labels:
        labels.clear()
    recordings = tuple(
        replace(each, labels=tuple(labels.get(each.name, ())), split=splits.get(each.name, ""))
        for each in listed
    )
    prescribed = next((t.content for t in used if t.content.width_s), TableContent())
    names = {table.format.name for table in used if table.recordings or len(used) == 1}
    are_clips = all(table.content.are_clips for table in used if table.content.rows)
    return RawDataset(
        "detection" if detection else "classification",
        recordings,
        tuple(annotations),
        tuple(problems + left_out + leftovers.unreadable_sound(files)),
        width_s=prescribed.width_s,
        hop_s=prescribed.hop_s,
        unsure=frozenset(unsure | doubtful),
        dropped=frozenset(dropped),
        accounts=tuple(accounts),
        reader=names.pop() if len(names) == 1 else name,
        clips=tuple((box.recording, box.start_s, box.end_s) for box in annotations) if are_clips else (),
        one_clip_each=are_clips and not detection,
    )


def _read_all(
    files: Files, options: Options, only: Format | None
) -> tuple[list[ReadTable], list[FileAccount], list[Problem], set[str]]:
    wanted = files.chosen(options.table, files.tables_and_others)
    tables: list[ReadTable] = []
    accounts: list[FileAccount] = []
    problems: list[Problem] = []
    doubtful: set[str] = set()
    not_understood: list[SourceFile] = []
    homeless: list[SourceFile] = []
    n_annotations = 0
    explained = explained_columns(options)
    for other in files.tables_and_others:
        file = SourceFile(files, other)
        sure, format = recognize(file)
        # What the user explains goes for the table that is named, else for those that nothing else recognizes well.
        named = options.table == other and explained is not None and not explained.only_label
        has_profile = (
            format is not None and format.name == profile.name
        )  # what is said now goes before what was kept
        unsure = (has_profile or sure < EXPLAINABLE) and not (
            explained is not None and explained.only_label and sure
        )
        if explained is not None and (named or (unsure and explained.recognizes(file))):
            sure, format = 1.0, explained
        if is_ignored(other, options):
            accounts.append(FileAccount(other, "irrelevant", detail=LEFT_OUT_BY_USER))
            continue
        if (facts := leftovers.facts_account(file, options)) is not None:
            accounts.append(facts)
            continue
        if other not in wanted or (only is not None and format not in (only, explained)):
            if sure and format is not None:
                why = "another table was asked for" if options.table else "another format was asked for"
                accounts.append(FileAccount(other, "unused", format.name, detail=why))
                continue
            if other not in wanted:
                accounts.append(FileAccount(other, "unused", detail="another table was asked for"))
                continue
        if options.table == other and only is not None and format is not explained:
            format = only  # the user knows better than its first line
        if format is None or (only is not None and format not in (only, explained)):
            about = leftovers.account(file)
            accounts.append(about)
            if about.role == "not understood":
                problems.append(leftovers.sentence(about))
                not_understood.append(file)
            continue
        locator = Locator(files, other)
        try:
            content = format.read(file, locator, options)
        except BadInput as error:
            problems.append(problem("bad_table", other, str(error)))
            locator.find("")  # the recording of the table's own name, if there is one
            doubtful |= locator.mentioned | locator.doubtful
            not_understood.append(file)
            asks = error.option if isinstance(error, NeedsOption) else ""
            accounts.append(
                FileAccount(
                    other, "not understood", format.name, detail=str(error), columns=file.columns, asks=asks
                )
            )
            continue
        if not content.rows and not locator.mentioned:
            if (
                locator.problems
            ):  # it has rows, of recordings that are not here; what has its name may be meant
                doubtful |= leftovers.spoken_of(file)
            else:
                locator.find_own()  # an empty table says that its recording holds nothing
        if locator.is_homeless and not content.rows and file.beginning.strip():
            homeless.append(file)  # it says something of a recording, one does not know of which
        n_annotations += len(content.annotations)
        check_annotations(n_annotations)
        tables.append(ReadTable(file, format, content, locator))
        problems += leftovers.said_of_reading(file)
        if options.min_confidence and not content.has_confidence and content.rows:
            detail = f"it has no confidence, so that the minimum of {options.min_confidence:g} leaves nothing out of it"
            problems.append(problem("no_confidence", other, detail))
    understood = {recording for table in tables for recording in table.recordings}
    facts_of = {file.name: leftovers.facts_beside_annotations(file, understood) for file in not_understood}
    accounts = [facts_of.get(each.name) or each for each in accounts]
    problems = [each for each in problems if not facts_of.get(each.file)]
    for file in not_understood:
        doubtful |= leftovers.doubtful(file, understood)
    for file in homeless:
        doubtful |= leftovers.spoken_of(file) or set(files.audio) - understood
    return tables, accounts, problems, doubtful


def _told(table: ReadTable, used: dict[ReadTable, set[str]]) -> FileAccount:
    file, columns = table.file, table.file.columns
    if not table.recordings and (table.content.how or table.locator.problems):
        return FileAccount(
            file.name, "unused", table.format.name, detail="no recording that it names is here"
        )
    if table not in used:
        return FileAccount(file.name, "unused", table.format.name, detail="other tables go first")
    how = table.content.how or table.format.title
    return FileAccount(file.name, "read", table.format.name, table.content.rows, how, columns)


def _nothing(root: Path, only: Format | None, problems: list[Problem]) -> str:
    reasons = "; ".join(f"{p.file}: {p.detail}" for p in problems[:3])
    expected = only.title if only is not None else "table of annotations that can be used"
    return f"{root} holds no {expected}" + (f" ({reasons})." if reasons else ".")
