"""Names, titles and units of what is measured on a clip besides its embedding."""

from __future__ import annotations

from dataclasses import dataclass

from bioviz.audio.measures.columns import COLUMNS
from bioviz.percent import percent


@dataclass(frozen=True)
class Feature:
    """A measured column: name, what to call it in a sentence, unit.

    The unit is "" for a number, "share" where it is shown in per cent, "count" where it is whole.
    """

    name: str
    title: str
    unit: str

    def text(self, value: float) -> str:
        """`value` with its unit, as in "3.2 dB", "4.1 kHz" or "12 %"."""
        if self.unit == "share":
            return percent(value)
        if self.unit == "count":
            return f"{value:g}"
        if self.unit == "Hz" and abs(value) >= 1000:
            return f"{value / 1000:.1f} kHz"
        number = (
            f"{value:.2f}"
            if abs(value) < 1 and value
            else f"{value:.1f}"
            if abs(value) < 10
            else f"{value:.0f}"
        )
        return f"{number} {self.unit}".rstrip()


def _units(unit: str) -> str:
    return {"0 to 1": ""}.get(unit, unit)


FEATURES: dict[str, Feature] = {
    **{c.name: Feature(c.name, c.title[:1].lower() + c.title[1:], _units(c.unit)) for c in COLUMNS},
    "level_dbfs": Feature("level_dbfs", "level", "dBFS"),
    "snr_db": Feature("snr_db", "signal-to-noise ratio", "dB"),
    "loudest_db": Feature("loudest_db", "level of the loudest sound above the noise", "dB"),
    # Another measure than the loudest sound, and known where no sound is made out.
    "prominence_db": Feature("prominence_db", "prominence of the loudest moment in any band", "dB"),
    "clipped_share": Feature("clipped_share", "clipped samples", "share"),
    "call_share": Feature("call_share", "time with a call", "share"),
    "call_inside": Feature("call_inside", "part of the call within the window", "share"),
    "above_nyquist": Feature("above_nyquist", "part of the call above the model's band", "share"),
    "calls": Feature("calls", "number of calls", "count"),
    "labels": Feature("labels", "number of labels", "count"),
}


def feature(name: str) -> Feature:
    """Return the feature of that name; one that is not known is called by its name, without a unit."""
    return FEATURES.get(name, Feature(name, name.replace("_", " "), ""))
