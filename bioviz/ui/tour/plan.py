"""What the five steps of a tour rest on: results that are here, jobs that are at them, and which comes next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import streamlit as st

from bioviz import jobs, runs
from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.errors import BiovizError
from bioviz.experiments import noise
from bioviz.experiments.noise import NoiseResult, open_noise, start_noise
from bioviz.experiments.settings import NoiseSettings
from bioviz.models import checkpoints, registry
from bioviz.models.base import NONE, RANDOM
from bioviz.models.checkpoints import Checkpoint
from bioviz.runs import Run, RunSpec, comparison, diagnosis
from bioviz.runs.comparison import Comparison, ComparisonSpec, open_comparison, start_comparison
from bioviz.runs.diagnosis import diagnosis_key, read_diagnosis, start_diagnosis
from bioviz.training import tasks
from bioviz.training.data.split import obstacles
from bioviz.training.settings import preset

SMALL = {"learning_rates": (1e-3,), "epochs": 6, "patience": 0, "time_shift": 0.5, "mix_background": 0.5}
"""What a network whose epoch takes a second or two can afford beside the quick preset."""
BASELINE = ("acoustic_features", NONE)  # what a network should beat


@dataclass
class Plan:
    """A tour of one dataset as one model hears it; the settings are those that the pages open with.

    Attributes
    ----------
    spec
        The run that the tour is about.
    k
        Neighbors looked at.

    """

    spec: RunSpec
    k: int

    @cached_property
    def dataset(self) -> Dataset:
        return library.load(self.spec.dataset)

    @cached_property
    def missing(self) -> str:
        """What the model lacks to be opened; "" where nothing."""
        state = registry.checkpoint_state(self.spec.model, self.spec.checkpoint)
        return "" if state.available else state.message

    @cached_property
    def run(self) -> Run | None:
        return None if self.missing else runs.open_run(self.spec)

    @cached_property
    def diagnosis(self) -> Diagnosis | None:
        return None if self.run is None else _diagnosis(diagnosis_key(self.run, self.k))

    @cached_property
    def noise_settings(self) -> NoiseSettings:
        return NoiseSettings()

    @cached_property
    def noise(self) -> NoiseResult | None:
        """Raises BadInput where the experiment cannot be made."""
        return None if self.run is None else open_noise(self.run, self.noise_settings)

    @cached_property
    def training(self) -> tasks.TrainSpec:
        settings = preset("quick", self.spec.checkpoint != RANDOM)
        if registry.card(self.spec.model).for_demo and self.spec.checkpoint != RANDOM:
            settings = replace(settings, **SMALL)
        return tasks.TrainSpec(
            self.spec.dataset,
            self.spec.model,
            self.spec.checkpoint,
            settings,
            base_seed=self.spec.seed,
            maps=True,
        )

    @cached_property
    def obstacle(self) -> str:
        """Why the model cannot be fine-tuned on the dataset; "" where it can."""
        card = registry.card(self.spec.model)
        if not card.trainable:
            return (
                f"{card.title} has no weights that could be trained, so that there is nothing to fine-tune."
            )
        return " ".join(obstacles(self.dataset, self.training.settings, self.spec.model))

    @cached_property
    def checkpoint(self) -> Checkpoint | None:
        """What the training of this tour ended with, whoever started it."""
        if self.obstacle or self.missing:
            return None
        try:
            identity = self.training.work().result()
            return None if identity is None else checkpoints.get(identity)
        except BiovizError:  # deleted since
            return None

    @cached_property
    def comparison_spec(self) -> ComparisonSpec | None:
        if self.checkpoint is None or not self.checkpoint.usable:
            return None
        tested = self.checkpoint.record.split.source == "dataset" and "test" in self.dataset.clips.split
        split = "test" if tested else "all"
        left, right = (
            RunSpec(
                self.spec.dataset,
                self.spec.model,
                name,
                split,
                self.spec.seed if name == RANDOM else 0,
                self.spec.projection,
            )
            for name in (self.spec.checkpoint, self.checkpoint.name)
        )
        return ComparisonSpec(left, right, k=self.k)

    @cached_property
    def comparison(self) -> Comparison | None:
        if self.comparison_spec is None:
            return None
        left, right = (
            runs.open_run(side) for side in (self.comparison_spec.left, self.comparison_spec.right)
        )
        return None if left is None or right is None else open_comparison(left, right, k=self.k)

    @cached_property
    def training_job(self) -> jobs.Job | None:
        return jobs.find("finetune", self.training.to_dict())


@dataclass(frozen=True)
class Work:
    """One result that a tour needs.

    Attributes
    ----------
    job
        The newest job that computes it, running or over.
    start
        Starts one.

    """

    job: jobs.Job | None
    start: Callable[[], jobs.Job]


def work_for(plan: Plan, step: int) -> Work | None:
    """Return the first thing that is missing for `step`; None where all is here, or it is the user's to start."""
    if plan.missing:
        return None
    if plan.run is None:
        return Work(runs.job_for(plan.spec), lambda: runs.start(plan.spec))
    if step == 2 and plan.diagnosis is None:
        job = jobs.find("diagnosis", diagnosis.job_params(plan.spec, plan.k))
        return Work(job, lambda: start_diagnosis(plan.spec, plan.k))
    if step == 3 and _can_be_drowned(plan) and plan.noise is None:
        job = jobs.find("noise", noise.job_params([plan.spec], plan.noise_settings))
        return Work(job, lambda: start_noise([plan.spec], plan.noise_settings))
    if step == 4 and (baseline := _baseline(plan)) is not None:
        return Work(runs.job_for(baseline), lambda: runs.start(baseline))
    spec = plan.comparison_spec
    if step == 5 and spec is not None and plan.comparison is None:
        job = jobs.find("comparison", comparison.job_params(spec))
        return Work(job, lambda: start_comparison(spec))
    return None


def go_ahead(plan: Plan, step: int, asked: set[str]) -> jobs.Job | None:
    """Have what this step needs computed, and once it is there what the next one does; return the job that runs.

    What the user cancelled, or what failed, is not started again: the page of the step says so, and has the button.

    Parameters
    ----------
    asked
        Ids of the jobs that this tour started; none of them is started twice.

    """
    for wanted in (step, step + 1):
        work = work_for(plan, wanted)
        if work is None:
            continue
        job = work.job
        cleared_away = job is not None and job.state == "done" and job.id not in asked
        if job is None or cleared_away:
            job = work.start()
            asked.add(job.id)
        return None if job.is_over else job
    return None


def _can_be_drowned(plan: Plan) -> bool:
    """Whether there are labels, and background to add to them."""
    return bool(plan.dataset.labels) and plan.run is not None and bool((plan.run.targets == 0).any())


def _baseline(plan: Plan) -> RunSpec | None:
    """Return the run of the plain features while it is missing."""
    model, checkpoint = BASELINE
    spec = RunSpec(plan.spec.dataset, model, checkpoint, plan.spec.split, 0, plan.spec.projection)
    return None if plan.spec.model == model or runs.open_run(spec) is not None else spec


@st.cache_resource(max_entries=4, show_spinner=False)
def _kept_diagnosis(key: str) -> Diagnosis:
    diagnosis = read_diagnosis(key)
    if diagnosis is None:
        raise LookupError(key)
    return diagnosis


def _diagnosis(key: str) -> Diagnosis | None:
    """Return it from memory; what is absent is not remembered."""
    try:
        return _kept_diagnosis(key)
    except LookupError:
        return None
