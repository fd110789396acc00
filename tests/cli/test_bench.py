"""The command `bench`: a grid planned, computed, written, and computed again from its file byte for byte."""

from __future__ import annotations

import json

import pytest

from tests.sounds import saved_calls

FEATURES = ("--models", "acoustic_features", "--maps", "pca", "--seeds", "0")


@pytest.fixture
def dataset(tmp_path) -> str:
    return saved_calls(tmp_path / "calls", files=5).id


def test_a_grid_is_written_and_computed_again_byte_for_byte(run, dataset, tmp_path):
    code, planned, _ = run("bench", *FEATURES, "--datasets", dataset, "--split", "all", "--plan")
    assert (
        code == 0
        and "to compute" in planned
        and "1 cell: 0 computed already; the rest takes about" in planned
    )
    code, text, said = run(
        "bench", *FEATURES, "--datasets", dataset, "--split", "all", "--out", tmp_path / "a",
        "--measures", "nmi", "separability_neighbor",
    )  # fmt: skip
    assert code == 0 and "1 cell" in said and "Background separability" in text
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == ["report.html", "scores.csv", "study.json", "tables.tex"]
    source = tmp_path / "a" / "study.json"
    code, data, _ = run("bench", "--from", source, "--out", tmp_path / "b", "--json", "--quiet")
    assert (
        code == 0
        and data["same"]
        and {score["measure"] for score in data["scores"]} == {"nmi", "separability_neighbor"}
    )
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_a_file_of_other_data_or_of_no_study_is_refused_with_its_reason(run, dataset, tmp_path):
    run("bench", *FEATURES, "--datasets", dataset, "--split", "all", "--out", tmp_path, "--quiet")
    source = tmp_path / "study.json"
    document = json.loads(source.read_text())
    document["datasets"][dataset]["version"] = "another"
    source.write_text(json.dumps(document))
    code, _, said = run("bench", "--from", source)
    assert code == 1 and "the dataset calls has changed" in said
    source.write_text("{}")
    code, _, said = run("bench", "--from", source)
    assert code == 1 and "no study that bioviz wrote" in said
    assert run("bench", "--from", tmp_path / "nowhere.json")[0] == 1
    with pytest.raises(SystemExit):
        run("bench", "--from", source, "--quick")


def test_what_the_published_values_say_needs_no_dataset(run):
    code, text, _ = run("bench", "--published")
    assert code == 0 and "-0.060 [-0.142, -0.008], p 0.062 (5 datasets" in text
    assert run("bench", "--models", "acoustic_features", "--datasets", "nothing")[0] == 3


def test_models_that_cannot_be_fine_tuned_are_said(run, dataset):
    with pytest.raises(SystemExit):
        run("bench", "--models", "acoustic_features", "--finetune", "--datasets", dataset)
