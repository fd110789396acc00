"""The GPV teacher: a convolutional recurrent network trained on AudioSet (Dinkel et al. 2021).

Front end as published: 22.05 kHz, transform 2048, window 882, step 441 samples, 64 mel bands with librosa's
defaults, natural log. The embedding is the mean over time of the recurrent layer's 256 outputs.
"""

from __future__ import annotations

import sys

from torch import Tensor, nn

from bioviz.models.base import ModelCard
from bioviz.models.encoder import Encoder
from bioviz.models.encoders.mel import mel_spectrogram, pad_to

N_FFT, WINDOW, HOP, N_MELS = 2048, 882, 441, 64
FLOOR = sys.float_info.epsilon  # added to the power before the log, as published
UNITS, CLASSES = 128, 527
MIN_FRAMES = 4  # the pooling over time leaves one step of four frames


class GpvTeacher(Encoder):
    """Parameter names are the published ones, the classifier over 527 sounds left out."""

    def __init__(self) -> None:
        super().__init__()
        self.features_net = nn.Sequential(
            _Block(1, 32),
            nn.LPPool2d(4, (2, 4)),
            _Block(32, 128),
            _Block(128, 128),
            nn.LPPool2d(4, (2, 4)),
            _Block(128, 128),
            _Block(128, 128),
            nn.LPPool2d(4, (1, 4)),
            nn.Dropout(0.3),
        )
        self.gru = nn.GRU(UNITS, UNITS, bidirectional=True, batch_first=True)

    def features(self, waveforms: Tensor, rate: int) -> Tensor:
        """(B, 1, frames, 64) float32: natural log of the mel power."""
        padded = pad_to(waveforms, max(N_FFT, (MIN_FRAMES - 1) * HOP))
        mel = mel_spectrogram(padded, rate, N_FFT, HOP, N_MELS, window=WINDOW, slaney=True)
        return (mel + FLOOR).log().transpose(1, 2).unsqueeze(1)

    def forward(self, features: Tensor) -> Tensor:
        maps = self.features_net(features)  # (B, 128, steps, 1)
        outputs, _ = self.gru(maps.transpose(1, 2).flatten(2))
        return outputs.mean(dim=1)

    def load_published(self, state: dict[str, Tensor]) -> None:
        own = {
            key.replace("features.", "features_net.", 1): value
            for key, value in state.items()
            if not key.startswith("outputlayer.")
        }
        self.load_state_dict(own, assign=True)


class _Block(nn.Module):
    """Normalise, convolve, leak: in this order, as published."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.BatchNorm2d(inputs),
            nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False),
            nn.LeakyReLU(0.1),
        )

    def forward(self, maps: Tensor) -> Tensor:
        return self.block(maps)


def build(card: ModelCard) -> GpvTeacher:
    """Return the network with torch's own random start."""
    return GpvTeacher()
