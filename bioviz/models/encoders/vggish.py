"""VGGish (Hershey et al. 2017), with the front end and the torch weights as published by its authors and torchvggish.

Each 0.96 s becomes a 96 x 64 picture: magnitude (not power) spectrogram of 25 ms windows every 10 ms, 64 mel
bands from 125 to 7500 Hz whose slopes are straight in mel, log(x + 0.01). The embedding is the mean over the
pictures of a clip, without the whitening and 8-bit rounding of AudioSet's release, as in BEANS. A clip shorter
than one picture gets silence behind; what is left over behind the last whole picture is not heard, as published.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn

from bioviz.models.base import ModelCard
from bioviz.models.encoder import Encoder
from bioviz.models.encoders.mel import constant, pad_to

RATE = 16000
WINDOW, HOP, N_FFT = 400, 160, 512
N_MELS, LOW_HZ, HIGH_HZ = 64, 125.0, 7500.0
FRAMES, LOG_OFFSET = 96, 0.01
LAYERS = (64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool")


class VGGish(Encoder):
    """Parameter names are torchvggish's."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 1
        for layer in LAYERS:
            if layer == "pool":
                layers.append(nn.MaxPool2d(2, 2))
            else:
                layers += [nn.Conv2d(channels, layer, kernel_size=3, padding=1), nn.ReLU()]
                channels = layer
        self.features_net = nn.Sequential(*layers)
        self.embeddings = nn.Sequential(
            nn.Linear(512 * 4 * 6, 4096),
            nn.ReLU(),
            nn.Linear(4096, 4096),
            nn.ReLU(),
            nn.Linear(4096, 128),
            nn.ReLU(),
        )

    def features(self, waveforms: Tensor, rate: int) -> Tensor:
        """(B, pictures, 96, 64) float32."""
        padded = pad_to(waveforms, WINDOW + (FRAMES - 1) * HOP)
        log_mel = log_mel_spectrogram(padded)
        pictures = log_mel.shape[1] // FRAMES
        return log_mel[:, : pictures * FRAMES].unflatten(1, (pictures, FRAMES))

    def forward(self, features: Tensor) -> Tensor:
        maps = self.features_net(features.flatten(0, 1).unsqueeze(1))
        # Height, width, channels: the order of the TensorFlow original, which the linear layers expect.
        codes = self.embeddings(maps.permute(0, 2, 3, 1).flatten(1))
        return codes.unflatten(0, features.shape[:2]).mean(dim=1)

    def load_published(self, state: dict[str, Tensor]) -> None:
        own = {
            key.replace("features.", "features_net.", 1): value
            for key, value in state.items()
            if not key.startswith("pproc.")
        }
        self.load_state_dict(own, assign=True)


def log_mel_spectrogram(waveforms: Tensor) -> Tensor:
    """(B, T) at 16 kHz to (B, frames, 64) float32; frames start every 160 samples and lie wholly within T.

    The published transform takes 512 points starting at a frame's first sample, the window on the first 400.
    """
    frames = waveforms.unfold(1, WINDOW, HOP)
    window, bands = _tables(str(waveforms.device))
    spectrum = torch.fft.rfft(frames * window, N_FFT)
    return (spectrum.abs() @ bands + LOG_OFFSET).log()


@lru_cache(maxsize=8)
def _tables(device: str) -> tuple[Tensor, Tensor]:
    """Return the (400,) periodic Hann window and the (257, 64) mel weights, computed in float64 as published."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi / WINDOW * np.arange(WINDOW))
    bins = _mel(np.linspace(0, RATE / 2, N_FFT // 2 + 1))[:, None]
    edges = np.linspace(_mel(LOW_HZ), _mel(HIGH_HZ), N_MELS + 2)
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    bands = np.maximum(0, np.minimum(rising, falling))
    bands[0] = 0  # HTK leaves out the constant part
    return constant(torch.from_numpy(window), device), constant(torch.from_numpy(bands), device)


def _mel(hertz: np.ndarray | float) -> np.ndarray:
    return 1127.0 * np.log1p(hertz / 700.0)


def build(card: ModelCard) -> VGGish:
    """Return the network with torch's own random start."""
    return VGGish()
