"""Noise masks the call: none is made out, or hardly, yet there is a trace of it."""

import numpy as np

from bioviz.analysis.diagnosis.causes.evidence import Evidence
from bioviz.analysis.diagnosis.causes.registry import Cause, Sign, register


def _faint(evidence: Evidence) -> np.ndarray:
    """How much speaks for it that no call of the label is made out, or hardly: (n,) int.

    With a box: its SNR is low, or not told from what the noise does, which counts for all. Without, how many of five:
    nothing stands out; or hardly; or less than in three quarters of the label's clips that are not confused; or only
    at other frequencies than there; and all that is measured of the sound is more like background. One height can give
    the second and the third: low for any call, and low for this label's. So the count is of signs, not of witnesses.
    """
    sound, rules, usual = evidence.sound, evidence.rules, evidence.usual
    height = sound.height_db
    with np.errstate(invalid="ignore"):
        low = height < rules.snr_db
        untold = np.isnan(height) & np.isfinite(sound["prominence_db"])
        lower = height < usual.weak_db
        band = usual.band
        elsewhere = (sound["call_high_hz"] < band[:, 0]) | (sound["call_low_hz"] > band[:, 1])
        nothing = np.isnan(height) & (sound["prominence_db"] < rules.prominence_db)
    free = sum(each.astype(np.int64) for each in (low, lower, elsewhere, nothing, evidence.like_background))
    return np.where(evidence.labelled, np.where(sound.boxed, max(LEVELS) * (low | untold), free), 0)


LEVELS = (1, 2)
FAINT = Sign("faint", "no call made out, or hardly", _faint, LEVELS)
register(
    Cause(
        "masked",
        "call masked by noise",
        30,
        lambda words: words.heard + words.unlike + words.traced,
        FAINT,
        lambda evidence, has_sign: has_sign & evidence.has_trace,
    )
)
