"""What is known of one clip, for the sentences that give its causes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bioviz.analysis.features import feature
from bioviz.audio.measures.columns import why_no_snr
from bioviz.percent import of_hundred, percent

if TYPE_CHECKING:
    from bioviz.analysis.diagnosis.triage import Triage


@dataclass(frozen=True)
class ClipWords:
    """Clip `row` of a triage; `names` of the targets, background first."""

    found: Triage
    row: int
    names: tuple[str, ...]

    def value(self, name: str) -> float:
        column = self.found.columns.get(name)
        return float("nan") if column is None else float(column[self.row])

    def say(self, name: str) -> str:
        """Return a measured value with its unit."""
        return feature(name).text(self.value(name))

    @property
    def rival(self) -> str:
        """The other target most common among the neighbors."""
        return self.names[self.found.rival[self.row]] if self.found.rival[self.row] >= 0 else "unknown"

    @property
    def share(self) -> str:
        share = self.found.rival_share[self.row]
        return "none" if np.isnan(share) else percent(share)

    @property
    def other(self) -> str:
        """The label that neighbors and probe agree on."""
        target = self.found.looks_like[self.row]
        return self.names[target] if target >= 0 else self.rival

    @property
    def heard(self) -> str:
        """What can be made out of the sound, in a sentence."""
        if self.value("call_share") > 0:
            snr = self.value("snr_db")
            if np.isnan(snr):
                why = why_no_snr(self.value("prominence_db"), boxed=True)
                return f"The signal-to-noise ratio within the box is unknown: {why}."
            return f"The signal-to-noise ratio within the box is {self.say('snr_db')}."
        if np.isnan(self.value("loudest_db")):
            return f"No call is made out: {why_no_snr(self.value('prominence_db'))}."
        height = f"{self.say('loudest_db')} above the noise"
        if not np.isfinite(self.value("call_low_hz")):
            return f"The loudest sound is {height}."
        low, high = self.say("call_low_hz"), self.say("call_high_hz")
        text = f"The loudest sound, the animal's or not ({height}), lies at {low} to {high}"
        band = self.found.band[self.row]
        if np.isfinite(band).all():
            usual = " to ".join(feature("call_low_hz").text(edge) for edge in band)
            text += f"; in clearer clips of this label it lies at {usual}"
        return f"{text}."

    @property
    def unlike(self) -> str:
        """That the measures of the sound are like background's; "" where they are not."""
        if not self.found.like_background[self.row]:
            return ""
        return " What is measured of its sound is more like background than like clearer clips of this label."

    @property
    def traced(self) -> str:
        """How much of its label matched filter and probe find in it; that this is a trace, only without a box.

        An annotated call is there whatever they find, so that their share may be any.
        """
        share = 100 * self.found.trace[self.row]
        if np.isnan(share):
            return ""
        number = f"{share:.0f}" if share >= 1 else f"{max(share, 0.1):.1f}"
        found_by = "by a matched filter and a linear probe"
        if self.value("call_share") > 0:
            holders = f"{of_hundred(number)} of" if share > 0 else "none of"
            return (
                f" The call is annotated; {holders} the background clips hold more of its label, {found_by}."
            )
        words = "no background clip holds"
        if share > 0:
            words = f"only {of_hundred(number)} of the background clips hold"
        return f" A trace of the call is there: {words} more of its label, {found_by}."
