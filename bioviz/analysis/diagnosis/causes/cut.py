"""The window's edge cuts the call."""

import numpy as np

from bioviz.analysis.diagnosis.causes.evidence import Evidence
from bioviz.analysis.diagnosis.causes.registry import Cause, Sign, register
from bioviz.analysis.diagnosis.causes.words import ClipWords


def _cut(evidence: Evidence) -> np.ndarray:
    rules, sound = evidence.rules, evidence.sound
    with np.errstate(invalid="ignore"):
        part = (sound["call_inside"] < rules.inside) & ~(sound["call_share"] >= rules.filled)
        # A background window that a call reaches into was left without label by the overlap rule.
        return np.where(evidence.labelled, part, sound["call_share"] > 0)


def _why(words: ClipWords) -> str:
    return f"At most {words.say('call_inside')} of any call is within the window."


TITLE = "call cut by the window's edge"
register(Cause("cut", TITLE, 20, _why, Sign("cut", TITLE, _cut)))
