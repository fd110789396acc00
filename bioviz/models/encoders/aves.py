"""AVES (Hagiwara 2023): HuBERT base trained on animal sounds, in its torchaudio format.

The published `*.torchaudio.pt` is a plain state dict of torchaudio's `wav2vec2_model`, and `CONFIG` is the
published `*.torchaudio.model_config.json`, the same for every base model. The embedding is the mean over time of
the last layer, as in BEANS.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from bioviz.models.base import ModelCard
from bioviz.models.encoder import Encoder
from bioviz.models.encoders.mel import pad_to

CONFIG = {
    "extractor_mode": "group_norm",
    "extractor_conv_layer_config": [(512, 10, 5), *[(512, 3, 2)] * 4, *[(512, 2, 2)] * 2],
    "extractor_conv_bias": False,
    "encoder_embed_dim": 768,
    "encoder_projection_dropout": 0.1,
    "encoder_pos_conv_kernel": 128,
    "encoder_pos_conv_groups": 16,
    "encoder_num_layers": 12,
    "encoder_num_heads": 12,
    "encoder_attention_dropout": 0.1,
    "encoder_ff_interm_features": 3072,
    "encoder_ff_interm_dropout": 0.0,
    "encoder_dropout": 0.1,
    "encoder_layer_norm_first": False,
    "encoder_layer_drop": 0.05,
}
MIN_SAMPLES = 400  # what the convolutions need for one step of 20 ms


class Aves(Encoder):
    """torchaudio's HuBERT; its convolutions stay fixed in fine-tuning, as in the paper."""

    frozen = ("net.feature_extractor.",)

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net: Any = net  # torchaudio's Wav2Vec2Model, an nn.Module with `extract_features`

    def features(self, waveforms: Tensor, rate: int) -> Tensor:
        """(B, T) float32: the waveforms, padded to one step at least."""
        return pad_to(waveforms, MIN_SAMPLES)

    def forward(self, features: Tensor) -> Tensor:
        layers, _ = self.net.extract_features(features)
        return layers[-1].mean(dim=1)

    def load_published(self, state: dict[str, Tensor]) -> None:
        self.net.load_state_dict(state, assign=True)


def build(card: ModelCard) -> Aves:
    """Return the network with torchaudio's random start."""
    from torchaudio.models import wav2vec2_model

    return Aves(wav2vec2_model(**CONFIG, aux_num_out=None))
