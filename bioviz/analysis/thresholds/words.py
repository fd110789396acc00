"""What is known of a threshold, as sentences."""

from __future__ import annotations

from bioviz.analysis.thresholds.thresholds import BELOW, CHANCE, FEW, NO_SCORES, REACHED, LabelThreshold
from bioviz.analysis.unit_words import UnitWords
from bioviz.percent import percent


def sentence(label: LabelThreshold, wanted: float, unit: str) -> str:
    """Say of one label what its threshold does on recordings that had no say in it, or what is missing."""
    words = UnitWords(unit)
    if label.state == NO_SCORES:
        return "The model has no score that stands for this label."
    if label.state == FEW:
        missing = []
        if label.more_clips:
            clips = "labelled clip" if label.more_clips == 1 else "labelled clips"
            missing.append(f"{label.more_clips:,} more {clips}")
        if label.more_units:
            missing.append(f"clips of it in {label.more_units} more {words.several}")
        if not missing:
            return f"There are too few {words.several} without this label to tell false alarms."
        return f"Too few to choose a threshold for {percent(wanted)}: at least {' and '.join(missing)} are needed."
    if label.state == CHANCE:
        return "The scores do not tell this label from other clips beyond chance, so no threshold is given."
    if label.threshold is None:
        return f"No threshold reaches {percent(wanted)} here, and more clips alike would not change that."
    got = f"{percent(label.precision or 0)} of {label.detections:,} detections were right"
    if label.state == REACHED:
        more = _more(label, wanted, words)
        return f"Where it was not chosen, {got}.{more}"
    assert label.state == BELOW
    return f"Short of {percent(wanted)}: where it was not chosen, {got}."


def _more(label: LabelThreshold, wanted: float, words: UnitWords) -> str:
    if label.more_for_sure is None:
        return ""
    return (
        f" For an interval above {percent(wanted)}, about {label.more_for_sure:,} more detections from other "
        f"{words.several} are needed."
    )
