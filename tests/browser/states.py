"""The states in which a page is met, with everything there, at work, failed, and with nothing yet; how to get there.

Used by the tests of accessibility and by `tests.browser.screens`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from bioviz import jobs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.errors import BadInput
from bioviz.models import checkpoints
from bioviz.models.base import FINETUNED
from bioviz.runs import RunSpec
from bioviz.runs.diagnosis import job_params as diagnosis_params
from bioviz.training.settings import TrainSettings
from bioviz.training.tasks import TrainSpec

FULL, BUSY, ERROR, EMPTY = "full", "busy", "error", "empty"
STATES = (FULL, BUSY, ERROR, EMPTY)
AT_WORK, FAILED = "alexnet", "resnet18"
"""Models of which a job is at work, and one has failed."""
MODEL = "small_cnn"
NO_SOUND = "hoot.wav is empty. Record it again."


def wait(params: Mapping[str, object], progress: object) -> dict[str, object]:
    """Be at work until somebody ends it, as what a job runs."""
    for step in range(3600):
        progress.report("embedding", 40, 100, "clips", note=f"second {step}")
        time.sleep(1)
    return {}


def fail(params: Mapping[str, object], progress: object) -> dict[str, object]:
    """Fail with a sentence, as what a job runs."""
    raise BadInput(NO_SOUND)


def address(url: str, page: str, state: str, dataset: str) -> str:
    """Where a page is met in a state; `url` is of the server with the dataset, or without any where it is empty."""
    url = url if page == "start" else f"{url}/{page}"
    if state == EMPTY:
        return url
    query = {"dataset": dataset, "model": MODEL}
    if state != FULL:
        query |= {"model": AT_WORK if state == BUSY else FAILED, "checkpoint": "random"}
        if page in ("datasets", "start", "models") and state == ERROR:
            query = {"dataset": "gone"}
    elif page == "compare":
        query |= _two_sides(dataset)
    return f"{url}?" + "&".join(f"{name}={value}" for name, value in query.items())


def _two_sides(dataset: str) -> dict[str, str]:
    trained = [each for each in checkpoints.list_checkpoints() if each.record.dataset.id == dataset]
    if not trained:
        return {"other_model": "acoustic_features", "other_checkpoint": "none"}
    tested = "test" if trained[0].record.split.source == "dataset" else "all"  # as the tour compares them
    return {"other_model": MODEL, "other_checkpoint": FINETUNED + trained[0].id, "split": tested}


@contextmanager
def jobs_of_all_states(cache: Path, dataset: str) -> Iterator[None]:
    """Have jobs at work and failed ones in a cache, until the block ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOVIZ_CACHE", str(cache))
        started = [
            jobs.start(kind, f"tests.browser.states:{target}", params, title=title)
            for model, target in ((AT_WORK, "wait"), (FAILED, "fail"))
            for kind, params, title in _work(dataset, model)
        ]
        for job in started:
            deadline = time.monotonic() + 120
            while jobs.get(job.id).state == "queued" and time.monotonic() < deadline:
                time.sleep(0.2)
        try:
            yield
        finally:
            for job in started:
                jobs.cancel(job.id, grace_s=0)


def _work(dataset: str, model: str) -> list[tuple[str, dict[str, object], str]]:
    run = RunSpec(dataset, model, "random", projection=ProjectionSpec())
    training = TrainSpec(dataset, model, "random", TrainSettings())
    return [
        ("run", {"spec": run.to_dict()}, f"Map of {model}"),
        ("diagnosis", diagnosis_params(run, 20), f"Diagnosis of {model}"),
        ("finetune", training.to_dict(), f"Training of {model}"),
    ]
