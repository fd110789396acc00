"""What it changes that a mel spectrogram is divided by the clip's own maximum, and not by that of its batch.

    python tests/bench/bench_mel_maximum.py FOLDER [--model resnet18] [--checkpoint random] [--batch 32] [--shuffles 3]

Both rules on the same clips: cosine between a clip's two embeddings, then NMI, ARI and silhouette as the paper computes
them. The rule of the batch is tried in several orders of the clips, because there an embedding depends on its neighbors
in the batch; how far it moves with the order is the first line.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT))

from bioviz.analysis.projection.layouts import ProjectionSpec, project  # noqa: E402
from bioviz.analysis.scores.paper import paper_scores  # noqa: E402
from bioviz.audio.decode import load_clip  # noqa: E402
from bioviz.datasets.build import build_dataset  # noqa: E402
from bioviz.datasets.types import Dataset  # noqa: E402
from bioviz.models import registry  # noqa: E402
from bioviz.models.encoders.image import HOP_S, MIN_FRAMES, N_MELS, SILENCE, TRANSFORM_S, MelImage  # noqa: E402
from bioviz.models.encoders.mel import mel_spectrogram, pad_to  # noqa: E402


def features(waveforms: torch.Tensor, rate: int, of_batch: bool) -> torch.Tensor:
    """(B, 3, 128, frames) by either rule."""
    hop = int(HOP_S * rate)
    mel = mel_spectrogram(
        pad_to(waveforms, (MIN_FRAMES - 1) * hop), rate, int(TRANSFORM_S * rate), hop, N_MELS
    )
    top = mel.amax() if of_batch else mel.amax(dim=(1, 2), keepdim=True)
    return (mel / top.clamp_min(SILENCE)).unsqueeze(1).expand(-1, 3, -1, -1)


def embed(
    encoder: MelImage, sounds: np.ndarray, rate: int, order: np.ndarray, size: int, of_batch: bool
) -> np.ndarray:
    """(n, D) float32, batches taken in `order`."""
    out = None
    with torch.inference_mode():
        for first in range(0, len(order), size):
            rows = order[first : first + size]
            made = encoder(features(torch.from_numpy(sounds[rows]), rate, of_batch)).numpy()
            out = np.empty((len(sounds), made.shape[1]), np.float32) if out is None else out
            out[rows] = made
    return out


def sounds_of(dataset: Dataset) -> np.ndarray:
    """(n, T) float32."""
    clips, width = dataset.clips, dataset.plan.width_s
    return np.stack(
        [
            load_clip(dataset.recordings[i].path, start, start + width, dataset.sample_rate)
            for i, start in zip(clips.recording, clips.start_s, strict=True)
        ]
    )


def cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def scores(x: np.ndarray, targets: np.ndarray) -> str:
    """By each of the paper's projections."""
    said = []
    for n_neighbors, min_dist in ((50, 0.1), (50, 0.5), (100, 0.5)):
        found = paper_scores(
            x, project(x, ProjectionSpec(n_neighbors=n_neighbors, min_dist=min_dist)), targets, seed=42
        )
        said.append(f"UMAP {n_neighbors}/{min_dist}: NMI {found.nmi:.3f} ARI {found.ari:.3f}")
    return "; ".join(said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--checkpoint", default="random")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--shuffles", type=int, default=3)
    parser.add_argument("--rate", type=int, help="Hz; by default the dataset's")
    options = parser.parse_args()
    dataset = build_dataset(options.folder, options={"sample_rate": options.rate} if options.rate else None)
    encoder = registry.open_model(options.model, options.checkpoint, precision="float32").module
    sounds, targets, n = sounds_of(dataset), dataset.targets, len(dataset.clips)
    rate = dataset.sample_rate
    print(f"{dataset.name}: {n} clips at {rate} Hz, {len(np.unique(targets))} targets")
    print(f"{options.model} ({options.checkpoint}), batches of {options.batch}")
    own = embed(encoder, sounds, rate, np.arange(n), options.batch, False)
    orders = [np.arange(n), *(np.random.default_rng(s).permutation(n) for s in range(options.shuffles))]
    batched = [embed(encoder, sounds, rate, order, options.batch, True) for order in orders]
    moved = np.concatenate([cosine(batched[0], each) for each in batched[1:]])
    print(
        f"batch's maximum, two orders: cosine {np.median(moved):.3f} (5 % below {np.quantile(moved, 0.05):.3f})"
    )
    apart = cosine(own, batched[0])
    print(
        f"own maximum against batch's: cosine {np.median(apart):.3f} (5 % below {np.quantile(apart, 0.05):.3f})"
    )
    print(f"own maximum    {scores(own, targets)}")
    for name, x in zip(
        ("in order", *(f"shuffle {i + 1}" for i in range(options.shuffles))), batched, strict=True
    ):
        print(f"batch's, {name:<10}{scores(x, targets)}")


if __name__ == "__main__":
    main()
