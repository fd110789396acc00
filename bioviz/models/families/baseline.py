"""Plain features: what a network should beat."""

from __future__ import annotations

from bioviz.models.base import NONE, ModelCard

CARDS = (
    ModelCard(
        name="acoustic_features",
        title="Acoustic features (no network)",
        family="Baseline without weights",
        sample_rate=None,
        window_s=None,
        dim=240,
        licence="none needed",
        reference="Davis & Mermelstein 1980, for the cepstral coefficients (IEEE TASSP 28)",
        about="Averages and spread of the spectrum over time. What a network should beat.",
        checkpoints=(NONE,),
        weights=None,
        preprocessing="logmel40-mfcc20-32ms-10ms-1",
        build="bioviz.models.encoders.acoustic:build",
        autocast=False,
    ),
)
