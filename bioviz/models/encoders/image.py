"""Image networks (AlexNet, ResNet, Swin) that look at a mel spectrogram.

The front end is BEANS's: power mel spectrogram, 128 bands, transform 0.05 s, step 0.01 s, repeated to the three
colour channels. One thing differs: BEANS divides by the largest value of the *batch*, so that an embedding
depends on the clips that happen to share its batch; here each clip is divided by its own largest value.
Differences of level between clips are lost by that, and figures differ from published ones (README).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bioviz.models.base import ModelCard
from bioviz.models.encoder import Encoder
from bioviz.models.encoders.mel import mel_spectrogram, pad_to

N_MELS = 128
TRANSFORM_S, HOP_S = 0.05, 0.01
MIN_FRAMES = 64  # AlexNet's pooling leaves nothing of less; shorter clips (0.63 s) get silence behind
SILENCE = 1e-30  # power below which a clip counts as silent; keeps 0 / 0 out


class MelImage(Encoder):
    """A torchvision classifier on mel images; the embedding is its 1000-d output."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def features(self, waveforms: Tensor, rate: int) -> Tensor:
        """(B, 3, 128, frames) float32 between 0 and 1; all zeros for silence."""
        n_fft, hop = int(TRANSFORM_S * rate), int(HOP_S * rate)
        padded = pad_to(waveforms, (MIN_FRAMES - 1) * hop)
        mel = mel_spectrogram(padded, rate, n_fft, hop, N_MELS)
        mel = mel / mel.amax(dim=(1, 2), keepdim=True).clamp_min(SILENCE)
        return mel.unsqueeze(1).expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)

    def forward(self, features: Tensor) -> Tensor:
        return self.net(features)

    def load_published(self, state: dict[str, Tensor]) -> None:
        self.net.load_state_dict(state, assign=True)


def build(card: ModelCard) -> MelImage:
    """Return the torchvision network of the card's name, without weights."""
    from torchvision import models

    return MelImage(models.get_model(card.name, weights=None))
