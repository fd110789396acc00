"""The table of background shares: same test clips, as many steps, the seeds' mean and range."""

from __future__ import annotations

import argparse
import json
from zoneinfo import ZoneInfo

import pytest

from bioviz.cli.commands.finetune import plan, summary
from bioviz.cli.main import main
from bioviz.datasets import library
from bioviz.models.checkpoint_record import CheckpointRecord
from bioviz.models.checkpoints import Checkpoint
from bioviz.training.data.split import split_rows
from bioviz.training.settings import preset


def asked(**values) -> argparse.Namespace:
    return argparse.Namespace(
        **{
            "preset": "quick",
            "background_share": [1.0, 0.0],
            "remove_everywhere": False,
            "same_steps": False,
            **values,
        }
    )


def test_less_background_gets_as_many_steps(tones):
    rows = dict(plan(tones, asked(same_steps=True, remove_everywhere=True), "random"))
    assert len(rows) == 3
    clips = [len(split_rows(tones, settings).train) * settings.epochs for settings in rows.values()]
    assert min(clips) > 0.9 * max(clips)
    first, second, paper = rows.values()
    assert first.epochs == preset("quick", trained_start=False).epochs < second.epochs == paper.epochs
    assert not second.remove_everywhere and paper.remove_everywhere


def test_without_being_asked_all_have_the_same_epochs(tones):
    assert {settings.epochs for _, settings in plan(tones, asked(setting_epochs=3), "random")} == {3}


@pytest.mark.parametrize(
    ("values", "text"),
    [([0.5], "0.500"), ([0.25, 0.75], "0.500 (0.250 to 0.750)"), ([0.5, None], "–"), ([], "–")],
)
def test_the_mean_and_the_range(values, text):
    assert summary(values) == text


def test_the_command_prints_a_row_for_each_share(tones, capsys):
    library.save(tones)
    command = [
        "finetune",
        tones.id,
        "tiny",
        "--checkpoint",
        "random",
        "--preset",
        "probe",
        "--epochs",
        "2",
        "--quiet",
    ]
    command += ["--background-share", "1", "0", "--train-seed", "0", "1"]
    assert main(command) == 0
    text = capsys.readouterr().out
    for name in ("frozen, with a linear probe", "share 1, 2 epochs", "share 0, 2 epochs"):
        assert name in text
    assert main([*command, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [len(row["figures"]) for row in data["rows"]] == [1, 2, 2]
    assert len(data["checkpoints"]) == len(data["outcomes"]) == 4
    accuracy = [one["accuracy"] for one in data["rows"][1]["figures"]]
    assert all(0 <= value <= 1 for value in accuracy) and summary(accuracy) in text


def test_an_unknown_dataset_is_said(own_cache, capsys):
    assert main(["finetune", "nowhere", "tiny"]) == 3
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"background_share": 1.0}, "full"),
        ({"background_share": 0.25}, "full, 25\u00a0% background"),
        ({"background_share": 0.0}, "full, without background"),
        (
            {"background_share": 1.0, "remove_everywhere": True},
            "full, without background",
        ),
    ],
)
def test_a_checkpoint_without_a_name_tells_its_background(settings, words):
    record = {"strategy": "full", "created": "2026-11-24T07:24:08+00:00", "settings": settings}
    made = Checkpoint("0123456789abcdef", CheckpointRecord.from_dict(record))
    assert made.title == f"24 Nov 2026, 07:24:08 (UTC), {words}"
    assert made.title_in(ZoneInfo("Europe/Berlin")) == f"24 Nov 2026, 08:24:08 (CET), {words}"
