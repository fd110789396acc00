"""Low-rank adapters (Hu et al. 2022, LoRA): a trained W + (alpha / r) B A beside a frozen W, folded in at the end."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

SCALE = 2.0  # alpha / r
# Attention's projections: torchaudio's HuBERT has q_proj to out_proj, torchvision's Swin has qkv and proj.
_PROJECTIONS = ("q_proj", "k_proj", "v_proj", "out_proj", "qkv", "proj")


class LowRank(nn.Module):
    """The weight of a linear layer (out, in) with a low-rank addition that starts at zero.

    A parametrization and not a layer of its own, since Swin reads the weights without calling the layer.
    """

    def __init__(self, weight: Tensor, rank: int) -> None:
        super().__init__()
        outputs, inputs = weight.shape
        rank = min(rank, outputs, inputs)
        self.down = nn.Parameter(torch.randn(rank, inputs, device=weight.device) / inputs**0.5)
        self.up = nn.Parameter(torch.zeros(outputs, rank, device=weight.device))

    def forward(self, weight: Tensor) -> Tensor:
        return weight + SCALE * (self.up @ self.down)


def adapt(module: nn.Module, rank: int) -> int:
    """Add adapters to every attention projection; returns how many."""
    linears = [
        layer
        for name, layer in module.named_modules()
        if isinstance(layer, nn.Linear) and name.rpartition(".")[2] in _PROJECTIONS
    ]
    for layer in linears:
        parametrize.register_parametrization(layer, "weight", LowRank(layer.weight, rank))
    return len(linears)


def merge(module: nn.Module) -> None:
    """Fold the adapters into the weights; afterwards the module has its original parameters again."""
    for layer in list(module.modules()):
        if not parametrize.is_parametrized(layer, "weight"):
            continue
        parametrizations = layer.parametrizations
        assert isinstance(parametrizations, nn.ModuleDict)
        if any(isinstance(part, LowRank) for part in parametrizations["weight"].children()):
            parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)


def is_adapter(name: str) -> bool:
    """Whether a parameter of this name belongs to an adapter."""
    return name.endswith((".down", ".up")) and ".parametrizations.weight." in name
