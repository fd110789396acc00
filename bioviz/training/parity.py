"""Does a checkpoint give the same embeddings wherever it is used?

A model that hears something else in use than in training can be wrong in every answer without any sign of it. So some
clips go through the path of training, through the opened model, and through the embedding cache, and the three must
agree: those of the start before the training, in seconds, and those of the checkpoint after it.

Some models magnify the last digit of float32: where a recording of 4 kHz is heard at 22.05 kHz the upper bands hold
nothing but the rounding of the Fourier transform, and the logarithm makes that as large as a call. Such a model gives
a clip another embedding alone than in a batch, on a GPU by a cosine of 0.9998. So it is measured what rounding alone
does to the same clips in training's own path (one at a time, and with the last digit of each sample moved), and two
paths that differ by no more than twice that are the same, up to what the cache may be off.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    from bioviz.training.data.inputs import WaveInput
    from bioviz.training.data.waveform_cache import WaveformCache

SAMPLE = 16  # clips
SAME = 0.9999  # least cosine between two paths in float32
SAME_CACHED = 0.998  # the cache may have been computed in half precision
OF_SPREAD = 0.05  # largest difference between two paths in float32, as a share of how much clips differ
TIMES_ROUNDING = (
    2.0  # how far apart two paths may be, in multiples of what rounding alone does to the same clips
)
EXCUSED_OF_SPREAD = 0.1  # that no rounding excuses


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
    rounding
        The same between training and training with other rounding, which no path can be blamed for; 0 where nothing
        was in doubt and so it was not measured.
    clips
        How many were compared.

    """

    usable: bool
    reason: str
    opened: float
    cached: float
    of_spread: float
    rounding: float
    clips: int

    @property
    def figures(self) -> dict[str, float]:
        """As they stand in a checkpoint's record (JSON-able)."""
        return {name: value for name, value in asdict(self).items() if name not in ("usable", "reason")}


def judge(
    trained: np.ndarray,
    opened: np.ndarray,
    cached: np.ndarray,
    mixed: np.ndarray | None = None,
    rounded: Sequence[np.ndarray] = (),
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
    rounded : sequence of ndarray
        By training in float32 with other rounding, of the same sound.
    """
    by_opening, by_cache = _least_cosine(trained, opened), _least_cosine(trained, cached)
    if mixed is not None:
        by_cache = min(by_cache, _least_cosine(mixed, cached))
    of_spread = _of_spread(trained, opened)
    rounding = max((_of_spread(trained, each) for each in rounded), default=0.0)
    by_rounding = min((_least_cosine(trained, each) for each in rounded), default=1.0)
    alike = by_opening >= SAME and of_spread <= OF_SPREAD
    excused = (
        by_opening >= SAME_CACHED
        and of_spread <= min(TIMES_ROUNDING * rounding, EXCUSED_OF_SPREAD)
        and 1 - by_opening
        <= TIMES_ROUNDING**2 * (1 - by_rounding)  # 1 - cosine goes with the square of a distance
    )
    reason = ""
    if not np.isfinite([by_opening, by_cache, of_spread, rounding]).all():
        reason = "Some embeddings are not numbers."
    elif not alike and not excused:
        reason = (
            f"Training and the opened model give clips different embeddings (cosine {by_opening:.4f}, differing by "
            f"{percent(of_spread)} of what sets clips apart; rounding alone: {percent(rounding)})."
        )
    elif by_cache < SAME_CACHED:
        reason = f"Embeddings computed for the map are not those of training (cosine {by_cache:.4f})."
    return Parity(not reason, reason, by_opening, by_cache, of_spread, rounding, len(trained))


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
    found = judge(exact, opened, cached, mixed)
    if found.usable:
        return found
    return judge(exact, opened, cached, mixed, with_other_rounding(trained, waves, rows, source))


def with_other_rounding(
    trained: TorchModel, waves: WaveformCache, rows: np.ndarray, source: WaveInput
) -> tuple[np.ndarray, np.ndarray]:
    """Return embeddings (n, D) by training's path: one clip at a time; and with each sample's last digit moved."""
    import torch

    from bioviz.models.encoder import encode
    from bioviz.training.prepare import embed_rows

    alone = embed_rows(source, trained.module, rows, "float32", 1, Silent())
    samples = waves.take(rows)
    digits = np.random.default_rng(0).choice(np.array([-1, 0, 1], np.float32), samples.shape)
    moved = samples * (1 + np.finfo(np.float32).eps * digits)
    with torch.inference_mode():
        features = trained.features(torch.from_numpy(moved).to(trained.device), waves.rate)
        nudged = encode(trained.module, features, "float32").float().cpu().numpy()
    return alone, nudged


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
    # Here, and not on a cluster, and without rounding: what is compared is this computer's training.
    here = replace(dataset, clips=part)
    embeddings = embed_dataset(
        here, model, checkpoint, seed=seed, device=device, cluster="", stored_as="float32"
    )
    return np.array(embeddings.matrix)


def _of_spread(trained: np.ndarray, other: np.ndarray) -> float:
    """Mean distance between two paths, as a share of that between clips; 0 where all clips are the same."""
    between = np.linalg.norm(trained - trained.mean(axis=0), axis=1).mean()
    apart = np.linalg.norm(trained - other, axis=1).mean()
    return float(apart / between) if between > 0 else 0.0


def _least_cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Of all rows; rows of zeros in both count as equal."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    both_zero = ~a.any(axis=1) & ~b.any(axis=1)
    cosines = np.where(both_zero, 1.0, (a * b).sum(axis=1) / np.maximum(norms, 1e-30))
    return float(cosines.min())
