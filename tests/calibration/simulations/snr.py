"""The SNR estimate without boxes: within 3 dB of the truth, or unknown, at every sample rate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bioviz.audio.measures import NAMES, measure
from tests.audio.known_signals import CALLS, NOISES, RATIOS_DB, mixed, noise
from tests.calibration.registry import Row, Simulation

RATES = (4000, 8000, 16000, 44100, 96000, 256000)


def known(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """A call of a random kind in random noise at a random rate, at each ratio; and the noise alone."""
    rate = int(rng.choice(RATES))
    errors = {}
    for snr_db in RATIOS_DB:
        made = mixed(str(rng.choice(CALLS)), str(rng.choice(list(NOISES))), rate, snr_db, rng)
        errors[snr_db] = snr_of(made.samples, rate) - snr_db
    alone = 0.01 * noise(str(rng.choice(list(NOISES))), 2 * rate, rate, rng)
    told = [error for error in errors.values() if np.isfinite(error)]
    return {
        "within": (float(sum(abs(error) <= 3 for error in told)), float(len(told))),
        **{f"told {snr_db}": (float(np.isfinite(error)), 1.0) for snr_db, error in errors.items()},
        **{
            f"within {snr_db}": (float(abs(error) <= 3), 1.0) if np.isfinite(error) else (0.0, 0.0)
            for snr_db, error in errors.items()
        },
        "noise": (float(np.isfinite(snr_of(alone.astype(np.float32), rate))), 1.0),
    }


def snr_of(samples: np.ndarray, rate: int) -> float:
    return float(measure(samples[None], rate)[0, NAMES.index("snr_db")])


SAYS = "SNR estimate without a box"
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
)
