"""Networks of `timm` that look at a mel spectrogram, as those of torchvision do (`encoders.image`).

The picture is the same, so that networks can be compared: 128 bands, each clip divided by its own largest value, no
further normalisation. The embedding is what goes into the classifier. Networks that take pictures of one size alone
(most vision transformers) get it brought to that size.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bioviz.errors import BadInput
from bioviz.models.base import Backbone, ModelCard
from bioviz.models.encoders.image import MelImage

NESTED = ("state_dict", "model")
"""Names under which checkpoints of trainings hold the weights."""


class TimmImage(MelImage):
    """A network of timm without its classifier."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__(without_classifier(network(backbone)))
        self.backbone = backbone

    def features(self, waveforms: Tensor, rate: int) -> Tensor:
        """(B, 3, 128, frames) float32 between 0 and 1, or of the size that the network takes."""
        picture = super().features(waveforms, rate)
        if self.backbone.size is None:
            return picture
        return functional.interpolate(picture, self.backbone.size, mode="bilinear", antialias=True)

    def load_published(self, state: dict[str, Tensor]) -> None:
        nested: Any = next((state[name] for name in NESTED if isinstance(state.get(name), dict)), state)
        whole = network(self.backbone)
        whole.load_state_dict(nested)
        self.net = without_classifier(whole).train(self.training)


def network(backbone: Backbone) -> nn.Module:
    """Return a network with its classifier, freshly initialised. Raises BadInput for a name that timm lacks."""
    import timm

    if not timm.is_model(backbone.architecture):
        raise BadInput(f"timm {timm.__version__} has no network {backbone.architecture!r}.")
    # Many compute tables as they are built, which weights do not hold: never without values (the meta device).
    with torch.device("cpu"), torch.random.fork_rng(devices=[]):
        return timm.create_model(backbone.architecture, pretrained=False, num_classes=backbone.classes)


def without_classifier(net: Any) -> nn.Module:
    """Return the same network, now giving what its classifier was given: one vector a picture."""
    net.reset_classifier(0)
    return net


def build(card: ModelCard) -> TimmImage:
    """Return the network of a card, without weights."""
    assert card.backbone is not None, card.name
    return TimmImage(card.backbone)
