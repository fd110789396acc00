"""Properties of the sound named as going with confusion, where they do not and where one decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tests.calibration.registry import Row, Simulation
from tests.calibration.worlds import World, embedding, properties, recordings, said, targets

SENTENCE = '"Clips of X with <property> below t sit in background: 94 % against 24 %"'
LABELS = 3
UNITS = 40
CLIPS = 10


def labels_random(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """The embedding knows types of sound and the recording; labels were drawn by lot."""
    recording = recordings(UNITS, CLIPS)
    kinds = targets(rng, recording, LABELS, 0.5)
    world = World(embedding(rng, kinds, recording), rng.permutation(kinds), recording, LABELS)
    clauses = world.with_properties(rng).verdict()
    false = ("cause", "queue", "leak")
    beyond = said(clauses, "separability", "tells background")
    return {
        "cause": (said(clauses, "cause"), 1),
        "any": (beyond or any(said(clauses, kind) for kind in false), 1),
    }


def confusion_random(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """A share of the labelled clips, another one in each recording, sits in background; no property has a say."""
    recording = recordings(UNITS, CLIPS)
    kinds = targets(rng, recording, LABELS, 0.5)
    lost = (kinds > 0) & (rng.random(len(kinds)) < rng.beta(2, 4, UNITS)[recording])
    world = World(embedding(rng, np.where(lost, 0, kinds), recording), kinds, recording, LABELS)
    return {"cause": (said(world.with_properties(rng).verdict(), "cause"), 1)}


def snr_decides(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """Below 3 dB eight of ten calls sit in background, above one of ten; other properties go with SNR."""
    recording = recordings(UNITS, CLIPS)
    kinds = targets(rng, recording, LABELS, 0.5)
    columns = properties(rng, recording)
    columns["snr_db"] = 5 + 4 * columns["snr_db"]
    lost = (kinds > 0) & (rng.random(len(kinds)) < np.where(columns["snr_db"] < 3, 0.8, 0.1))
    world = World(embedding(rng, np.where(lost, 0, kinds), recording), kinds, recording, LABELS, columns)
    clauses = [clause for clause in world.verdict() if clause.kind == "cause" and clause.claim]
    return {"cause": (any(clause.refs["feature"] == "snr_db" for clause in clauses), 1)}


def one_label_depends(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """As `snr_decides` for the first of three labels alone; named is that label, or all of them."""
    recording = recordings(UNITS, CLIPS)
    kinds = targets(rng, recording, LABELS, 0.4)
    columns = properties(rng, recording)
    columns["snr_db"] = 5 + 4 * columns["snr_db"]
    lost = (kinds == 1) & (rng.random(len(kinds)) < np.where(columns["snr_db"] < 3, 0.8, 0.1))
    world = World(embedding(rng, np.where(lost, 0, kinds), recording), kinds, recording, LABELS, columns)
    clauses = [clause for clause in world.verdict() if clause.kind == "cause" and clause.claim]
    wrong = any(set(clause.refs["targets"]) & {2, 3} for clause in clauses)
    return {"cause": (any(c.refs["feature"] == "snr_db" for c in clauses), 1), "wrong label": (wrong, 1)}


def few_recordings(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """Confusion and every property differ from one of ten recordings to the next, not within."""
    recording = recordings(10, 30)
    kinds = targets(rng, recording, LABELS, 0.5)
    lost = (kinds > 0) & (rng.random(len(kinds)) < rng.beta(0.5, 0.5, 10)[recording])
    world = World(embedding(rng, np.where(lost, 0, kinds), recording), kinds, recording, LABELS)
    columns = {name: values[recording * 30] for name, values in properties(rng, recording).items()}
    return {"cause": (said(replace(world, acoustic=columns).verdict(), "cause"), 1)}


SIMULATIONS = (
    Simulation(
        "causes.labels_random",
        (
            Row("cause", SENTENCE, "labels random", 0.05, True, "74 %"),
            Row(
                "any", "anything of labels or background beyond chance", "labels random", 0.05, True, "100 %"
            ),
        ),
        labels_random,
        small=12,
    ),
    Simulation(
        "causes.confusion_random",
        (Row("cause", SENTENCE, "confusion at random, more in some recordings", 0.05, True, "77 %"),),
        confusion_random,
        small=8,
    ),
    Simulation(
        "causes.few_recordings",
        (
            Row(
                "cause",
                SENTENCE,
                "ten recordings, confusion and properties differ between them alone",
                0.05,
                True,
                "75 %",
            ),
        ),
        few_recordings,
    ),
    Simulation(
        "causes.snr_decides",
        (Row("cause", SENTENCE + " names SNR", "SNR decides (power)", 0.9, False, "100 %"),),
        snr_decides,
        small=8,
    ),
    Simulation(
        "causes.one_label_depends",
        (
            Row(
                "cause",
                SENTENCE + " names SNR",
                "SNR decides for one of three labels (power)",
                0.9,
                False,
                "100 %",
            ),
            Row(
                "wrong label", SENTENCE + " names a label", "whose confusion has no cause", 0.05, True, "0 %"
            ),
        ),
        one_label_depends,
    ),
)
