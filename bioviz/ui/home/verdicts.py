"""What the start page knows of a dataset without computing anything: its verdict, its worst clips, what to do next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz import jobs, runs
from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.analysis.diagnosis.verdict.headline import headline
from bioviz.analysis.diagnosis.verdict.verdict import verdict
from bioviz.datasets.types import Dataset
from bioviz.errors import BiovizError
from bioviz.runs import Run, RunSpec, ready
from bioviz.runs.diagnosis import open_diagnosis

WORST = 4
LEAST = 0.5
"""Share of a former time that a map takes however few its clips are."""


@dataclass(frozen=True)
class Next:
    """What to do next: words of the button, the page, and its part where it has some."""

    words: str
    file: str
    section: str = ""


NEXT = {  # by the kind of the clause that is said
    "cause": Next("Measure it in noise", "snr.py"),
    "shortcut": Next("Show by site", "diagnose.py", "places"),
    "place": Next("Show by site", "diagnose.py", "places"),
    "leak": Next("Show the scores", "diagnose.py", "scores"),
    "queue": Next("Go through the clips", "diagnose.py", "faint"),
}
USUAL_NEXT = Next("Fine-tune it", "finetune.py")


@dataclass(frozen=True)
class Verdict:
    """What is known of a dataset as one model hears it.

    Attributes
    ----------
    spec
        The run.
    text
        The one sentence.
    next
        What to do next.
    rows
        The worst clips, as rows of the dataset, and their labels.
    labels

    """

    spec: RunSpec
    text: str
    next: Next
    rows: tuple[int, ...]
    labels: tuple[str, ...]


def candidates(dataset: Dataset) -> list[RunSpec]:
    """Return the runs of a dataset that may have a diagnosis: of all that is computed, the best first."""
    return [
        RunSpec(dataset.id, each.model, each.checkpoint)
        for each in ready.everything(dataset)
        if each.computed
    ]


def best(dataset: Dataset) -> RunSpec:
    """Return the run to compute where none is: of the best model that is ready."""
    first = ready.models(dataset)[0]
    return RunSpec(dataset.id, first.model, first.checkpoint)


def find_verdict(dataset: Dataset) -> Verdict | None:
    """Return the verdict of the best run that has a diagnosis; None where none has."""
    for spec in candidates(dataset):
        try:
            run = runs.open_run(spec)
            diagnosis = None if run is None else open_diagnosis(run)
        except BiovizError:  # its weights were removed, or what is stored is damaged
            continue
        if run is not None and diagnosis is not None:
            return said(run, diagnosis)
    return None


def said(run: Run, d: Diagnosis) -> Verdict:
    """Return the sentence that stands above the diagnosis, with what to do next where it says what is wrong."""
    head = headline(verdict(d))
    backing = head.backed_by
    following = NEXT.get(backing.kind, USUAL_NEXT) if backing is not None and backing.claim else USUAL_NEXT
    places = worst_places(run, d)
    return Verdict(
        run.spec,
        head.text,
        following,
        tuple(int(row) for row in run.rows[places]),
        tuple(run.target_names[target] for target in run.targets[places]),
    )


def worst_places(run: Run, d: Diagnosis) -> np.ndarray:
    """(m,) positions of the labelled clips with most background around them; none that is apart from it."""
    confusion = np.where(run.targets > 0, np.nan_to_num(d.clips.judged.confusion), 0.0)
    order = np.argsort(-confusion, kind="stable")[:WORST]
    return order[confusion[order] > 0]


def seconds_to_compute(dataset: Dataset, model: str) -> float | None:
    """Return about how long a first map of a dataset takes, by the last one of that model; None without one."""
    for job in jobs.list_jobs():
        result = job.result or {}
        spec = result.get("spec") or {}
        if job.kind in ("run", "demo") and job.state == "done" and spec.get("model") == model:
            took, clips = job.ended - job.started, result.get("clips", 0)
            if took > 0 and clips:
                return took * max(len(dataset.clips) / clips, LEAST)
    return None
