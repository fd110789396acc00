"""The SNR experiment of a run: computed by a job, kept as a stage, opened by a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bioviz import jobs
from bioviz.datasets import library
from bioviz.datasets.types import Problem
from bioviz.errors import BadInput, BiovizError, Cancelled
from bioviz.experiments.draw import Draw, draw
from bioviz.experiments.noise_scores import NoiseScores, Reference, score_mixtures
from bioviz.experiments.settings import NoiseSettings
from bioviz.models import registry
from bioviz.progress import Progress, Silent
from bioviz.runs import stages
from bioviz.runs.run import Run, open_run
from bioviz.runs.spec import RunSpec
from bioviz.store.digest import digest

VERSION = 4  # raise it when a score changes, and what is cached is computed anew
STAGE = "noise"


@dataclass(frozen=True)
class NoiseResult:
    """A finished experiment.

    Attributes:
        rows: (m,) int64, the clips, as rows of the dataset.
        scores: what became of them; label columns are those of the dataset.
        problems: clips that could not be mixed, and why.
    """

    rows: np.ndarray
    scores: NoiseScores
    problems: tuple[Problem, ...]


def drawn_for(spec: RunSpec, chosen: NoiseSettings) -> Draw:
    """The clips and backgrounds of an experiment on a run; the same for every model. Raises BadInput, Missing."""
    return draw(library.load(spec.dataset), spec.split, chosen)


def open_noise(run: Run, chosen: NoiseSettings, drawn: Draw | None = None) -> NoiseResult | None:
    """The finished experiment, or None where it is not computed yet. Raises BadInput as `drawn_for`."""
    key = _key(run, chosen, drawn or drawn_for(run.spec, chosen))
    return stages.read_result(NoiseResult, STAGE, key)


def compute_noise(
    run: Run, chosen: NoiseSettings, progress: Progress | None = None, device: str | None = None
) -> NoiseResult:
    """Mix, embed and judge, and keep the result.

    Raises:
        BadInput: no clips, no background, or no clip has neighbours in other recordings.
        Cancelled: through `progress`; embeddings that are finished are kept.
    """
    from bioviz.embedding.pipeline import recipe_for
    from bioviz.experiments.mixtures import embed_mixtures
    from bioviz.models.device import best_device

    progress, spec = progress or Silent(), run.spec
    dataset = library.load(spec.dataset)
    if not (run.targets == 0).any():
        raise BadInput(f"{dataset.name} has no background on this map that calls could be lost in.")
    drawn = drawn_for(spec, chosen)
    device = device or best_device()
    recipe = recipe_for(dataset, spec.model, spec.checkpoint, spec.seed, device)

    def open_model():
        return registry.open_model(
            spec.model, spec.checkpoint, seed=spec.seed, device=device, precision=recipe.precision
        )

    mixed, problems = embed_mixtures(drawn, chosen.snrs_db, recipe, open_model, progress)
    progress.report("neighbours of the mixtures", 0, 1, "steps")
    embedding = run.embedding
    at = np.minimum(np.searchsorted(run.rows, drawn.rows), len(run.rows) - 1)
    clean = np.where((run.rows[at] == drawn.rows)[:, None], embedding[at], np.nan)
    scores = score_mixtures(
        Reference(
            embedding,
            run.xy,
            dataset.clips.recording[run.rows],
            dataset.clips.labels[run.rows],
            run.graph_elsewhere,
        ),
        np.concatenate([clean[None], mixed]).astype(np.float32),
        np.array([np.inf, *chosen.snrs_db]),
        dataset.clips.labels[drawn.rows],
        np.array([pair.recording for pair in drawn.pairs]),
        np.array([pair.noise.recording for pair in drawn.pairs]),
        min(chosen.k, run.graph_elsewhere.k),
    )
    if not np.isfinite(scores.background_share[1:]).any():
        why = f" ({problems[0].detail})" if problems else ""
        raise BadInput(
            "No mixture has neighbours outside the recordings of its clip and of its background. Take "
            f"background from another dataset, or add recordings.{why}"
        )
    result = NoiseResult(drawn.rows, scores, problems)
    about = {"settings": chosen.to_dict(), "run": run.key}
    stages.save_result(STAGE, _key(run, chosen, drawn), result, about)
    progress.report("neighbours of the mixtures", 1, 1, "steps")
    return result


def job_params(specs: Sequence[RunSpec], chosen: NoiseSettings) -> dict[str, Any]:
    """Parameters of the job, by which a running one is found again."""
    return {"specs": [spec.to_dict() for spec in specs], "settings": chosen.to_dict()}


def start_noise(specs: Sequence[RunSpec], chosen: NoiseSettings) -> jobs.Job:
    """Start the experiment with every model of `specs` in a process of its own, or join the job that does."""
    models = ", ".join(f"{spec.model} ({spec.checkpoint})" for spec in specs)
    title = f"Noise experiment on {library.load(specs[0].dataset).name}: {models}"
    return jobs.start("noise", "bioviz.experiments.noise:noise_job", job_params(specs, chosen), title=title)


def noise_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute runs that are missing, then the experiment with each; a model that fails does not stop the others.

    Raises:
        BiovizError: what the last model failed with, if all did.
    """
    from bioviz.runs.compute import compute_run

    chosen = NoiseSettings.from_dict(params["settings"])
    done, failed = [], {}
    for each in params["specs"]:
        spec = RunSpec.from_dict(each)
        try:
            run = open_run(spec) or compute_run(spec, progress)
            if open_noise(run, chosen) is None:
                compute_noise(run, chosen, progress)
            done.append(run.key)
        except Cancelled:
            raise
        except BiovizError as error:
            failed[f"{spec.model} ({spec.checkpoint})"] = error
    if failed and not done:
        raise list(failed.values())[-1]
    return {"runs": done, "failed": {name: str(error) for name, error in failed.items()}}


def _key(run: Run, chosen: NoiseSettings, drawn: Draw) -> str:
    return digest(STAGE, VERSION, run.key, drawn.key, chosen.snrs_db, chosen.k)
