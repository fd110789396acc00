"""What came of finished jobs, in a sentence, and the view that shows it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bioviz.errors import BiovizError
from bioviz.experiments.settings import NoiseSettings, ShiftSettings
from bioviz.jobs import Job
from bioviz.runs import RunSpec
from bioviz.runs.comparison import ComparisonSpec
from bioviz.runs.tasks import DEMO
from bioviz.study.spec import StudySpec
from bioviz.training.tasks import TrainSpec
from bioviz.ui.experiment_settings import as_text
from bioviz.ui.view import fields_of


@dataclass(frozen=True)
class JobOutcome:
    """Where the outcome of a job is seen.

    Attributes
    ----------
    page
        File of the page.
    fields
        Of the view, for `set_view`.
    sentence
        What came out; may be empty.
    """

    page: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    sentence: str = ""


def outcome_of(job: Job) -> JobOutcome | None:
    """Return what came of a finished job; None where no page shows it, or its record is damaged."""
    if job.state != "done" or job.kind not in _KINDS:
        return None
    try:
        return _KINDS[job.kind](job.params, job.result or {})
    except (BiovizError, KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None  # a record of another version, or a damaged one


def _map(params: Mapping[str, Any], result: Mapping[str, Any]) -> JobOutcome:
    spec = RunSpec.from_dict(params["spec"]) if "spec" in params else DEMO
    return JobOutcome("explore.py", {**fields_of(spec), "clip": -1}, str(result.get("headline", "")))


def _diagnosis(params: Mapping[str, Any], result: Mapping[str, Any]) -> JobOutcome:
    spec = RunSpec.from_dict(params["spec"])
    fields = {**fields_of(spec), "k": int(params["k"]), "clip": -1}
    return JobOutcome("diagnose.py", fields, str(result.get("headline", "")))


def _clusterings(params: Mapping[str, Any], result: Mapping[str, Any]) -> JobOutcome:
    return JobOutcome("diagnose.py", {**fields_of(RunSpec.from_dict(params["spec"])), "section": "scores"})


def _comparison(params: Mapping[str, Any], result: Mapping[str, Any]) -> JobOutcome:
    spec = ComparisonSpec.from_dict(params["spec"])
    right = {
        "other_dataset": "" if spec.right.dataset == spec.left.dataset else spec.right.dataset,
        "other_model": spec.right.model,
        "other_checkpoint": spec.right.checkpoint,
        "other_model_seed": spec.right.seed,
    }
    fields = {**fields_of(spec.left), **right, "layout": spec.layout, "k": spec.k, "clip": -1}
    sentence = f"{int(result['clips']):,} clips compared. {result.get('headline', '')}".rstrip()
    return JobOutcome("compare.py", fields, sentence)


def _noise(params: Mapping[str, Any], result: Mapping[str, Any]) -> JobOutcome:
    first, *others = (RunSpec.from_dict(each) for each in params["specs"])
    settings = NoiseSettings.from_dict(params["settings"])
    models = [f"{each.model}:{each.checkpoint}" for each in others]
    failed = "; ".join(f"{name} failed: {why}" for name, why in result.get("failed", {}).items())
    return JobOutcome("snr.py", {**fields_of(first), "noise": as_text(settings, models), "clip": -1}, failed)


def _shift(params: Mapping[str, Any], result: Mapping[str, Any]) -> JobOutcome:
    settings = ShiftSettings.from_dict(params["settings"])
    spec = RunSpec.from_dict(params["spec"])
    sentence = f"{int(result['changed']):,} of {int(result['clips']):,} clips keep less than half of their neighbors."
    return JobOutcome("snr.py", {**fields_of(spec), "shift": as_text(settings), "clip": -1}, sentence)


def _training(params: Mapping[str, Any], result: Mapping[str, Any]) -> JobOutcome:
    spec = TrainSpec.from_dict(params)
    sentence = str(result.get("outcome", ""))
    if not result.get("usable", True):
        return JobOutcome("finetune.py", {"dataset": spec.dataset}, str(result.get("reason", "")))
    fields = {"dataset": spec.dataset, "model": spec.model, "checkpoint": str(result["checkpoint"])}
    return JobOutcome("explore.py", {**fields, "clip": -1}, sentence)


def _study(params: Mapping[str, Any], result: Mapping[str, Any]) -> JobOutcome:
    study = json.dumps(StudySpec.from_dict(params["spec"]).to_dict(), separators=(",", ":"))
    failed = len(result.get("failed", {}))
    sentence = f"{int(result['cells']):,} cells computed" + (f", {failed} could not be." if failed else ".")
    return JobOutcome("benchmark.py", {"study": study, "clip": -1}, sentence)


def _scan(params: Mapping[str, Any], result: Mapping[str, Any]) -> JobOutcome:
    return JobOutcome("datasets.py")


def _download(params: Mapping[str, Any], result: Mapping[str, Any]) -> JobOutcome:
    return JobOutcome("models.py")


_KINDS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], JobOutcome]] = {
    "run": _map,
    "demo": _map,
    "diagnosis": _diagnosis,
    "clusterings": _clusterings,
    "comparison": _comparison,
    "noise": _noise,
    "shift": _shift,
    "study": _study,
    "finetune": _training,
    "scan": _scan,
    "download": _download,
}
