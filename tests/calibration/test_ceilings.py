"""What is held against the causes that are found: what somebody could say who knows more than any diagnosis does."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from bioviz.datasets.types import Annotation, Clips
from tests.calibration import missed
from tests.calibration.simulations.plants import knowing
from tests.calibration.sources import RATE
from tests.calibration.templates import resemblance
from tests.calibration.worlds import World, embedding, recordings


def test_a_template_is_found_at_any_moment_and_level_by_its_shape():
    rng = np.random.default_rng(0)
    template = rng.normal(size=(12, 50)).astype(np.float32)
    template /= np.linalg.norm(template)
    noise = rng.normal(size=(20, 12, 200)).astype(np.float32)
    held = noise.copy()
    held[:, :, 120:170] += 40 * template
    alone, within = resemblance(noise, [template])[0], resemblance(held, [template])[0]
    assert within.min() > alone.max()
    louder = resemblance(3 * noise, [template])[0]
    assert louder.max() < within.min(), "loud noise resembles no more than quiet noise does"


@pytest.mark.parametrize("decides", [True, False])
def test_who_knows_the_truth_says_it_only_where_it_explains_the_confusion(decides):
    rng = np.random.default_rng(1)
    units = recordings(40, 8)
    targets = rng.integers(0, 3, len(units))
    drowned = (targets > 0) & (rng.random(len(units)) < 0.25)
    lost = drowned if decides else (targets > 0) & (rng.random(len(units)) < 0.25)
    world = World(embedding(rng, np.where(lost, 0, targets), units), targets, units, 2)
    diagnosis = world.diagnose()
    said = knowing(diagnosis, world, drowned)
    confused = diagnosis.clips.judged.confused
    assert (drowned & confused).any()
    assert np.array_equal(said, drowned & confused if decides else np.zeros(len(units), bool))


def test_a_call_is_no_template_for_its_own_evening(monkeypatch):
    rng = np.random.default_rng(2)
    time = np.arange(RATE) / RATE
    chirps = [np.sin(2 * np.pi * (600 * time + step * time**2)) for step in np.linspace(-200, 600, 7)]
    sounds = []
    for chirp in chirps:  # each file holds its call twice; only the first is annotated
        sound = 0.01 * rng.normal(size=8 * RATE)
        for start in (1, 5):
            sound[start * RATE : (start + 1) * RATE] += chirp
        sounds.append(sound.astype(np.float32))
    monkeypatch.setattr(missed, "load_clip", lambda sound, *_: sounds[sound])
    n = len(sounds)

    def scores(units: np.ndarray) -> np.ndarray:
        return missed.by_templates(
            SimpleNamespace(
                annotations=tuple(Annotation(i, 1.0, 2.0, "owl", 300.0, 2000.0) for i in range(n)),
                labels=("owl",),
                recordings=[SimpleNamespace(sound=i, duration_s=8.0) for i in range(n)],
                independence=SimpleNamespace(groups=units),
                groups=np.zeros(n, int),  # of clips
                clips=Clips(
                    np.arange(n), np.full(n, 4.0), np.full(n, 7.0), np.zeros((n, 1), bool), np.full(n, "")
                ),
            )
        )

    alone = scores(np.arange(n))
    assert np.isfinite(alone).all()
    together = scores(np.array([0, 0, *range(1, n - 1)]))
    assert together[1] != alone[1] and np.array_equal(together[2:], alone[2:])
