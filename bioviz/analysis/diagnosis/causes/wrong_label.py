"""The label is wrong: a clear sound is another label's by neighbors in other recordings and by the probe."""

import numpy as np

from bioviz.analysis.diagnosis.causes.evidence import Evidence
from bioviz.analysis.diagnosis.causes.registry import Cause, register
from bioviz.analysis.diagnosis.causes.words import ClipWords


def _applies(evidence: Evidence, has_sign: np.ndarray) -> np.ndarray:
    doubted = evidence.labelled & (evidence.looks_like > 0) & evidence.sound.clear(evidence.rules)
    return doubted & ~(evidence.more_like_own <= evidence.rules.trace)


def _why(words: ClipWords) -> str:
    return (
        f"A sound is clear, and neighbors elsewhere ({words.share} of them are {words.rival}) and the linear probe "
        f"take it for {words.other}. {words.heard}"
    )


register(Cause("label", "wrong label", 80, _why, applies=_applies))
