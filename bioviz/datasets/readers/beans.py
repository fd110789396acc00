"""Datasets of BEANS (Hagiwara et al. 2023): `datasets.yml`, a CSV a split (classification: path, label) or a JSON
lines file a split (detection: path, length, annotations of st, ed, label). Paths are written from BEANS's folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.readers.base import RawAnnotation, RawDataset
from bioviz.datasets.readers.files import Files
from bioviz.datasets.readers.locate import Locator
from bioviz.datasets.readers.text import head, number, parse_table, read_text
from bioviz.datasets.splits import SPLITS
from bioviz.datasets.types import Problem, Task
from bioviz.errors import BadInput

name = "beans"
title = "BEANS (datasets.yml, CSV or JSON lines)"


@dataclass(frozen=True)
class Plan:
    """One dataset of BEANS: clip length (the longest kept, or the window), hop, rate in Hz."""

    task: Task
    width_s: float
    hop_s: float
    sample_rate: int
    unknown_label: str | None = None
    labels: tuple[str, ...] | None = None
    files: tuple[tuple[str, str], ...] = ()  # (split, path as written)


# As in BEANS's datasets.yml, for folders without it; the folder's name in BEANS is the second key where it differs.
PLANS: dict[str, Plan] = {
    "esc50": Plan("classification", 5, 5, 44_100),
    "speech-commands": Plan("classification", 1, 1, 16_000),
    "watkins": Plan("classification", 3, 3, 44_100),
    "bats": Plan("classification", 5, 5, 250_000),
    "cbi": Plan("classification", 10, 10, 44_100),
    "dogs": Plan("classification", 10, 10, 44_100),
    "humbugdb": Plan("classification", 3, 3, 44_100),
    "dcase": Plan("detection", 2, 1, 16_000),
    "enabirds": Plan("detection", 2, 1, 32_000, "OTHR"),
    "hiceas": Plan("detection", 10, 5, 22_050),
    "rfcx": Plan("detection", 10, 5, 48_000),
    "hainan-gibbons": Plan("detection", 4, 2, 9_600, "1"),
}
_FOLDERS = {"egyptian-fruit-bats": "bats"}


def sniff(root: Path) -> float:
    if (root / "datasets.yml").is_file():
        return 1.0
    files = Files.below(root)
    if any(_is_jsonl(root / table) for table in files.tables(".jsonl")):
        return 0.97
    return 0.93 if _named(root) and _tables(files, PLANS[_named(root)]) else 0.0


def read(root: Path, options: Options) -> RawDataset:
    files = Files.below(root)
    chosen, plan = _choose(root, files, options)
    tables = _tables(files, plan)
    if not tables:
        raise BadInput(f"{root} holds no table of the BEANS dataset {chosen} (a CSV or .jsonl file a split).")
    annotations: list[RawAnnotation] = []
    problems: list[Problem] = []
    recordings: dict[str, dict[str, object]] = {}
    for split, table in tables:
        locator = Locator(files, table)
        rows = _read_jsonl if plan.task == "detection" else _read_csv
        try:
            for where, more, boxes in rows(read_text(root / table), locator):
                if where in recordings and recordings[where]["split"] != split:
                    detail = (
                        f"{where} is in {recordings[where]['split']} and in {split}; it stays in the first"
                    )
                    problems.append(problem("split", table, detail))
                    continue
                recordings.setdefault(where, {"split": split, **more})
                annotations += boxes
        except BadInput as error:
            problems.append(problem("bad_table", table, str(error)))
        problems += locator.problems
    made = tuple(files.recording(where, **more) for where, more in recordings.items())
    return RawDataset(
        task=plan.task,
        recordings=made,
        annotations=tuple(annotations),
        problems=tuple(problems),
        labels=plan.labels,
        unknown_label=plan.unknown_label,
        width_s=plan.width_s,
        hop_s=plan.hop_s,
        sample_rate=plan.sample_rate,
        pad_short=False,
        name=chosen,
    )


def plans_in(root: Path) -> dict[str, Plan]:
    """The datasets that a folder's `datasets.yml` describes.

    Raises:
        BadInput: it is not such a file.
    """
    import yaml

    try:
        entries = yaml.safe_load(read_text(root / "datasets.yml"))
        return {str(entry["name"]): _plan(entry) for entry in entries}
    except (yaml.YAMLError, TypeError, KeyError, ValueError) as error:
        raise BadInput(f"datasets.yml is not as BEANS writes it: {error}.") from error


def _plan(entry: Mapping[str, object]) -> Plan:
    detection = entry["type"] == "detection"
    width = float(entry["window_width" if detection else "max_duration"])
    unknown = entry.get("unknown_label")
    return Plan(
        task="detection" if detection else "classification",
        width_s=width,
        hop_s=float(entry["window_shift"]) if detection else width,
        sample_rate=int(entry["sample_rate"]),
        unknown_label=None if unknown is None else str(unknown),
        labels=tuple(map(str, entry["labels"])),
        files=tuple((split, str(entry[f"{split}_data"])) for split in SPLITS if f"{split}_data" in entry),
    )


def _choose(root: Path, files: Files, options: Options) -> tuple[str, Plan]:
    plans = plans_in(root) if (root / "datasets.yml").is_file() else PLANS
    if options.beans is not None:
        if options.beans not in plans:
            raise BadInput(f"There is no BEANS dataset {options.beans!r}; there are {', '.join(plans)}.")
        return options.beans, plans[options.beans]
    if plans is PLANS:
        if chosen := _named(root):
            return chosen, PLANS[chosen]
        raise BadInput(
            f"{root} looks like BEANS, but which of its datasets it is cannot be told: name the folder like it, or "
            f"set the option beans to one of {', '.join(PLANS)}."
        )
    here = [one for one, plan in plans.items() if _tables(files, plan)]
    if len(here) != 1:
        what = (
            f"holds several datasets ({', '.join(here)})"
            if here
            else "holds the tables of none of its datasets"
        )
        raise BadInput(f"{root} {what}: set the option beans to one of {', '.join(here or plans)}.")
    return here[0], plans[here[0]]


def _named(root: Path) -> str | None:
    """The dataset of BEANS that a folder is named after."""
    plain = root.name.casefold().replace("_", "-").replace(" ", "-")
    plain = _FOLDERS.get(plain, plain)
    return plain if plain in PLANS else None


def _tables(files: Files, plan: Plan) -> list[tuple[str, str]]:
    """(split, table) of the files of a plan that are there."""
    if plan.files:
        present = set(files.names)
        return [(split, table) for split, table in plan.files if table in present]
    ending = ".jsonl" if plan.task == "detection" else ".csv"
    found = []
    for split in SPLITS:
        fits = [
            t for t in files.tables(ending) if t.lower().endswith((f"/{split}{ending}", f".{split}{ending}"))
        ]
        fits += [t for t in files.names if t.lower() == f"{split}{ending}"]
        found += [(split, table) for table in fits[:1]]
    return found


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
        if row.get(path) and (where := locator.find(row.get(path))):
            yield where, {"labels": (row.get(label),)}, []


def _read_jsonl(text: str, locator: Locator) -> _Rows:
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        try:
            entry = json.loads(content)
            path, boxes = str(entry["path"]), entry["annotations"]
            length = number(str(entry.get("length", "")))
            times = [(float(box["st"]), float(box["ed"]), str(box["label"])) for box in boxes]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            locator.row_problem(line, f"not as BEANS writes it ({error})")
            continue
        if where := locator.find(path):
            yield where, {"length_s": length}, [RawAnnotation(where, *box) for box in times]
