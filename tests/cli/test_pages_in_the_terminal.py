"""What the pages Compare, Noise experiment and the flag bar do, done by commands on the same cache."""

from __future__ import annotations

import csv
import io

import pytest

from bioviz.cli import main
from bioviz.cli.commands.compare import LAYOUTS
from bioviz.datasets import library
from bioviz.runs import comparison

PCA = ("--method", "pca")
FEATURES = ("demo", "acoustic_features", *PCA)


def test_layouts_are_those_of_the_page():
    assert set(LAYOUTS) == set(comparison.LAYOUTS)


def test_compare_and_its_report(demo_cache, run, tmp_path):
    report = tmp_path / "report.html"
    way = ("compare", *FEATURES, "--right-seed", "0", "--layout", "own", "--k", "10")
    code, same, _ = run(*way, "--report", report, "--json")
    assert code == 0 and same["clips"] > 500 and b"plotly" in report.read_bytes()
    by_name = {score["score"]: score for score in same["scores"]}
    assert by_name["nmi"]["left"] == by_name["nmi"]["right"] and by_name["nmi"]["difference"] == 0
    assert same["transitions"]["confusion"] == {"rescued": 0, "broken": 0, "cleared": 0, "captured": 0}
    code, text, _ = run(*way)
    assert code == 0 and "No difference is larger than its uncertainty." in text and "0 rescued" in text
    spec = comparison.ComparisonSpec.from_dict(
        {"left": same["left"], "right": same["right"], "layout": "own", "k": 10}
    )
    assert spec.left.projection.method == "pca"
    assert len(comparison.compute_comparison(spec)) == same["clips"]  # the page opens what was computed here


def test_compare_asks_for_a_checkpoint_that_is_there(demo_cache, run):
    code, _, err = run("compare", *FEATURES, "--right-model", "resnet19")
    assert code == 3 and "resnet18" in err


def test_noise(demo_cache, run):
    way = ("noise", *FEATURES, "--per-label", "3", "--snrs-db", "10", "-10", "--draw-seed", "4")
    code, found, _ = run(*way, "--json")
    assert code == 0 and found["snrs_db"] == [None, 10, -10]
    assert found["settings"]["per_label"] == 3 and found["settings"]["seed"] == 4
    assert all(len(curve) == 3 for curve in found["curves"].values())
    assert found["lost_at_db"] and set(found["lost_at_db"]) <= set(library.load("demo").labels)
    code, text, _ = run(*way)
    assert code == 0 and "as recorded" in text and "lost at" in text
    assert run("noise", *FEATURES, "--snrs-db", "500")[0] == 1


def test_shift(demo_cache, run):
    code, found, _ = run("shift", *FEATURES, "--clips", "12", "--steps", "1", "--json")
    assert code == 0 and found["clips"] == 12 and 0 <= found["neighbors_kept"] <= 1
    kept = [clip["kept"] for clip in found["least_stable"]]
    assert kept == sorted(kept)
    code, text, _ = run("shift", *FEATURES, "--clips", "12", "--steps", "1", "--list", "2")
    assert code == 0 and "12 clips shifted" in text


def test_flags_from_the_first_to_a_cleaned_dataset(demo_cache, run, tmp_path):
    row = int((library.load("demo").targets > 0).nonzero()[0][0])
    label = library.load("demo").target_names[library.load("demo").targets[row]]
    code, given, _ = run("flag", "demo", row, "background", "--user", "Ann", "--note", "wind", "--json")
    assert code == 0 and given["row"] == row and given["note"] == "wind"
    code, listed, _ = run("flags", "demo", "--json")
    assert [f["user"] for f in listed["flags"]] == ["Ann"] and listed["disputed"] == []
    code, _, _ = run("flags", "demo", "--out", tmp_path / "flags.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "flags.csv").read_text())))
    assert code == 0 and rows[0]["flag"] == "should be background"
    assert run("flags", "demo", "--out", tmp_path / "raven", "--format", "raven")[0] == 0
    assert len(list((tmp_path / "raven").rglob("*.txt"))) == 1
    code, made, _ = run("clean", "demo", "--user", "Ann", "--json")
    assert code == 0 and made["clips_changed"] == 1
    cleaned = library.load(made["dataset"])
    assert not cleaned.clips.labels[row].any() and label in library.load("demo").labels
    code, taken, _ = run("unflag", "demo", row, "--user", "Ann", "--json")
    assert code == 0 and taken["undone"]["kind"] == "background"
    assert run("unflag", "demo", row, "--user", "Ann", "--json")[1]["undone"] is None
    assert run("clean", "demo")[0] == 1  # no flag, nothing to clean
    run("datasets", made["dataset"], "--remove")


@pytest.mark.parametrize(
    "arguments", [["flag", "demo", "1", "dance", "--user", "A"], ["flag", "demo", "1", "fine"]]
)
def test_flags_need_a_kind_and_a_user(arguments):
    with pytest.raises(SystemExit):
        main(arguments)


def test_a_flag_of_no_clip(demo_cache, run):
    assert run("flag", "demo", "99999", "fine", "--user", "Ann")[0] == 3
    assert run("flag", "demo", "1", "fine", "--user", "../x")[0] == 1
