"""The causes of each confused clip side by side, each with its evidence, where chance does not explain them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.codes import codes, with_background
from bioviz.analysis.diagnosis.triage_signs import (
    Rules,
    Sound,
    faint,
    lacks_band,
    looks_like,
    rivals,
    shortcut,
    spread,
    trace,
    unusual,
    usual,
)
from bioviz.analysis.features import feature
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.noise_confusion import NoiseConfusion
from bioviz.analysis.statistics.excess import Excess, excess
from bioviz.audio.measures import why_no_snr

__all__ = ["CAUSES", "COMPARED", "SEVERAL", "TITLES", "Rules", "Triage", "triage"]

CAUSES = (
    "out_of_band",
    "empty",
    "cut",
    "masked",
    "unheard",
    "recorder_band",
    "shortcut",
    "alone",
    "label",
    "missed",
    "unexplained",
)
SEVERAL = len(CAUSES)
"""Code in `Triage.cause` of a clip with several causes."""
TITLES: Mapping[str, str] = {
    "out_of_band": "call outside the model's band",
    "empty": "hardly any call in the window",
    "cut": "call cut by the window's edge",
    "masked": "call masked by noise",
    "unheard": "no call made out: masked, or wrong label; listen",
    "recorder_band": "recorder lacks the call's band",
    "shortcut": "recorder shortcut",
    "alone": "label of one recording only",
    "label": "wrong label",
    "missed": "call without a label",
    "unexplained": "unexplained",
    "several": "several causes",
}
COMPARED = {  # cause -> the sign whose excess over clips that are not confused it needs
    "empty": "empty",
    "cut": "cut",
    "masked": "faint",
    "unheard": "faint",
    "recorder_band": "recorder_band",
    "shortcut": "shortcut",
}


@dataclass(frozen=True)
class Triage:
    """The causes of each clip that needs one: confused ones, and those that look like another label.

    Attributes:
        applies: (n, len(CAUSES)) bool, all False for clips that need none.
        rival: (n,) int64, the other target most common among the neighbors (-1 without neighbors).
        rival_share: (n,) float64, its share.
        looks_like: (n,) int64, another label that neighbors in other recordings and the held-out probe agree on, -1.
        shortcut_share: (n,) float64, share of neighbors from the same place ("site" or "recording") without its label.
        trace: (n,) float64, share of background clips that sound more like the label, by the held-out probe.
        band: (n, 2) float64 Hz, of what stands out of the clips of the same label; NaN unknown.
        counts: (len(CAUSES), 2) int64, clips of each cause: labelled, background. One can have several.
        clips: (2,) int64, clips with a cause: labelled, background.
        excess_labelled, excess_background: of each sign in `COMPARED`, by its name.
        columns: the acoustic columns it rests on.
    """

    applies: np.ndarray
    rival: np.ndarray
    rival_share: np.ndarray
    looks_like: np.ndarray
    shortcut_share: np.ndarray
    shortcut_place: str
    trace: np.ndarray
    band: np.ndarray
    counts: np.ndarray
    clips: np.ndarray
    excess_labelled: dict[str, Excess]
    excess_background: dict[str, Excess]
    columns: dict[str, np.ndarray]

    @property
    def cause(self) -> np.ndarray:
        """(n,) int8 for colours: index into CAUSES, `SEVERAL`, or -1 for none."""
        count = self.applies.sum(axis=1)
        one = np.where(count > 0, self.applies.argmax(axis=1), -1)
        return np.where(count > 1, SEVERAL, one).astype(np.int8)

    def titles(self, row: int) -> str:
        """The causes of clip `row`; "" for none."""
        return "; ".join(TITLES[CAUSES[i]] for i in np.flatnonzero(self.applies[row]))

    def evidence(self, row: int, names: tuple[str, ...]) -> str:
        """Why clip `row` has its causes, a sentence with figures each; "" for a clip that needs none."""
        return " ".join(self._why(CAUSES[i], row, names) for i in np.flatnonzero(self.applies[row]))

    def _why(self, cause: str, row: int, names: tuple[str, ...]) -> str:
        value = {name: column[row] for name, column in self.columns.items()}
        rival = names[self.rival[row]] if self.rival[row] >= 0 else "unknown"
        share = "none" if np.isnan(self.rival_share[row]) else f"{100 * self.rival_share[row]:.0f} %"

        def say(name: str) -> str:
            return feature(name).text(value[name])

        def other() -> str:
            return names[self.looks_like[row]] if self.looks_like[row] >= 0 else rival

        match cause:
            case "out_of_band":
                return f"{say('above_nyquist')} of the call is above what the model hears."
            case "empty" if value.get("call_share", np.nan) > 0:
                return f"A call fills only {say('call_share')} of the window."
            case "empty":
                return f"The level is only {say('level_dbfs')}."
            case "cut":
                return f"At most {say('call_inside')} of any call is within the window."
            case "masked":
                return self._heard(row) + self._trace(row)
            case "unheard":
                return self._heard(row)
            case "recorder_band":
                low, high = (feature("call_low_hz").text(edge) for edge in self.band[row])
                limit = feature("band_limit_hz").text(value["band_limit_hz"])
                return (
                    f"The recording holds nothing above {limit}; calls of this label lie at {low} to {high}."
                )
            case "shortcut":
                part = f"{100 * self.shortcut_share[row]:.0f} %"
                return f"{part} of its neighbors are from the same {self.shortcut_place} but share no label."
            case "alone":
                return f"No clip elsewhere can share its label; {share} of its neighbors there are {rival}."
            case "label":
                return (
                    f"A sound is clear, and neighbors in other recordings ({share} of them) and the linear probe take "
                    f"it for {other()}. {self._heard(row)}"
                )
            case "missed":
                return (
                    f"A sound stands out, and neighbors in other recordings ({share} of them) and the linear probe "
                    f"take it for {other()}."
                )
            case _:
                heard = self._heard(row) if np.isfinite(value.get("prominence_db", np.nan)) else ""
                return f"None of the causes looked for applies; {share} of its neighbors are {rival}. {heard}".strip()

    def _heard(self, row: int) -> str:
        """What can be made out of the sound, in a sentence."""
        value = {name: column[row] for name, column in self.columns.items()}
        snr = value.get("snr_db", np.nan)
        if value.get("call_share", 0) > 0:
            return f"The signal-to-noise ratio within the box is {feature('snr_db').text(snr)}."
        if np.isnan(snr):
            why = why_no_snr(value.get("prominence_db", np.nan))
            return f"The signal-to-noise ratio is unknown: {why}."
        snr_text = f"{feature('snr_db').text(snr)}, an estimate"
        if not np.isfinite(value.get("call_low_hz", np.nan)):
            return f"The signal-to-noise ratio is {snr_text}."
        low, high = (feature(name).text(value[name]) for name in ("call_low_hz", "call_high_hz"))
        text = f"What stands out most ({snr_text}) lies at {low} to {high}"
        if np.isfinite(self.band[row]).all():
            usual = " to ".join(feature("call_low_hz").text(edge) for edge in self.band[row])
            return f"{text}; in clearer clips of this label it lies at {usual}."
        return f"{text}."

    def _trace(self, row: int) -> str:
        if np.isnan(self.trace[row]):
            return ""
        share = 100 * self.trace[row]
        words = (
            "no background clip" if share == 0 else f"only {max(share, 0.1):.1g} % of the background clips"
        )
        return f" By the linear probe {words} sound more like its label, so a trace of the call is there."


def triage(
    confusion: NoiseConfusion,
    knn_all: KnnGraph,
    knn_cross_unit: KnnGraph,
    label_matrix: np.ndarray,
    recording: np.ndarray,
    columns: Mapping[str, np.ndarray],
    probe_scores: np.ndarray | None = None,
    site: np.ndarray | None = None,
    rules: Rules | None = None,
) -> Triage:
    """Give each confused clip, and each that looks like another label, all causes that there is evidence for.

    What is read off the sound or the boxes counts only where it is commoner among confused clips than among others of
    the same label. A label is wrong only where a clear sound is taken for another one by neighbors in other recordings
    and by the probe; without a box a call is masked only where the probe finds a trace of it.

    Args:
        columns: any of `features.FEATURES`, each (n,) with NaN unknown; a cause without its columns is not found.
        probe_scores: (n, T) held-out probe scores; without them nothing is said that needs them.
        site: (n,) ints or strings. Without one, the recording is looked at (in all recordings' neighbors).
    """
    rules = rules or Rules()
    members = with_background(label_matrix)
    labelled, n = ~members[:, 0], len(members)
    sound = Sound(columns, n)
    confused = confusion.confused
    known = np.isfinite(confusion.confusion)
    rival, rival_share = rivals(knn_cross_unit, members)
    place = "recording" if site is None or len(np.unique(codes(site))) < 2 else "site"
    group = codes(recording if place == "recording" else site)
    short, chance = shortcut(knn_all if place == "recording" else knn_cross_unit, group, label_matrix)
    target = (
        np.where(labelled, members[:, 1:].argmax(axis=1) + 1, 0) if members.shape[1] > 1 else np.zeros(n, int)
    )
    usually = usual(sound, target, known & ~confused)
    with np.errstate(invalid="ignore"):
        call, inside = sound["call_share"], sound["call_inside"]
        signs = {
            "empty": labelled & ((call < rules.empty_share) | (sound["level_dbfs"] <= rules.silent_dbfs)),
            # A background window that a call reaches into was left without label by the overlap rule.
            "cut": np.where(labelled, (inside < rules.inside) & ~(call >= rules.filled), call > 0),
            "faint": labelled & faint(sound, usually, rules),
            "recorder_band": labelled & lacks_band(sound, usually.band),
            "shortcut": (short > rules.shortcut) & (short > 2 * chance),
        }
        stands_out = np.isnan(sound["snr_db"]) & (sound["prominence_db"] >= rules.stands_out_db)
        clear = (sound["snr_db"] >= rules.clear_db) | stands_out
        out_of_band = labelled & (sound["above_nyquist"] > rules.out_of_band)
    sides = (labelled & known, ~labelled & known)
    tests = sum(sign[side].any() for side in sides for sign in signs.values())
    compared = [
        {
            name: excess(sign[side], confused[side], target[side], recording[side], tests)
            for name, sign in signs.items()
        }
        for side in sides
    ]

    def told(name: str) -> np.ndarray:
        """The sign, on the sides where it is commoner among confused clips."""
        sure = [side[name].sure for side in compared]
        return signs[name] & confused & np.where(labelled, *sure)

    likeness = looks_like(knn_cross_unit, members, probe_scores, rules)[0]
    other_label = np.where(labelled & unusual(likeness, members, rules), likeness, -1)
    trail = trace(probe_scores, members)
    heard_trace = sound.boxed | (trail <= rules.trace)
    is_faint = told("faint")
    applies = {
        "out_of_band": out_of_band & confused,
        "empty": told("empty"),
        "cut": told("cut"),
        "masked": is_faint & heard_trace,
        "unheard": is_faint & ~heard_trace,
        "recorder_band": told("recorder_band"),
        "shortcut": told("shortcut"),
        # Neighbors elsewhere cannot share such a label, so that they say nothing against it.
        "alone": confused & labelled & knn_cross_unit.grouped & ~spread(members, codes(recording)),
        "label": (other_label >= 0) & clear & ~(trace(probe_scores, members, labelled=True) <= rules.trace),
        "missed": confused & ~labelled & (likeness > 0) & np.isfinite(sound["snr_db"]) & ~(call > 0),
    }
    table = np.column_stack([applies[name] for name in CAUSES[:-1]])
    table = np.column_stack([table, confused & ~table.any(axis=1)])
    counts = np.stack([table[side].sum(axis=0) for side in (labelled, ~labelled)], axis=1).astype(np.int64)
    clips = np.array([table[side].any(axis=1).sum() for side in (labelled, ~labelled)], dtype=np.int64)
    kept = {name: sound[name] for name in _RESTS_ON if name in columns}
    seen = np.where(labelled, other_label, likeness)
    return Triage(
        table, rival, rival_share, seen, short, place, trail, usually.band, counts, clips, *compared, kept
    )


_RESTS_ON = (
    "snr_db",
    "prominence_db",
    "call_low_hz",
    "call_high_hz",
    "band_limit_hz",
    "level_dbfs",
    "call_share",
    "call_inside",
    "above_nyquist",
)
