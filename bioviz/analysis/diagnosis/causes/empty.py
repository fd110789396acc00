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
    # Either can be the reason, so that neither is called little.
    level = f"level is {words.say('level_dbfs')}"
    if words.value("call_share") > 0:
        return f"Of the window, {words.say('call_share')} holds a call; its {level}."
    return f"The {level}."


TITLE = "hardly any call in the window"
register(Cause("empty", TITLE, 10, _why, Sign("empty", TITLE, _empty)))
