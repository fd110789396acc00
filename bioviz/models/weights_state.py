"""Reading a file of weights as tensors, never as a program."""

from __future__ import annotations

import zipfile
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING

from safetensors import SafetensorError

from bioviz.errors import BadInput
from bioviz.models.runtimes import session
from bioviz.models.weights import MAX_BYTES
from bioviz.store.zips import ZIP_DAMAGE

if TYPE_CHECKING:
    from torch import Tensor

    from bioviz.models.encoder import Encoder

TROUBLE = (
    UnpicklingError,
    SafetensorError,
    RuntimeError,
    EOFError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""What reading or taking over weights fails with where they are damaged or of another network."""


def published(path: Path) -> dict[str, Tensor]:
    """Return the state dict in a weights file, by its ending.

    Raises
    ------
    BadInput
        It is a zip that unpacks to more than its file has. TROUBLE: it is damaged.

    """
    import torch
    from safetensors.torch import load_file

    if path.suffix == ".safetensors":
        return load_file(path)
    _check_zip(path)
    return torch.load(path, map_location="cpu", weights_only=True)


def _check_zip(path: Path) -> None:
    """Refuse a zip that torch would not have written: it stores what it writes, and never packs it."""
    with open(path, "rb") as file:
        if file.read(2) != b"PK":
            return  # of torch before 1.6
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except ZIP_DAMAGE as error:
        raise BadInput(f"{path} is a damaged zip ({session.first_line(error)}).") from error
    unpacked = sum(about.file_size for about in members)
    if any(about.compress_type != zipfile.ZIP_STORED for about in members) or unpacked > min(
        MAX_BYTES, path.stat().st_size
    ):
        raise BadInput(
            f"{path} does not hold weights as torch writes them: it unpacks to {unpacked / 1e6:,.1f} MB. "
            "Save it again with torch.save, or as .safetensors."
        )


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
