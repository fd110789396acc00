"""A model small enough to train in a test, behind the real interfaces, and datasets of tones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
import torch
from torch import Tensor, nn

from bioviz.datasets.build import build_dataset
from bioviz.datasets.types import Clips, Dataset, Recording, WindowPlan
from bioviz.models.base import ModelCard
from bioviz.models.cards import CARDS
from bioviz.models.encoder import Encoder
from bioviz.models.encoders.mel import mel_spectrogram

RATE = 4000
DIM = 16


class Tiny(Encoder):
    """Three stages on a log-mel picture, with normalisation, dropout and one part that always stays frozen."""

    frozen = ("fixed.",)

    def __init__(self):
        super().__init__()
        self.fixed = nn.Conv2d(1, 1, 1)
        self.net = nn.Sequential()
        self.net.low = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.ReLU())
        self.net.high = nn.Sequential(nn.Conv2d(8, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.ReLU())
        self.drop = nn.Dropout(0.1)
        self.top = nn.Linear(8 * 4, DIM)

    def features(self, waveforms: Tensor, rate: int) -> Tensor:
        log_mel = (mel_spectrogram(waveforms, rate, 256, 128, 32) + 1e-6).log()
        return ((log_mel + 1) / 4).unsqueeze(1)  # centred, or running statistics take long to follow

    def forward(self, features: Tensor) -> Tensor:
        maps = self.net.high(self.net.low(self.fixed(features))).mean(dim=3)
        return self.top(self.drop(nn.functional.adaptive_avg_pool1d(maps, 4).flatten(1)))


class TinyAttention(Encoder):
    """One attention layer on the spectrum over time, its projections named as HuBERT's."""

    def __init__(self):
        super().__init__()
        self.q_proj, self.v_proj = nn.Linear(16, 16), nn.Linear(16, 16)
        self.top = nn.Linear(16, DIM)

    def features(self, waveforms: Tensor, rate: int) -> Tensor:
        return (mel_spectrogram(waveforms, rate, 256, 128, 16) + 1e-6).log().transpose(1, 2)

    def forward(self, features: Tensor) -> Tensor:
        weights = (self.q_proj(features) @ features.transpose(1, 2) / 64).softmax(dim=-1)
        return self.top((weights @ self.v_proj(features)).mean(dim=1))


def build(card: ModelCard) -> Encoder:
    return TinyAttention() if card.name == "aves_bio" else Tiny()


def card(name: str) -> ModelCard:
    own = {"name": name, "title": f"Tiny {name}", "dim": DIM, "checkpoints": ("random",), "weights": None}
    about = replace(CARDS["resnet18"], **own, autocast=False)
    return replace(about, build="tests.training.tiny:build", preprocessing="tiny-1")


def tones(
    root: Path, files: int = 6, seconds: float = 0.5, labels: tuple[float, ...] = (300.0, 1200.0)
) -> Dataset:
    """A folder a label, one tone each over noise, and as many files of background."""
    rng = np.random.default_rng(3)
    t = np.arange(int(seconds * RATE)) / RATE
    for label, hz in (*((f"call {hz:.0f}", hz) for hz in labels), ("background", None)):
        for i in range(files):
            tone = 0.3 * np.sin(2 * np.pi * (hz + 15 * i) * t) if hz else 0.0
            samples = tone + rng.normal(scale=0.03, size=len(t))
            folder = root / label
            folder.mkdir(parents=True, exist_ok=True)
            soundfile.write(folder / f"{label}_{i}.wav", samples.astype(np.float32), RATE, subtype="PCM_16")
    return build_dataset(root, name="tones")


def detection(
    recordings: int, windows: int, labels: np.ndarray, split: np.ndarray, copies: int = 0
) -> Dataset:
    """A dataset without sound: `recordings` of `windows` clips each; the last `copies` are copies of the first ones."""
    hashes = [f"{i:064d}" for i in range(recordings - copies)]
    hashes += hashes[:copies]
    made = tuple(
        Recording(Path(f"/{i}.wav"), f"{i}.wav", content, RATE, 1, windows * RATE)
        for i, content in enumerate(hashes)
    )
    starts = np.tile(np.arange(windows, dtype=np.float64), recordings)
    of = np.repeat(np.arange(recordings, dtype=np.int32), windows)
    return Dataset(
        id="d-00000000",
        name="d",
        task="detection",
        sample_rate=RATE,
        labels=tuple(f"label {j}" for j in range(labels.shape[1])),
        recordings=made,
        annotations=(),
        plan=WindowPlan(1.0, 1.0),
        clips=Clips(of, starts, starts + 1, labels, split),
        source={},
    )


def same(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    """Bit for bit."""
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)
