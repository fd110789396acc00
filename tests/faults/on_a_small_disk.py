"""Takes every step of `test_disks.steps` on a disk of its own that is full or read-only, then again when it is not.

    unshare --user --map-root-user --mount python -m tests.faults.on_a_small_disk full|read-only FOLDER

Prints, as JSON, what each step said; null where it said nothing.
"""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bioviz import jobs
from bioviz.annotations import load_annotations
from bioviz.datasets import library
from bioviz.datasets.files import upload
from bioviz.errors import BiovizError
from bioviz.flags import load_flags
from bioviz.models.cards import CARDS
from tests.faults.test_disks import steps
from tests.training import tiny

FILLER = "filler"


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Leave no byte free."""
    filler = disk / FILLER
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def read_only(disk: Path) -> Iterator[None]:
    """Mount it so that nothing can be written."""
    for _ in range(100):  # a process that ended may still hold a file
        if (
            subprocess.run(["mount", "-o", "remount,ro", disk], capture_output=True, check=False).returncode
            == 0
        ):
            break
        time.sleep(0.1)
    else:
        raise AssertionError("the disk is in use")
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)


def in_a_process(act: Callable[[], object]) -> str | None:
    """Return what a step says when it is done in a process of its own, which leaves no file open; None for nothing."""
    reading, writing = multiprocessing.Pipe(duplex=False)

    def work() -> None:
        try:
            act()
            writing.send(None)
        except BiovizError as error:
            writing.send(str(error))

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join()
    assert process.exitcode == 0
    return reading.recv()


def main(trouble: str, folder: Path) -> None:
    """Take the steps; a step that fails when the disk is well again raises what it raises."""
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], check=True)
    os.environ.update(BIOVIZ_CACHE=str(disk / "cache"), BIOVIZ_DATA=str(folder))
    upload.SPARE_BYTES = 1 << 20  # of a disk of 64 MB
    CARDS["tiny"] = tiny.card("tiny")
    said: dict[str, str | None] = {}
    for name, act in steps(folder).items():
        with {"full": full, "read-only": read_only}[trouble](disk):
            said[name] = in_a_process(act)
        assert in_a_process(act) is None, name
        for job in jobs.list_jobs():
            jobs.wait(job.id, 60)
    dataset = library.load(library.list_datasets()[0].id)
    flags, boxes = load_flags(dataset), load_annotations(dataset)
    left = [path.name for path in disk.rglob("*") if path.name.endswith(".tmp") or "unpacking" in path.name]
    print(json.dumps({"said": said, "flags": len(flags), "annotations": len(boxes), "left": left}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
