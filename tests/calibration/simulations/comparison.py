"""Two models on the same clips: equally good ones must not be told apart, better ones must."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bioviz.analysis.comparison.comparison import Changes, compare_sides
from bioviz.analysis.comparison.sides import Side
from bioviz.analysis.neighbors.knn import knn_both
from tests.calibration.registry import Row, Simulation
from tests.calibration.worlds import embedding, recordings, targets

LABELS = 8
SCORE, LABEL = 'Compare: some score "better" or "worse"', 'Compare: some label "less" or "more confused"'
EQUAL = "two models drawn alike, 8 labels, {n} recordings"


def _side(rng: np.random.Generator, kinds: np.ndarray, recording: np.ndarray, apart: float) -> Side:
    x = embedding(rng, kinds, recording, apart=apart, leak=1.0)
    graphs = knn_both(x, min(50, len(x) - 1), recording)
    matrix = np.eye(LABELS + 1, dtype=bool)[kinds][:, 1:]
    clusters = rng.permutation(kinds)
    return Side(x, *graphs, matrix, kinds, clusters, clusters != kinds)


def compared(
    rng: np.random.Generator, n_recordings: int, left: float, right: float, background: float = 0.4
) -> Changes:
    """Two models of which each puts the places of the labels so far apart."""
    recording = recordings(n_recordings, 20)
    kinds = targets(rng, recording, LABELS, background)
    # A recording has its own two labels beside background, as in the field.
    own = rng.integers(1, LABELS + 1, (n_recordings, 2))
    kinds = np.where(kinds > 0, own[recording, kinds % 2], 0)
    sides = [_side(rng, kinds, recording, apart) for apart in (left, right)]
    names = ("background", *(f"species {i + 1}" for i in range(LABELS)))
    return compare_sides(*sides, names, recording)


def _equal(n_recordings: int):
    def trial(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        found = compared(rng, n_recordings, 2.0, 2.0)
        score = any(difference.exceeds for difference in found.scores)
        label = bool(found.labels.claimed.any())
        shown = [d for d in found.scores if d.low is not None and d.high is not None]
        # Nothing differs between two models drawn alike, so that an interval is right where it holds 0.
        right = sum(d.low <= 0 <= d.high for d in shown)
        ends = np.stack([found.labels.low, found.labels.high])[:, np.isfinite(found.labels.low)]
        return {
            "score": (score, 1),
            "label": (label, 1),
            "any": (score or label, 1),
            "scores cover": (right, len(shown)),
            "labels cover": (int(((ends[0] <= 0) & (ends[1] >= 0)).sum()), ends.shape[1]),
        }

    return trial


def better(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """The right model puts the places of the labels twice as far apart."""
    found = compared(rng, 24, 1.5, 3.0)
    by_name = {difference.name: difference for difference in found.scores}
    separability = by_name["separability_neighbor"]
    worse = any(
        d.exceeds and (d.difference or 0) < 0
        for d in found.scores
        if d.name not in ("noise_confusion", "confused")
    )
    return {
        "separability": (bool(separability.exceeds), 1),
        "label": (bool(found.labels.claimed.any()), 1),
        "wrong way": (worse, 1),
    }


def _rows(n_recordings: int, before: tuple[str, str]) -> tuple[Row, ...]:
    world = EQUAL.format(n=n_recordings)
    return (
        Row("score", SCORE, world, 0.05, True, before[0]),
        Row("label", LABEL, world, 0.05, True, before[1]),
        Row("any", "Compare: anything at all (family-wise)", world, 0.05, True),
        Row("scores cover", "95 % interval of a score's difference", world, 0.92, False),
        Row("labels cover", "95 % interval of a label's difference", world, 0.92, False),
    )


SIMULATIONS = (
    Simulation("comparison.twenty", _rows(20, ("66 % (issue)", "78 % (issue)")), _equal(20), small=12),
    Simulation("comparison.eight", _rows(8, ("76 % (issue)", "97 % (issue)")), _equal(8)),
    Simulation(
        "comparison.better",
        (
            Row(
                "separability",
                'Background separability "better" (power)',
                "one model twice as far apart",
                0.9,
                False,
            ),
            Row("label", "some label less confused (power)", "one model twice as far apart", 0.5, False),
            Row("wrong way", "some score worse", "one model twice as far apart", 0.05, True),
        ),
        better,
    ),
)
