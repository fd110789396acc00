"""What a model is to the rest of bioviz: a card that describes it, an object that embeds. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import torch

RANDOM, PRETRAINED, NONE = "random", "pretrained", "none"
BOTH = (RANDOM, PRETRAINED)
FINETUNED = "ft:"  # prefix of the checkpoints made here: "ft:<id>"


@dataclass(frozen=True)
class WeightsFile:
    """A file of pretrained weights.

    Attributes
    ----------
    name
        Its file name, by which it is looked for in the weights folders.
    url
        Where it is published; "" where it has to be brought by hand.
    sha256
        The published hash (hex), or as many first digits as were published; "" where none was.

    """

    name: str
    url: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class ModelCard:
    """What is known of a model without loading it.

    Attributes
    ----------
    name, title, family
        Id in code and URLs, name on screen, group in the picker.
    sample_rate
        Hz that `embed` wants; None means the dataset's own rate.
    window_s
        Seconds of sound in one internal frame, over which the embedding is averaged; None where the whole
        clip is one input.
    dim
        Numbers in an embedding.
    licence
        Of the pretrained weights.
    reference
        Whom to cite.
    about
        One or two plain sentences.
    checkpoints
        Those it can be opened with, fine-tuned ones left out.
    weights
        The file behind "pretrained", if there is one.
    preprocessing
        Version of everything between waveform and network and of the pooling behind it; a change that moves
        embeddings gets a new one, so that no stale cache entry is taken.
    build
        "module:function"; called with the card it returns the Encoder, freshly initialised.
    autocast
        Whether half precision was found harmless for it.

    """

    name: str
    title: str
    family: str
    sample_rate: int | None
    window_s: float | None
    dim: int
    licence: str
    reference: str
    about: str
    checkpoints: tuple[str, ...]
    weights: WeightsFile | None
    preprocessing: str
    build: str
    autocast: bool = True


@dataclass(frozen=True)
class CheckpointState:
    """Whether a checkpoint can be opened now, in words for the picker.

    Attributes
    ----------
    available
        It can.
    message
        What it is, or what is missing and what to do.
    path
        The weights file found, or None.
    expected
        Name of the weights file looked for; "" where none is needed.
    downloadable
        `registry.download` can fetch it.

    """

    available: bool
    message: str
    path: Path | None = None
    expected: str = ""
    downloadable: bool = False


class Model(Protocol):
    """An opened model.

    Attributes
    ----------
    card, checkpoint
        What was opened.
    precision
        "float32", "bfloat16" or "float16", as used by `embed`.
    fingerprint
        Hex; equal fingerprints give equal embeddings of equal waveforms.
    device
        Where it computes, as in `torch.device`.
    module
        The Encoder (an nn.Module), for fine-tuning; it is in eval mode.

    """

    @property
    def card(self) -> ModelCard: ...
    @property
    def checkpoint(self) -> str: ...
    @property
    def precision(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def device(self) -> torch.device: ...
    @property
    def module(self) -> torch.nn.Module: ...

    def embed(self, waveforms: torch.Tensor, rate: int) -> torch.Tensor:
        """Embed (B, T) float32 waveforms of `rate` Hz on the model's device into (B, dim) float32.

        Differentiable; wrap it in `torch.inference_mode()` where no gradient is wanted. A row depends on its
        own waveform only, and is finite for silence.

        Raises
        ------
        BadInput
            Wrong shape, or a rate other than the card's.

        """
        ...

    def to(self, device: str | torch.device) -> Model:
        """Move to a device and return itself."""
        ...
