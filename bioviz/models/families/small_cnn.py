"""The network that comes with bioviz, so that the demo has a model that learnt something."""

from __future__ import annotations

from pathlib import Path

from bioviz.models.base import BOTH, ModelCard, WeightsFile

CARD = ModelCard(
    name="small_cnn",
    title="Small CNN",
    family="Comes with bioviz, for the demo",
    sample_rate=22_050,
    window_s=None,
    dim=128,
    licence="MIT",
    reference="bioviz, models/shipped/train.py",
    about="A network of 130,000 weights that learned to name made-up events (tones, clicks, bursts) and the noise "
    "under them, from 4,000 synthesised clips. It has heard no animal and no recording, but noises of the kinds that "
    "the demo has. It is there for the demo: small enough to be fine-tuned in a minute.",
    checkpoints=BOTH,
    weights=WeightsFile(
        "small_cnn.safetensors",
        sha256="79771ff19b5cb1f9b2f2ccdfb8235c064c012561b7726994311360426c76e927",
        folder=Path(__file__).parents[1] / "shipped",
    ),
    preprocessing="logmel64-slaney-46ms-23ms-mean-max-1",
    build="bioviz.models.encoders.small_cnn:build",
    autocast=False,
    for_demo=True,
)
CARDS = (CARD,)
