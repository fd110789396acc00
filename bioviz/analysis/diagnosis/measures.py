"""What the parts of a diagnosis rest on: read off its inputs, each when it is first asked for, and once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bioviz.analysis.codes import codes, with_background
from bioviz.analysis.diagnosis.causes.evidence import Evidence
from bioviz.analysis.diagnosis.estimates import Sizes, estimates
from bioviz.analysis.diagnosis.inputs import DiagnosisInputs
from bioviz.analysis.diagnosis.queues import Queue, queues
from bioviz.analysis.diagnosis.shortcuts.coarser_units import Coarser, coarser_units
from bioviz.analysis.diagnosis.shortcuts.confounds import Confound, confounds
from bioviz.analysis.diagnosis.shortcuts.shortcuts import Shortcut, shortcuts
from bioviz.analysis.diagnosis.shortcuts.within_units import WithinUnits, within_units
from bioviz.analysis.diagnosis.sounds.acoustic_causes import AcousticCauses
from bioviz.analysis.diagnosis.verdict.caveats import caveats
from bioviz.analysis.neighbors.jackknife import parts_of, replicates
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.label_confusion import label_scores
from bioviz.analysis.neighbors.neighborhood import shared_label_share
from bioviz.analysis.neighbors.noise_confusion import NoiseConfusion, noise_confusion
from bioviz.analysis.neighbors.outliers import local_outlier_factor, medoid_distance
from bioviz.analysis.rows import finite_rows, float32_rows
from bioviz.analysis.scores.call_score import call_scores
from bioviz.analysis.scores.false_alarms import FalseAlarms, false_alarms
from bioviz.analysis.scores.matched_filter import matched_filter_scores
from bioviz.analysis.scores.prediction import Separability, neighbor_auroc, separability
from bioviz.analysis.scores.probe import probe_scores, probe_scores_of
from bioviz.analysis.scores.template_scores import template_scores
from bioviz.analysis.statistics.folds import folds
from bioviz.store.keys import value_of


@dataclass(frozen=True)
class ClipMeasures:
    """Per clip; NaN where undefined.

    Attributes
    ----------
    with_same_unit, cross_unit
        Noise confusion with neighbors from all recordings, and from other recordings alone.
    judged
        The one that triage, queues and causes rest on: cross_unit, or naive where there is one recording.
    purity_naive, purity : (n,) float64
        Share of neighbors with a label in common, likewise.
    medoid_distance : (n,) float64
        To the most central clip of its target.
    medoids : (T,) int64
        Rows.
    outlier : (n,) float64
        Local outlier factor.

    """

    with_same_unit: NoiseConfusion
    cross_unit: NoiseConfusion
    judged: NoiseConfusion
    purity_naive: np.ndarray
    purity: np.ndarray
    medoid_distance: np.ndarray
    medoids: np.ndarray
    outlier: np.ndarray


class Measures:
    """Measures of the clips of a diagnosis; those that take long are computed once.

    Attributes
    ----------
    x : ndarray, shape (n, d)
    labels : ndarray of bool, shape (n, L)
    targets, recording : ndarray of int, shape (n,)
    background : ndarray of bool, shape (n,)
    k : int
        Neighbors looked at.
    knn_all, knn_cross_unit : KnnGraph
        With neighbors to spare, for the intervals.
    near, far : KnnGraph
        Their first k.
    projection : ndarray, shape (n, 2), or None
    columns : dict of str to ndarray, shape (n,)
        Acoustic measures.
    """

    def __init__(self, inputs: DiagnosisInputs) -> None:
        self.inputs = inputs
        self.x = float32_rows(value_of(inputs.embedding))
        self.knn_all = value_of(inputs.knn_all)
        self.knn_cross_unit = replace(value_of(inputs.knn_cross_unit), grouped=True)
        self.projection = None if inputs.projection is None else value_of(inputs.projection)
        self.labels = np.asarray(inputs.label_matrix, dtype=bool)
        self.targets, self.recording = np.asarray(inputs.targets), codes(inputs.recording)
        self.background = ~np.any(self.labels, axis=1)
        self.k = max(1, min(inputs.k, self.knn_all.k, self.knn_cross_unit.k))
        self.near, self.far = self.knn_all.first(self.k), self.knn_cross_unit.first(self.k)
        self.columns = dict(inputs.acoustic or {})
        self.n_recordings = len(np.unique(self.recording))

    @cached_property
    def clips(self) -> ClipMeasures:
        with_same_unit = noise_confusion(self.near, self.background)
        cross_unit = noise_confusion(self.far, self.background, self.recording)
        purity_naive, purity = (shared_label_share(graph, self.labels) for graph in (self.near, self.far))
        distance, medoids = medoid_distance(self.x, self.targets, self.near.metric)
        judged = with_same_unit if np.isnan(cross_unit.confusion).all() else cross_unit
        outlier = local_outlier_factor(self.near)
        return ClipMeasures(
            with_same_unit, cross_unit, judged, purity_naive, purity, distance, medoids, outlier
        )

    @property
    def is_cross_unit(self) -> bool:
        """Whether clips are judged by their neighbors in other units."""
        return self.clips.judged is self.clips.cross_unit

    @property
    def judged_graph(self) -> KnnGraph:
        return self.far if self.is_cross_unit else self.near

    def notes(self) -> tuple[str, ...]:
        """Say what could not be told and why, in sentences."""
        notes = caveats(finite_rows(self.x), self.background, self.recording, self.inputs.site)
        if not self.is_cross_unit and self.n_recordings < 2:
            notes += ("There is one recording only: nothing can be held out, so its noise may mislead.",)
        return notes

    def estimates(self, confounding: Sequence[Confound]) -> tuple[str, ...]:
        """Say which figures are estimated, as there are so many clips or units."""
        unknown = self.background
        if "call_share" in self.columns:
            unknown = unknown & ~(self.columns["call_share"] > 0)
        asked = [
            (int(np.count_nonzero(side & np.isfinite(self.clips.judged.confusion))), float(other.mean()))
            for side, other in ((unknown, ~self.background), (~self.background, self.background))
        ]
        graph = self.knn_cross_unit if self.is_cross_unit else self.knn_all
        known = finite_rows(self.x)
        in_training = int(np.count_nonzero(self.background & known)) if self.n_recordings > 1 else 0
        return estimates(
            Sizes(
                clips=int(known.sum()),
                units=self.n_recordings,
                background=in_training * (self.inputs.n_folds - 1) // self.inputs.n_folds,
                unit=self.inputs.unit,
                has_projection=self.projection is not None,
                has_coarser=bool(self.inputs.coarser),
                graph_k=graph.k,
                sides=asked,
            ),
            confounding,
        )

    @cached_property
    def causes(self) -> AcousticCauses:
        judged = self.clips.judged.confusion
        return AcousticCauses(judged, self.columns, self.labels, self.recording, self.inputs.seed)

    @cached_property
    def left_out(self) -> dict[str, np.ndarray] | None:
        """What gets an interval, with each part of the recordings left out; None where nothing can be held out."""
        if not self.is_cross_unit or self.n_recordings < 2:
            return None
        background, targets = self.background, with_background(self.labels)
        parts = parts_of(self.recording, seed=self.inputs.seed)

        def auroc_of(confusion: NoiseConfusion) -> float:
            return neighbor_auroc(confusion, background)

        cross_unit = {
            "labels": lambda confusion: label_scores(confusion, targets),
            "auroc": auroc_of,
            "causes": self.causes.scores,
        }
        return replicates(
            self.knn_cross_unit, self.k, background, self.recording, parts, cross_unit
        ) | replicates(self.knn_all, self.k, background, self.recording, parts, {"naive": auroc_of})

    @cached_property
    def probes(self) -> tuple[np.ndarray, np.ndarray]:
        """Out-of-fold probe scores (n, T) without and with whole recordings held out."""
        n_folds, seed = self.inputs.n_folds, self.inputs.seed
        members, alone = with_background(self.labels), folds(self.targets, n_folds, seed)
        if self.n_recordings == len(self.recording):  # every clip a recording: holding them out is the same
            with_same_unit = probe_scores(self.x, members, alone)
            return with_same_unit, with_same_unit
        with_same_unit, cross_unit = probe_scores_of(
            self.x, members, [alone, folds(self.targets, n_folds, seed, self.recording)]
        )
        return with_same_unit, cross_unit

    @property
    def probe(self) -> np.ndarray | None:
        """Probe scores (n, T), whole recordings held out; None where they are undefined."""
        cross_unit = self.probes[1]
        return cross_unit if np.isfinite(cross_unit).any() else None

    def separability(self) -> Separability:
        """Measure how well background is told apart, by neighbors and by the probe."""
        clips, left_out = self.clips, self.left_out
        return separability(
            (clips.with_same_unit, self.probes[0][:, 0]),
            (clips.cross_unit, self.probes[1][:, 0]),
            self.background,
            self.recording,
            None
            if left_out is None
            else (
                parts_of(self.recording, seed=self.inputs.seed),
                left_out["naive"][:, 0],
                left_out["auroc"][:, 0],
            ),
        )

    def confounds(self, clusters: np.ndarray) -> tuple[Confound, ...]:
        """Test whether neighbors and clusters follow place or time instead of labels."""
        inputs = self.inputs
        places = {inputs.unit: self.recording, "site": inputs.site, "hour": inputs.hour}
        places |= inputs.attributes or {}
        known = {name: values for name, values in places.items() if values is not None}
        return confounds(self.near, self.far, known, self.recording, self.labels, clusters, inputs.seed)

    def evidence(self) -> Evidence:
        """Gather what the triage goes by."""
        return Evidence(
            self.clips.judged,
            self.near,
            self.judged_graph,
            self.labels,
            self.recording,
            self.columns,
            self.probe,
            self._matched_filter(),
            self.inputs.site,
            self.inputs.rules,
        )

    def _matched_filter(self) -> np.ndarray | None:
        """Return matched filter scores (n, T), whole recordings held out; None where nothing can be held out."""
        if self.n_recordings < 2:
            return None
        members, clear = with_background(self.labels), ~self.clips.judged.confused
        fold = folds(self.targets, self.inputs.n_folds, self.inputs.seed, self.recording)
        return matched_filter_scores(self.x, members, clear, fold, self.inputs.seed)

    def queues(self, rival: np.ndarray) -> tuple[Queue, Queue]:
        """Find background that may hold missed calls, and labelled clips that look like background."""
        seed = self.inputs.seed
        return queues(
            self.clips.judged,
            self.knn_cross_unit if self.is_cross_unit else self.knn_all,
            self.x,
            self.background,
            self.recording,
            rival,
            call_scores(self.x, ~self.background, self.recording, self.inputs.file, seed),
            self.columns["call_share"] > 0 if "call_share" in self.columns else None,
            seed,
            self._by_templates(),
        )

    def _by_templates(self) -> np.ndarray | None:
        """(n, 2) how much clips sound like annotated calls, and like these backwards; None without templates."""
        if self.inputs.alike is None:
            return None
        alike = value_of(self.inputs.alike)
        return template_scores(alike, self.background) if alike.shape[1] else None

    def shortcuts(self) -> tuple[Shortcut, ...]:
        """Find what else may tell background."""
        score = self.clips.judged.scores(self.background)
        nuisances, metric = self.inputs.nuisances or {}, self.near.metric
        return shortcuts(
            score, self.background, self.recording, nuisances, self.x, self.k, metric, seed=self.inputs.seed
        )

    def within_units(self) -> WithinUnits | None:
        """Measure whether clips of one unit are told from each other; None where neighbors are of all units."""
        if not self.is_cross_unit:
            return None
        return within_units(self.clips.judged.scores(self.background), self.background, self.recording)

    def coarser(self, separable: Separability) -> tuple[Coarser, ...]:
        """Measure background separability again, with coarser units left out."""
        units, metric, seed = self.inputs.coarser or {}, self.near.metric, self.inputs.seed
        alone = separable.neighbor.cross_unit
        return coarser_units(self.x, self.background, units, self.k, metric, seed, self.recording, alone)

    def false_alarms(self) -> FalseAlarms | None:
        """Count false alarms an hour; None without the time of a clip, or where the probe is undefined."""
        seconds, probe = self.inputs.seconds_per_clip, self.probe
        if not seconds or probe is None or not self.background.any() or not self.labels.any():
            return None
        return false_alarms(probe[:, 1:], self.labels, seconds)
