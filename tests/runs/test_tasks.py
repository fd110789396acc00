"""Runs as jobs: killed half-way they are started again and go on from there."""

from __future__ import annotations

import os
import signal
import time

from bioviz import jobs, runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.jobs import manager
from bioviz.store.files import read_json
from tests.embedding.stored import places_of_blocks
from tests.runs.conftest import write_sounds


def until(condition, timeout_s=90.0):
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)
    return found


def test_killed_run_goes_on_where_it_was(tmp_path, own_cache):
    dataset = build_dataset(write_sounds(tmp_path / "many", per_label=40, seconds=12.0), name="many")
    library.save(dataset)
    spec = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))
    job = runs.start(spec)
    assert runs.start(spec).id == job.id and "many" in job.title
    until(lambda: len(places_of_blocks(own_cache / "blocks")) >= 10)
    os.kill(read_json(manager.jobs_dir() / job.id / "process.json")["pid"], signal.SIGKILL)
    assert until(lambda: (now := jobs.get(job.id)).is_over and now).state == "lost"
    assert runs.open_run(spec) is None
    kept = places_of_blocks(own_cache / "blocks")
    again = jobs.wait(runs.start(spec).id, 120)
    assert again.state == "done" and again.id != job.id, jobs.log_text(again.id)
    after = places_of_blocks(own_cache / "blocks")
    assert {name: after[name] for name in kept} == kept and len(after) > len(kept)  # none was written twice
    run = runs.open_run(spec)
    assert again.result["run"] == run.key and again.result["clips"] == len(run) == len(dataset.clips)
    assert again.result == runs.summary(run)


def test_a_run_that_cannot_be_done_says_why(tmp_path):
    dataset = build_dataset(write_sounds(tmp_path / "few", per_label=1), name="few")
    library.save(dataset)
    job = jobs.wait(runs.start(runs.RunSpec(dataset.id, "vggish", "pretrained"), title="VGGish").id, 60)
    assert job.state == "failed" and job.title == "VGGish"
    assert ".pth" in job.message and "Traceback" not in job.message
