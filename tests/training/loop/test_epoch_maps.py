"""A map after every epoch: it changes nothing of the training, and starts from the one before."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz import runs
from bioviz.datasets import library
from bioviz.errors import Cancelled
from bioviz.training.finetune import finetune, work_of
from bioviz.training.loop.epoch_maps import read_maps
from bioviz.training.settings import TrainSettings
from tests.training import tiny

SETTINGS = TrainSettings(learning_rates=(1e-2,), epochs=3, batch=8)


@pytest.fixture
def mapped(tmp_path):
    """A dataset whose map, as the model hears it before a training, is computed."""
    dataset = tiny.tones(tmp_path / "d", files=8)
    library.save(dataset)
    return dataset, runs.compute_run(runs.RunSpec(dataset.id, "tiny", "random"))


def test_there_is_a_map_of_every_epoch_beside_the_start(mapped):
    dataset, run = mapped
    finetune(dataset, "tiny", "random", SETTINGS, maps=True)
    drawn = read_maps(work_of(dataset, "tiny", "random", 0, SETTINGS).folder)
    assert len(drawn.maps) == 1 + SETTINGS.epochs
    assert np.array_equal(drawn.rows, run.rows)
    assert np.array_equal(drawn.maps[0], run.xy)
    assert all(np.isfinite(xy).all() and xy.shape == run.xy.shape for xy in drawn.maps)
    assert not np.array_equal(drawn.maps[1], drawn.maps[2])
    middles = [xy.mean(axis=0) for xy in drawn.maps]  # turned, scaled and moved onto the one before
    assert np.allclose(middles, middles[0], atol=1e-3)


def test_the_maps_change_nothing_of_what_is_trained(mapped):
    dataset, _ = mapped
    with_maps = finetune(dataset, "tiny", "random", SETTINGS, maps=True)
    work_of(dataset, "tiny", "random", 0, SETTINGS).restart()
    assert finetune(dataset, "tiny", "random", SETTINGS).id == with_maps.id


def test_a_training_that_goes_on_goes_on_with_its_maps(mapped):
    dataset, _ = mapped
    whole = finetune(dataset, "tiny", "random", SETTINGS, maps=True)
    work = work_of(dataset, "tiny", "random", 0, SETTINGS)
    expected = read_maps(work.folder).maps
    work.restart()

    class StopInSecondEpoch:
        def report(self, stage, done, total, unit="clips", note=""):
            if stage == "Training" and len((read_maps(work.folder) or whole_of_nothing).maps) > 1:
                raise Cancelled("stop")

    whole_of_nothing = type("Nothing", (), {"maps": ()})
    with pytest.raises(Cancelled):
        finetune(dataset, "tiny", "random", SETTINGS, maps=True, progress=StopInSecondEpoch())
    assert len(read_maps(work.folder).maps) == 2
    assert finetune(dataset, "tiny", "random", SETTINGS, maps=True).id == whole.id
    assert all(np.array_equal(a, b) for a, b in zip(read_maps(work.folder).maps, expected, strict=True))


def test_without_a_map_of_the_start_there_are_none(tmp_path):
    dataset = tiny.tones(tmp_path / "d", files=8)
    library.save(dataset)
    finetune(dataset, "tiny", "random", SETTINGS, maps=True)
    assert read_maps(work_of(dataset, "tiny", "random", 0, SETTINGS).folder) is None
