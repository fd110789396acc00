"""An opened model file, whatever runs it: which runtime, whether it is installed, and what comes out."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from math import prod
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from bioviz.errors import BadInput, Missing
from bioviz.models.base import Graph

EXTRAS = {"litert": "files", "onnx": "files", "transformers": "transformers", "timm": "timm"}
"""Runtime -> the optional dependencies (`pip install "bioviz[files]"`) that it is part of."""
REQUIRES = {
    "litert": ("LiteRT", "ai_edge_litert"),
    "onnx": ("ONNX Runtime", "onnxruntime"),
    "transformers": ("Transformers", "transformers"),
    "torch_program": ("PyTorch", "torch"),
    "timm": ("timm", "timm"),
}
"""Runtime -> its name for the user and the module that it imports."""


@dataclass(frozen=True)
class Tensor:
    """A tensor of a model file: its name, its shape (-1 for any length), and whether the file gives it out."""

    name: str
    shape: tuple[int, ...]
    is_output: bool = False


@dataclass(frozen=True)
class FileFacts:
    """What a model file says of itself.

    Attributes
    ----------
    runtime
        What runs it.
    inputs
        Those of its main graph.
    tensors
        Those that could be an embedding (a vector, or one a frame), the likeliest first.
    outputs
        What the file gives out, in its order: the scores are most often the first.
    sample_rate
        Hz that it takes; 0 where it does not say.
    named_outputs
        What the file calls some of its outputs, to the names of their tensors.
    kind
        Of which program it is, in words; "" where that is not known.
    scale, licence, reference
        What that says of its scores and its base; "" where nothing.

    """

    runtime: str
    inputs: tuple[Tensor, ...]
    tensors: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...] = ()
    sample_rate: int = 0
    named_outputs: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    scale: str = ""
    licence: str = ""
    reference: str = ""

    def likely_scores(self, embedding: str) -> str:
        """Return the name of the output that is likely the scores, beside an embedding; "" for none."""
        called = self.named_outputs.get("predictions", embedding)
        if called != embedding:
            return called
        return next((each.name for each in self.outputs if each.name != embedding and each.shape), "")


SUFFIXES = {".tflite": "litert", ".onnx": "onnx", ".pt2": "torch_program", ".pt": "torch_program"}
RUN_CODE = ("torch_program",)
"""Runtimes whose files are programs: opening one can run code that its maker put in."""
FOLDERS = {".safetensors": "transformers"}
"""Files that mean nothing without those beside them."""
MAX_OFFERED = 60  # tensors of a file that are named
MIN_DIM, MAX_DIM, MAX_FRAMES = 8, 16384, 4096


def looks_like_embedding(tensor: Tensor) -> bool:
    """Tell whether a tensor's shape can be that of a vector a clip, or of some vectors a clip."""
    if not tensor.shape or not MIN_DIM <= tensor.shape[-1] <= MAX_DIM:
        return False
    return abs(prod(tensor.shape[:-1])) <= MAX_FRAMES


def likeliest_first(tensors: Iterable[Tensor]) -> tuple[Tensor, ...]:
    """Return candidates in the order of the graph, sorted: by a telling name, then the last before the scores."""
    candidates = [each for each in tensors if looks_like_embedding(each)][::-1]
    telling = ("embed", "global_avg_pool", "global_average_pool", "reduce_mean", "features")

    def rank(tensor: Tensor) -> tuple[bool, bool]:
        name = tensor.name.lower()
        return not any(word in name for word in telling), tensor.is_output

    return tuple(sorted(candidates, key=rank)[:MAX_OFFERED])


def inspect(path: Path, *, trusted: bool = False) -> FileFacts:
    """Read what a model file says of itself.

    Parameters
    ----------
    trusted
        The user has said that they trust where the file comes from.

    Raises
    ------
    Missing
        What runs it is not installed.
    BadInput
        It is of no known kind, or damaged; or it is a program and nobody said that it can be trusted.

    """
    runtime = {**SUFFIXES, **FOLDERS}.get(path.suffix.lower())
    if runtime is None:
        raise BadInput(f"{path.name} is no {' or '.join(SUFFIXES)} file. Choose one of these.")
    if absent := advice(runtime):
        raise Missing(absent)
    check_trust(runtime, path.name, trusted)
    from bioviz.models.runtimes import birdnet_analyzer, remote_code

    if path.suffix.lower() in FOLDERS:
        remote_code.check_trust(path.parent, trusted)
    facts = import_module(f"bioviz.models.runtimes.{runtime}").inspect(path)
    if not facts.inputs or not facts.tensors:
        raise BadInput(f"{path.name} has no input, or nothing in it that could be an embedding.")
    return birdnet_analyzer.recognised(facts)


def check_trust(runtime: str, name: str, trusted: bool) -> None:
    """Raise BadInput for a program of which nobody said that it can be trusted."""
    if runtime in RUN_CODE and not trusted:
        raise BadInput(
            f"{name} is a program: opening it can run code that its maker put in. Say that you trust where it comes "
            "from, or bring the model as ONNX."
        )


class Outputs(NamedTuple):
    """What a file gives for one window: values of the embedding's tensor and, where the graph names it, the scores'."""

    embedding: np.ndarray
    scores: np.ndarray | None = None


class Session(Protocol):
    """A model file that is loaded."""

    def run(self, window: np.ndarray) -> Outputs:
        """Give one window (T,) float32 to the file.

        Raises
        ------
        BadInput
            The file cannot take it.

        """
        ...


def advice(runtime: str) -> str:
    """Return what to install where a runtime is not; "" where it is there. Imports none of them."""
    title, module = REQUIRES[runtime]
    if importlib.util.find_spec(module):
        return ""
    return f'{title} is not installed, which runs this model: pip install "bioviz[{EXTRAS.get(runtime, "")}]"'


def open_session(path: Path, graph: Graph, samples: int | None) -> Session:
    """Load a model file.

    Parameters
    ----------
    samples
        Of a window; None where the file takes any number.

    Raises
    ------
    Missing
        The runtime is not installed.
    BadInput
        The file is damaged, or has no such input or tensor.

    """
    if absent := advice(graph.runtime):
        raise Missing(absent)
    module = import_module(f"bioviz.models.runtimes.{graph.runtime}")
    return module.open_session(path, graph, samples)


def first_line(error: Exception) -> str:
    """Return the first line of what a library says, or the kind of the error."""
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
