"""What is told of a clip in a run, against a small run made by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from bioviz import runs
from bioviz.analysis.misclustered.placement import placement
from bioviz.embedding import acoustic
from bioviz.errors import Missing
from bioviz.server import facts
from tests.server.samples import HOSTILE

ROWS = np.array([0, 1, 2, 11, 12])  # three clips of noise.wav, two of stereo.flac


@pytest.fixture
def run(dataset, monkeypatch):
    graph = SimpleNamespace(
        indices=np.array([[0, 1, 2, 3], [0, 2, 3, 1], [1, 0, 3, -1], [4, 0, 1, 2], [3, 2, 1, 0]]),
        distances=np.array(
            [[0, 0.1, 0.2, 0.3], [0.1, 0.2, 0.3, 9], [0.1, 0.2, 0.3, np.inf], *2 * [[1, 2, 3, 4]]]
        ),
    )
    elsewhere = SimpleNamespace(indices=np.full((5, 1), -1), distances=np.full((5, 1), np.inf))
    elsewhere.indices[0], elsewhere.distances[0] = 3, 0.3

    def position(row):
        if row not in ROWS:
            raise Missing("Clip 5 is not in this map (split test).")
        return int(np.searchsorted(ROWS, row))

    clusters = np.array([1, 1, 0, 1, -1])
    made = SimpleNamespace(
        spec=SimpleNamespace(dataset="media", split="test"),
        rows=ROWS,
        target_names=dataset.target_names,
        clusters=clusters,
        placement=placement(clusters, dataset.clips.labels[ROWS]),
        graph=graph,
        knn_cross_unit=elsewhere,
        position=position,
    )
    monkeypatch.setattr(runs, "open_run_by_key", lambda key: made if key == "abc" else None)
    level = np.full(len(dataset.clips), -33.333, np.float32)
    snr = np.full(len(dataset.clips), np.nan, np.float32)
    monkeypatch.setattr(acoustic, "open_acoustic", lambda dataset: {"level_dbfs": level, "snr_db": snr})
    monkeypatch.setattr(facts, "_opened", facts.RecentlyUsed(4))
    return made


def test_neighbors_are_rows_of_the_dataset_without_the_clip_itself(run):
    told = facts.run_facts("abc", 0)
    assert [n["row"] for n in told["neighbors"]] == [1, 2, 11]
    assert [n["distance"] for n in told["neighbors"]] == [0.1, 0.2, 0.3]
    assert [n["same_recording"] for n in told["neighbors"]] == [True, True, False]
    assert [n["recording"] for n in told["neighbors"]] == ["noise.wav", "noise.wav", "stereo.flac"]
    assert [n["label"] for n in told["neighbors"]] == [f"wren, {HOSTILE}", f"wren, {HOSTILE}", "background"]


def test_neighbors_of_other_recordings_are_apart(run):
    assert [n["row"] for n in facts.run_facts("abc", 0)["neighbors_apart"]] == [11]
    assert facts.run_facts("abc", 1)["neighbors_apart"] == []


def test_missing_neighbors_are_left_out(run):
    assert [n["row"] for n in facts.run_facts("abc", 2)["neighbors"]] == [1, 0, 11]


@pytest.mark.parametrize(
    ("row", "cluster", "label", "wrong"),
    [
        (0, 1, "background", None),
        (1, 1, "background", "labelled among background"),
        (2, 0, "wren", None),
        (12, -1, None, None),
    ],
)
def test_cluster_what_it_stands_for_and_the_list_of_the_clip(run, row, cluster, label, wrong):
    told = facts.run_facts("abc", row)
    assert (told["cluster"], told["cluster_label"], told["misclustered"]) == (cluster, label, wrong)


def test_levels_are_told_where_known(run):
    told = facts.run_facts("abc", 0)
    assert told["level_dbfs"] == -33.33
    assert "snr_db" not in told and "snr_unknown" not in told, "nothing is annotated there"


def test_it_is_said_why_there_is_no_ratio(run, monkeypatch):
    n = 20
    for prominence, why in ((6.0, "no sound stands out"), (30.0, "cannot be told"), (np.nan, "too short")):
        columns = {"level_dbfs": np.full(n, -30.0), "loudest_db": np.full(n, np.nan)}
        columns["prominence_db"] = np.full(n, prominence)
        monkeypatch.setattr(acoustic, "open_acoustic", lambda dataset, columns=columns: columns)
        monkeypatch.setattr(facts, "_opened", facts.RecentlyUsed(4))
        assert why in facts.run_facts("abc", 0)["loudest_unknown"]


def test_the_facts_of_the_dataset_are_among_them(run):
    assert facts.run_facts("abc", 2)["recording"] == "noise.wav"


def test_a_clip_outside_the_run_and_a_run_that_is_gone_are_missing(run, get):
    with pytest.raises(Missing, match="Clip 5"):
        facts.run_facts("abc", 5)
    assert get("/bioviz/run/abc/clip/5.json").status == 404
    reply = get("/bioviz/run/other/clip/0.json")
    assert reply.status == 404
    assert "Compute it again" in reply.json["error"]
    assert get("/bioviz/run/abc/clip/0.json").json["row"] == 0
