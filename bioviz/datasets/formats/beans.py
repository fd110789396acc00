"""Datasets of BEANS (Hagiwara et al. 2023).

`datasets.yml`, a CSV a split (classification: path, label) or a JSON lines file a split (detection: path, length,
annotations of st, ed, label). Paths are written from BEANS's folder.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bioviz.datasets.beans import labels as beans_labels
from bioviz.datasets.beans.plans import PLANS, Plan, plans_in
from bioviz.datasets.files.locator import Locator
from bioviz.datasets.files.others import other_tables
from bioviz.datasets.files.scan import Files
from bioviz.datasets.formats.base import FileAccount, RawAnnotation, RawDataset
from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.spelling import clean
from bioviz.datasets.splits import SPLITS
from bioviz.datasets.tables.text import head, number, parse_table, read_text
from bioviz.datasets.types import Problem
from bioviz.errors import BadInput

name = "beans"
title = "BEANS (datasets.yml, CSV or JSON lines)"
own_options = ("beans",)


_LISTED = 5  # labels named in a sentence
_FEWEST = 3  # labels that tell a dataset by themselves, where neither the folder nor the paths name it


def sniff(root: Path) -> float:
    if (root / "datasets.yml").is_file():
        return 1.0
    files = Files.below(root)
    if any(_is_jsonl(root / table) for table in files.tables(".jsonl")):
        return 0.97
    name = _named(root) or _told_by_tables(root, files)
    return 0.93 if name and _tables(files, PLANS[name]) else 0.0


def read(root: Path, options: Options) -> RawDataset:
    files = Files.below(root)
    chosen, plan = _choose(root, files, options)
    tables = _tables(files, plan)
    if not tables:
        raise BadInput(f"{root} holds no table of the BEANS dataset {chosen} (a CSV or .jsonl file a split).")
    annotations: list[RawAnnotation] = []
    problems: list[Problem] = []
    recordings: dict[str, dict[str, object]] = {}
    counts: Counter[str] = Counter()
    for split, table in tables:
        locator = Locator(files, table)
        rows = _read_jsonl if plan.task == "detection" else _read_csv
        try:
            for file, more, boxes in rows(read_text(root / table), locator):
                if file in recordings and recordings[file]["split"] != split:
                    detail = f"{file} is in {recordings[file]['split']} and in {split}; it stays in the first"
                    problems.append(problem("split", table, detail))
                    continue
                recordings.setdefault(file, {"split": split, **more})
                annotations += boxes
                counts[table] += 1
        except BadInput as error:
            problems.append(problem("bad_table", table, str(error)))
        problems += locator.problems
    labels, doubts = _labels(chosen, plan, annotations, recordings.values(), options)
    problems += [problem("unknown_label", tables[0][1], doubt) for doubt in doubts]
    raw_recordings = tuple(files.recording(file, **more) for file, more in recordings.items())
    accounts, questions = _others(files, [table for _, table in tables], counts, options)
    problems += questions + _unlisted(files, recordings)
    return RawDataset(
        task=plan.task,
        recordings=raw_recordings,
        annotations=tuple(annotations),
        problems=tuple(problems),
        labels=labels,
        unknown_label=plan.unknown_label if labels is not None else None,
        width_s=plan.width_s,
        hop_s=plan.hop_s,
        sample_rate=plan.sample_rate,
        pad_short=False,
        name=chosen,
        accounts=tuple(accounts),
        reader=name,
    )


def _others(
    files: Files, tables: Sequence[str], counts: Mapping[str, int], options: Options
) -> tuple[list[FileAccount], list[Problem]]:
    """Return what became of every file that is no sound.

    BEANS's tables list each recording with all that is in it, so that another table beside them is named and takes
    nothing away.
    """
    accounts, problems, _ = other_tables(files, options, leave_out=set(tables))
    own = [FileAccount(table, "read", name, counts.get(table, 0), title) for table in tables]
    return own + accounts, problems


def _unlisted(files: Files, listed: Collection[str]) -> list[Problem]:
    """Name recordings that no table lists, once a folder, as BEANS keeps the originals beside its own."""
    folders = Counter(each.rpartition("/")[0] for each in files.audio if each not in listed)
    return [
        problem(
            "unlisted",
            folder or "the folder itself",
            f"recordings here that are in no table of BEANS: {count}",
        )
        for folder, count in sorted(folders.items())
    ]


def _labels(
    chosen: str,
    plan: Plan,
    annotations: Sequence[RawAnnotation],
    recordings: Iterable[Mapping[str, Any]],
    options: Options,
) -> tuple[tuple[str, ...] | None, list[str]]:
    """Return the labels in their declared order, those that nobody declared behind them, and sentences on what is odd.

    What is not declared becomes the dataset's unknown label where it has one; it never becomes background.
    """
    occurring = {clean(a.label) for a in annotations}
    occurring |= {clean(label) for each in recordings for label in each.get("labels", ())}
    declared = plan.labels or ()
    occurring = {label for label in occurring if label in declared or not options.is_background(label)} - {""}
    if plan is PLANS.get(chosen) and not beans_labels.fits(chosen, occurring):
        statement = f"most of the {len(occurring)} labels here are not among the {len(declared)} published for {chosen}"
        return None, [f"{statement}; the labels that occur are used, in alphabetical order"]
    others = sorted(occurring - set(declared))
    if not others or plan.unknown_label is not None:
        return plan.labels, []  # what is taken as the unknown label is told recording by recording
    listed = ", ".join(others[:_LISTED]) + (
        f" and {len(others) - _LISTED} more" if len(others) > _LISTED else ""
    )
    return (*declared, *others), [f"the list of {chosen} lacks {listed}; put behind the labels that it has"]


def names(root: Path) -> tuple[str, ...]:
    """Return the datasets that a folder may hold: those of its `datasets.yml`, or all of BEANS where it has none.

    Raises
    ------
    BadInput
        `datasets.yml` is not as BEANS writes it.

    """
    return tuple(plans_in(root) if (root / "datasets.yml").is_file() else PLANS)


def _choose(root: Path, files: Files, options: Options) -> tuple[str, Plan]:
    plans = plans_in(root) if (root / "datasets.yml").is_file() else PLANS
    if options.beans is not None:
        if options.beans not in plans:
            raise BadInput(f"There is no BEANS dataset {options.beans!r}; there are {', '.join(plans)}.")
        return options.beans, plans[options.beans]
    if plans is PLANS:
        if chosen := _named(root) or _told_by_tables(root, files):
            return chosen, PLANS[chosen]
        raise BadInput(
            f"{root} looks like BEANS, but which of its datasets it is cannot be told: name the folder like it, or "
            f"set the option beans to one of {', '.join(PLANS)}."
        )
    names = [name for name, plan in plans.items() if _tables(files, plan)]
    if len(names) != 1:
        subject = (
            f"holds several datasets ({', '.join(names)})"
            if names
            else "holds the tables of none of its datasets"
        )
        raise BadInput(f"{root} {subject}: set the option beans to one of {', '.join(names or plans)}.")
    return names[0], plans[names[0]]


def _named(root: Path) -> str | None:
    """Return the dataset of BEANS that a folder is named after."""
    return _dataset_of(root.name)


def _dataset_of(folder: str) -> str | None:
    plain = folder.casefold().replace(" ", "-")
    plain = beans_labels.folders().get(plain.replace("-", "_"), plain.replace("_", "-"))
    return plain if plain in PLANS else None


def _told_by_tables(root: Path, files: Files) -> str | None:
    """Return the dataset of BEANS that the tables of a folder are of: by the paths in them, else by their labels."""
    for task in ("detection", "classification"):
        names = [name for name, plan in PLANS.items() if plan.task == task]
        tables = _tables(files, PLANS[names[0]])
        if not tables:
            continue
        paths, labels = _contents(root, [table for _, table in tables], task)
        # BEANS writes paths from its own folder: data/rfcx/wav/...
        dataset_names = {_dataset_of(part) for path in paths for part in path.split("/")[:-1]} & set(names)
        if len(dataset_names) == 1:
            return dataset_names.pop()
        if len(labels) >= _FEWEST and (name := beans_labels.by_labels(names, labels)):
            return name
    return None


def _contents(root: Path, tables: Sequence[str], task: str) -> tuple[set[str], set[str]]:
    """Paths and labels in tables; nothing of tables in another format."""
    paths: set[str] = set()
    labels: set[str] = set()
    for table in tables:
        try:
            text = read_text(root / table)
            if task == "classification":
                columns = parse_table(text)
                path, label = columns.column("path"), columns.column("label")
                if path is None or label is None:
                    continue
                paths |= {row.get(path) for row in columns.rows}
                labels |= {clean(row.get(label)) for row in columns.rows}
                continue
            for line in text.split("\n"):
                entry = json.loads(line) if line.strip() else {"path": "", "annotations": []}
                paths.add(str(entry["path"]))
                labels |= {clean(str(box["label"])) for box in entry["annotations"]}
        except (BadInput, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            continue
    return {path for path in paths if path}, {label for label in labels if label}


def _tables(files: Files, plan: Plan) -> list[tuple[str, str]]:
    """(split, table) of the files of a plan that are there."""
    if plan.files:
        present = set(files.names)
        return [(split, table) for split, table in plan.files if table in present]
    ending = ".jsonl" if plan.task == "detection" else ".csv"
    tables = []
    for split in SPLITS:
        fits = [
            t for t in files.tables(ending) if t.lower().endswith((f"/{split}{ending}", f".{split}{ending}"))
        ]
        fits += [t for t in files.names if t.lower() == f"{split}{ending}"]
        tables += [(split, table) for table in fits[:1]]
    return tables


def _is_jsonl(path: Path) -> bool:
    first = head(path)
    return first.startswith("{") and '"path"' in first and '"annotations"' in first


_Rows = Iterator[tuple[str, dict[str, object], list[RawAnnotation]]]


def _read_csv(text: str, locator: Locator) -> _Rows:
    table = parse_table(text)
    path, label = table.column("path"), table.column("label")
    if path is None or label is None:
        raise BadInput("It needs the columns path and label.")
    for row in table.rows:
        if row.get(path) and (recording := locator.find(row.get(path))):
            yield recording, {"labels": (row.get(label),)}, []


def _read_jsonl(text: str, locator: Locator) -> _Rows:
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        try:
            entry = json.loads(content)
            path, boxes = str(entry["path"]), entry["annotations"]
            length = number(str(entry.get("length", "")))
            times = [(float(box["st"]), float(box["ed"]), str(box["label"])) for box in boxes]
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            locator.row_problem(line, f"not as BEANS writes it ({error})")
            continue
        if recording := locator.find(path):
            yield recording, {"length_s": length}, [RawAnnotation(recording, *box) for box in times]
