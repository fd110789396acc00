"""A small convolutional network on log-mel pictures; `models/shipped` holds its weights and how they were trained."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bioviz.models.base import ModelCard
from bioviz.models.encoder import Encoder
from bioviz.models.encoders.mel import mel_spectrogram, pad_to

N_FFT, HOP, N_MELS = 1024, 512, 64  # 46 ms and 23 ms at 22.05 kHz
FLOOR = 1e-7  # power; below the noise of a 16-bit recording
CHANNELS = (16, 32, 64, 64)
BANDS = N_MELS // 2 ** len(CHANNELS)  # that are left of the frequencies
MIN_FRAMES = 2 ** len(CHANNELS)


class SmallCnn(Encoder):
    """Four convolutions, each halving the picture; the mean and the maximum over time make the embedding."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        blocks: list[nn.Module] = [nn.BatchNorm2d(1)]
        for inputs, outputs in zip((1, *CHANNELS), CHANNELS, strict=False):
            blocks += [
                nn.Conv2d(inputs, outputs, kernel_size=3, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(),
            ]
        self.blocks = nn.Sequential(*blocks)
        self.embedding = nn.Linear(2 * CHANNELS[-1] * BANDS, dim)

    def features(self, waveforms: Tensor, rate: int) -> Tensor:
        """(B, 1, 64, frames) float32: natural log of the mel power."""
        padded = pad_to(waveforms, MIN_FRAMES * HOP)
        mel = mel_spectrogram(padded, rate, N_FFT, HOP, N_MELS, slaney=True)
        return (mel / N_FFT + FLOOR).log().unsqueeze(1)

    def forward(self, features: Tensor) -> Tensor:
        maps = self.blocks(features)  # (B, channels, bands, steps)
        pooled = torch.cat([maps.mean(dim=3), maps.amax(dim=3)], dim=1)
        return self.embedding(pooled.flatten(1))

    def load_published(self, state: dict[str, Tensor]) -> None:
        heads = ("events.", "noises.")  # what it was taught, see `models/shipped/train.py`
        own = {name: value for name, value in state.items() if not name.startswith(heads)}
        self.load_state_dict(own, assign=True)


def build(card: ModelCard) -> SmallCnn:
    """Return the network with torch's own random start."""
    return SmallCnn(card.dim)
