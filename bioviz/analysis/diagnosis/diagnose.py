"""All measures of one embedding set: where, how much, for which labels and why it is confused."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bioviz.analysis.codes import codes, with_background
from bioviz.analysis.diagnosis.acoustic_causes import AcousticCauses, Cause
from bioviz.analysis.diagnosis.caveats import caveats
from bioviz.analysis.diagnosis.coarser_units import Coarser, coarser_units
from bioviz.analysis.diagnosis.confounds import Confound, confounds
from bioviz.analysis.diagnosis.inputs import DiagnosisInputs
from bioviz.analysis.diagnosis.queues import Queue, queues
from bioviz.analysis.diagnosis.shortcuts import Shortcut, shortcuts
from bioviz.analysis.diagnosis.triage import Triage, triage
from bioviz.analysis.neighbors.jackknife import parts_of, replicates
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.label_confusion import LabelConfusion, label_confusion, label_scores
from bioviz.analysis.neighbors.neighborhood import shared_label_share
from bioviz.analysis.neighbors.noise_confusion import NoiseConfusion, noise_confusion
from bioviz.analysis.neighbors.outliers import local_outlier_factor, medoid_distance
from bioviz.analysis.projection.trustworthiness import trustworthiness
from bioviz.analysis.rows import finite_rows
from bioviz.analysis.scores.call_score import call_scores
from bioviz.analysis.scores.cluster_agreement import ClusterReport, cluster_report
from bioviz.analysis.scores.false_alarms import FalseAlarms, false_alarms
from bioviz.analysis.scores.matched_filter import matched_filter_scores
from bioviz.analysis.scores.prediction import (
    Prediction,
    Separability,
    neighbor_auroc,
    prediction,
    separability,
)
from bioviz.analysis.scores.probe import probe_scores, probe_scores_of
from bioviz.analysis.statistics.folds import folds
from bioviz.progress import Progress, Silent
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


@dataclass(frozen=True)
class Diagnosis:
    """See the classes of the parts.

    Attributes
    ----------
    names : (T,)
        Of the targets, background first.
    k
        Neighbors looked at.
    metric
        Of the graphs.
    labels
        With neighbors from other recordings, or all where there is one recording.
    clips, separability, prediction, clusters, confounds, causes, triage
        The parts.
    trustworthiness
        Of the projection; None without one, or with too few clips.
    missed
        Background clips that look like a label.
    faint
        Labelled clips that look like background.
    false_alarms
        None without the time that a clip stands for, or where the probe is undefined.
    notes
        What could not be told and why, in sentences.
    unit
        Noun of the unit of independence, which "other recordings" are.
    coarser
        Units coarser than it.
    shortcuts
        What else may tell background, those that are named first.

    """

    names: tuple[str, ...]
    k: int
    metric: str
    clips: ClipMeasures
    labels: LabelConfusion
    separability: Separability
    prediction: Prediction
    clusters: ClusterReport
    trustworthiness: float | None
    confounds: tuple[Confound, ...]
    causes: tuple[Cause, ...]
    triage: Triage
    missed: Queue
    faint: Queue
    false_alarms: FalseAlarms | None
    notes: tuple[str, ...] = ()
    unit: str = "recording"
    coarser: tuple[Coarser, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()


def diagnose(inputs: DiagnosisInputs, progress: Progress | None = None) -> Diagnosis:
    """Compute every measure from one pair of neighbor graphs.

    Raises
    ------
    BadInput
        Lengths do not agree.
    Cancelled
        Through `progress`.
    """
    progress = progress or Silent()
    inputs.check()
    seed, site = inputs.seed, inputs.site
    projection = None if inputs.projection is None else value_of(inputs.projection)
    x, knn_all, knn_cross_unit = (
        np.asarray(value_of(inputs.embedding)),
        value_of(inputs.knn_all),
        value_of(inputs.knn_cross_unit),
    )
    labels = np.asarray(inputs.label_matrix, dtype=bool)
    targets, recording = np.asarray(inputs.targets), codes(inputs.recording)
    k = max(1, min(inputs.k, knn_all.k, knn_cross_unit.k))
    near, far = knn_all.first(k), replace(knn_cross_unit.first(k), grouped=True)
    background = ~np.any(labels, axis=1)
    columns = dict(inputs.acoustic or {})

    def stage(number: int) -> None:
        progress.report("diagnosis", number, 8, "steps")

    stage(0)
    clips = _clip_measures(x, near, far, background, labels, targets, recording)
    notes = caveats(finite_rows(x), background, recording, site)
    if clips.judged is clips.with_same_unit and len(np.unique(recording)) < 2:
        notes += ("There is one recording only: nothing can be held out, so its noise may mislead.",)
    cross_unit = clips.judged is clips.cross_unit
    judged_all = replace(knn_cross_unit, grouped=True) if cross_unit else knn_all
    judged_graph = far if cross_unit else near
    causes = AcousticCauses(clips.judged.confusion, columns, labels, recording, seed)
    left_out = _left_out(knn_all, knn_cross_unit, k, clips, labels, recording, causes, seed)
    stage(1)
    probes = _probes(x, labels, targets, recording, inputs.n_folds, seed)
    stage(3)
    separable = separability(
        (clips.with_same_unit, probes[0][:, 0]),
        (clips.cross_unit, probes[1][:, 0]),
        background,
        recording,
        None
        if left_out is None
        else (parts_of(recording, seed=seed), left_out["naive"][:, 0], left_out["auroc"][:, 0]),
    )
    predicted = prediction(near, far, *probes, labels, targets, recording)
    clusters = cluster_report(x, projection, targets, inputs.clusterings)
    stage(5)
    trust = None if projection is None else trustworthiness(x, projection)
    stage(6)
    places = {inputs.unit: recording, "site": site, "hour": inputs.hour, **(inputs.attributes or {})}
    known = {name: values for name, values in places.items() if values is not None}
    confounding = confounds(near, far, known, recording, labels, clusters.clusterings[0].clusters, seed)
    stage(7)
    probe = probes[1] if np.isfinite(probes[1]).any() else None
    sorted_out = triage(
        clips.judged,
        near,
        judged_graph,
        labels,
        recording,
        columns,
        probe,
        site,
        inputs.rules,
        _filtered(x, labels, targets, recording, clips.judged, inputs.n_folds, seed),
    )
    touched = columns["call_share"] > 0 if "call_share" in columns else None
    missed, faint = queues(
        clips.judged,
        judged_all,
        x,
        background,
        recording,
        sorted_out.rival,
        call_scores(x, ~background, recording, inputs.file, seed),
        touched,
        seed,
    )
    hidden = shortcuts(
        clips.judged.scores(background),
        background,
        recording,
        inputs.nuisances or {},
        x,
        k,
        near.metric,
        seed=seed,
    )
    alarms = None
    if inputs.seconds_per_clip and probe is not None and background.any() and labels.any():
        alarms = false_alarms(probe[:, 1:], labels, inputs.seconds_per_clip)
    stage(8)
    return Diagnosis(
        names=tuple(inputs.names),
        k=k,
        metric=near.metric,
        clips=clips,
        labels=label_confusion(
            judged_graph, clips.judged, labels, recording, None if left_out is None else left_out["labels"]
        ),
        separability=separable,
        prediction=predicted,
        clusters=clusters,
        trustworthiness=trust,
        confounds=confounding,
        causes=causes.found(None if left_out is None else left_out["causes"]),
        triage=sorted_out,
        missed=missed,
        faint=faint,
        false_alarms=alarms,
        notes=notes,
        unit=inputs.unit,
        coarser=coarser_units(
            x,
            background,
            inputs.coarser or {},
            k,
            near.metric,
            seed,
            recording,
            separable.neighbor.cross_unit,
        ),
        shortcuts=hidden,
    )


def _left_out(
    knn_all: KnnGraph,
    knn_cross_unit: KnnGraph,
    k: int,
    clips: ClipMeasures,
    labels: np.ndarray,
    recording: np.ndarray,
    causes: AcousticCauses,
    seed: int,
) -> dict[str, np.ndarray] | None:
    """Return what gets an interval, with each part of the recordings left out; None where nothing can be held out."""
    if clips.judged is not clips.cross_unit or len(np.unique(recording)) < 2:
        return None
    background, targets = ~np.any(labels, axis=1), with_background(labels)
    parts = parts_of(recording, seed=seed)
    found = replicates(
        replace(knn_cross_unit, grouped=True),
        k,
        background,
        recording,
        parts,
        {
            "labels": lambda confusion: label_scores(confusion, targets),
            "auroc": lambda confusion: neighbor_auroc(confusion, background),
            "causes": causes.scores,
        },
    )

    def with_same_unit(confusion: NoiseConfusion) -> float:
        return neighbor_auroc(confusion, background)

    return found | replicates(knn_all, k, background, recording, parts, {"naive": with_same_unit})


def _clip_measures(
    x: np.ndarray,
    near: KnnGraph,
    far: KnnGraph,
    background: np.ndarray,
    labels: np.ndarray,
    targets: np.ndarray,
    recording: np.ndarray,
) -> ClipMeasures:
    with_same_unit = noise_confusion(near, background)
    cross_unit = noise_confusion(far, background, recording)
    purity_naive, purity = (shared_label_share(graph, labels) for graph in (near, far))
    distance, medoids = medoid_distance(x, targets, near.metric)
    judged = with_same_unit if np.isnan(cross_unit.confusion).all() else cross_unit
    outlier = local_outlier_factor(near)
    return ClipMeasures(with_same_unit, cross_unit, judged, purity_naive, purity, distance, medoids, outlier)


def _filtered(
    x: np.ndarray,
    labels: np.ndarray,
    targets: np.ndarray,
    recording: np.ndarray,
    judged: NoiseConfusion,
    n_folds: int,
    seed: int,
) -> np.ndarray | None:
    """Return matched filter scores (n, T), whole recordings held out; None where nothing can be held out."""
    if len(np.unique(recording)) < 2:
        return None
    members, clear = with_background(labels), ~judged.confused
    return matched_filter_scores(x, members, clear, folds(targets, n_folds, seed, recording), seed)


def _probes(
    x: np.ndarray, labels: np.ndarray, targets: np.ndarray, recording: np.ndarray, n_folds: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Out-of-fold probe scores (n, T) without and with whole recordings held out."""
    members, alone = with_background(labels), folds(targets, n_folds, seed)
    if len(np.unique(recording)) == len(recording):  # every clip a recording: holding them out is the same
        with_same_unit = probe_scores(x, members, alone)
        return with_same_unit, with_same_unit
    with_same_unit, cross_unit = probe_scores_of(
        x, members, [alone, folds(targets, n_folds, seed, recording)]
    )
    return with_same_unit, cross_unit
