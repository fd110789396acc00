"""The call lies above what the model hears."""

import numpy as np

from bioviz.analysis.diagnosis.causes.evidence import Evidence
from bioviz.analysis.diagnosis.causes.registry import Cause, register


def _applies(evidence: Evidence, has_sign: np.ndarray) -> np.ndarray:
    beyond = evidence.sound["above_nyquist"] > evidence.rules.out_of_band
    return evidence.confused & evidence.labelled & beyond


register(
    Cause(
        "out_of_band",
        "call outside the model's band",
        0,
        lambda words: f"{words.say('above_nyquist')} of the call is above what the model hears.",
        applies=_applies,
    )
)
