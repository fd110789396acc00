"""An opened model file, whatever runs it: which runtime, whether it is installed, and what comes out."""

from __future__ import annotations

import importlib.util
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np

from bioviz.errors import Missing
from bioviz.models.base import Graph

EXTRA = "files"
"""The optional dependencies (`pip install "bioviz[files]"`) that run model files."""
REQUIRES = {"litert": ("LiteRT", "ai_edge_litert"), "onnx": ("ONNX Runtime", "onnxruntime")}
"""Runtime -> its name for the user and the module that it imports."""


class Session(Protocol):
    """A model file that is loaded."""

    def run(self, window: np.ndarray) -> np.ndarray:
        """One window (T,) float32 to the values of the embedding's tensor (...), float32.

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
    return f'{title} is not installed, which runs this model: pip install "bioviz[{EXTRA}]"'


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
