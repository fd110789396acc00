"""The teacher of "general purpose voice activity detection", trained on AudioSet."""

from __future__ import annotations

from bioviz.models.base import BOTH, ModelCard, WeightsFile

CARDS = (
    ModelCard(
        name="gpv_teacher2",
        title="GPV teacher (AudioSet)",
        family="Trained on AudioSet",
        sample_rate=22050,
        window_s=None,
        dim=256,
        licence="MIT",
        reference="Dinkel et al. 2021, Voice activity detection in the wild (IEEE/ACM TASLP 29)",
        about="A small recurrent network trained to name 527 everyday sounds, averaged over time.",
        checkpoints=BOTH,
        weights=WeightsFile(
            "gpvad_teacher2.pth",
            "https://github.com/RicherMans/Datadriven-GPVAD/raw/6c94570bee753271722f64826a0ed00c030b089c"
            "/pretrained_models/teacher2/model.pth",
            "49ad72bd983f0ae974aebc8ad9b38e8d6995270b90362789139a8625601bd775",
        ),
        preprocessing="logmel64-slaney-40ms-20ms-mean-1",
        build="bioviz.models.encoders.gpv:build",
        autocast=False,  # small enough without; bfloat16 moves it more than the others (cosine 0.9997)
    ),
)
