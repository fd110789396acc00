"""No other recording has its label, so that no neighbor elsewhere could share it."""

import numpy as np

from bioviz.analysis.diagnosis.causes.evidence import Evidence
from bioviz.analysis.diagnosis.causes.registry import Cause, register
from bioviz.analysis.diagnosis.causes.words import ClipWords


def spread(members: np.ndarray, recording: np.ndarray) -> np.ndarray:
    """(n,) bool: clips with a target that occurs in another recording too."""
    several = np.array([len(np.unique(recording[column])) > 1 for column in members.T], dtype=bool)
    return np.any(members & several, axis=1)


def _applies(evidence: Evidence, has_sign: np.ndarray) -> np.ndarray:
    # Neighbors elsewhere cannot share such a label, so that they say nothing against it.
    grouped = evidence.knn_cross_unit.grouped
    return evidence.confused & evidence.labelled & grouped & ~spread(evidence.members, evidence.recording)


def _why(words: ClipWords) -> str:
    return f"No clip elsewhere can share its label; {words.share} of its neighbors there are {words.rival}."


register(Cause("alone", "label of one recording only", 70, _why, applies=_applies))
