"""The benchmark by stages still runs: every contender on a few clips, and the command once. No time is judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench import bench_stages
from tests.bench.stages import child

CLIPS = 150
LEFT_OUT = {
    ("neighbors", "pynndescent"),
    ("joint_map", "umap-learn, AlignedUMAP"),
    ("umap_map", "ours, in torch (on a GPU where there is one)"),
}
"""The first two compile for half a minute what is no code of ours; `test_map_epochs` runs the third."""
CONTENDERS = [
    (name, contender)
    for name in bench_stages.STAGES
    for contender in child.stage_of(name).contenders
    if (name, contender) not in LEFT_OUT
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("inputs")


@pytest.mark.parametrize(("stage", "contender"), CONTENDERS)
def test_every_contender_runs(stage, contender, folder, capsys):
    child.main(stage, contender, CLIPS, folder)
    found = json.loads(capsys.readouterr().out)
    assert found["seconds"] > 0 and found["mib"] > 10
    assert all(-1 <= value <= 1 for value in found["figures"].values())


def test_contenders_of_a_stage_do_the_same_work(folder, capsys):
    """Scores are scikit-learn's to the digit; a map on one thread is that on all."""
    for stage in ("scores", "umap_map"):
        figures = []
        for contender in list(child.stage_of(stage).contenders)[:2]:
            child.main(stage, contender, CLIPS, folder)
            figures.append(json.loads(capsys.readouterr().out)["figures"])
        assert figures[0] == pytest.approx(figures[1], abs=1e-5), stage


def test_the_command_prints_a_table(capsys):
    """Through processes of their own, as from a shell: three starts of Python."""
    bench_stages.main([str(CLIPS), "--stages", "scores"])
    lines = capsys.readouterr().out.splitlines()
    rows = [line.split("|") for line in lines if line.startswith(f"| {CLIPS} |")]
    assert [row[2].strip() for row in rows] == ["ours", "scikit-learn"]
    assert rows[0][4].strip() == rows[0][6].strip() == "1.00" and "nmi" in rows[1][8]
