"""What the noise experiment says of labels: nothing where the embedding tells nothing, and where they are lost else."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bioviz.analysis.neighbors.knn import knn
from bioviz.analysis.scores.lost_at import lost_apart, told_as_recorded
from bioviz.experiments.noise_scores import NoiseScores, Reference, score_mixtures
from tests.calibration.registry import Row, Simulation

SNRS = np.array([np.inf, 20, 15, 10, 5, 0, -5, -10])
LABELS, EACH, WIDTH = 5, 20, 32


def random_embedding(share: float):
    def trial(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        scores = scored(rng, share, None)
        first, last = lost_apart(scores.lost_at_db)
        return {
            "any": (bool(told_as_recorded(scores.told).any()), 1),
            "named": (bool(len(first) or len(last)), 1),
        }

    return trial


def known_places(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """Three labels are lost at 5 dB, one at 15 dB, one at -5 dB."""
    at = np.array([15.0, 5, 5, 5, -5])
    scores = scored(rng, 0.5, at)
    found = scores.lost_at_db[:, 0]
    first, last = lost_apart(scores.lost_at_db)
    return {
        "told": (float((np.abs(found - at) <= 2.5).sum()), LABELS),
        "covered": (float(((scores.lost_at_db[:, 1] <= at) & (at <= scores.lost_at_db[:, 2])).sum()), LABELS),
        "first": (first.tolist() == [0], 1),
        "wrongly": (bool(set(first) - {0} or set(last) - {4}), 1),
    }


def equal_labels(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """All labels are lost at 5 dB."""
    first, last = lost_apart(scored(rng, 0.5, np.full(LABELS, 5.0)).lost_at_db)
    return {"named": (bool(len(first) or len(last)), 1)}


def scored(rng: np.random.Generator, background: float, lost_at: np.ndarray | None) -> NoiseScores:
    """Two clips a recording; as noise is added a label's clips go where background is, half of them by `lost_at`."""
    calls = LABELS * EACH * 2
    n_background = int(calls * background / (1 - background))
    targets = np.concatenate([np.repeat(np.arange(1, LABELS + 1), EACH * 2), np.zeros(n_background, int)])
    recording = np.arange(len(targets)) // 2
    centres = np.vstack([np.zeros(WIDTH), 8 * np.eye(LABELS, WIDTH)]) * (lost_at is not None)
    offset = rng.normal(size=(recording.max() + 1, WIDTH))
    x = centres[targets] + rng.normal(size=(len(targets), WIDTH)) + 0.5 * offset[recording]
    rows = np.concatenate(
        [rng.permutation(np.flatnonzero(targets == t))[:EACH] for t in range(1, LABELS + 1)]
    )
    mixed = np.repeat(x[rows][None], len(SNRS), axis=0)
    if lost_at is None:
        mixed[1:] = rng.normal(size=mixed[1:].shape)
    else:
        own = lost_at[targets[rows] - 1] + rng.normal(0, 2, recording.max() + 1)[recording[rows]]
        sunk = SNRS[:, None] < own
        mixed[sunk] = (mixed - centres[targets[rows]])[sunk]
    labels = np.eye(LABELS + 1, dtype=bool)[targets][:, 1:]
    graph = knn(x, 20, groups=recording)
    reference = Reference(x, x[:, :2], recording, labels, graph)
    noise = rng.choice(recording[targets == 0], len(rows))
    return score_mixtures(reference, mixed, SNRS, labels[rows], recording[rows], noise)


SAYS = '"<label> is lost at x dB" instead of "cannot be told"'
FIRST = '"<label> is lost first / last"'
BEFORE = "20 of 20 (issue 9, embedding at random)"
SIMULATIONS = (
    *(
        Simulation(
            f"noise.random_{100 * share:.0f}",
            (
                Row(
                    "any",
                    SAYS,
                    f"embedding random, {share:.0%} background",
                    0.05,
                    True,
                    BEFORE if share != 0.5 else "",
                ),
                Row("named", FIRST, f"embedding random, {share:.0%} background", 0.05, True),
            ),
            random_embedding(share),
            small=4,
        )
        for share in (0.2, 0.5, 0.8)
    ),
    Simulation(
        "noise.known_places",
        (
            Row("told", SAYS + ", within half a step", "lost at 15, 5, 5, 5, -5 dB (power)", 0.8, False),
            Row("covered", "interval of where a label is lost", "lost at 15, 5, 5, 5, -5 dB", 0.92, False),
            Row("first", FIRST + " names the first", "lost at 15, 5, 5, 5, -5 dB (power)", 0.8, False),
            Row("wrongly", FIRST + " names another", "lost at 15, 5, 5, 5, -5 dB", 0.05, True),
        ),
        known_places,
        small=2,
    ),
    Simulation(
        "noise.equal_labels",
        (Row("named", FIRST, "all lost at the same ratio", 0.05, True),),
        equal_labels,
        small=2,
    ),
)
