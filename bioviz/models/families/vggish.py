"""VGGish, trained on the sound of videos."""

from __future__ import annotations

from bioviz.models.base import BOTH, ModelCard, WeightsFile

CARDS = (
    ModelCard(
        name="vggish",
        title="VGGish (YouTube)",
        family="Trained on AudioSet",
        sample_rate=16000,
        window_s=0.96,
        dim=128,
        licence="Apache-2.0",
        reference="Hershey et al. 2017, CNN Architectures for Large-Scale Audio Classification (ICASSP)",
        about="A convolutional network trained on the sound of videos, averaged over frames of 0.96 s.",
        checkpoints=BOTH,
        weights=WeightsFile(
            "vggish-10086976.pth",
            "https://github.com/harritaylor/torchvggish/releases/download/v0.1/vggish-10086976.pth",
        ),
        preprocessing="vggish-96x64-mean-1",
        build="bioviz.models.encoders.vggish:build",
    ),
)
