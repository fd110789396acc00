"""The registered datasets: one JSON file each below the cache folder, with a summary beside it for lists."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

from cachetools import LRUCache, cached

from bioviz import rights
from bioviz.config import settings
from bioviz.datasets.build import build_dataset
from bioviz.datasets.splits import with_unit
from bioviz.datasets.stored import from_plain, to_plain
from bioviz.datasets.types import Dataset
from bioviz.errors import Missing, NotUnderstood
from bioviz.progress import Progress
from bioviz.store.files import Corrupt, read_json, write_json

_ID = re.compile(r"^[a-z0-9][a-z0-9._-]{0,99}$")
_memory: LRUCache[Hashable, Dataset] = LRUCache(8)


@dataclass(frozen=True)
class DatasetSummary:
    """A dataset in a list: clips and recordings are numbers, hours those of all recordings."""

    id: str
    name: str
    task: str
    clips: int
    recordings: int
    labels: tuple[str, ...]
    background_share: float
    hours: float
    version: str
    root: str


def save(dataset: Dataset) -> None:
    """Register a dataset, or replace the one of its id.

    Raises
    ------
    BadInput
        An id that is no plain file name.

    """
    rights.require()
    _write(dataset, _file(dataset.id))


def replaced_by(dataset: Dataset) -> Dataset | None:
    """Return the registered dataset whose place this one would take though it was read with other options.

    None where there is none, or where it was read the same way: then it is the same folder, read again.
    """
    try:
        registered = load(dataset.id)
    except Missing:
        return None
    same = all(registered.source.get(name) == dataset.source.get(name) for name in ("reader", "options"))
    return None if same else registered


def as_another(dataset: Dataset) -> Dataset:
    """Return the dataset under the next free name and id, "X (2)" and so on, so that it takes nobody's place."""
    taken = {summary.id for summary in list_datasets()} | {dataset.id}
    number = next(n for n in itertools.count(2) if f"{dataset.id[:90]}-{n}" not in taken)
    return dataclasses.replace(dataset, id=f"{dataset.id[:90]}-{number}", name=f"{dataset.name} ({number})")


def set_unit(dataset_id: str, unit: str) -> Dataset:
    """Keep another unit of independence for a dataset ("" for the detected one) and return the dataset.

    Raises
    ------
    Missing
        No such dataset. BadInput: no such unit.

    """
    dataset = load(dataset_id)
    if unit != dataset.unit:
        save(with_unit(dataset, unit))
    return load(dataset_id)


def load(dataset_id: str) -> Dataset:
    """Return a registered dataset; kept in memory until its file changes.

    Raises
    ------
    Missing
        There is none of that id, or its file is damaged.

    """
    return _read(_file(dataset_id), f"There is no dataset {dataset_id!r}. Add its folder again.")


def list_datasets() -> list[DatasetSummary]:
    """All registered datasets by name, without opening them; damaged ones are left out."""
    summaries = []
    for path in _folder().glob("*.summary.json"):
        if not path.with_name(path.name.replace(".summary.json", ".json")).is_file():
            continue
        try:
            values = read_json(path)
            summaries.append(DatasetSummary(**{**values, "labels": tuple(values["labels"])}))
        except (Corrupt, TypeError, KeyError, FileNotFoundError):
            continue
    return sorted(summaries, key=lambda summary: (summary.name.casefold(), summary.id))


def remove(dataset_id: str) -> None:
    """Forget a dataset; its recordings stay.

    Raises
    ------
    Missing
        There is none of that id.

    """
    rights.require()
    path = _file(dataset_id)
    if not path.is_file():
        raise Missing(f"There is no dataset {dataset_id!r}.")
    path.unlink()
    _summary_file(path).unlink(missing_ok=True)


def scan_job(params: Mapping[str, Any], progress: Progress) -> dict[str, object]:
    """Build a dataset in a job and keep it as a draft.

    Parameters
    ----------
    params
        Root, and where wanted name, reader, options.

    Returns
    -------
    {"dataset": id for `load_draft`}; where nothing can be said before a table is understood, {"asked":
    sentence, "files": accounts of the files (`formats.base.FileAccount.to_dict`), "missing_labels": how often each
    word stands where a label is missing}.

    """
    root = settings().check_inside(str(params["root"]))
    try:
        dataset = build_dataset(
            root,
            name=params.get("name") or None,
            reader=params.get("reader") or None,
            options=params.get("options"),
            progress=progress,
        )
    except NotUnderstood as question:
        files = [account.to_dict() for account in question.accounts]
        return {"asked": str(question), "files": files, "missing_labels": question.missing}
    _write(dataset, _file(dataset.id, draft=True))
    return {"dataset": dataset.id}


def load_draft(dataset_id: str) -> Dataset:
    """Return what `scan_job` made.

    Raises
    ------
    Missing
        There is none of that id.

    """
    return _read(_file(dataset_id, draft=True), f"The scan of {dataset_id!r} is gone. Scan the folder again.")


def load_shown(dataset_id: str, version: str) -> Dataset:
    """Return what a page shows: the registered dataset of an id, or the draft of it whose version begins so.

    Raises
    ------
    Missing
        There is neither.

    """
    registered, missing = None, None
    try:
        registered = load(dataset_id)
    except Missing as error:
        missing = error
    if version and not (registered and registered.version.startswith(version)):
        with contextlib.suppress(Missing):
            draft = load_draft(dataset_id)
            if draft.version.startswith(version):
                return draft
    if registered is None:
        raise missing or Missing(dataset_id)
    return registered


def summary(dataset: Dataset) -> DatasetSummary:
    """Return the line of a dataset in a list."""
    clips = len(dataset.clips)
    return DatasetSummary(
        id=dataset.id,
        name=dataset.name,
        task=dataset.task,
        clips=clips,
        recordings=len(dataset.recordings),
        labels=dataset.labels,
        background_share=float((dataset.targets == 0).mean()) if clips else 0.0,
        hours=sum(r.duration_s for r in dataset.recordings) / 3600,
        version=dataset.version,
        root=str(dataset.source.get("root", "")),
    )


def checked_id(dataset_id: str) -> str:
    """`dataset_id` if it may be one: a plain file name.

    Raises
    ------
    Missing
        It may not.

    """
    if not _ID.match(dataset_id) or dataset_id.endswith(".summary"):
        raise Missing(f"{dataset_id!r} cannot be the id of a dataset.")
    return dataset_id


def _folder(draft: bool = False) -> Path:
    folder = settings().cache_dir / "datasets"
    return folder / "drafts" if draft else folder


def _file(dataset_id: str, draft: bool = False) -> Path:
    return _folder(draft) / f"{checked_id(dataset_id)}.json"


def _summary_file(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(".json") + ".summary.json")


def _write(dataset: Dataset, path: Path) -> None:
    # Compact, as 100,000 recordings on a line each would double the time to read them.
    write_json(path, to_plain(dataset), compact=True)
    write_json(_summary_file(path), dataclasses.asdict(summary(dataset)))


def _read(path: Path, missing: str) -> Dataset:
    try:
        status = path.stat()
        state = (status.st_mtime_ns, status.st_size)
        return _parsed(path, state)
    except FileNotFoundError as error:
        raise Missing(missing) from error
    except (Corrupt, KeyError, TypeError, ValueError) as error:
        raise Missing(f"{path.name} in the cache is damaged. Add the dataset's folder again.") from error


@cached(_memory, key=lambda path, state: (path, state), lock=RLock())
def _parsed(path: Path, state: tuple[int, int]) -> Dataset:
    """Read a file; `state`, its time of change and size, tells one version of it from the next."""
    return from_plain(read_json(path))
