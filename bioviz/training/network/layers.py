"""Which layers learn when, and how fast: the strategies."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from bioviz.errors import BadInput
from bioviz.models.encoder import encode
from bioviz.training.network import lora
from bioviz.training.settings import FROZEN, FULL, GRADUAL, LINEAR, LORA, TrainSettings

_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
_LARGE, _SMALL = (
    0.5,
    0.01,
)  # shares of all parameters: above, a module is taken apart; below, joined to the next


class Learner(nn.Module):
    """An encoder, run as it is in use (`models.encoder.encode`), with a linear classifier on its embedding.

    The classifier computes in float32 at any precision of the encoder.
    """

    def __init__(self, encoder: nn.Module, head: nn.Linear, precision: str = "float32") -> None:
        super().__init__()
        self.encoder, self.head, self.precision = encoder, head, precision

    def forward(self, features: Tensor) -> Tensor:
        return self.head(encode(self.encoder, features, self.precision))


def stages(encoder: nn.Module) -> list[tuple[str, ...]]:
    """Return the encoder's layers from the bottom up, as groups of module names; the frozen ones are left out."""
    frozen: tuple[str, ...] = getattr(encoder, "frozen", ())
    total = max(sum(p.numel() for p in encoder.parameters()), 1)

    def count(module: nn.Module) -> int:
        return sum(p.numel() for p in module.parameters())

    def parts(name: str, module: nn.Module) -> list[tuple[str, int]]:
        if f"{name}.".startswith(frozen) or not count(module):
            return []
        own = any(True for _ in module.parameters(recurse=False))
        if own or not any(True for _ in module.children()) or (name and count(module) < _LARGE * total):
            return [(name, count(module))]
        return [
            part
            for child, sub in module.named_children()
            for part in parts(f"{name}.{child}" if name else child, sub)
        ]

    groups: list[tuple[str, ...]] = []
    waiting: tuple[str, ...] = ()
    for name, size in parts("", encoder):
        waiting = (*waiting, name)
        if size >= _SMALL * total:
            groups.append(waiting)
            waiting = ()
    if waiting and groups:
        groups[-1] = (*groups[-1], *waiting)
    elif waiting:
        groups.append(waiting)
    return groups


def open_stages(count: int, epoch: int, epochs: int) -> int:
    """How many of `count` stages, from the top, gradual unfreezing has open in an epoch (from 0).

    In the first epoch only the classifier learns; by half of the epochs every stage does.
    """
    return min(count, math.ceil(count * epoch / max(1, epochs // 2)))


@contextmanager
def fresh_statistics(learner: Learner) -> Iterator[bool]:
    """Collect the statistics of the normalisation layers that learn from the batches run within, anew.

    Their running means follow slowly: after the few steps of an epoch of a small dataset they are still those of
    other weights, and validation would be at chance however well the training clips are known.

    Yields
    ------
    Whether there are any such layers; else nothing need be run.

    """
    layers = [layer for layer in learner.modules() if isinstance(layer, _NORMS) and layer.training]
    usual = [layer.momentum for layer in layers]
    learner.eval()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # a plain mean over the batches
        layer.train()
    try:
        yield bool(layers)
    finally:
        for layer, momentum in zip(layers, usual, strict=True):
            layer.momentum = momentum
        learner.eval()


def has_statistics(module: nn.Module) -> bool:
    """Whether a network has layers that normalise by statistics of the batch."""
    return any(isinstance(layer, _NORMS) for layer in module.modules())


class Strategy:
    """Decides what learns in which epoch.

    With "lora" the learner's encoder gets its adapters here; their start is drawn from torch's random state.

    Raises
    ------
    BadInput
        Adapters for a model without attention layers.

    """

    def __init__(self, learner: Learner, settings: TrainSettings) -> None:
        self._learner, self._settings = learner, settings
        self._kind = settings.strategy
        self.stages = [] if self._kind == LINEAR else stages(learner.encoder)
        if self._kind == LORA and not lora.adapt(learner.encoder, settings.rank):
            raise BadInput(
                "This model has no attention layers for low-rank adapters. Choose another strategy."
            )

    def groups(self) -> list[dict[str, Any]]:
        """Optimizer groups: "names" and "params" of all that ever learns, and "scale", a factor of the rate."""
        groups = [self._group(self._named("head"), 1.0)]
        if self._kind == LORA:
            own = {n: p for n, p in self._learner.named_parameters() if lora.is_adapter(n)}
            groups.append(self._group(own, 1.0))
        decay = self._settings.layer_decay if self._kind == GRADUAL else 1.0
        if self._kind in (FULL, GRADUAL):
            for above, names in enumerate(reversed(self.stages)):
                own = {n: p for name in names for n, p in self._named(f"encoder.{name}").items()}
                groups.append(self._group(own, decay ** (above + 1)))
        return groups

    def settled(self, epoch: int) -> bool:
        """Whether all that ever learns does so in this epoch."""
        return self._kind != GRADUAL or self._open(epoch) == len(self.stages)

    def begin(self, epoch: int) -> None:
        """Set what learns in an epoch: gradients, and training behaviour (dropout, normalisation statistics)."""
        learner, encoder = self._learner, self._learner.encoder
        learner.eval()
        learner.requires_grad_(False)
        learner.head.train().requires_grad_(True)
        if self._kind == LORA:
            self._wake(encoder)
            for name, parameter in learner.named_parameters():
                parameter.requires_grad_(lora.is_adapter(name) or name.startswith("head."))
        elif self._kind == FULL:
            self._wake(encoder).requires_grad_(True)
        elif self._kind == GRADUAL:
            for names in self.stages[len(self.stages) - self._open(epoch) :]:
                for name in names:
                    self._wake(encoder.get_submodule(name)).requires_grad_(True)
        for name, module in encoder.named_modules():
            if name and f"{name}.".startswith(getattr(encoder, "frozen", ()) or "\0"):
                module.eval().requires_grad_(False)

    def _wake(self, module: nn.Module) -> nn.Module:
        """Let a part behave as in training, as far as the settings want it: dropout, normalisation's statistics."""
        for layer in module.modules():
            if isinstance(layer, _NORMS):
                layer.training = self._settings.statistics != FROZEN
            else:  # cuDNN has gradients of recurrent layers in training alone; ours have no dropout within
                layer.training = self._settings.dropout or isinstance(layer, nn.RNNBase)
        return module

    def _open(self, epoch: int) -> int:
        return open_stages(len(self.stages), epoch, self._settings.epochs)

    def _named(self, module: str) -> dict[str, nn.Parameter]:
        parameters = self._learner.get_submodule(module).named_parameters()
        return {f"{module}.{name}": parameter for name, parameter in parameters}

    @staticmethod
    def _group(own: dict[str, nn.Parameter], scale: float) -> dict[str, Any]:
        return {"params": list(own.values()), "names": list(own), "scale": scale}
