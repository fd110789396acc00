"""Reading a file of weights as tensors, never as a program."""

from __future__ import annotations

from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING

from safetensors import SafetensorError

if TYPE_CHECKING:
    from torch import Tensor

TROUBLE = (UnpicklingError, SafetensorError, RuntimeError, EOFError, AttributeError, TypeError, ValueError)
"""What reading or taking over weights fails with where they are damaged or of another network."""


def published(path: Path) -> dict[str, Tensor]:
    """Return the state dict in a weights file, by its ending."""
    import torch
    from safetensors.torch import load_file

    if path.suffix == ".safetensors":
        return load_file(path)
    return torch.load(path, map_location="cpu", weights_only=True)
