"""Missed calls and wrong labels that are said to be there, where there are none and where some were planted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tests.calibration.registry import Row, Simulation
from tests.calibration.worlds import World, embedding, recordings, said

MISSED = '"... background clips look like a label: calls may have been missed there"'
FAINT = '"... labelled clips look like background: faint calls, or wrong labels"'
UNITS = 40
CLIPS = 20


def _sounds(rng: np.random.Generator, recording: np.ndarray) -> np.ndarray:
    """(n,) one of six kinds of background sound, each more common in some recordings than in others."""
    share = rng.dirichlet(np.full(6, 0.5), recording.max() + 1)
    return (rng.random(len(recording))[:, None] > share.cumsum(axis=1)[recording]).sum(axis=1)


def nothing_missed(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """95 % background, in which the labelled clips lie as if drawn by lot."""
    recording = recordings(UNITS, CLIPS)
    sounds = _sounds(rng, recording)
    kinds = np.where(rng.random(len(sounds)) < 0.95, 0, 1)
    return _of(World(embedding(rng, sounds, recording), kinds, recording, 1))


def calls_in_some_recordings(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """Labelled clips are those of some recordings, which sound alike for another reason; nothing was missed."""
    recording = recordings(UNITS, CLIPS)
    sounds = _sounds(rng, recording)
    share = np.where(np.arange(UNITS) < UNITS // 4, 0.2, 0.0)
    kinds = np.where(rng.random(len(sounds)) < share[recording], 1, 0)
    x = embedding(rng, sounds, recording)
    x[:, 0] += np.where(share > 0, 2.0, 0.0)[recording]
    return _of(World(x, kinds, recording, 1))


def some_missed(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """Calls, 15 % of the clips, lie apart; one in five of them was not annotated."""
    recording = recordings(UNITS, CLIPS)
    sounds = _sounds(rng, recording)
    call = rng.random(len(sounds)) < 0.15
    missed = call & (rng.random(len(sounds)) < 0.2)
    x = embedding(rng, np.where(call, 6, sounds), recording)
    found = World(x, np.where(call & ~missed, 1, 0), recording, 1).diagnose().missed
    right = missed[found.rows[: found.beyond]]
    return {"found": (right.sum(), missed.sum()), "wrong": ((~right).sum(), len(right))}


def _of(world: World) -> Mapping[str, tuple[float, float]]:
    clauses = world.verdict()
    return {
        "missed": (said(clauses, "queue", "missed"), 1),
        "faint": (said(clauses, "queue", "faint"), 1),
    }


_NULL = (Row("missed", MISSED, "", 0.05, True, "100 %"), Row("faint", FAINT, "", 0.05, True, "100 %"))


def _null(world: str) -> tuple[Row, ...]:
    return tuple(Row(row.key, row.says, world, row.aim, row.at_most, row.before) for row in _NULL)


SIMULATIONS = (
    Simulation("queues.nothing_missed", _null("95 % background, nothing missed"), nothing_missed, small=10),
    Simulation(
        "queues.calls_in_some_recordings",
        (
            Row(
                "missed",
                MISSED,
                "calls in ten recordings that sound alike for another reason, nothing missed",
                0.05,
                True,
                "100 %",
            ),
            Row("faint", FAINT, "the same", 0.05, None),
        ),
        calls_in_some_recordings,
    ),
    Simulation(
        "queues.some_missed",
        (
            Row(
                "found",
                "missed calls in the queue",
                "one call in five was not annotated (power)",
                0.8,
                False,
                "100 %",
            ),
            Row(
                "wrong",
                "background in the queue of missed calls",
                "one call in five was not annotated",
                0.1,
                True,
                "1 %",
            ),
        ),
        some_missed,
        small=5,
    ),
)
