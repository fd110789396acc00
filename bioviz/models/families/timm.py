"""Networks of `timm` on the mel spectrogram; any other than the one here is added by name (`brought/backbones.py`)."""

from __future__ import annotations

from bioviz.models.base import BOTH, Backbone, ModelCard, WeightsFile
from bioviz.models.families.image import MEL_IMAGE

FAMILY = "Image networks on mel spectrograms (timm)"


def backbone_card(
    name: str,
    title: str,
    backbone: Backbone,
    dim: int,
    licence: str,
    weights: WeightsFile | None,
    checkpoints: tuple[str, ...],
) -> ModelCard:
    """Return the card of a network of timm."""
    seen = (
        "" if backbone.size is None else f" It is brought to {backbone.size[0]} × {backbone.size[1]} pixels."
    )
    return ModelCard(
        name=name,
        title=title,
        family=FAMILY,
        sample_rate=None,
        window_s=None,
        dim=dim,
        licence=licence,
        reference="Wightman 2019, PyTorch Image Models (doi:10.5281/zenodo.4414861)",
        about="A network for pictures, which sees the mel spectrogram as the other image networks do. The embedding is "
        f"what goes into its classifier.{seen}",
        checkpoints=checkpoints,
        weights=weights,
        preprocessing=MEL_IMAGE,
        build="bioviz.models.encoders.timm_image:build",
        autocast=False,
        backbone=backbone,
    )


CARDS = (
    backbone_card(
        "timm_convnext_atto",
        "ConvNeXt-Atto (timm)",
        Backbone("convnext_atto"),
        320,
        "Apache-2.0 (trained on ImageNet, whose images are for research)",
        WeightsFile(
            "convnext_atto.d2_in1k.safetensors",
            "https://huggingface.co/timm/convnext_atto.d2_in1k/resolve/main/model.safetensors",
            hub=("timm/convnext_atto.d2_in1k", "model.safetensors"),
        ),
        BOTH,
    ),
)
