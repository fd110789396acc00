"""Does a checkpoint give the same embeddings wherever it is used?

A model that hears something else in use than in training can be wrong in every answer without any sign of it. So some
clips go through the path of training, through the opened model, and through the embedding cache, and the three must
agree: those of the start before the training, in seconds, and those of the checkpoint after it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bioviz.audio.decode import load_clip
from bioviz.datasets.types import Dataset
from bioviz.embedding.keys import rows_by_recording
from bioviz.embedding.pipeline import embed_dataset
from bioviz.models import registry
from bioviz.percent import percent
from bioviz.progress import Progress, Silent

if TYPE_CHECKING:
    from bioviz.models.base import Model
    from bioviz.models.encoder import TorchModel
    from bioviz.training.data.waveform_cache import WaveformCache

SAMPLE = 16  # clips
SAME = 0.9999  # least cosine between two paths in float32
SAME_CACHED = 0.998  # the cache may have been computed in half precision
OF_SPREAD = 0.05  # largest difference between two paths in float32, as a share of how much clips differ


@dataclass(frozen=True)
class Parity:
    """How well the paths agree.

    Attributes
    ----------
    usable
        They do.
    reason
        In words, where they do not.
    opened, cached
        Least cosine between training and the opened model, training and the cache.
    of_spread
        Mean distance between training and the opened model, as a share of that between clips.
    clips
        How many were compared.

    """

    usable: bool
    reason: str
    opened: float
    cached: float
    of_spread: float
    clips: int

    @property
    def figures(self) -> dict[str, float]:
        """As they stand in a checkpoint's record (JSON-able)."""
        return {name: value for name, value in asdict(self).items() if name not in ("usable", "reason")}


def judge(
    trained: np.ndarray, opened: np.ndarray, cached: np.ndarray, mixed: np.ndarray | None = None
) -> Parity:
    """Compare the embeddings (n, D) of the same clips by the three paths.

    Parameters
    ----------
    trained, opened : ndarray
        By training and by the opened model, both in float32.
    cached : ndarray
        As computed for the map.
    mixed : ndarray, optional
        By training in the precision that it trains in.
    """
    by_opening, by_cache = _least_cosine(trained, opened), _least_cosine(trained, cached)
    if mixed is not None:
        by_cache = min(by_cache, _least_cosine(mixed, cached))
    between = np.linalg.norm(trained - trained.mean(axis=0), axis=1).mean()
    apart = np.linalg.norm(trained - opened, axis=1).mean()
    of_spread = float(apart / between) if between > 0 else 0.0
    reason = ""
    if not np.isfinite([by_opening, by_cache, of_spread]).all():
        reason = "Some embeddings are not numbers."
    elif by_opening < SAME or of_spread > OF_SPREAD:
        reason = (
            f"Training and the opened model give clips different embeddings (cosine {by_opening:.4f}, differing by "
            f"{percent(of_spread)} of what sets clips apart)."
        )
    elif by_cache < SAME_CACHED:
        reason = f"Embeddings computed for the map are not those of training (cosine {by_cache:.4f})."
    return Parity(not reason, reason, by_opening, by_cache, of_spread, len(trained))


def check(
    dataset: Dataset,
    rows: np.ndarray,
    waves: WaveformCache,
    trained: TorchModel,
    checkpoint: str,
    seed: int,
    precision: str,
    progress: Progress,
    stage: str,
) -> Parity:
    """Send clips through training, the model as opened from a checkpoint, and the embedding cache.

    Parameters
    ----------
    rows : ndarray of int
        The clips.
    trained : TorchModel
        What training computes with, at the weights of the checkpoint.
    checkpoint : str
        The same weights by the name that pages open them by.
    seed : int
        Of a random checkpoint.
    precision : str
        That training computes in.
    """
    from bioviz.training.data.inputs import WaveInput
    from bioviz.training.prepare import embed_rows
    from bioviz.training.settings import TrainSettings

    progress.report(stage, 0, 3, "steps")
    source, model = WaveInput(waves, trained, TrainSettings(), rows[:0]), trained.card.name
    exact = embed_rows(source, trained.module, rows, "float32", SAMPLE, Silent())
    mixed = embed_rows(source, trained.module, rows, precision, SAMPLE, Silent())
    progress.report(stage, 1, 3, "steps")
    device = str(trained.device)
    reopened = registry.open_model(model, checkpoint, seed=seed, device=device, precision="float32")
    opened = through_model(dataset, rows, reopened, waves.rate)
    progress.report(stage, 2, 3, "steps")
    cached = through_cache(dataset, rows, model, checkpoint, seed, device)
    progress.report(stage, 3, 3, "steps")
    return judge(exact, opened, cached, mixed)


def sample_rows(dataset: Dataset, usable: np.ndarray, seed: int) -> np.ndarray:
    """Up to `SAMPLE` usable rows, from as many recordings as that allows."""
    rng = np.random.default_rng(seed)
    firsts = [rng.choice(own) for rows in rows_by_recording(dataset) if len(own := rows[usable[rows]])]
    chosen = rng.permutation(np.array(firsts, dtype=np.int64))[:SAMPLE]
    rest = rng.permutation(np.setdiff1d(np.flatnonzero(usable), chosen))
    return np.sort(np.concatenate([chosen, rest[: SAMPLE - len(chosen)]]))


def through_model(dataset: Dataset, rows: np.ndarray, model: Model, rate: int) -> np.ndarray:
    """(n, D) embeddings of clips read from their recordings, by an opened model."""
    import torch

    clips, embeddings = dataset.clips, []
    for row in rows:
        recording, start = dataset.recordings[clips.recording[row]], float(clips.start_s[row])
        waveform = load_clip(recording.sound, start, start + dataset.plan.width_s, rate)
        with torch.inference_mode():
            embeddings.append(
                model.embed(torch.from_numpy(waveform[None]).to(model.device), rate)[0].cpu().numpy()
            )
    return np.stack(embeddings)


def through_cache(
    dataset: Dataset, rows: np.ndarray, model: str, checkpoint: str, seed: int, device: str
) -> np.ndarray:
    """(n, D) embeddings of clips as the map gets them."""
    clips = dataset.clips
    part = replace(
        clips,
        **{name: getattr(clips, name)[rows] for name in ("recording", "start_s", "end_s", "labels", "split")},
    )
    embeddings = embed_dataset(replace(dataset, clips=part), model, checkpoint, seed=seed, device=device)
    return np.array(embeddings.matrix)


def _least_cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Of all rows; rows of zeros in both count as equal."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    both_zero = ~a.any(axis=1) & ~b.any(axis=1)
    cosines = np.where(both_zero, 1.0, (a * b).sum(axis=1) / np.maximum(norms, 1e-30))
    return float(cosines.min())
