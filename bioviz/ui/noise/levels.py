"""The levels of background that a noise experiment adds: their places on an axis and their names."""

from __future__ import annotations

import numpy as np

CLEAN = "as recorded"


def axis_places(snrs_db: np.ndarray) -> np.ndarray:
    """Where levels stand on the axis: the clips as recorded one step above the highest ratio."""
    finite = snrs_db[np.isfinite(snrs_db)]
    step = float(np.abs(np.diff(finite)).mean()) if len(finite) > 1 else 5.0
    return np.where(np.isfinite(snrs_db), snrs_db, finite.max() + step)


def level_names(snrs_db: np.ndarray) -> list[str]:
    """Levels in words, as in "10 dB"."""
    return [f"{snr:g} dB" if np.isfinite(snr) else CLEAN for snr in snrs_db]
