"""Studies that were computed before, the latest first."""

from __future__ import annotations

from dataclasses import dataclass

from bioviz.datasets import library
from bioviz.errors import BiovizError
from bioviz.runs import stages
from bioviz.study.result import STAGE
from bioviz.study.spec import StudySpec


@dataclass(frozen=True)
class Earlier:
    """A study, how many of its cells were computed, and when the last of them was (seconds since the epoch)."""

    spec: StudySpec
    cells: int
    saved: float


def earlier_studies() -> list[Earlier]:
    """Return the studies in the cache whose datasets and models are still here; the newest state of each."""
    newest: dict[StudySpec, Earlier] = {}
    here = {dataset.id for dataset in library.list_datasets()}
    for meta in stages.metas(STAGE):
        try:
            spec = StudySpec.from_dict(meta["spec"])
            one = Earlier(spec, len(meta["checkpoints"]), float(meta["saved"]))
            if not spec.cells or not here.issuperset(spec.datasets):
                continue
        except (
            BiovizError,
            KeyError,
            TypeError,
            ValueError,
        ):  # of another version, or of a model that is gone
            continue
        if spec not in newest or newest[spec].saved < one.saved:
            newest[spec] = one
    return sorted(newest.values(), key=lambda one: one.saved, reverse=True)


def latest() -> StudySpec | None:
    """Return the study that was computed last; None without one."""
    return next((one.spec for one in earlier_studies()), None)
