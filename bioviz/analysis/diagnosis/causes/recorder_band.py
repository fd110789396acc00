"""The recorder lacks the band that calls of this label lie in."""

import numpy as np

from bioviz.analysis.diagnosis.causes.evidence import Evidence
from bioviz.analysis.diagnosis.causes.registry import Cause, Sign, register
from bioviz.analysis.diagnosis.causes.words import ClipWords
from bioviz.analysis.features import feature


def _lacks(evidence: Evidence) -> np.ndarray:
    """Say where the recording holds nothing from the middle of the label's band upwards."""
    band = evidence.usual.band
    with np.errstate(invalid="ignore"):
        return evidence.labelled & (evidence.sound["band_limit_hz"] < np.sqrt(band[:, 0] * band[:, 1]))


def _why(words: ClipWords) -> str:
    low, high = (feature("call_low_hz").text(edge) for edge in words.found.band[words.row])
    limit = words.say("band_limit_hz")
    return f"The recording holds nothing above {limit}; calls of this label lie at {low} to {high}."


TITLE = "recorder lacks the call's band"
register(Cause("recorder_band", TITLE, 50, _why, Sign("recorder_band", TITLE, _lacks)))
