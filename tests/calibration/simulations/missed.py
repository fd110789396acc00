"""Calls that nobody annotated, ranked and named by the sound: held against annotated calls as templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np

from bioviz.analysis.diagnosis.queues import Queue, queues
from bioviz.analysis.neighbors.knn import knn_both
from bioviz.analysis.neighbors.noise_confusion import noise_confusion
from bioviz.analysis.scores.template_scores import template_scores
from bioviz.analysis.statistics.auc import auroc
from tests.calibration.material import material
from tests.calibration.registry import Row, Simulation
from tests.calibration.sound_worlds import CALL_S, LENGTH_S, MIN_OVERLAP, SoundWorld, world
from tests.calibration.sources import RATE, here, source

RECORDINGS, CALLING = 24, 8
SYNTHETIC_RATE = 4000
SAID = '"The first ... clips stand out" of the queue of missed calls, ranked by templates'
RANKED = "AUROC of missed calls against background, ranked by templates (mean)"


def named(made: SoundWorld, rng: np.random.Generator) -> tuple[Queue, np.ndarray, np.ndarray]:
    """(the queue where the embedding knows nothing, (n,) scores by templates, (n,) bool background asked about)."""
    share = made.call_share
    background, touched = share <= MIN_OVERLAP, share > 0
    x = rng.normal(size=(len(share), 8)).astype(np.float32)
    graphs = knn_both(x, 20, made.recording)
    scores = template_scores(made.alike(), background)
    first, _ = queues(
        noise_confusion(graphs[1], background, made.recording),
        graphs[1],
        x,
        background,
        made.recording,
        np.where(background, 1, 0),
        rng.normal(size=len(share)),  # as the embedding tells calls: not at all
        touched,
        by_templates=scores,
    )
    return first, scores[:, 0], background & ~touched


def outcome(made: SoundWorld, rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    first, scores, asked = named(made, rng)
    said, share = first.rows[: first.beyond], made.missed_share
    held, free = asked & (share > 0.99), asked & (share == 0)
    of_unit = np.bincount(made.recording[said], minlength=RECORDINGS)
    whole = (of_unit == np.bincount(made.recording[asked], minlength=RECORDINGS)) & (of_unit > 0)
    ranked = auroc(scores[held | free], held[held | free]).value if held.any() else None
    return {
        "said": (float(first.beyond > 0), 1),
        "wrong": (float(free[said].sum()), len(said)),
        "found": (float(held[said].sum()), float(held.sum())),
        "ranked": (0.0, 0) if ranked is None else (ranked, 1),
        "whole": (float(whole.sum()), RECORDINGS),
    }


def sweeps(unboxed: float) -> Callable[[np.random.Generator], Mapping[str, tuple[float, float]]]:
    """One falling call, hardly varied, in noise with other sounds in the same band: rising, steady, and knocks."""

    def trial(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        time = np.arange(round(CALL_S * SYNTHETIC_RATE)) / SYNTHETIC_RATE
        calls = [_sweep(time, rng.uniform(1150, 1250), -rng.uniform(550, 650)) for _ in range(CALLING)]
        noise = rng.normal(size=(RECORDINGS, round(LENGTH_S * SYNTHETIC_RATE)))
        for recording in noise:
            kind = rng.integers(4)  # each recording has other sounds of its own, calls besides or not
            for _ in range(rng.integers(0, 6) if kind else 0):
                sound = (_sweep(time, 650, 150), _sweep(time, 900, 0), _knock(time))[kind - 1]
                start = rng.integers(len(recording) - len(time))
                recording[start : start + len(time)] += rng.uniform(1, 5) * sound
        return outcome(world(rng, noise, SYNTHETIC_RATE, calls, (500.0, 1300.0), unboxed), rng)

    return trial


def animals(
    unboxed: float, among_animals: bool
) -> Callable[[np.random.Generator], Mapping[str, tuple[float, float]]]:
    """Real calls of one kind of animal, an individual a recording, in real background or among other animals."""

    def trial(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
        clips = source("animals")
        label = int(rng.integers(1, len(clips.names)))
        own = rng.permutation(np.flatnonzero(clips.targets == label))[:CALLING]
        usable = np.flatnonzero(clips.targets != label if among_animals else clips.targets == 0)
        each = round(LENGTH_S * RATE / clips.sounds.shape[1])
        rows = rng.choice(usable, (RECORDINGS, each), replace=len(usable) < RECORDINGS * each)
        noise = clips.sounds[rows].reshape(RECORDINGS, -1)
        return outcome(world(rng, noise, RATE, [_loudest(i) for i in own], _band(label), unboxed), rng)

    return trial


@cache
def _band(label: int) -> tuple[float, float]:
    made = material("acoustic_features", "animals")
    own = made.targets == label
    low, high = (float(np.nanmedian(made.columns[name][own])) for name in ("call_low_hz", "call_high_hz"))
    return low, high


def _loudest(row: int) -> np.ndarray:
    sound = source("animals").sounds[row].astype(np.float64)
    total = np.cumsum(np.pad(np.square(sound), (1, 0)))
    length = round(CALL_S * RATE)
    first = int((total[length:] - total[:-length]).argmax())
    return sound[first : first + length]


def _sweep(time: np.ndarray, hz: float, hz_per_s: float) -> np.ndarray:
    return np.sin(2 * np.pi * (hz * time + hz_per_s * time**2 / 2)) * np.hanning(len(time))


def _knock(time: np.ndarray) -> np.ndarray:
    return np.sin(2 * np.pi * 900 * time) * np.exp(-time / 0.1)


def _rows(of: str, missed: bool, power: bool) -> tuple[Row, ...]:
    whole = Row("whole", "a recording of which every clip stands out", of, 0.0, True)
    if not missed:
        return (Row("said", SAID, f"{of}, nothing missed", 0.05, True), whole)
    of = f"{of}, three calls in ten not annotated"
    return (
        Row("ranked", RANKED, of, 0.8, False if power else None),
        Row("found", f"{SAID}: missed calls among them", of, 0.5, False if power else None),
        Row("wrong", f"{SAID}: none is in them", of, 0.1, True if power else None),
        whole,
    )


SIMULATIONS = tuple(
    Simulation(name, _rows(of, missed, power), trial, small)
    for name, of, missed, power, trial, small in (
        ("missed.sweeps_nothing", "one call in noise, beside other sounds", False, True, sweeps(0.0), 2),
        ("missed.sweeps", "one call in noise, beside other sounds", True, True, sweeps(0.3), 2),
        *(
            (
                (
                    "missed.animals_nothing",
                    "ESC-50 animals in its background",
                    False,
                    False,
                    animals(0.0, False),
                    0,
                ),
                ("missed.among_nothing", "ESC-50 animals among others", False, False, animals(0.0, True), 0),
                ("missed.animals", "ESC-50 animals in its background", True, False, animals(0.3, False), 0),
            )
            if here("animals")
            else ()
        ),
    )
)
