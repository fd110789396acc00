"""The unit of independence on the pages: shown with its reason, changed by the user, without embedding anything."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile as sf

from bioviz import runs
from bioviz.analysis.diagnosis.verdict.verdict import verdict
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.independence import Unit
from bioviz.runs.diagnosis import compute_diagnosis
from tests.pages.test_pages import open_app, texts
from tests.sounds import RATE

SPEC = {"model": "acoustic_features", "checkpoint": "none", "method": "pca"}


@pytest.fixture
def cuts(tmp_path):
    """Two cuts of each of six original recordings: one with calls, one without; each recording has its own hum."""
    rng = np.random.default_rng(3)
    t = np.arange(10 * RATE) / RATE
    lines, facts = ["path,start_s,end_s,label"], ["path,recording_id,site"]
    for i in range(6):
        hum = 0.1 * np.sin(2 * np.pi * (300 + 250 * i) * t)
        for part in range(2):
            name = f"r{i}{part}.wav"
            call = 0.05 * np.sin(2 * np.pi * 3100 * t) * (t.astype(int) % 2) * (part == 0)
            sf.write(tmp_path / name, hum + call + rng.normal(scale=0.01, size=len(t)), RATE)
            facts.append(f"{name},R{i},S{i // 2}")
            lines += (
                [f"{name},{s + 0.1},{s + 0.9},call" for s in range(1, 10, 2)]
                if not part
                else [f"{name},0,10,background"]
            )
    (tmp_path / "annotations.csv").write_text("\n".join(lines))
    (tmp_path / "recordings.csv").write_text("\n".join(facts))
    dataset = build_dataset(tmp_path, name="cuts", options={"width_s": 1.0, "hop_s": 1.0})
    library.save(dataset)
    return dataset


def diagnosed(dataset):
    spec = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))
    run = runs.compute_run(spec)
    return run, compute_diagnosis(run)


def test_cuts_of_one_original_recording_are_left_out_together(cuts):
    run, found = diagnosed(cuts)
    assert run.unit is Unit.RECORDING and found.unit == "original recording"
    near = run.knn_cross_unit.indices
    groups = run.groups
    assert ((near < 0) | (groups[near] != groups[:, None])).all()
    said = "\n".join(clause.text for clause in verdict(found))
    assert "in other original recordings" in said and "by site" in said
    library.set_unit(cuts.id, "file")
    by_file, other = diagnosed(cuts)
    assert other.unit == "file" and "in other files" in "\n".join(c.text for c in verdict(other))
    assert by_file.provenance["embedding"]["key"] == run.provenance["embedding"]["key"]
    assert by_file.key != run.key


def test_the_page_shows_the_unit_and_keeps_another_one(cuts):
    diagnosed(cuts)
    app = open_app("diagnose.py", dataset=cuts.id, **SPEC)
    assert not app.exception
    box = next(each for each in app.selectbox if each.label == "Unit of independence")
    assert "12 of 12 files are cut from the same original recordings: 6" in texts(app.caption)
    assert box.value == Unit.RECORDING
    box.select(Unit.SITE).run()
    assert not app.exception
    assert library.load(cuts.id).unit == "site"
    box = next(each for each in app.selectbox if each.label == "Unit of independence")
    assert box.value == Unit.SITE
    box.select(Unit.RECORDING).run()
    assert library.load(cuts.id).unit == ""  # the detected one: it may be another when recordings are added


def test_the_unit_is_picked_where_a_split_is_made_too(cuts):
    app = open_app("finetune.py", dataset=cuts.id)
    assert not app.exception
    box = next(each for each in app.selectbox if each.label == "Unit of independence")
    box.select(Unit.SITE).run()
    assert not app.exception and library.load(cuts.id).unit == "site"
