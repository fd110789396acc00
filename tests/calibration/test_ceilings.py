"""What is held against the causes that are found: what somebody could say who knows more than any diagnosis does."""

from __future__ import annotations

import numpy as np
import pytest

from tests.calibration.simulations.plants import knowing
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
