"""A baseline without weights: what a mel spectrogram's statistics alone tell apart."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from bioviz.models.base import ModelCard
from bioviz.models.encoder import Encoder
from bioviz.models.encoders.mel import mel_spectrogram

TRANSFORM_S, HOP_S = 0.032, 0.01
N_MELS, N_MFCC = 40, 20
FLOOR = 1e-8  # power; far below the noise of a 16-bit recording


class AcousticFeatures(Encoder):
    """What the bands and cepstral coefficients do over time.

    Of the log-mel bands the mean, spread, 10th and 90th percentile; of the coefficients and of their steps from
    frame to frame the mean and spread.
    """

    def features(self, waveforms: Tensor, rate: int) -> Tensor:
        """(B, 40, frames) float32: natural log of the mel power."""
        n_fft, hop = int(TRANSFORM_S * rate), int(HOP_S * rate)
        return (mel_spectrogram(waveforms, rate, n_fft, hop, N_MELS) / n_fft + FLOOR).log()

    def forward(self, features: Tensor) -> Tensor:
        mfcc = _cosine_transform(features)
        steps = mfcc.diff(dim=2)
        tails = torch.quantile(features, torch.tensor([0.1, 0.9], device=features.device), dim=2)
        parts = (*_mean_and_spread(features), *tails, *_mean_and_spread(mfcc), *_mean_and_spread(steps.abs()))
        return torch.cat(parts, dim=1)


def build(card: ModelCard) -> AcousticFeatures:
    """Nothing to initialise."""
    return AcousticFeatures()


def _mean_and_spread(series: Tensor) -> tuple[Tensor, Tensor]:
    mean = series.mean(dim=2)
    return mean, (series - mean.unsqueeze(2)).square().mean(dim=2).sqrt()


def _cosine_transform(log_mel: Tensor) -> Tensor:
    """(B, 20, frames): coefficients 1 to 20 of the orthonormal DCT-II over the bands (0 is the level)."""
    band = torch.arange(N_MELS, device=log_mel.device, dtype=torch.float32) + 0.5
    order = torch.arange(1, N_MFCC + 1, device=log_mel.device, dtype=torch.float32)
    basis = torch.cos(math.pi / N_MELS * order[:, None] * band[None, :]) * math.sqrt(2 / N_MELS)
    return basis @ log_mel
