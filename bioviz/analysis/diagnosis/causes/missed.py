"""A call that nobody annotated: background whose sound is a label's by neighbors and by the probe."""

import numpy as np

from bioviz.analysis.diagnosis.causes.evidence import Evidence
from bioviz.analysis.diagnosis.causes.registry import Cause, register
from bioviz.analysis.diagnosis.causes.words import ClipWords


def _applies(evidence: Evidence, has_sign: np.ndarray) -> np.ndarray:
    sound = evidence.sound
    with np.errstate(invalid="ignore"):
        unmarked = ~(sound["call_share"] > 0)
    heard = np.isfinite(sound["loudest_db"])
    return evidence.confused & ~evidence.labelled & (evidence.looks_like > 0) & heard & unmarked


def _why(words: ClipWords) -> str:
    return (
        f"A sound stands out, and neighbors elsewhere ({words.share} of them are {words.rival}) and the linear probe "
        f"take it for {words.other}."
    )


register(Cause("missed", "call without a label", 90, _why, applies=_applies))
