"""The causes of each confused clip side by side, each with its evidence, where chance does not explain them.

What a cause is stands in `causes/`, one file each; here they are only put together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bioviz.analysis.diagnosis.causes import registered
from bioviz.analysis.diagnosis.causes.evidence import Evidence
from bioviz.analysis.diagnosis.causes.registry import Sign, cause_named
from bioviz.analysis.diagnosis.causes.shortcut import shares
from bioviz.analysis.diagnosis.causes.words import ClipWords
from bioviz.analysis.diagnosis.rules import Rules
from bioviz.analysis.statistics.excess import Excess, excess

__all__ = ["SEVERAL", "UNEXPLAINED", "Rules", "Triage", "cause_title", "triage"]

UNEXPLAINED = "unexplained"
SEVERAL = "several"
_TITLES = {UNEXPLAINED: "unexplained", SEVERAL: "several causes"}
_RESTS_ON = (
    "snr_db",
    "loudest_db",
    "prominence_db",
    "call_low_hz",
    "call_high_hz",
    "band_limit_hz",
    "level_dbfs",
    "call_share",
    "call_inside",
    "above_nyquist",
)


def cause_title(name: str) -> str:
    """Return what a cause is called on screen."""
    cause = cause_named(name)
    return _TITLES.get(name, name.replace("_", " ")) if cause is None else cause.title


@dataclass(frozen=True)
class Triage:
    """The causes of each clip that needs one: confused ones, and those that look like another label.

    Attributes
    ----------
    causes
        Names of the causes looked for, the last one `UNEXPLAINED`.
    applies
        (n, len(causes)) bool, all False for clips that need none.
    rival : (n,) int64
        The other target most common among the neighbors (-1 without neighbors).
    rival_share : (n,) float64
        Its share.
    looks_like : (n,) int64
        Another label that neighbors in other recordings and the held-out probe agree on, -1.
    trusted : (T,) bool
        Labels for which those two are right often enough to be believed about other clips.
    shortcut_share : (n,) float64
        Share of neighbors from the same place ("site" or "recording") without its label.
    trace : (n,) float64
        Share of background clips that hold more of the label, by the matched filter and the probe.
    like_background : (n,) bool
        Labelled clips whose sound's measures are more like background's.
    band : (n, 2) float64
        Hz, of what stands out of the clips of the same label; NaN unknown.
    counts
        (len(causes), 2) int64, clips of each cause: labelled, background. One can have several.
    clips : (2,) int64
        Clips with a cause: labelled, background.
    excess_labelled, excess_background
        Of each sign, by its name.
    columns
        The acoustic columns it rests on.

    """

    causes: tuple[str, ...]
    applies: np.ndarray
    rival: np.ndarray
    rival_share: np.ndarray
    looks_like: np.ndarray
    trusted: np.ndarray
    shortcut_share: np.ndarray
    shortcut_place: str
    trace: np.ndarray
    like_background: np.ndarray
    band: np.ndarray
    counts: np.ndarray
    clips: np.ndarray
    excess_labelled: dict[str, Excess]
    excess_background: dict[str, Excess]
    columns: dict[str, np.ndarray]

    @property
    def cause(self) -> np.ndarray:
        """(n,) int8 for colours: index into `causes`, one more for several, or -1 for none."""
        count = self.applies.sum(axis=1)
        first = np.where(count > 0, self.applies.argmax(axis=1), -1)
        return np.where(count > 1, len(self.causes), first).astype(np.int8)

    @property
    def all_titles(self) -> tuple[str, ...]:
        """What the codes of `cause` from 0 on mean."""
        return tuple(cause_title(name) for name in (*self.causes, SEVERAL))

    def of(self, cause: str) -> np.ndarray:
        """(n,) bool, the clips that have the cause."""
        return self.applies[:, self.causes.index(cause)]

    def titles(self, row: int) -> str:
        """Return the causes of clip `row`; "" for none."""
        return "; ".join(cause_title(self.causes[i]) for i in np.flatnonzero(self.applies[row]))

    def evidence(self, row: int, names: tuple[str, ...]) -> str:
        """Why clip `row` has its causes, a sentence with figures each; "" for a clip that needs none."""
        words = ClipWords(self, row, names)
        return " ".join(_why(self.causes[i], words) for i in np.flatnonzero(self.applies[row]))


def _why(name: str, words: ClipWords) -> str:
    cause = cause_named(name)
    if cause is not None:
        return cause.why(words)
    heard = words.heard if np.isfinite(words.value("prominence_db")) else ""
    return f"None of the causes looked for applies; {words.share} of its neighbors are {words.rival}. {heard}".strip()


def _compared_with_others(
    e: Evidence, signs: dict[str, Sign], counted: dict[str, np.ndarray]
) -> tuple[dict[str, tuple[int, Excess]], dict[str, tuple[int, Excess]]]:
    """For labelled clips and for background: name of each sign to the level at which it counts, and its excess there.

    All questions that are asked of a run are held to the error rate of one. Where more than one level of a sign is
    sure the least is taken, as it says a cause of most clips; where none is, the one that comes nearest.
    """
    sides = (e.labelled & e.known, ~e.labelled & e.known)
    asked = [
        {(name, level): counted[name][side] >= level for name, sign in signs.items() for level in sign.levels}
        for side in sides
    ]
    tests = sum(bool(has.any()) for questions in asked for has in questions.values())
    answers: list[dict[str, tuple[int, Excess]]] = []
    for side, questions in zip(sides, asked, strict=True):
        chosen: dict[str, tuple[int, Excess]] = {}
        for (name, level), has in questions.items():
            compared = excess(has, e.confused[side], e.target[side], e.recording[side], tests)
            before = chosen.get(name)
            nearer = before is not None and np.nan_to_num(compared.low, nan=-np.inf) > np.nan_to_num(
                before[1].low, nan=-np.inf
            )
            if before is None or (nearer and not before[1].sure):
                chosen[name] = (level, replace(compared, least=level))
        answers.append(chosen)
    return answers[0], answers[1]


def triage(e: Evidence) -> Triage:
    """Give each confused clip, and each that looks like another label, all causes that there is evidence for.

    What is read off the sound or the boxes counts only where it is commoner among confused clips than among others of
    the same label.

    Parameters
    ----------
    e : Evidence
        A cause without its columns is not found; without probe scores nothing is said that needs them; without a site
        the recording is looked at (in all recordings' neighbors).
    """
    causes = registered()
    signs: dict[str, Sign] = {cause.sign.name: cause.sign for cause in causes if cause.sign is not None}
    counted = {name: np.asarray(sign.of(e)).astype(np.int64) for name, sign in signs.items()}
    labelled, background = _compared_with_others(e, signs, counted)
    excess_labelled, excess_background = (
        {name: each for name, (_, each) in side.items()} for side in (labelled, background)
    )
    columns_of = []
    for cause in causes:
        is_sure = np.zeros(len(e.members), dtype=bool)
        if cause.sign is not None:
            name = cause.sign.name
            for side, (level, each) in ((e.labelled, labelled[name]), (~e.labelled, background[name])):
                is_sure |= side & e.confused & (counted[name] >= level) & each.sure
        columns_of.append(np.asarray(cause.applies(e, is_sure), bool))
    table = np.column_stack(columns_of)
    table = np.column_stack([table, e.confused & ~table.any(axis=1)])
    counts = np.stack([table[side].sum(axis=0) for side in (e.labelled, ~e.labelled)], axis=1).astype(
        np.int64
    )
    clips = np.array([table[side].any(axis=1).sum() for side in (e.labelled, ~e.labelled)], dtype=np.int64)
    rival, rival_share = e.rivals
    return Triage(
        (*(cause.name for cause in causes), UNEXPLAINED),
        table,
        rival,
        rival_share,
        e.looks_like,
        e.trusted,
        shares(e)[0],
        e.place,
        e.trace,
        e.like_background,
        e.usual.band,
        counts,
        clips,
        excess_labelled,
        excess_background,
        {name: e.sound[name] for name in _RESTS_ON if name in e.sound},
    )
