"""The SNR of annotated calls, and how far the loudest sound stands out: within 3 dB of the truth, or unknown."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from bioviz.audio.decode import load_clip
from bioviz.audio.measures.cells import box_mask, spectrogram
from bioviz.audio.measures.clip import measure
from bioviz.audio.measures.columns import NAMES
from tests.audio.known_signals import (
    CALLS,
    NOISES,
    RATIOS_DB,
    boxes_of,
    call,
    mixed,
    noise,
    ratio_in_boxes,
)
from tests.calibration.registry import Row, Simulation
from tests.calibration.sources import ESC50, WHY_NOT, animals_and_background

RATES = (4000, 8000, 16000, 44100, 96000, 256000)


def known(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """A call of a random kind in random noise at a random rate, at each ratio; and the noise alone."""
    rate = int(rng.choice(RATES))
    errors = {}
    for snr_db in RATIOS_DB:
        made = mixed(str(rng.choice(CALLS)), str(rng.choice(list(NOISES))), rate, snr_db, rng)
        errors[snr_db] = loudest(made.samples, rate) - snr_db
    alone = 0.01 * noise(str(rng.choice(list(NOISES))), 2 * rate, rate, rng)
    told = [error for error in errors.values() if np.isfinite(error)]
    return {
        "within": (float(sum(abs(error) <= 3 for error in told)), float(len(told))),
        **{f"told {snr_db}": (float(np.isfinite(error)), 1.0) for snr_db, error in errors.items()},
        **{
            f"within {snr_db}": (float(abs(error) <= 3), 1.0) if np.isfinite(error) else (0.0, 0.0)
            for snr_db, error in errors.items()
        },
        "noise": (float(np.isfinite(loudest(alone.astype(np.float32), rate))), 1.0),
    }


def loudest(samples: np.ndarray, rate: int) -> float:
    return float(measure(samples[None], rate)[0, NAMES.index("loudest_db")])


def known_boxed(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """As `known`, with a box round the call."""
    rate = int(rng.choice(RATES))
    count = (2 if rate > 100_000 else 5) * rate
    clean = call(str(rng.choice(CALLS[:3] + CALLS[4:])), count, rate, min(rate / 2, 8000), rng)
    return _boxed(clean, noise(str(rng.choice(list(NOISES))), count, rate, rng), rate)


def real_boxed(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """A real call in real background, at 8, 16, 48 or 256 kHz."""
    import soxr

    animals, background = animals_and_background()
    clean, added = (
        _clear(str(rng.choice(animals))),
        load_clip(ESC50 / str(rng.choice(background)), 0, 5, 16000),
    )
    rate = int(rng.choice((8000, 16000, 48000, 256000)))
    if rate != 16000:
        clean, added = (soxr.resample(each, 16000, rate, quality="HQ") for each in (clean, added))
    if rate > 100_000:
        clean, added = (each[: 3 * rate] for each in (clean, added))
    return _boxed(clean.astype(np.float64), added.astype(np.float64), rate)


@cache
def _clear(path: str) -> np.ndarray:
    return load_clip(ESC50 / path, 0, 5, 16000)


def _boxed(clean: np.ndarray, added: np.ndarray, rate: int) -> dict[str, tuple[float, float]]:
    """The truth counts what noise the call was recorded with, beside its boxes, to the noise."""
    keys = ["within", *(f"told {r}" for r in RATIOS_DB), *(f"within {r}" for r in RATIOS_DB)]
    out = dict.fromkeys(keys, (0.0, 0.0))
    if not clean.any() or not added.any():
        return out
    boxes = boxes_of(clean, rate)
    power, frequencies, times = spectrogram(clean, rate)
    outside = ~box_mask(boxes + np.array([-0.03, 0.03, 0, 0]), frequencies, times).any(axis=0)
    if outside.mean() < 0.2:
        return out
    cells = box_mask(boxes, frequencies, times)
    own = float((power[:, outside].mean(axis=1) * cells.sum(axis=1)).sum())
    signal = float((power * cells).sum()) - own
    if signal < CLEAR * own:
        return out  # what is in it cannot be told well enough to be a truth
    unit = ratio_in_boxes(clean, added, rate, boxes)
    for aimed in RATIOS_DB:
        gain = np.sqrt(unit / 10 ** (aimed / 10))
        truth = 10 * np.log10(signal / (own + gain**2 * float((power * cells).sum()) / unit))
        sound = (clean + gain * added) / max(1.0, gain)
        told = float(measure(sound[None].astype(np.float32), rate, boxes=[boxes])[0, NAMES.index("snr_db")])
        given, right = np.isfinite(told), abs(told - truth) <= 3
        out[f"told {aimed}"] = (float(given), 1.0)
        out[f"within {aimed}"] = (float(given and right), float(given))
    out["within"] = tuple(np.sum([out[f"within {r}"] for r in RATIOS_DB], axis=0).tolist())
    return out


CLEAR = 10**1.5
SAYS = "Loudest sound above the noise"
BOXED = "SNR of an annotated call"
SIMULATIONS = (
    Simulation(
        "snr.known",
        (
            Row(
                "within",
                f"{SAYS}, where told: within 3 dB",
                "true ratio -10 to 30 dB, 4 to 256 kHz",
                0.9,
                False,
            ),
            Row(
                "noise",
                f"{SAYS} is told",
                "steady noise alone",
                0.05,
                True,
                "always (-1.8 to -10.3 dB, issue 9)",
            ),
            *(Row(f"told {r}", f"{SAYS} is told", f"true ratio {r} dB", 0.5, None) for r in RATIOS_DB),
            *(
                Row(f"within {r}", f"{SAYS}, where told: within 3 dB", f"true ratio {r} dB", 0.5, None)
                for r in RATIOS_DB
            ),
        ),
        known,
        small=5,
    ),
    *(
        Simulation(
            f"snr.{name}",
            (
                Row(
                    "within",
                    f"{BOXED}, where told: within 3 dB",
                    f"{world}, true ratio -10 to 30 dB",
                    0.9,
                    False,
                ),
                *(
                    Row(f"told {r}", f"{BOXED} is told", f"{world}, true ratio {r} dB", 0.5, None)
                    for r in RATIOS_DB
                ),
                *(
                    Row(f"within {r}", f"{BOXED}, where told: within 3 dB", f"{world}, {r} dB", 0.5, None)
                    for r in RATIOS_DB
                ),
            ),
            trial,
            small,
        )
        for name, world, trial, small in (
            ("known_boxed", "known signals, 4 to 256 kHz", known_boxed, 6),
            *(
                ()
                if WHY_NOT
                else (("real_boxed", "real calls in real background, 8 to 256 kHz", real_boxed, 0),)
            ),
        )
    ),
)
