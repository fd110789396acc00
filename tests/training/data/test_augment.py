"""Augmentation does what it says, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from bioviz.training.data.augment import LOWEST_MIX_DB, Draws, change, draw, hide
from bioviz.training.settings import TrainSettings


def no_draws(count: int) -> Draws:
    return Draws(np.zeros(count), np.ones(count), np.full(count, -1), np.zeros(count), np.zeros((count, 4)))


def test_augmentation_does_what_it_says():
    waves = np.random.default_rng(0).normal(size=(2, 100)).astype(np.float32)
    assert np.array_equal(change(waves, waves[:0], no_draws(2)), waves)
    shifted = change(waves, waves[:0], replace(no_draws(2), shift=np.array([0.1, -0.25])))
    for row, step in ((0, 10), (1, -25)):  # rolled, but for a fade of an eighth to either side of the seam
        rolled, seam = np.roll(waves[row], step), step % 100
        far = np.abs((np.arange(100) - seam + 50) % 100 - 50 + 0.5) > 12
        assert np.array_equal(shifted[row][far], rolled[far]) and far.sum() == 76
        assert np.abs(shifted[row]).sum() < np.abs(rolled).sum()
    louder = change(waves, waves[:0], replace(no_draws(2), gain=np.array([2.0, 1.0])))
    assert np.allclose(louder[0], 2 * waves[0]) and np.array_equal(louder[1], waves[1])
    noise = np.random.default_rng(1).normal(size=(1, 100)).astype(np.float32)
    mixed = change(
        waves, noise, replace(no_draws(2), background=np.array([7, -1]), mix_db=np.array([6.0, 0.0]))
    )
    added = mixed[0] - waves[0]
    assert 20 * np.log10(waves[0].std() / added.std()) == pytest.approx(6, abs=0.3)
    assert np.array_equal(mixed[1], waves[1])


def test_only_background_of_the_training_set_is_mixed_in():
    draws = draw(TrainSettings(mix_background=0.5), 1000, np.array([3, 5]), np.random.default_rng(0))
    assert set(draws.background) == {-1, 3, 5}
    assert (draws.background >= 0).mean() == pytest.approx(0.5, abs=0.06)
    none = draw(TrainSettings(mix_background=0.5), 10, np.array([], dtype=int), np.random.default_rng(0))
    assert (none.background == -1).all()


def test_masks_hide_one_stretch_and_one_band():
    masks = np.array([[1.0, 0.5, 1.0, 0.0]])
    picture = torch.rand(1, 3, 20, 40) + 1
    hidden = hide(picture, masks) == picture.amin()
    assert hidden[0, 0].all(dim=0).nonzero().flatten().tolist() == list(range(16, 24))
    assert hidden[0, 2].all(dim=1).nonzero().flatten().tolist() == list(range(4))
    t = np.arange(1000) / 1000
    tones = torch.tensor(np.sin(2 * np.pi * 50 * t) + np.sin(2 * np.pi * 300 * t), dtype=torch.float32)[None]
    band = hide(tones, np.array([[0.0, 0.0, 1.0, 0.0]]))  # the lowest fifth: 0 to 100 Hz
    spectrum = torch.fft.rfft(band)[0].abs()
    assert spectrum[50] < 1e-2 and spectrum[300] > 400
    assert (hide(tones, np.array([[1.0, 0.0, 0.0, 0.0]]))[0, :200].abs() < 1e-5).all()


def test_background_is_mixed_in_below_the_clip():
    draws = draw(TrainSettings(mix_background=1.0), 2000, np.array([3]), np.random.default_rng(1))
    assert 0 <= draws.mix_db.min() < 1 and LOWEST_MIX_DB - 1 < draws.mix_db.max() <= LOWEST_MIX_DB
