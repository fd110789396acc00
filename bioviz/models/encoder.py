"""The torch side of a model: an Encoder a family, and the one class that opens and runs any of them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

import torch
from torch import Tensor, nn

from bioviz.errors import BadInput
from bioviz.models.base import ModelCard
from bioviz.models.devices.device import exact_float32

AUTOCAST = {"bfloat16": torch.bfloat16, "float16": torch.float16}


class Encoder(nn.Module):
    """Waveforms to embeddings in two steps: the first stays in float32 and can be kept while fine-tuning.

    Attributes
    ----------
    frozen
        Prefixes of parameter names that stay fixed in fine-tuning.

    """

    frozen: tuple[str, ...] = ()

    def features(self, waveforms: Tensor, rate: int) -> Tensor:
        """(B, T) float32 waveforms to the network's input, one row a waveform; no weights involved."""
        raise NotImplementedError

    def forward(self, features: Tensor) -> Tensor:
        """Turn what `features` gave into (B, dim)."""
        raise NotImplementedError

    def load_published(self, state: dict[str, Tensor]) -> None:
        """Take over a state dict as published by the model's authors.

        Raises
        ------
        RuntimeError
            Keys or shapes do not match.

        """
        raise NotImplementedError


@dataclass
class TorchModel:
    """An Encoder with the card, checkpoint and precision it runs with; see `base.Model`."""

    card: ModelCard
    checkpoint: str
    precision: str
    fingerprint: str
    module: Encoder
    device: torch.device

    def embed(self, waveforms: Tensor, rate: int) -> Tensor:
        if waveforms.ndim != 2:
            raise BadInput(f"{self.card.title} wants shape (B, T), not {tuple(waveforms.shape)}.")
        if self.card.sample_rate not in (None, rate):
            raise BadInput(f"{self.card.title} wants sound at {self.card.sample_rate} Hz, not {rate} Hz.")
        return encode(self.module, self.features(waveforms, rate), self.precision)

    def features(self, waveforms: Tensor, rate: int) -> Tensor:
        """Return the network's input for (B, T) waveforms, in float32 whatever the precision; training takes it too."""
        with torch.autocast(self.device.type, enabled=False):
            return self.module.features(waveforms.float(), rate)

    def to(self, device: str | torch.device) -> TorchModel:
        exact_float32()
        self.device = torch.device(device)
        self.module.to(self.device)
        return self


def encode(module: nn.Module, features: Tensor, precision: str) -> Tensor:
    """Features to (B, dim) float32 at a precision; the one way through a network, in use and in training."""
    kind = features.device.type
    with torch.autocast(kind, dtype=AUTOCAST.get(precision), enabled=precision in AUTOCAST):
        return module(features).float()


def build_encoder(card: ModelCard, seed: int | None) -> Encoder:
    """Return a fresh Encoder in eval mode.

    Parameters
    ----------
    seed
        Decides the random start alone; the caller's random state stays as it was. None leaves the
        parameters without values (on the meta device), for weights that are loaded right after.

    """
    module, function = card.build.split(":")
    build = getattr(import_module(module), function)
    if seed is None:
        with torch.device("meta"):
            return build(card).eval()
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return build(card).eval()
