"""What the sections of the Diagnose page choose, on diagnoses as they come back from the cache."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile as sf

from bioviz import runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.runs.diagnosis import compute_diagnosis, open_diagnosis
from bioviz.ui.clips.run_map import label_names
from bioviz.ui.diagnose.case import Case, neighbor_share
from tests.sounds import RATE


@pytest.fixture(params=[1, 3], ids=["one recording", "three recordings"])
def case(request, tmp_path) -> Case:
    """Recordings of 20 s, a tone in every other second annotated, diagnosed and opened from the cache."""
    rng = np.random.default_rng(3)
    t = np.arange(20 * RATE) / RATE
    lines = ["path,start_s,end_s,label"]
    for i in range(request.param):
        tone = 0.2 * np.sin(2 * np.pi * 2000 * t) * (t.astype(int) % 2)
        sf.write(tmp_path / f"r{i}.wav", tone + rng.normal(scale=0.02, size=len(t)), RATE)
        lines += [f"r{i}.wav,{s + 0.1},{s + 0.9},tone" for s in range(1, 20, 2)]
    (tmp_path / "annotations.csv").write_text("\n".join(lines))
    dataset = build_dataset(tmp_path, name="tones", options={"width_s": 1.0, "hop_s": 1.0})
    library.save(dataset)
    spec = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))
    run = runs.compute_run(spec)
    compute_diagnosis(run)
    return Case(run, dataset, open_diagnosis(run), dark=False)


def test_the_clips_of_a_cell_are_those_whose_neighbors_made_it(case):
    targets, k = case.run.targets, case.diagnosis.k
    recordings = case.dataset.clips.recording[case.run.rows]
    x = np.asarray(case.run.embedding, dtype=np.float64)
    distance = np.linalg.norm(x[:, None] - x[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    if len(set(recordings)) > 1:
        distance[recordings[:, None] == recordings[None]] = np.inf
    near = np.argsort(distance, axis=1, kind="stable")[:, :k]
    for target in range(len(case.dataset.target_names)):
        share = neighbor_share(case, target)
        assert share == pytest.approx((targets[near] == target).mean(axis=1), abs=1.5 / k)  # ties may differ
        assert share.max() > 0


def test_thresholds_of_a_model_without_scores_say_what_to_do(case, monkeypatch):
    from bioviz.ui.diagnose import thresholds

    said = []
    monkeypatch.setattr(thresholds.st, "info", said.append)
    chosen = thresholds.thresholds(case)
    assert "gives no scores" in said[0] and "Fine-tune" in said[0]
    assert (case.run.targets[chosen.places] > 0).all()


def test_of_a_blind_sample_nothing_is_told_that_the_model_makes_of_a_clip(case, monkeypatch):
    from bioviz.ui.clips import clip_desk, selection

    shown = {}
    monkeypatch.setattr(
        selection.st, "dataframe", lambda frame, **_: shown.update(columns=list(frame.columns))
    )
    monkeypatch.setattr(selection, "table_downloads", lambda *_, **__: None)
    monkeypatch.setattr(selection.st, "segmented_control", lambda *_, **__: "Table")
    selection.show(case.run, case.dataset, case.run.rows[:5], "g", {}, pick=lambda row: None, blind=True)
    assert shown["columns"] == ["clip", "label", "your flag", "recording", "start (s)", "end (s)"]
    told = []
    monkeypatch.setattr(clip_desk, "clip_inspector", lambda run, *_, **__: told.append(run))
    monkeypatch.setattr(clip_desk, "flag_bar", lambda *_, **__: None)
    clip_desk.clip_desk(None, case.dataset, case.run.rows, "a sample", clip_desk.DeskState("blind"))
    assert told == [None]  # the dataset's facts alone


def test_a_long_list_shows_its_first_lines_and_the_csv_holds_all(case, monkeypatch):
    from bioviz.ui.clips import selection

    frames, said, tables = [], [], []
    monkeypatch.setattr(selection.st, "dataframe", lambda frame, **_: frames.append(frame))
    monkeypatch.setattr(selection.st, "caption", said.append)
    monkeypatch.setattr(selection, "table_downloads", lambda *_, csv, **__: tables.append(csv().decode()))
    monkeypatch.setattr(selection.st, "segmented_control", lambda *_, **__: "Table")
    rows = case.run.rows[::-1]
    asked = []

    def why(lines: np.ndarray) -> list[str]:
        asked.append(len(lines))
        return [f"line {line}" for line in lines]

    def show() -> None:
        extra = {"confusion": case.confusion[::-1], "why": why}
        selection.show(case.run, case.dataset, rows, "g", extra, pick=lambda row: None)

    show()
    assert not said and len(frames[0]) == len(rows)
    monkeypatch.setattr(selection, "LINES", 4)
    show()
    assert said == [f"The first 4 of {len(rows):,} lines; the downloads hold all."]
    assert (
        frames[1].equals(frames[0].head(4))
        and tables[1] == tables[0]
        and tables[0].count("\n") == len(rows) + 1
    )
    assert asked[-2:] == [len(rows), 4] and "line 3" in frames[1]["why"].tolist()
    names = label_names(case.dataset)
    assert frames[0]["label"].tolist() == names[rows].tolist()
    stands = [case.dataset.target_names[case.run.placement.stands_for[c]] for c in case.run.clusters]
    assert frames[0]["stands for"].tolist() == stands[::-1]
