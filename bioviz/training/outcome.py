"""What a training taught, in a sentence that chance alone does not earn.

Judged on the test clips, because the validation clips chose the epoch. What is drawn and left out is whole recordings.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from bioviz.counts import counted
from bioviz.models.checkpoint_record import Outcome

NOTHING, UNTOLD, NOT_MORE, LESS, MORE = "nothing", "too few to tell", "no more than the probe", "less", "more"
LEARNT = "learnt"
NEAR_CHANCE = 0.97  # a training loss above this share of that of guessing has not moved
N_SHUFFLES, N_SHUFFLES_LARGE = 999, 199
LARGE = 2000  # clips
SURE = 0.05
AT_START = (
    "This training added nothing: on the validation clips no epoch was better than the linear probe it started from, "
    "so that is what was kept."
)
MIN_TEST_RECORDINGS = 8  # test recordings
MAX_BLOCKS = 60  # recordings are left out in as many groups at most


def judge_outcome(
    metric: str,
    measure: Callable[[np.ndarray], float | None],
    difference: Callable[[np.ndarray], float | None] | None,
    recording: np.ndarray,
    loss: float | None,
    chance_loss: float,
    seed: int = 0,
) -> Outcome:
    """Judge a training by its loss, against labels dealt out at random, and against the linear probe.

    Parameters
    ----------
    metric : str
        What is measured, in words.
    measure : callable
        The test result with the labels of the clips `order` (n,) in place of the clips' own.
    difference : callable or None
        Test result minus the linear probe's, on the clips where a mask (n,) is True; None where a probe is judged.
    recording : ndarray of int, shape (n,)
        Recordings of the test clips.
    loss : float or None
        Of the best epoch on the training clips; None where that is the linear probe.
    chance_loss : float
        Of guessing by the labels' shares.
    """
    n, units = len(recording), np.unique(recording)
    every, shuffles = np.ones(n, dtype=bool), N_SHUFFLES if n <= LARGE else N_SHUFFLES_LARGE
    value, gain = measure(np.arange(n)), difference(every) if difference else None
    figures = {"loss": loss, "chance_loss": chance_loss, "recordings": len(units)}
    figures |= {"p_chance": None, "gain": gain, "gain_low": None, "gain_high": None}

    def outcome(kind: str, sentence: str) -> Outcome:
        return Outcome(kind, sentence, **figures)

    if loss is not None and loss >= NEAR_CHANCE * chance_loss:
        return outcome(
            NOTHING,
            f"This training taught nothing: the loss on its own training clips stayed at {loss:.2f}, where guessing by "
            f"the labels' shares alone gives {chance_loss:.2f}. Choose a higher learning rate, more epochs, or a model "
            "with trained weights.",
        )
    if value is None or len(units) < MIN_TEST_RECORDINGS:
        if loss is None and difference is not None:
            return outcome(NOT_MORE, AT_START)
        return outcome(
            UNTOLD,
            f"The test has {counted(len(units), 'recording')}, too few to tell whether this training taught anything.",
        )
    rng = np.random.default_rng(seed)
    blocks = [np.flatnonzero(recording == unit) for unit in units]
    dealt = [measure(_dealt(blocks, rng)) for _ in range(shuffles)]
    dealt = np.array([-np.inf if dealt_gain is None else dealt_gain for dealt_gain in dealt])
    figures["p_chance"] = float((1 + (dealt >= value - 1e-12).sum()) / (1 + shuffles))
    if figures["p_chance"] > SURE:
        high = np.quantile(dealt[np.isfinite(dealt)], 0.95) if np.isfinite(dealt).any() else math.nan
        return outcome(
            NOTHING,
            f"This training taught nothing that shows on other recordings: {metric} {value:.3f} on the test, where "
            f"labels dealt out at random reach up to {high:.3f}.",
        )
    if difference is None:
        return outcome(LEARNT, "")
    if loss is None:
        return outcome(NOT_MORE, AT_START)
    interval = jackknife(difference, recording, rng)
    if gain is None or interval is None:
        return outcome(UNTOLD, "It cannot be told whether this training is better than a linear probe.")
    figures["gain_low"], figures["gain_high"] = interval
    against = f"{metric} {value:.3f} on the test, {value - gain:.3f} by a linear probe on the model as it was before"
    between = f"difference {interval[0]:+.3f} to {interval[1]:+.3f}"
    if interval[0] > 0:
        return outcome(MORE, f"This training added something: {against} ({between}).")
    if interval[1] < 0:
        return outcome(LESS, f"This training did harm: {against} ({between}). Use the model as it was.")
    return outcome(
        NOT_MORE,
        f"This training added nothing that {len(units)} test recordings can show: {against} ({between}).",
    )


def jackknife(
    difference: Callable[[np.ndarray], float | None], recording: np.ndarray, rng: np.random.Generator
) -> tuple[float, float] | None:
    """95 % interval of a difference, leaving out one recording (or one group of them) at a time; None if undefined."""
    from scipy.stats import t

    units, of = np.unique(recording, return_inverse=True)
    count = min(len(units), MAX_BLOCKS)
    group = rng.permutation(np.arange(len(units)) % count)[of]
    whole = difference(np.ones(len(recording), dtype=bool))
    without = [value for block in range(count) if (value := difference(group != block)) is not None]
    if whole is None or len(without) < count:
        return None
    spread = math.sqrt((count - 1) / count * np.square(np.array(without) - np.mean(without)).sum())
    reach = float(t.ppf(0.975, count - 1)) * spread
    return whole - reach, whole + reach


def _dealt(blocks: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """(n,) for each clip the clip whose labels it gets: runs of labels go round whole recordings in another order."""
    order = np.concatenate(blocks)
    mixed = np.concatenate([blocks[i] for i in rng.permutation(len(blocks))])
    labels_from = np.empty(len(order), dtype=np.int64)
    labels_from[order] = mixed
    return labels_from
