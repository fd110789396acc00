"""The command line from end to end, on the demo and on real recordings."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import ClassVar

import pytest
import soundfile

from bioviz.analysis.misclustered.placement import LISTS
from bioviz.cli import main
from bioviz.datasets import library
from tests.embedding.stored import places_of_blocks

PROJECT = Path(__file__).resolve().parents[2]
PCA = ["--method", "pca"]
FEATURES = ["demo", "acoustic_features"]


def bioviz(*arguments: str, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "bioviz", *map(str, arguments)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        **{"stderr": subprocess.PIPE, **options},
    )


def tone_folder(root: Path, broken: int = 0) -> Path:
    import numpy as np

    for label, hertz in (("owl", 400), ("frog", 1500), ("noise", 0)):
        (root / label).mkdir(parents=True)
        for number in range(4):
            rng = np.random.default_rng(number)
            sound = rng.normal(scale=0.02, size=4000) + 0.3 * np.sin(hertz * np.arange(4000) / 8000 * 6.283)
            soundfile.write(root / label / f"{number}.wav", sound, 8000)
    for number in range(broken):
        (root / "owl" / f"broken{number}.wav").write_bytes(b"RIFF, but no more")
    return root


def test_embed_score_export_on_the_demo(demo_cache, run, tmp_path):
    code, found, err = run("embed", *FEATURES, "--json")
    assert code == 0 and found["clips"] > 500 and found["skipped"] == []
    assert "Embedding" in err and "clips" in err  # progress is on stderr, JSON alone on stdout

    code, scored, _ = run("score", *FEATURES, *PCA, "--json")
    assert code == 0 and scored["clips"] == found["clips"]
    assert set(scored["scores"]) >= {"nmi", "ari", "silhouette"} and scored["scores"]["k"] == 7
    wrong = scored["misclustered_clips"]
    assert {name: len(clips) for name, clips in wrong.items()} == scored["misclustered"]
    assert list(wrong) == list(LISTS) and sum(map(len, wrong.values())) > 0
    for clips in wrong.values():
        against = [clip["neighbors_against"] for clip in clips]
        assert against == sorted(against, reverse=True)
    assert all(clip["cluster_label"] == "background" for clip in wrong["labelled_among_background"])
    wrong = [clip for clips in wrong.values() for clip in clips]
    assert all(clip["cluster_label"] not in clip["labels"] for clip in wrong)
    assert sum(map(sum, scored["table"]["rows"])) == scored["clips"]
    assert scored["provenance"]["settings"]["projection"] == {"method": "pca"}

    code, text, _ = run("score", *FEATURES, *PCA, "--list", "3")
    assert scored["headline"] in text and "labelled clips" in scored["headline"]
    assert scored["against_chance"] in text and "by chance" in text
    assert text.count(".flac") + text.count(".wav") == sum(min(3, n) for n in scored["misclustered"].values())

    code, written, _ = run(
        "export", *FEATURES, *PCA, "--misclustered", "--out", tmp_path / "wrong.csv", "--json"
    )
    assert code == 0 and written["clips"] == len(wrong)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "wrong.csv").read_text())))
    assert list(dict.fromkeys(row["clip"] for row in rows)) == [
        str(clip["row"]) for clip in wrong
    ]  # worst first
    assert {"x", "y", "cluster", "cluster_label", "level_dbfs", "snr_db"} <= set(rows[0])
    assert all(row["misclustered"].lower() in ("true", "1") and row["lies"] in LISTS for row in rows)
    one = ("--misclustered", "labelled_among_background")
    code, written, _ = run("export", *FEATURES, *PCA, *one, "--out", tmp_path / "one.csv", "--json")
    assert code == 0 and written["clips"] == scored["misclustered"]["labelled_among_background"]


@pytest.mark.parametrize(
    ("form", "name", "first"),
    [
        ("raven", "tables", "Selection\t"),
        ("raven-combined", "all.txt", "Selection\t"),
        ("audacity", "labels", re.compile(r"\d+\.\d+\t\d+\.\d+\t")),
    ],
)
def test_export_of_a_whole_dataset(demo_cache, run, tmp_path, form, name, first):
    code, text, _ = run("export", "demo", "--format", form, "--out", tmp_path / name)
    assert code == 0 and "672 clips" in text
    files = [tmp_path / name] if (tmp_path / name).is_file() else sorted((tmp_path / name).glob("*.txt"))
    assert (tmp_path / name / "bioviz_clips.json").is_file() == (
        form == "audacity"
    )  # the windows of the clips
    assert len(files) == (1 if form == "raven-combined" else 48)
    assert re.match(first, files[0].read_text())


def test_add_report_list_remove(run, tmp_path):
    root = tone_folder(tmp_path / "tones", broken=1)
    code, checked, _ = run("add", root, "--check", "--json")
    assert code == 4 and not checked["added"] and library.list_datasets() == []
    assert "broken0.wav" in json.dumps(checked["report"]["problems"])

    code, text, _ = run("add", root, "--name", "Tones", "--option", "background_names=noise")
    assert code == 4 and "broken0.wav" in text and "33\u00a0% background" in text
    (root / "owl" / "broken0.wav").unlink()
    code, added, _ = run("add", root, "--name", "Tones", "--json", "--replace")
    assert code == 0 and added["added"]

    code, listed, _ = run("datasets", "--json")
    assert [(d["id"], d["clips"]) for d in listed] == [(added["dataset"], 12)]
    code, text, _ = run("datasets")
    assert "Tones" in text and "33\u00a0%" in text
    code, one, _ = run("datasets", added["dataset"], "--json")
    assert one["clips"] == 12
    assert run("datasets", added["dataset"], "--remove")[0] == 0
    assert library.list_datasets() == [] and (root / "owl" / "0.wav").exists()


def test_the_unit_of_independence_is_set_and_kept(run, tmp_path):
    for evening in (0, 1):
        for minute in range(4):
            name = f"site_2020060{evening + 1}_21{minute:02d}00.wav"
            label = ("owl", "frog", "noise", "noise")[minute]
            source = tone_folder(tmp_path / f"tones{evening}{minute}") / label / "0.wav"
            target = tmp_path / "field" / label / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes() + bytes(2 * (evening * 4 + minute)))
    _, added, _ = run("add", tmp_path / "field", "--reader", "folders", "--json")
    way = ("diagnose", added["dataset"], "acoustic_features", *PCA, "--json")
    assert run("datasets", added["dataset"], "--unit", "file")[0] == 0
    assert run(*way)[1]["unit"] == "file"
    assert run(*way, "--unit", "session")[1]["unit"] == "session"
    assert run(*way)[1]["unit"] == "session"  # kept with the dataset
    assert library.load(added["dataset"]).unit == "session"


def test_a_recording_lost_later_is_code_4(run, tmp_path):
    root = tone_folder(tmp_path / "tones")
    _, added, _ = run("add", root, "--json")
    (root / "frog" / "2.wav").unlink()
    code, found, _ = run("score", added["dataset"], "acoustic_features", *PCA, "--json")
    assert code == 4 and found["clips"] == 11
    assert [skipped["file"] for skipped in found["skipped"]] == ["frog/2.wav"]


def test_models(run, tmp_path, monkeypatch):
    monkeypatch.setenv("BIOVIZ_WEIGHTS", str(tmp_path))
    code, listed, _ = run("models", "--json")
    by_name = {card["name"]: card for card in listed}
    assert code == 0 and len(by_name) >= 10
    assert by_name["acoustic_features"]["checkpoints"]["none"]["available"]
    assert not by_name["resnet18"]["checkpoints"]["pretrained"]["available"]
    code, text, _ = run("models", "resnet18")
    assert code == 0 and "(pretrained)" in text and ".pth" in text


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["score", "nothing", "acoustic_features"], 3, "no dataset"),
        (["datasets", "nothing"], 3, "no dataset"),
        (["models", "resnet19"], 3, "resnet18"),
        (["add", "/"], 1, "BIOVIZ_DATA"),
        (["cache", "prune", "--limit", "0"], 0, ""),
    ],
)
def test_exit_codes(run, arguments, code, words):
    got, _, err = run(*arguments)
    assert got == code and words in err
    got, answer, _ = run(*arguments, "--json")
    assert got == code and (code == 0 or words in answer["error"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["dance"],
        ["score"],
        ["score", "a", "b", "--method", "magic"],
        ["add", "x", "--option", "y"],
        ["export", "demo", "--misclustered", "--out", "x.csv"],
    ],
)
def test_wrong_usage_is_code_2(arguments):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2


class Server:
    """Stands in for the server that a command starts; notes its words and its environment."""

    started: ClassVar[list] = []

    def __init__(self, command, env):
        self.command, self.env = command, env
        self.started.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def poll(self):
        return None

    def wait(self):
        return 0


@pytest.fixture
def servers(monkeypatch):
    from bioviz.cli.commands import open as opening

    for name in ("BIOVIZ_TOKEN", "BIOVIZ_VIEW_TOKEN", "BIOVIZ_EDITORS", "BIOVIZ_VIEWERS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Server, "started", [])
    monkeypatch.setattr(opening.subprocess, "Popen", Server)
    return Server.started


def test_alone_it_opens_the_app_with_the_projects_settings(servers):
    assert main([]) == 0 and main(["open", "--port", "9000", "--no-browser"]) == 0
    for server in servers:
        assert server.command[2:4] == ["streamlit", "run"] and Path(server.command[4]).name == "app.py"
        assert "--server.address=localhost" in server.command
        assert "--server.showEmailPrompt=false" in server.command and "BIOVIZ_TOKEN" not in server.env
    assert {"--server.port=9000", "--server.headless=true"} <= set(servers[1].command) - set(
        servers[0].command
    )


@pytest.mark.parametrize("words", [["--address", "0.0.0.0"], ["--token"], ["--address", "::"]])
def test_where_others_could_come_in_it_makes_a_token(servers, monkeypatch, capsys, words):
    from bioviz.cli import announcing

    opened = []

    def browser(address):
        file = Path(address.removeprefix("file://"))
        opened.append((address, file.read_text(), file.stat().st_mode & 0o777))
        return False

    monkeypatch.setattr(announcing, "_is_up", lambda *_: True)
    monkeypatch.setattr(announcing.webbrowser, "open", browser)
    assert main(["open", "--port", "9000", *words]) == 0
    (server,) = servers
    token = server.env["BIOVIZ_TOKEN"]
    shown = capsys.readouterr().err
    assert len(token) >= 32 and f":9000/?token={token}" in shown
    assert not any(token in word for word in server.command), "all accounts of a computer read that"
    ((address, page, mode),) = opened
    assert token not in address and f"?token={token}" in page and mode == 0o600
    assert main(["open", *words]) == 0 and servers[1].env["BIOVIZ_TOKEN"] != token


def test_bad_settings_are_sentences(demo_cache, run):
    code, _, err = run("score", *FEATURES, "--n-neighbors", "1")
    assert code == 1 and "n_neighbors" in err and "Traceback" not in err


def test_cache_size_and_prune(run, tmp_path):
    _, added, _ = run("add", tone_folder(tmp_path / "tones"), "--json")
    score = ("score", added["dataset"], "acoustic_features", *PCA)
    run(*score)
    _, size, _ = run("cache", "--json")
    named = {entry["name"]: entry for entry in size["entries"]}
    assert named["blocks"]["evictable"] and not named["datasets"]["evictable"]
    code, text, _ = run("cache")
    assert code == 0 and "MB in" in text
    code, pruned, _ = run("cache", "prune", "--limit", "0", "--json")
    assert code == 0 and pruned["entries"] > 0
    assert library.load(added["dataset"])  # only what can be computed again is gone
    assert run(*score)[0] == 0


def test_interrupt_is_code_130_and_keeps_what_is_done(demo_cache, run):
    run("cache", "prune", "--limit", "0")
    process = bioviz("embed", *FEATURES, "--json")
    deadline = time.monotonic() + 90
    while not places_of_blocks(demo_cache / "blocks"):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert json.loads(out)["code"] == "cancelled" and "kept" in err and "Traceback" not in err
    assert places_of_blocks(demo_cache / "blocks")


def test_progress_is_one_live_line_on_a_terminal(tmp_path, run):
    root = tone_folder(tmp_path / "tones")
    ours, theirs = pty.openpty()
    process = bioviz("add", root, "--json", stderr=theirs)
    os.close(theirs)
    out, _ = process.communicate(timeout=60)
    drawn = os.read(ours, 100_000).decode()
    os.close(ours)
    assert process.returncode == 0 and json.loads(out)["added"]
    assert "\r" in drawn and "[####################] 12/12 recordings" in drawn
    assert run("add", root, "--quiet")[2] == ""


def test_whole_way_on_real_field_recordings(real_data, run):
    code, text, _ = run("add", real_data / "field_detection", "--name", "Field")
    assert code == 4 and "unlabelled_24h" in text and "more (--json lists all)" in text
    (field,) = library.list_datasets()
    assert field.recordings == 29
    code, found, _ = run("score", field.id, "acoustic_features", *PCA, "--json")
    assert (
        code == 0 and found["clips"] == field.clips and 0 < sum(found["misclustered"].values()) < field.clips
    )
    named = {clip["recording"] for clips in found["misclustered_clips"].values() for clip in clips}
    assert named <= {recording.name for recording in library.load(field.id).recordings}
    # Calls of a twentieth of a second in quick succession: shorter clips than usual leave background between them.
    assert "Clips made shorter than usual" in text and 0.1 < field.background_share < 0.4
    way = ("diagnose", field.id, "acoustic_features", *PCA)
    code, found, _ = run(*way, "--json")
    said = [clause["text"] for clause in found["verdict"]]
    assert (
        code == 0 and any("AUROC 0.9" in text for text in said[:2]) and "koumura_bengalese_finch" in said[-1]
    )
    # A note of a finch that nobody annotated, 43 dB above the pauses at 3 to 4 kHz, is on the list of missed calls.
    missed = {(clip["recording"].split("/")[-1], clip["start_s"]) for clip in found["looks_labelled"]}
    assert {("Bird0_0.flac", 0.25), ("Bird0_0.flac", 0.5)} & missed
    code, text, _ = run(*way)
    assert code == 0 and f"- {said[0]}" in text and "Background clips that look like a label" in text


def test_recordings_without_annotations_are_told_so(real_data, run):
    run("add", real_data / "field_detection" / "unlabelled_24h", "--option", "unannotated=background")
    (day,) = library.list_datasets()
    assert day.recordings == 48 and day.background_share == 1
    code, text, _ = run("diagnose", day.id, "acoustic_features", *PCA)
    first, second, *_ = text.splitlines()
    assert code == 0 and first.startswith("- All clips are background: no label is there")
    assert second.startswith("- Neighbors share the file")
