"""What is known of real recordings whose files are cut from the same evenings (skipped where they are absent)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from bioviz import runs
from bioviz.analysis.diagnosis.shortcuts.coarser_units import background_auroc
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.independence import Unit, independence

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
HARDER = DATA / "harder"
pytestmark = pytest.mark.skipif(not HARDER.is_dir(), reason="the real recordings are not here")


@pytest.fixture
def boobook(tmp_path, monkeypatch):
    """33 recordings of the owl and its sites: six of them cut from the evenings of others, without its label."""
    monkeypatch.setenv("BIOVIZ_WEIGHTS", str(DATA / "weights"))
    root = tmp_path / "boobook"
    (root / "audio").mkdir(parents=True)
    for part in ("boobook_sites", "boobook_unmarked"):
        for file in (HARDER / part / "audio").iterdir():
            shutil.copy(file, root / "audio" / file.name)
    shutil.copy(HARDER / "boobook_unmarked" / "annotations_all_33.csv.orig", root / "annotations.csv")
    dataset = build_dataset(root)
    library.save(dataset)
    return dataset


@pytest.mark.parametrize(
    ("model", "checkpoint", "scaled", "known"),
    [
        ("acoustic_features", "none", True, {"recording": 0.75, "site": 0.60}),
        ("gpv_teacher2", "pretrained", False, {"file": 0.49, "recording": 0.74, "site": 0.57}),
    ],
)
def test_the_figure_by_file_by_original_recording_and_by_site(boobook, model, checkpoint, scaled, known):
    assert boobook.independence.unit is Unit.RECORDING
    assert boobook.independence.reason.startswith("16 of 33 files are cut from the same original recordings")
    assert "site" in boobook.independence.coarser
    run = runs.compute_run(runs.RunSpec(boobook.id, model, checkpoint, projection=ProjectionSpec("pca")))
    x = np.asarray(run.embedding, dtype=np.float64)
    if scaled:  # as in the independent computation that the figures come from
        x = (x - x.mean(axis=0)) / np.where(x.std(axis=0) > 0, x.std(axis=0), 1)
    for unit, value in known.items():
        groups = independence(boobook.recordings, unit).groups[boobook.clips.recording[run.rows]]
        found = background_auroc(x.astype(np.float32), run.targets == 0, groups, metric="cosine").value
        assert found == pytest.approx(value, abs=0.035), unit


@pytest.mark.parametrize(("name", "unit"), [("bird_presence", Unit.FILE), ("tagus_fish", Unit.FILE)])
def test_other_sets_have_files_of_their_own(name, unit, monkeypatch):
    monkeypatch.setenv("BIOVIZ_DATA", os.pathsep.join([str(DATA)]))
    dataset = build_dataset(HARDER / name)
    assert dataset.independence.unit is unit
    assert {r.year for r in dataset.recordings} == ({"2017", "2021"} if name == "tagus_fish" else {""})
