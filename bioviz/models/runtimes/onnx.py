"""ONNX Runtime: `.onnx` files, on the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bioviz.errors import BadInput
from bioviz.models.base import Graph
from bioviz.models.runtimes.session import FileFacts, Outputs, Tensor, likeliest_first


class ONNXSession:
    """One window at a time, so that a window depends on no other."""

    def __init__(self, path: Path, graph: Graph, samples: int | None) -> None:
        import onnxruntime
        import torch

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.log_severity_level = 3  # errors; the rest would fill the terminal
        self._path = path
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        inputs = {each.name: each for each in self._session.get_inputs()}
        outputs = [each.name for each in self._session.get_outputs()]
        self._input = graph.input or next(iter(inputs), "")
        self._outputs = [_named(outputs, each) for each in (graph.embedding, graph.scores) if each]
        if self._input not in inputs:
            raise LookupError(f"it has no input {self._input!r}; its inputs are {', '.join(inputs)}.")
        for name in self._outputs:
            if name not in outputs:
                raise LookupError(f"it has no output {name!r}; its outputs are {', '.join(outputs)}.")
        self._shape = (*(1 for _ in inputs[self._input].shape[:-1]), samples or -1)

    def run(self, window: np.ndarray) -> Outputs:
        try:
            values = self._session.run(self._outputs, {self._input: window.reshape(self._shape)})
        except Exception as error:  # the runtime's own errors have no common class
            raise BadInput(_refused(self._path, error)) from error
        return Outputs(*map(np.asarray, values))


def inspect(path: Path) -> FileFacts:
    """Read what an `.onnx` file says of itself; see `session.inspect`."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        opened = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise BadInput(_refused(path, error)) from error

    def tensors(nodes: Any, is_output: bool) -> list[Tensor]:
        return [
            Tensor(each.name, tuple(size if isinstance(size, int) else -1 for size in each.shape), is_output)
            for each in nodes
        ]

    outputs = tensors(opened.get_outputs(), True)
    inputs = tuple(tensors(opened.get_inputs(), False))
    return FileFacts("onnx", inputs, likeliest_first(outputs), tuple(outputs))


def _named(outputs: list[str], embedding: str) -> str:
    """Return the name of an output that may be given by its position."""
    position = embedding.removeprefix("#")
    if embedding.startswith("#") and position.isdecimal() and int(position) < len(outputs):
        return outputs[int(position)]
    return embedding


def open_session(path: Path, graph: Graph, samples: int | None) -> ONNXSession:
    """Load an `.onnx` file; see `session.open_session`."""
    try:
        return ONNXSession(path, graph, samples)
    except LookupError as error:
        raise BadInput(f"{path} cannot be used: {error.args[0]}") from error
    except Exception as error:
        raise BadInput(_refused(path, error)) from error


def _refused(path: Path, error: Exception) -> str:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"{path} is no .onnx file that ONNX Runtime can run as its card says ({reason})."
