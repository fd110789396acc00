"""Reading a file of weights as tensors, never as a program."""

from __future__ import annotations

from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING

from safetensors import SafetensorError

from bioviz.errors import BadInput
from bioviz.models.runtimes import session

if TYPE_CHECKING:
    from torch import Tensor

    from bioviz.models.encoder import Encoder

TROUBLE = (UnpicklingError, SafetensorError, RuntimeError, EOFError, AttributeError, TypeError, ValueError)
"""What reading or taking over weights fails with where they are damaged or of another network."""


def published(path: Path) -> dict[str, Tensor]:
    """Return the state dict in a weights file, by its ending."""
    import torch
    from safetensors.torch import load_file

    if path.suffix == ".safetensors":
        return load_file(path)
    return torch.load(path, map_location="cpu", weights_only=True)


def load_published(encoder: Encoder, path: Path, network: str, advice: str = "") -> None:
    """Let a network take over the weights in a file.

    Parameters
    ----------
    network
        What it is called, for who reads that these are not its weights.
    advice
        Added to that.

    Raises
    ------
    BadInput
        The file is damaged, or of another network.

    """
    try:
        encoder.load_published(published(path))
    except TROUBLE as error:
        why = session.first_line(error)
        raise BadInput(f"{path} does not hold weights of {network} ({why}). {advice}".rstrip()) from error
