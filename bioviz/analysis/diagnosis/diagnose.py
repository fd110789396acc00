"""All measures of one embedding set: where, how much, for which labels and why it is confused."""

from __future__ import annotations

from dataclasses import dataclass

from bioviz.analysis.diagnosis.inputs import DiagnosisInputs
from bioviz.analysis.diagnosis.measures import ClipMeasures, Measures
from bioviz.analysis.diagnosis.queues import Queue
from bioviz.analysis.diagnosis.shortcuts.coarser_units import Coarser
from bioviz.analysis.diagnosis.shortcuts.confounds import Confound
from bioviz.analysis.diagnosis.shortcuts.shortcuts import Shortcut
from bioviz.analysis.diagnosis.shortcuts.within_units import WithinUnits
from bioviz.analysis.diagnosis.sounds.acoustic_causes import Cause
from bioviz.analysis.diagnosis.triage import Triage, triage
from bioviz.analysis.neighbors.label_confusion import LabelConfusion, label_confusion
from bioviz.analysis.projection.trustworthiness import trustworthiness
from bioviz.analysis.scores.cluster_agreement import ClusterReport, cluster_report
from bioviz.analysis.scores.false_alarms import FalseAlarms
from bioviz.analysis.scores.prediction import (
    Prediction,
    Separability,
    prediction,
)
from bioviz.progress import Progress, Silent


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
    within_units
        Whether clips of one unit are told too; None where too few units have both sides.

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
    within_units: WithinUnits | None = None


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
    m = Measures(inputs)

    def step(number: int) -> None:
        progress.report("diagnosis", number, 8, "steps")

    step(0)
    left_out = m.left_out
    step(1)
    probes = m.probes
    step(3)
    separable = m.separability()
    predicted = prediction(m.near, m.far, *probes, m.labels, m.targets, m.recording)
    clusters = cluster_report(m.x, m.projection, m.targets, inputs.clusterings)
    step(5)
    trust = None if m.projection is None else trustworthiness(m.x, m.projection)
    step(6)
    confounding = m.confounds(clusters.clusterings[0].clusters)
    step(7)
    explained = triage(m.evidence())
    missed, faint = m.queues(explained.rival)
    shortcuts, alarms = m.shortcuts(), m.false_alarms()
    step(8)
    judged_graph, left_out = m.judged_graph, left_out or {}
    return Diagnosis(
        names=tuple(inputs.names),
        k=m.k,
        metric=m.near.metric,
        clips=m.clips,
        labels=label_confusion(judged_graph, m.clips.judged, m.labels, m.recording, left_out.get("labels")),
        separability=separable,
        prediction=predicted,
        clusters=clusters,
        trustworthiness=trust,
        confounds=confounding,
        causes=m.causes.found(left_out.get("causes")),
        triage=explained,
        missed=missed,
        faint=faint,
        false_alarms=alarms,
        notes=(*m.notes(), *m.estimates(confounding)),
        unit=inputs.unit,
        coarser=m.coarser(separable),
        shortcuts=shortcuts,
        within_units=m.within_units(),
    )
