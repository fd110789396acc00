"""One byte of a stored file is changed, the file still parses: what is read is as it was, or said to be damaged.

Whatever stands in the cache is tried: a file of a kind that nobody thought of here fails the test.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from bioviz import jobs, runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.annotations import annotate, load_annotations
from bioviz.annotations.log import ANNOTATION_LOGS
from bioviz.datasets import library
from bioviz.datasets.tables import profiles
from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.errors import BiovizError
from bioviz.flags import flag, load_flags
from bioviz.models import checkpoints, registry
from bioviz.models.brought import imported
from bioviz.models.brought.imported import ImportedRows
from bioviz.models.cards import CARDS
from bioviz.runs.diagnosis import compute_diagnosis, open_diagnosis
from bioviz.runs.thresholds import kept_thresholds
from bioviz.store.hashes import HashMemory
from bioviz.store.pack import to_plain
from bioviz.training.finetune import finetune
from bioviz.training.loop.run_dir import TrainingRunDir
from bioviz.training.settings import TrainSettings
from tests.training import tiny

# Bytes changed in each file, and files of one sort that are tried; as many as wanted where somebody hunts.
MANY = int(os.environ.get("BIOVIZ_FAULT_TRIES", "0"))
TRIES, FILES = (MANY, 10**9) if MANY else (2, 2)
# Folder of the cache -> what is read of it. Whatever is computed again is as it was, the rest may be refused.
READ = {
    "datasets": ("dataset", "list of datasets"),
    "blocks": ("map and scores",),
    "sets": ("map and scores",),
    "runs": ("map and scores", "diagnosis"),
    "flags": ("flags",),
    "annotations": ("annotations",),
    "checkpoints": ("checkpoint", "record of the checkpoint"),
    "training": ("training", "curves"),
    "waves": (),  # tests/training/data/test_waveform_cache.py
    "jobs": ("job",),
    "profiles": ("profiles",),
    "thresholds": ("thresholds",),
    "imported": ("imported",),
    "hashes": ("hashes",),
}
NOTHING_STORED = ("numba", "locks")  # compiled code, which numba checks; empty files
COMPUTED_AGAIN = ("map and scores", "diagnosis", "hashes")
SPEC = {"model": "acoustic_features", "checkpoint": "none", "projection": ProjectionSpec(method="pca")}


@pytest.fixture(autouse=True)
def tiny_models(monkeypatch):
    monkeypatch.setitem(CARDS, "tiny", tiny.card("tiny"))


class World:
    """A cache that holds one of everything, and what is read of it."""

    def __init__(self, root: Path) -> None:
        self.dataset = tiny.tones(root / "tones")
        library.save(self.dataset)
        self.spec = runs.RunSpec(self.dataset.id, **SPEC)
        self.run = runs.compute_run(self.spec)
        compute_diagnosis(self.run)
        flag(
            self.dataset,
            1,
            "wrong_label",
            user="anna",
            label="call 300",
            wrong="call 1200",
            note="heard 12 times",
        )
        flag(self.dataset, 2, "unsure", user="anna")
        annotate(self.dataset, 0, 0.1, 0.3, "call 300", user="anna", note="heard 12 times")
        self.checkpoint = finetune(
            self.dataset, "tiny", "random", TrainSettings(strategy="linear", epochs=1), name="mine"
        )
        self.training = TrainingRunDir("a" * 20)
        self.training.save("state", {"weight": torch.arange(12.0)}, {"epoch": 12})
        self.training.write_curves({"epochs": [1, 2, 3]})
        self.job = jobs.start(
            "count", "tests.jobs.targets:count", {"folder": str(root), "to": 1, "pause_s": 0.0}
        )
        assert jobs.wait(self.job.id, 120).state == "done"
        mapping = ColumnMapping(path="filename", start="begin", end="end", label="species")
        profiles.save_profile(
            profiles.TableProfile("field tables", ("filename", "begin", "end", "species"), mapping)
        )
        kept_thresholds.keep(
            kept_thresholds.KeptThresholds(
                *("mine", self.dataset.id, "tones", "1" * 64, "tiny", "ft:1", 0, "2" * 64, "logit", 0.95),
                labels=({"name": "call 300", "threshold": 1.25, "precision": 0.96},),
                mapping={"call 300": ["call 300"]},
                created="2026-11-26T12:00:00+00:00",
                bioviz="0",
            )
        )
        rows = ImportedRows(
            np.arange(24, dtype=np.float32).reshape(6, 4), np.arange(6), np.arange(6.0), tuple("abcdef"), 12.0
        )
        self.imported = imported.keep("theirs 12", "bacpipe", rows, "2026-11-26T12:00:00+00:00")
        self.readers: dict[str, Callable[[], Any]] = {
            "dataset": lambda: library.load(self.dataset.id).version,
            "list of datasets": lambda: [each.__dict__ for each in library.list_datasets()] or None,
            "map and scores": self.map,
            "diagnosis": self.diagnosis,
            "flags": lambda: None if load_flags(self.dataset).damaged else to_plain(load_flags(self.dataset)),
            "annotations": lambda: (
                None
                if load_annotations(self.dataset).damaged
                else [each.to_dict() for log in ANNOTATION_LOGS.read(self.dataset.id) for each in log.records]
            ),
            "checkpoint": self.weights,
            "record of the checkpoint": lambda: checkpoints.get(self.checkpoint.id).record.to_dict(),
            "training": self.state,
            "curves": self.training.curves,
            "job": lambda: {k: v for k, v in jobs.get(self.job.id).__dict__.items() if k != "silent_s"},
            "profiles": lambda: [each.to_dict() for each in profiles.list_profiles()] or None,
            "hashes": self.hashes,
            "imported": self.others,
            "thresholds": lambda: [vars(each) for each in kept_thresholds.every()] or None,
        }

    def others(self) -> Any:
        held = imported.load(self.imported)
        card = imported.find(self.imported)
        return [
            card,
            np.array(held.matrix).tolist(),
            held.recording.tolist(),
            held.start_s.tolist(),
            held.hashes,
        ]

    def map(self) -> Any:
        run = runs.open_run(self.spec)
        if run is None:  # found damaged, or gone: it is computed again
            run = runs.compute_run(self.spec)
        return [
            run.scores,
            *(np.asarray(a).tobytes() for a in (run.xy, run.clusters, run.embedding, run.rows)),
        ]

    def diagnosis(self) -> Any:
        run = runs.open_run(self.spec) or runs.compute_run(self.spec)
        found = open_diagnosis(run) or compute_diagnosis(run)
        return to_plain(found)

    def weights(self) -> Any:
        state = registry.open_model("tiny", self.checkpoint.name).module.state_dict()
        return {name: value.numpy().tobytes() for name, value in state.items()}

    def state(self) -> Any:
        found = self.training.load("state")
        if found is None:  # dropped: the training starts again
            self.training.save("state", {"weight": torch.arange(12.0)}, {"epoch": 12})
            return None
        tensors, about = found
        return {name: value.numpy().tobytes() for name, value in tensors.items()}, about

    def hashes(self) -> Any:
        with HashMemory() as memory:
            return [memory.content_hash(each.path) for each in self.dataset.recordings]

    def read(self, names: tuple[str, ...]) -> dict[str, Any]:
        """What some readers give; what is refused with a sentence, or is not there, is None."""
        found = {}
        for name in names:
            try:
                found[name] = self.readers[name]()
            except BiovizError as error:
                assert str(error), name
                found[name] = None
        return found


def sort_of(path: Path) -> str:
    """Which files are alike: those whose place and name differ in keys and numbers alone."""
    return re.sub(r"(?<![^/._-])[0-9a-f]{2,}(?![^/._-])|[0-9a-f]{8,}|\d+", "#", path.as_posix())


def same(first: Any, second: Any) -> bool:
    return json.dumps(first, default=repr, sort_keys=True) == json.dumps(second, default=repr, sort_keys=True)


def changed(data: bytes, rng: np.random.Generator, tries: int) -> list[bytes]:
    """The data with one byte changed: a digit or letter for another, which still parses, and any byte of it."""
    kept = [i for i, byte in enumerate(data) if chr(byte).isalnum() and byte < 128]
    versions = []
    for number in range(tries):
        position = int(rng.choice(kept)) if kept and number % 2 == 0 else int(rng.integers(len(data)))
        other = bytearray(data)
        if number % 2 == 0 and kept:
            other[position] = (
                ord("7") if chr(data[position]).isdigit() and data[position] != ord("7") else ord("3")
            )
            if other[position] == data[position]:
                other[position] = ord("4")
        else:
            other[position] ^= int(rng.integers(1, 256))
        versions.append(bytes(other))
    return versions


def test_a_changed_byte_is_never_used(tmp_path, own_cache):
    world = World(tmp_path)
    before = world.read(tuple(world.readers))
    assert all(value is not None for value in before.values()), [k for k, v in before.items() if v is None]
    rng = np.random.default_rng(0)
    tried: dict[str, int] = {}
    caught: dict[str, int] = {}
    files = [path for path in sorted(own_cache.rglob("*")) if path.is_file() and path.stat().st_size]
    of_sort: Counter[str] = Counter()
    for path in files:
        kind = path.relative_to(own_cache).parts[0]
        if kind in NOTHING_STORED or path.name.startswith(".") or path.suffix == ".txt":
            continue
        assert kind in READ, f"{path}: a kind of file that this test does not know"
        if not path.exists():  # SQLite's own, gone with its last reader
            continue
        sort = sort_of(path.relative_to(own_cache))
        of_sort[sort] += 1
        if of_sort[sort] > FILES:
            continue
        data = path.read_bytes()
        for version in changed(data, rng, TRIES):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(version)
            after = world.read(READ[kind])
            for name, value in after.items():
                allowed = same(value, before[name]) or (value is None and name not in COMPUTED_AGAIN)
                assert allowed, f"{path.relative_to(own_cache)} changed: {name} is another"
                caught[kind] = caught.get(kind, 0) + (value is None)
            tried[kind] = tried.get(kind, 0) + 1
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    print("\nchanged bytes by folder:", tried, "refused:", caught)
    missing = set(READ) - set(tried) - {"waves"}
    assert not missing, f"nothing of {missing} was tried"
