"""Fine-tuning as a job: what a worker process is told to call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bioviz import jobs
from bioviz.datasets import library
from bioviz.models import registry
from bioviz.progress import Progress
from bioviz.training.finetune import finetune, work_of
from bioviz.training.loop.run_dir import TrainingRunDir
from bioviz.training.settings import TrainSettings


@dataclass(frozen=True)
class TrainSpec:
    """A training to start: names, and settings; `name` is what the user calls the result, `maps` as of `finetune`."""

    dataset: str
    model: str
    checkpoint: str
    settings: TrainSettings
    name: str = ""
    base_seed: int = 0
    maps: bool = False

    def to_dict(self) -> dict[str, object]:
        """JSON-able."""
        return {**self.__dict__, "settings": self.settings.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainSpec:
        """Return what `to_dict` gave. Raises BadInput."""
        return cls(**{**values, "settings": TrainSettings.from_dict(values["settings"])})

    def work(self) -> TrainingRunDir:
        """Its work folder, where the curves are. Raises Missing."""
        return work_of(library.load(self.dataset), self.model, self.checkpoint, self.base_seed, self.settings)


def start(spec: TrainSpec) -> jobs.Job:
    """Start a training in a process of its own, or join the job that already does it."""
    title = f"Fine-tuning {registry.card(spec.model).title} on {library.load(spec.dataset).name}"
    if spec.name:
        title += f": {spec.name}"
    return jobs.start("finetune", "bioviz.training.tasks:finetune_job", spec.to_dict(), title=title)


def finetune_job(params: dict[str, Any], progress: Progress) -> dict[str, object]:
    """Train params (`TrainSpec.to_dict`); returns the checkpoint's id, its test measures and whether it is usable."""
    spec = TrainSpec.from_dict(params)
    checkpoint = finetune(
        library.load(spec.dataset),
        spec.model,
        spec.checkpoint,
        spec.settings,
        base_seed=spec.base_seed,
        name=spec.name,
        maps=spec.maps,
        progress=progress,
    )
    record = checkpoint.record
    return {
        "checkpoint": checkpoint.name,
        "usable": checkpoint.usable,
        "reason": record.reason,
        "outcome": record.outcome.sentence,
        "test": record.test,
        "best": record.best,
    }
