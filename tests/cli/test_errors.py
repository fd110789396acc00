"""What goes wrong is a sentence and, with --json, one JSON value: never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bioviz.cli import main

PROJECT = Path(__file__).resolve().parents[2]
DEMO = ("demo", "acoustic_features", "--method", "pca")


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("tpu", "choose cpu"),
        ("cuda:x", "choose cpu"),
        ("cpu:1", "choose cpu"),
        ("cuda", "NVIDIA GPU"),
        ("cuda:7", "GPU"),
        ("mps", "Apple GPU"),
    ],
)
def test_a_device_that_is_not_there(demo_cache, run, monkeypatch, device, words):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    code, answer, err = run("score", *DEMO, "--device", device, "--json")
    assert code == 1 and words in answer["error"] and words in err


def test_a_gpu_beyond_the_last(demo_cache, run, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    code, answer, _ = run("score", *DEMO, "--device", "cuda:2", "--json")
    assert code == 1 and "has 2" in answer["error"]


@pytest.mark.parametrize("form", ["csv", "raven", "raven-combined", "audacity"])
@pytest.mark.parametrize("place", ["below a file", "the wrong kind", "no rights"])
def test_output_that_cannot_be_written(demo_cache, run, tmp_path, monkeypatch, form, place):
    file = tmp_path / "file"
    file.write_text("a file")
    is_folder = form in ("raven", "audacity")
    out = {"below a file": file / "x", "the wrong kind": file if is_folder else tmp_path}.get(
        place, tmp_path / "o"
    )
    if place == "no rights":  # tests may run as root, who may write everywhere
        monkeypatch.setattr("os.access", lambda path, mode: Path(path) != tmp_path)
    code, answer, _ = run("export", "demo", "--format", form, "--out", out, "--json")
    assert code == 1 and answer["code"] == "failed"
    assert str(tmp_path) in answer["error"] and file.read_text() == "a file"


def test_output_is_checked_before_anything_is_computed(demo_cache, run, tmp_path, monkeypatch):
    def compute(*arguments, **options):
        raise AssertionError("computed first")

    monkeypatch.setattr("bioviz.runs.compute.compute_run", compute)
    monkeypatch.setattr("bioviz.runs.comparison.compute_comparison", compute)
    assert run("export", *DEMO, "--out", tmp_path)[0] == 1
    assert run("compare", *DEMO, "--right-model", "gpv_teacher2", "--report", tmp_path)[0] == 1


def test_a_write_that_fails_late_is_a_sentence(demo_cache, run, tmp_path, monkeypatch):
    def refuse(path, content):
        raise OSError(30, "Read-only file system", str(path))

    monkeypatch.setattr("bioviz.cli.output.write_atomic", refuse)
    code, answer, _ = run("export", "demo", "--out", tmp_path / "x.csv", "--json")
    assert code == 1 and "Read-only file system" in answer["error"] and "--out" in answer["error"]


def test_an_error_of_the_system_is_a_sentence(run, monkeypatch):
    def refuse():
        raise PermissionError(13, "Permission denied", "datasets")

    monkeypatch.setattr("bioviz.datasets.library.list_datasets", refuse)
    code, answer, _ = run("datasets", "--json")
    assert code == 1 and answer["error"] == "datasets: Permission denied."


@pytest.mark.parametrize(
    "arguments",
    [["--json"], ["dance", "--json"], ["datasets", "--dance", "--json"], ["score", "a", "--json"]],
)
def test_wrong_usage_is_json_too(capsys, arguments):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    out, err = capsys.readouterr()
    assert left.value.code == 2 and json.loads(out)["code"] == "usage" and "usage:" in err


@pytest.mark.parametrize("command", [["models", "--json"], ["models"]])
def test_a_reader_that_closes_early(tmp_path, command):
    """As with `| head -1`: no traceback, and nothing on stderr when Python exits."""
    code = (
        "import sys, time\n"
        "from bioviz.cli import main\n"
        "time.sleep(1)  # until the reader is gone\n"
        f"sys.exit(main({command!r}))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    said = process.stderr.read()
    assert process.wait(timeout=120) == 141 and said == ""
