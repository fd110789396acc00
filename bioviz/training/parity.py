"""Does a checkpoint give the same embeddings wherever it is used?

A model that hears something else in use than in training can be wrong in every answer without any sign of it. So
after a training some clips go through the path of training, through the model as opened from the checkpoint, and
through the embedding cache, and the three must agree.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bioviz.audio.decode import load_clip
from bioviz.datasets.types import Dataset
from bioviz.embedding.pipeline import embed_dataset
from bioviz.embedding.recipe import rows_by_recording
from bioviz.progress import Progress

if TYPE_CHECKING:
    from bioviz.models.base import Model

SAMPLE = 16  # clips
SAME = 0.9999  # least cosine between two paths in float32
SAME_CACHED = 0.998  # the cache may have been computed in half precision
OF_SPREAD = 0.05  # largest difference between two paths in float32, as a share of how much clips differ


@dataclass(frozen=True)
class Parity:
    """How well the paths agree.

    Attributes:
        usable: they do.
        reason: in words, where they do not.
        opened, cached: least cosine between training and the opened model, training and the cache.
        of_spread: mean distance between training and the opened model, as a share of that between clips.
        clips: how many were compared.
    """

    usable: bool
    reason: str
    opened: float
    cached: float
    of_spread: float
    clips: int

    def to_record(self) -> dict[str, object]:
        """As it stands in a checkpoint's record (JSON-able)."""
        figures = asdict(self)
        return {"usable": figures.pop("usable"), "reason": figures.pop("reason"), "parity": figures}


def judge(trained: np.ndarray, opened: np.ndarray, cached: np.ndarray) -> Parity:
    """Compare the embeddings (n, D) of the same clips by the three paths."""
    by_opening, by_cache = _least_cosine(trained, opened), _least_cosine(trained, cached)
    between = np.linalg.norm(trained - trained.mean(axis=0), axis=1).mean()
    apart = np.linalg.norm(trained - opened, axis=1).mean()
    of_spread = float(apart / between) if between > 0 else 0.0
    reason = ""
    if not np.isfinite([by_opening, by_cache, of_spread]).all():
        reason = "Some embeddings are not numbers: the training went wrong."
    elif by_opening < SAME or of_spread > OF_SPREAD:
        reason = (
            f"The opened checkpoint does not give the embeddings that it was trained with (cosine {by_opening:.4f}, "
            f"differing by {of_spread:.0%} of what sets clips apart)."
        )
    elif by_cache < SAME_CACHED:
        reason = f"Embeddings computed for the map are not those it was trained with (cosine {by_cache:.4f})."
    return Parity(not reason, reason, by_opening, by_cache, of_spread, len(trained))


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

    clips, made = dataset.clips, []
    for row in rows:
        recording, start = dataset.recordings[clips.recording[row]], clips.start_s[row]
        waveform = load_clip(recording.path, start, start + dataset.plan.width_s, rate)
        with torch.inference_mode():
            made.append(model.embed(torch.from_numpy(waveform[None]).to(model.device), rate)[0].cpu().numpy())
    return np.stack(made)


def through_cache(
    dataset: Dataset, rows: np.ndarray, model: str, checkpoint: str, device: str, progress: Progress
) -> np.ndarray:
    """(n, D) embeddings of clips as the map gets them."""
    clips = dataset.clips
    part = replace(
        clips,
        **{name: getattr(clips, name)[rows] for name in ("recording", "start_s", "end_s", "labels", "split")},
    )
    found = embed_dataset(replace(dataset, clips=part), model, checkpoint, device=device, progress=progress)
    return np.array(found.matrix)


def _least_cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Of all rows; rows of zeros in both count as equal."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    both_zero = ~a.any(axis=1) & ~b.any(axis=1)
    cosines = np.where(both_zero, 1.0, (a * b).sum(axis=1) / np.maximum(norms, 1e-30))
    return float(cosines.min())
