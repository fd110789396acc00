"""Hardly any call is in the window."""

import numpy as np

from bioviz.analysis.diagnosis.causes.evidence import Evidence
from bioviz.analysis.diagnosis.causes.registry import Cause, Sign, register
from bioviz.analysis.diagnosis.causes.words import ClipWords


def _empty(evidence: Evidence) -> np.ndarray:
    rules, sound = evidence.rules, evidence.sound
    with np.errstate(invalid="ignore"):
        silent = sound["level_dbfs"] <= rules.silent_dbfs
        return evidence.labelled & ((sound["call_share"] < rules.empty_share) | silent)


def _why(words: ClipWords) -> str:
    if words.value("call_share") > 0:
        return f"A call fills only {words.say('call_share')} of the window."
    return f"The level is only {words.say('level_dbfs')}."


TITLE = "hardly any call in the window"
register(Cause("empty", TITLE, 10, _why, Sign("empty", TITLE, _empty)))
