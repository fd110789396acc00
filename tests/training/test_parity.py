"""Parity: a trained network and its opened checkpoint say the same."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.training import parity


def test_parity_sees_a_mismatch_that_plain_cosine_hides():
    rng = np.random.default_rng(0)
    common = rng.normal(size=64)
    trained = (common + 0.005 * rng.normal(size=(16, 64))).astype(np.float32)  # all clips nearly alike
    assert parity.judge(trained, trained, trained).usable
    mixed_up = trained[::-1].copy()
    told = parity.judge(trained, mixed_up, trained)
    assert told.opened > parity.SAME and not told.usable and told.of_spread > 0.5
    assert not parity.judge(trained, trained, rng.normal(size=trained.shape)).usable
    assert "not numbers" in parity.judge(trained, trained * np.nan, trained).reason


@pytest.mark.parametrize(("cosine", "usable"), [(0.9990, True), (0.9970, False), (0.88, False)])
def test_parity_is_strict_about_what_the_cache_holds(cosine, usable):
    """Half precision moves an embedding by a cosine of 0.9997; a model that heard other sound by 0.88 and more."""
    rng = np.random.default_rng(0)
    trained = rng.normal(size=(16, 64))
    aside = rng.normal(size=trained.shape)
    aside -= (aside * trained).sum(1, keepdims=True) / (trained**2).sum(1, keepdims=True) * trained
    aside *= np.linalg.norm(trained, axis=1, keepdims=True) / np.linalg.norm(aside, axis=1, keepdims=True)
    cached = cosine * trained + np.sqrt(1 - cosine**2) * aside
    assert parity.judge(trained, trained, cached).usable is usable
    assert parity.judge(trained, trained, trained, mixed=cached).usable is usable


@pytest.mark.parametrize(
    ("path", "rounding", "usable"),
    [
        (0.01, 0.0, True),  # within the strict bounds
        (0.02, 0.0, False),
        (0.02, 0.015, True),  # rounding alone does as much
        (0.02, 0.005, False),  # four times what rounding does
        (0.08, 0.08, False),  # no rounding excuses so much
    ],
)
def test_what_rounding_alone_does_is_excused_up_to_what_the_cache_may_be_off(path, rounding, usable):
    """Distances as shares of an embedding's length, about its distance from others too."""
    rng = np.random.default_rng(0)
    trained = rng.normal(size=(16, 64))

    def moved(share):
        return trained + share * rng.normal(size=trained.shape)

    rounded = [trained, moved(rounding)] if rounding else []
    found = parity.judge(trained, moved(path), trained, rounded=rounded)
    assert found.usable is usable, found
    assert usable or "rounding alone" in found.reason
