"""AVES: transformers trained on the sounds of animals."""

from __future__ import annotations

from bioviz.models.base import BOTH, ModelCard, WeightsFile


def _aves(name: str, title: str, file: str, about: str) -> ModelCard:
    return ModelCard(
        name=name,
        title=title,
        family="Self-supervised on animal sounds",
        sample_rate=16000,
        window_s=None,
        dim=768,
        licence="MIT",
        reference="Hagiwara 2023, AVES: Animal Vocalization Encoder based on Self-Supervision (ICASSP)",
        about=f"{about} It hears the waveform itself; the last layer is averaged over time.",
        checkpoints=BOTH,
        weights=WeightsFile(file, f"https://storage.googleapis.com/esp-public-files/ported_aves/{file}"),
        preprocessing="waveform-last-layer-mean-1",
        build="bioviz.models.encoders.aves:build",
    )


CARDS = (
    _aves(
        "aves_bio",
        "AVES-bio",
        "aves-base-bio.torchaudio.pt",
        "A transformer trained on 360 h of animals.",
    ),
    _aves(
        "aves_all", "AVES-all", "aves-base-all.torchaudio.pt", "A transformer trained on 5,054 h of sounds."
    ),
)
