"""Whether the 95 % intervals on the page hold the truth: the mean of the figure over many datasets of that size."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.codes import with_background
from bioviz.analysis.diagnosis.shortcuts.coarser_units import background_auroc
from bioviz.analysis.neighbors.jackknife import parts_of, replicates
from bioviz.analysis.neighbors.knn import knn, knn_both
from bioviz.analysis.neighbors.label_confusion import LabelConfusion, label_confusion, label_scores
from bioviz.analysis.neighbors.noise_confusion import noise_confusion
from bioviz.analysis.scores.prediction import Separability, neighbor_auroc, separability
from bioviz.analysis.statistics.auc import auroc
from tests.calibration.registry import Row, Simulation
from tests.calibration.worlds import World, embedding, recordings

K = 20
METRIC = "cosine"
"""As the graphs that the truth is taken from."""
TRUTH_DATASETS = 200


@dataclass(frozen=True)
class Design:
    """A population of recordings.

    Attributes:
        units: recordings. clips: of each. labels: number of labels, one in each recording, besides background.
        lost: (a, b) of the beta distribution that a recording's share of lost calls is drawn from.
        apart, leak: see `worlds.embedding`.
    """

    units: int
    clips: int
    labels: int
    lost: tuple[float, float]
    apart: float = 8.0
    leak: float = 1.0

    def world(self, rng: np.random.Generator) -> World:
        recording = recordings(self.units, self.clips)
        species = (np.arange(self.units) % self.labels + 1)[recording]
        kinds = np.where(rng.random(len(recording)) < 0.5, 0, species)
        lost = (kinds > 0) & (rng.random(len(kinds)) < rng.beta(*self.lost, self.units)[recording])
        x = embedding(rng, np.where(lost, 0, kinds), recording, self.apart, self.leak)
        return World(x, kinds, recording, self.labels)


@functools.cache
def truth(design: Design) -> tuple[np.ndarray, float]:
    """(mean confusion of each target, mean AUROC by neighbors in other recordings)."""
    rng = np.random.default_rng(2026)
    confusion, scores = [], []
    for _ in range(TRUTH_DATASETS):
        world = design.world(rng)
        graph = knn(world.x, K, METRIC, groups=world.recording)
        background = world.targets == 0
        found = noise_confusion(graph, background, world.recording)
        confusion.append(label_confusion(graph, found, world.label_matrix, world.recording).confusion)
        score = np.where(background, 1 - found.confusion, found.confusion)
        scores.append(auroc(score, background).value)
    return np.mean(confusion, axis=0), float(np.mean(scores))


def _figures(world: World) -> tuple[LabelConfusion, Separability]:
    """As `diagnose` computes them, without the rest of a diagnosis."""
    background, units, parts = world.targets == 0, world.recording, parts_of(world.recording)
    naive_graph, graph = knn_both(world.x, min(50, len(world.x) - 1), units)
    targets = with_background(world.label_matrix)
    statistics = {
        "labels": lambda confusion: label_scores(confusion, targets),
        "auroc": lambda confusion: neighbor_auroc(confusion, background),
    }
    left_out = replicates(graph, K, background, units, parts, statistics)
    found = noise_confusion(graph.first(K), background, units)
    unknown = np.full(len(background), np.nan)
    with_same_unit = noise_confusion(naive_graph.first(K), background)
    auroc = left_out["auroc"][:, 0]
    told = separability((with_same_unit, unknown), (found, unknown), background, units, (parts, auroc, auroc))
    return label_confusion(graph.first(K), found, world.label_matrix, units, left_out["labels"]), told


def coverage(design: Design) -> Callable[[np.random.Generator], Mapping[str, tuple[float, float]]]:
    """The trial of a design."""

    def trial(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        confusion, score = truth(design)
        world = design.world(rng)
        labels, auc = _figures(world)
        outer = background_auroc(world.x, world.targets == 0, world.recording, K, METRIC)
        low, high = labels.low, labels.high
        shown = np.isfinite(low)
        holds = shown & (low <= confusion + 1e-9) & (confusion <= high + 1e-9)
        known, outer_known = auc.low is not None, outer.low is not None
        return {
            "label": (holds[1:].sum(), shown[1:].sum()),
            "background": (holds[0], shown[0]),
            "auroc": (known and auc.low <= score + 1e-9 and score <= auc.high + 1e-9, known),
            "coarser": (
                outer_known and outer.low <= score + 1e-9 and score <= outer.high + 1e-9,
                outer_known,
            ),
            "width": (np.nansum(high[1:] - low[1:]), shown[1:].sum()),
            "certain": (known and auc.high - auc.low < 1e-6, 1),
        }

    return trial


def _simulation(name: str, world: str, design: Design, before: str, small: int = 0) -> Simulation:
    label, background, auroc, width, certain, coarser = (f"{each} %" for each in before.split())
    return Simulation(
        f"intervals.{name}",
        (
            Row("label", "interval of a label's confusion holds the truth", world, 0.92, False, label),
            Row(
                "background",
                "interval of background's confusion holds the truth",
                world,
                0.92,
                False,
                background,
            ),
            Row("auroc", "interval of the AUROC holds the truth", world, 0.92, False, auroc),
            Row(
                "coarser",
                "interval of the AUROC by a coarser unit holds the truth",
                world,
                0.92,
                False,
                coarser,
            ),
            Row("width", "mean width of a label's interval (% of the scale)", world, 0, None, width),
            Row("certain", 'AUROC "1.00 to 1.00"', world, 0.0, True, certain),
        ),
        coverage(design),
        small,
    )


SIMULATIONS = (
    _simulation(
        "ten_a_label",
        "ten recordings a label, calls lost in some",
        Design(30, 10, 3, (1, 3)),
        "91 38 90 24 0 95",
        20,
    ),
    _simulation(
        "forty_a_label",
        "forty recordings a label, calls lost in some",
        Design(80, 6, 2, (1, 3)),
        "93 36 92 15 0 91",
    ),
    _simulation(
        "lost_whole",
        "ten recordings a label, in some of which all calls are lost",
        Design(20, 12, 2, (0.3, 0.6)),
        "92 39 88 34 0 91",
    ),
    _simulation(
        "rarely_lost",
        "ten recordings a label, one call in forty is lost",
        Design(30, 10, 3, (0.25, 9.75)),
        "68 26 74 7 8 78",
        15,
    ),
    _simulation(
        "apart", "ten recordings a label, nothing is lost", Design(30, 10, 3, (1, 1e9)), "47 35 0 1 100 100"
    ),
    _simulation(
        "mixed",
        "ten recordings a label, in part mixed with background",
        Design(30, 10, 3, (1, 1e9), 2.0, 1.5),
        "91 91 83 17 0 75",
    ),
    _simulation(
        "leaky",
        "ten recordings a label, the recording outweighs the label",
        Design(30, 10, 3, (1, 3), 4.0, 3.0),
        "90 88 85 19 0 75",
    ),
    _simulation(
        "clip_a_recording",
        "a hundred recordings of one clip each",
        Design(100, 1, 3, (1, 3)),
        "84 33 88 26 0 87",
    ),
    _simulation(
        "few",
        "five recordings a label: shown only where it holds",
        Design(10, 12, 2, (1, 3)),
        "69 41 88 28 0 91",
    ),
)
