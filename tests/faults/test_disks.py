"""Disks on which nothing can be written, at every step: a sentence, nothing lost, and it goes on afterwards."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bioviz import jobs, runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.annotations import annotate, load_annotations
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.files import upload
from bioviz.datasets.tables import profiles
from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.errors import BiovizError
from bioviz.flags import flag, load_flags
from bioviz.models.cards import CARDS
from bioviz.runs.diagnosis import compute_diagnosis
from bioviz.store.append_log import append_line, read_lines
from bioviz.store.files import DiskFull, NotWritable
from bioviz.training.finetune import finetune
from bioviz.training.settings import TrainSettings
from tests.browsing import PROJECT
from tests.sounds import folder_per_class
from tests.training import tiny

resource = pytest.importorskip("resource", reason="Windows has no limits for a process's files")
SPEC = {"model": "acoustic_features", "checkpoint": "none", "projection": ProjectionSpec(method="pca")}


@contextmanager
def no_room() -> Iterator[None]:
    """Let no file of this process grow: the one fault that an administrator too can have without a disk of his own."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def steps(root) -> dict[str, Callable[[], object]]:
    """The work from a folder to a checkpoint, each step as a page or a command calls it."""
    dataset = tiny.tones(root / "tones")
    spec = runs.RunSpec(dataset.id, **SPEC)
    mapping = ColumnMapping(path="filename", start="begin", end="end", label="species")
    profile = profiles.TableProfile("field tables", ("filename", "begin", "end", "species"), mapping)
    return {
        "add": lambda: library.save(dataset),
        "flag": lambda: flag(dataset, 1, "unsure", user="anna"),
        "annotate": lambda: annotate(dataset, 0, 0.1, 0.3, "call 300", user="anna"),
        "profile": lambda: profiles.save_profile(profile),
        "upload": lambda: upload.store([("a.wav", io.BytesIO(b"RIFF" * 1000))]),
        "score": lambda: runs.compute_run(spec),
        "diagnose": lambda: compute_diagnosis(runs.open_run(spec) or runs.compute_run(spec)),
        "job": lambda: jobs.start(
            "count", "tests.jobs.targets:count", {"folder": str(root), "to": 0, "pause_s": 0}
        ),
        "train": lambda: finetune(
            dataset, "tiny", "random", TrainSettings(strategy="linear", epochs=1), name="mine"
        ),
    }


def test_every_step_says_that_there_is_no_room_and_goes_on_afterwards(tmp_path, monkeypatch, own_cache):
    monkeypatch.setitem(CARDS, "tiny", tiny.card("tiny"))
    said = {}
    for name, act in steps(tmp_path).items():
        with no_room():
            try:
                act()
                said[name] = None
            except BiovizError as error:
                said[name] = str(error)
        act()
    silent = [name for name, sentence in said.items() if not sentence]
    assert not silent, f"{silent} said nothing, though nothing could be stored"
    assert all(re.search(r"written|kept|full", sentence) for sentence in said.values()), said
    dataset = library.load(library.list_datasets()[0].id)
    assert len(load_flags(dataset)) == 1 and not load_flags(dataset).damaged
    assert len(load_annotations(dataset)) == 1
    left = [path for path in own_cache.rglob("*") if path.name.endswith(".tmp") or "unpacking" in path.name]
    assert not left, "half of a file stays behind"


@pytest.mark.parametrize(("trouble", "sentence"), [("full", "full"), ("read-only", "BIOVIZ_CACHE")])
def test_every_step_on_a_disk_of_its_own_that_is_full_or_read_only(tmp_path, trouble, sentence):
    alone = ["unshare", "--user", "--map-root-user", "--mount"]
    try:
        subprocess.run([*alone, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this computer lets no account mount a disk of its own (unshare --user --mount)")
    ran = subprocess.run(
        [*alone, sys.executable, "-m", "tests.faults.on_a_small_disk", trouble, tmp_path],
        capture_output=True, text=True, cwd=PROJECT, timeout=600,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3000:]
    result = json.loads(ran.stdout.splitlines()[-1])
    assert all(result["said"].values()), f"something was said to be done: {result['said']}"
    assert all(sentence in said for said in result["said"].values()), result["said"]
    assert (result["flags"], result["annotations"], result["left"]) == (1, 1, [])


@pytest.mark.parametrize("number", ["ENOSPC", "EROFS", "EACCES", "EDQUOT"])
def test_a_full_and_a_read_only_disk_are_told_apart(tmp_path, monkeypatch, number):
    import errno

    log = tmp_path / "flags.jsonl"
    append_line(log, {"id": 1}, "flag")

    def fail(*_: object) -> None:
        raise OSError(getattr(errno, number), os.strerror(getattr(errno, number)))

    monkeypatch.setattr(os, "fsync", fail)
    full = number in ("ENOSPC", "EDQUOT")
    with pytest.raises(
        DiskFull if full else NotWritable, match="flag is not kept" if full else "BIOVIZ_CACHE"
    ):
        append_line(log, {"id": 2}, "flag")
    monkeypatch.undo()
    assert list(read_lines(log)) == [{"id": 1}], "what was said not to be kept is there"


def test_stored_files_have_the_rights_that_the_umask_leaves(tmp_path, own_cache):
    before = os.umask(0o002)
    try:
        dataset = build_dataset(folder_per_class(tmp_path / "calls", files=2), name="calls")
        library.save(dataset)
        flag(dataset, 0, "fine", user="anna")
        runs.compute_run(runs.RunSpec(dataset.id, **SPEC))
        upload.store([("a.wav", io.BytesIO(b"RIFF" * 1000))])
    finally:
        os.umask(before)
    own = [path for path in own_cache.rglob("*") if path.stat().st_mode & 0o060 != 0o060]
    assert not own, f"a group cannot share {own}"
