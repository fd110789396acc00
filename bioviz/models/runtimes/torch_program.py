"""Programs of PyTorch: ExportedProgram (`.pt2`, of `torch.export.save`) and TorchScript (`.pt`, of `torch.jit.save`).

Both are programs: opening one can run code that its maker put in. So they are opened only once the user has said that
they trust where the file comes from; an ONNX file of the same model needs no trust.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bioviz.errors import BadInput
from bioviz.models.base import Graph
from bioviz.models.runtimes.session import FileFacts, Outputs, Tensor, looks_like_embedding

EXPORTED = ".pt2"
TRIED = (48_000, 144_000, 160_000, 96_000, 80_000, 16_000, 15_600, 240_000)
"""Samples that a TorchScript file, which does not tell how many it takes, is tried with."""


class ProgramSession:
    """One window at a time, so that a window depends on no other."""

    def __init__(self, path: Path, graph: Graph) -> None:
        self._path = path
        self._call = _loaded(path)[0]
        self._wanted = [_position(path, each) for each in (graph.embedding, graph.scores) if each]

    def run(self, window: np.ndarray) -> Outputs:
        try:
            given = _called(self._call, window)
        except Exception as error:  # the program's own errors have no common class
            raise BadInput(
                f"{self._path} cannot take a window of {len(window)} samples ({_first(error)})."
            ) from error
        if max(self._wanted) >= len(given):
            raise BadInput(f"{self._path} gives {len(given)} outputs. Is it the version of its card?")
        return Outputs(*(given[i] for i in self._wanted))


def open_session(path: Path, graph: Graph, samples: int | None) -> ProgramSession:
    """Load a program; see `session.open_session`."""
    return ProgramSession(path, graph)


def inspect(path: Path) -> FileFacts:
    """Read what a program says of itself, or what it gives for silence; see `session.inspect`. It is opened."""
    call, announced = _loaded(path)
    reason = ""
    for samples in [announced] if announced > 0 else TRIED:
        try:
            given = _called(call, np.zeros(samples, np.float32))
        except Exception as error:  # the program's own errors have no common class; another length may do
            reason = _first(error)
            continue
        outputs = tuple(Tensor(f"#{i}", tuple(each.shape), True) for i, each in enumerate(given))
        vectors = sorted(filter(looks_like_embedding, outputs), key=lambda each: each.shape[-1], reverse=True)
        return FileFacts("torch_program", (Tensor("waveform", (1, announced)),), tuple(vectors), outputs)
    raise BadInput(f"{path.name} takes no waveform of shape (1, samples) of any usual length ({reason}).")


def _loaded(path: Path) -> tuple[Any, int]:
    """Return what can be called, and the samples that it takes; -1 where that is any number, or it does not say."""
    import torch

    try:
        if path.suffix.lower() == EXPORTED:
            program = torch.export.load(str(path))
            return program.module(), _announced(program)
        return torch.jit.load(str(path), map_location="cpu").eval(), -1
    except Exception as error:  # damaged archives fail in many ways
        raise BadInput(f"{path.name} is no program that PyTorch can open ({_first(error)}).") from error


def _announced(program: Any) -> int:
    """Return the samples that an exported program takes, -1 for any number."""
    names = set(program.graph_signature.user_inputs)
    for node in program.graph.nodes:
        if node.op == "placeholder" and node.name in names and "val" in node.meta:
            size = node.meta["val"].shape[-1]
            return size if isinstance(size, int) else -1
    return -1


def _called(call: Any, window: np.ndarray) -> list[np.ndarray]:
    """Return all tensors that a program gives for a window (T,), in their order."""
    import torch

    with torch.inference_mode():
        return [each.float().numpy() for each in _tensors(call(torch.from_numpy(np.array(window))[None]))]


def _tensors(given: Any) -> list[Any]:
    import torch

    if isinstance(given, torch.Tensor):
        return [given.detach()]
    parts: Sequence[Any] = list(given.values()) if isinstance(given, dict) else list(given)
    return [each.detach() for each in parts if isinstance(each, torch.Tensor)]


def _position(path: Path, output: str) -> int:
    position = output.removeprefix("#")
    if not output.startswith("#") or not position.isdecimal():
        raise BadInput(f"{path}: outputs of a program are called #0, #1 and so on, not {output!r}.")
    return int(position)


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
