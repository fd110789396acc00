"""All that a cause can be told by, computed when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from bioviz.analysis.codes import codes, with_background
from bioviz.analysis.diagnosis import likeness
from bioviz.analysis.diagnosis.rules import Rules
from bioviz.analysis.diagnosis.sounds.likeness import sounds_like_background
from bioviz.analysis.diagnosis.sounds.sound import Sound, Usual, usual
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.noise_confusion import NoiseConfusion
from bioviz.analysis.statistics.folds import folds


class Evidence:
    """Arrays over the n clips of a run.

    Attributes
    ----------
    members : ndarray of bool, shape (n, T)
        Targets of each clip, background first. labelled: any but background. target: the first label, 0 background.
    confused, known : ndarray of bool, shape (n,)
        Confused with background; whether that is known.
    sound : Sound
    probe, filtered : ndarray, shape (n, T), or None
        Held-out scores of the linear probe and of the matched filter.
    recording, group : ndarray of int, shape (n,)
        Unit of independence; the place ("site" or "recording", `place`) that a shortcut is looked for by.
    """

    def __init__(
        self,
        confusion: NoiseConfusion,
        knn_all: KnnGraph,
        knn_cross_unit: KnnGraph,
        label_matrix: np.ndarray,
        recording: np.ndarray,
        columns: Mapping[str, np.ndarray],
        probe: np.ndarray | None = None,
        filtered: np.ndarray | None = None,
        site: np.ndarray | None = None,
        rules: Rules | None = None,
    ) -> None:
        self.rules = rules or Rules()
        self.members = with_background(label_matrix)
        self.label_matrix = np.asarray(label_matrix, bool)
        self.labelled = ~self.members[:, 0]
        self.sound = Sound(columns, len(self.members))
        self.confused, self.known = confusion.confused, np.isfinite(confusion.confusion)
        self.knn_all, self.knn_cross_unit = knn_all, knn_cross_unit
        self.probe, self.filtered = probe, filtered
        self.recording = codes(recording)
        self.place, self.group = "recording", self.recording
        if site is not None and len(np.unique(codes(site))) > 1:
            self.place, self.group = "site", codes(site)

    @cached_property
    def target(self) -> np.ndarray:
        if self.members.shape[1] < 2:
            return np.zeros(len(self.members), dtype=np.int64)
        return np.where(self.labelled, self.members[:, 1:].argmax(axis=1) + 1, 0)

    @cached_property
    def usual(self) -> Usual:
        """What the clips of each label that are not confused sound like."""
        return usual(self.sound, self.target, self.known & ~self.confused)

    @cached_property
    def like_background(self) -> np.ndarray:
        """(n,) bool: by the sound's measures alone, more like background than like its label."""
        fold = folds(self.target, 5, 0, self.recording)
        clear = self.labelled & self.known & ~self.confused
        return sounds_like_background(self.sound, self.members, clear, fold)

    @cached_property
    def rivals(self) -> tuple[np.ndarray, np.ndarray]:
        return likeness.rivals(self.knn_cross_unit, self.members)

    @cached_property
    def _likeness(self) -> tuple[np.ndarray, np.ndarray]:
        return likeness.looks_like(self.knn_cross_unit, self.members, self.probe, self.rules, self.recording)

    @property
    def trusted(self) -> np.ndarray:
        """(T,) bool: labels for which neighbors and probe together are right often enough to doubt another."""
        return self._likeness[1]

    @cached_property
    def looks_like(self) -> np.ndarray:
        """(n,) int64: another label that neighbors and probe agree on, unless its own label's clips often do; -1."""
        target = self._likeness[0]
        usual_too = self.labelled & ~likeness.unusual(target, self.members, self.rules)
        return np.where(usual_too, -1, target)

    @cached_property
    def trace(self) -> np.ndarray:
        """(n,) share of background in which more of the label is found than in the clip (`likeness.both`); NaN."""
        return likeness.trace(likeness.both(self.probe, self.filtered, self.members), self.members)

    @cached_property
    def more_like_own(self) -> np.ndarray:
        """(n,) share of the clips of other labels that the probe finds more like the clip's label; NaN unknown."""
        return likeness.trace(self.probe, self.members, labelled=True)

    @property
    def has_trace(self) -> np.ndarray:
        """(n,) bool: a trace of the call is there, for certain where it is annotated."""
        return self.sound.boxed | (self.trace <= self.rules.trace)
