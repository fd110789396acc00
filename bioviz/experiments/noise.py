"""The SNR experiment of a run: computed by a job, kept as a stage, opened by a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bioviz import jobs
from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.rows import positions
from bioviz.datasets import library
from bioviz.datasets.types import Problem
from bioviz.errors import BadInput, BiovizError, Cancelled
from bioviz.experiments.draw import Draw, draw
from bioviz.experiments.noise_scores import NoiseScores, Reference, score_mixtures
from bioviz.experiments.settings import NoiseSettings
from bioviz.models import registry
from bioviz.models.titles import title_of
from bioviz.progress import Progress, Silent
from bioviz.runs import stages
from bioviz.runs.opening import open_run
from bioviz.runs.run import Run
from bioviz.runs.spec import RunSpec
from bioviz.store.keys import Stored, key_of, value_of

VERSION = 8  # raise it when a score changes, and what is cached is computed anew
STAGE = "noise"


@dataclass(frozen=True)
class NoiseResult:
    """A finished experiment.

    Attributes
    ----------
    rows : (m,) int64
        The clips, as rows of the dataset.
    scores
        What became of them; label columns are those of the dataset.
    problems
        Clips that could not be mixed, and why.

    """

    rows: np.ndarray
    scores: NoiseScores
    problems: tuple[Problem, ...]


def drawn_for(spec: RunSpec, settings: NoiseSettings) -> Draw:
    """Draw the clips and backgrounds of an experiment on a run; the same for every model. Raises BadInput, Missing."""
    return draw(library.load(spec.dataset), spec.split, settings)


@dataclass(frozen=True, eq=False)
class NoiseInputs:
    """All that an experiment rests on: its key is made of this, and scores are computed from this and mixtures alone.

    Attributes
    ----------
    drawn
        Clips with their background.
    identity
        Of the model at float32; rate in Hz and width_s in s: of the sound that it gets.
    snrs_db
        Ratios, falling.
    k
        Neighbors looked at.
    embedding, xy, knn_cross_unit
        Of the run.
    rows : (n,) int64
        Of the run in the dataset.
    recording : (n,) ints
        Their units of independence.
    labels : (n, L) bool
    drawn_labels : (m, L) bool
        Of the clips drawn.
    drawn_recording : (m,) ints
        Theirs.
    noise_recording : (m,) ints
        Of the background that each gets, -1 for background from elsewhere.

    """

    drawn: Draw
    identity: str
    rate: int
    width_s: float
    snrs_db: tuple[float, ...]
    k: int
    embedding: Stored[np.ndarray] | np.ndarray
    xy: Stored[np.ndarray] | np.ndarray
    knn_cross_unit: Stored[KnnGraph] | KnnGraph
    rows: np.ndarray
    recording: np.ndarray
    labels: np.ndarray
    drawn_labels: np.ndarray
    drawn_recording: np.ndarray
    noise_recording: np.ndarray


def noise_inputs(run: Run, settings: NoiseSettings, drawn: Draw | None = None) -> NoiseInputs:
    """All that an experiment on a run rests on, as it is now. Raises BadInput as `drawn_for`, Missing."""
    spec = run.spec
    dataset = library.load(spec.dataset)
    drawn = drawn or drawn_for(spec, settings)
    unit = dataset.independence.groups  # of each recording
    return NoiseInputs(
        drawn=drawn,
        identity=registry.fingerprint(spec.model, spec.checkpoint, spec.seed, "float32"),
        rate=registry.card(spec.model).sample_rate or dataset.sample_rate,
        width_s=dataset.plan.width_s,
        snrs_db=settings.snrs_db,
        k=settings.k,
        embedding=run.stored("embedding"),
        xy=run.stored("xy"),
        knn_cross_unit=run.stored("knn_cross_unit"),
        rows=run.rows,
        recording=run.groups,
        labels=dataset.clips.labels[run.rows],
        drawn_labels=dataset.clips.labels[drawn.rows],
        drawn_recording=unit[[pair.recording for pair in drawn.pairs]],
        noise_recording=np.array(
            [unit[i] if (i := pair.noise.recording) >= 0 else -1 for pair in drawn.pairs]
        ),
    )


def open_noise(run: Run, settings: NoiseSettings, drawn: Draw | None = None) -> NoiseResult | None:
    """Return the finished experiment, or None where it is not computed yet. Raises BadInput as `drawn_for`."""
    return stages.read_result(NoiseResult, STAGE, key_of(STAGE, VERSION, noise_inputs(run, settings, drawn)))


def compute_noise(
    run: Run, settings: NoiseSettings, progress: Progress | None = None, device: str | None = None
) -> NoiseResult:
    """Mix, embed and judge, and keep the result.

    Raises
    ------
    BadInput
        No clips, no background, or no clip has neighbors in other recordings.
    Cancelled
        Through `progress`; embeddings that are finished are kept.

    """
    from bioviz.embedding.plan import plan_for
    from bioviz.experiments.mixed_embeddings import embed_mixtures

    progress, spec = progress or Silent(), run.spec
    dataset = library.load(spec.dataset)
    if not (run.targets == 0).any():
        raise BadInput(f"{dataset.name} has no background on this map that calls could be lost in.")
    inputs = noise_inputs(run, settings)
    plan = plan_for(
        dataset, spec.model, spec.checkpoint, spec.seed, device, None, progress, is_there=lambda: False
    )
    mixed, problems = embed_mixtures(
        inputs.drawn, inputs.snrs_db, plan.recipe, plan.open_model, progress, plan.workers
    )
    progress.report("neighbors of the mixtures", 0, 1, "steps")
    scores = _judge(inputs, mixed)
    if not np.isfinite(scores.background_share[1:]).any():
        why = f" ({problems[0].detail})" if problems else ""
        raise BadInput(
            "No mixture has neighbors outside the recordings of its clip and of its background. Take "
            f"background from another dataset, or add recordings.{why}"
        )
    result = NoiseResult(inputs.drawn.rows, scores, problems)
    about = {"settings": settings.to_dict(), "run": run.key, "arithmetic": plan.recipe.arithmetic}
    stages.save_result(STAGE, key_of(STAGE, VERSION, inputs), result, about)
    progress.report("neighbors of the mixtures", 1, 1, "steps")
    return result


def _judge(inputs: NoiseInputs, mixed: np.ndarray) -> NoiseScores:
    """Scores of (s, m, D) mixtures, the clips as recorded put before them."""
    rows, embedding, graph = inputs.drawn.rows, value_of(inputs.embedding), value_of(inputs.knn_cross_unit)
    at = positions(inputs.rows, rows)
    clean = np.where((at >= 0)[:, None], embedding[at], np.nan)
    return score_mixtures(
        Reference(embedding, value_of(inputs.xy), inputs.recording, inputs.labels, graph),
        np.concatenate([clean[None], mixed]).astype(np.float32),
        np.array([np.inf, *inputs.snrs_db]),
        inputs.drawn_labels,
        inputs.drawn_recording,
        inputs.noise_recording,
        min(inputs.k, graph.k),
    )


def job_params(specs: Sequence[RunSpec], settings: NoiseSettings) -> dict[str, Any]:
    """Parameters of the job, by which a running one is found again."""
    return {"specs": [spec.to_dict() for spec in specs], "settings": settings.to_dict()}


def start_noise(specs: Sequence[RunSpec], settings: NoiseSettings) -> jobs.Job:
    """Start the experiment with every model of `specs` in a process of its own, or join the job that does."""
    models = ", ".join(title_of(spec.model, spec.checkpoint) for spec in specs)
    title = f"Noise experiment on {library.load(specs[0].dataset).name}: {models}"
    return jobs.start(
        "noise", "bioviz.experiments.noise:noise_job", job_params(specs, settings), title=title, looks=True
    )


def noise_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute runs that are missing, then the experiment with each; a model that fails does not stop the others.

    Raises
    ------
    BiovizError
        What the last model failed with, if all did.

    """
    from bioviz.runs.compute import compute_run

    settings = NoiseSettings.from_dict(params["settings"])
    finished, failed = [], {}
    for each in params["specs"]:
        spec = RunSpec.from_dict(each)
        try:
            run = open_run(spec) or compute_run(spec, progress)
            if open_noise(run, settings) is None:
                compute_noise(run, settings, progress)
            finished.append(run.key)
        except Cancelled:
            raise
        except BiovizError as error:
            failed[title_of(spec.model, spec.checkpoint)] = error
    if failed and not finished:
        raise list(failed.values())[-1]
    return {"runs": finished, "failed": {name: str(error) for name, error in failed.items()}}
