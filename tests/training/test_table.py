"""The table of background shares: same test clips, as many steps, the seeds' mean and range."""

from __future__ import annotations

import argparse

import pytest

from bioviz.datasets import library
from bioviz.training.__main__ import main, plan, summary
from bioviz.training.checkpoints import Checkpoint
from bioviz.training.settings import preset
from bioviz.training.split import split_rows


def asked(**values) -> argparse.Namespace:
    return argparse.Namespace(
        **{
            "preset": "quick",
            "checkpoint": "random",
            "epochs": None,
            "background_share": [1.0, 0.0],
            "remove_everywhere": False,
            "same_steps": False,
            **values,
        }
    )


def test_less_background_gets_as_many_steps(tones):
    rows = dict(plan(tones, asked(same_steps=True, remove_everywhere=True)))
    assert len(rows) == 3
    clips = [len(split_rows(tones, settings).train) * settings.epochs for settings in rows.values()]
    assert min(clips) > 0.9 * max(clips)
    first, second, paper = rows.values()
    assert first.epochs == preset("quick", trained_start=False).epochs < second.epochs == paper.epochs
    assert not second.remove_everywhere and paper.remove_everywhere


def test_without_being_asked_all_have_the_same_epochs(tones):
    assert {settings.epochs for _, settings in plan(tones, asked(epochs=3))} == {3}


@pytest.mark.parametrize(
    ("values", "text"),
    [([0.5], "0.500"), ([0.25, 0.75], "0.500 (0.250 to 0.750)"), ([0.5, None], "–"), ([], "–")],
)
def test_the_mean_and_the_range(values, text):
    assert summary(values) == text


def test_the_command_prints_a_row_for_each_share(tones, capsys):
    library.save(tones)
    command = ["--dataset", tones.id, "--model", "tiny", "--preset", "probe", "--epochs", "2"]
    assert main([*command, "--background-share", "1", "0", "--seed", "0", "1"]) == 0
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines()]
    names = [row[0].strip("| ") for row in rows[2:5]]
    assert names == ["frozen, with a linear probe", "share 1, 2 epochs", "share 0, 2 epochs"]
    assert " to " in rows[3][1]  # accuracy of two seeds
    assert 0 <= float(rows[2][1]) <= 1


def test_an_unknown_dataset_is_said(own_cache, capsys):
    assert main(["--dataset", "nowhere"]) == 1
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"background_share": 1.0}, "full 2026-11-24 07:24 0123"),
        ({"background_share": 0.25}, "full 25% background, 2026-11-24 07:24 0123"),
        ({"background_share": 0.0}, "full without background, 2026-11-24 07:24 0123"),
        (
            {"background_share": 1.0, "remove_everywhere": True},
            "full without background, 2026-11-24 07:24 0123",
        ),
    ],
)
def test_a_checkpoint_without_a_name_tells_its_background(settings, words):
    record = {"strategy": "full", "created": "2026-11-24T07:24:08+00:00", "settings": settings}
    assert Checkpoint("0123456789abcdef", record).title == words
