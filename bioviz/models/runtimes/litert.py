"""LiteRT (formerly TensorFlow Lite): `.tflite` files, on the CPU.

The embedding is most often a tensor inside the graph, which the default delegate (XNNPACK) does not keep. The tensor
is added to the outputs of the graph in memory, so that it is kept like any output; the file stays as it is. Beside
the two usual ways (no delegate, or `experimental_preserve_all_tensors`) this took about half the CPU time for
BirdNET 2.4, and the batch size moved no byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bioviz.errors import BadInput
from bioviz.models.base import Graph
from bioviz.models.runtimes.session import FileFacts, Outputs, Tensor, likeliest_first

MAX_BYTES = 2 << 30  # what a flatbuffer can address


class LiteRTSession:
    """One window at a time: the runtime is as quick so as in batches, and a window depends on no other."""

    def __init__(
        self, path: Path, content: bytes, entry: int, tensors: Sequence[int], samples: int | None
    ) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._interpreter = Interpreter(model_content=content, num_threads=_threads())
        self._path, self._entry, self._tensors = path, entry, tuple(tensors)
        self._shape = (0,)  # what the input is set to
        self._axes = next(
            len(each["shape"]) for each in self._interpreter.get_input_details() if each["index"] == entry
        )
        if samples:
            self._take(samples)
        details = {each["index"]: each for each in self._interpreter.get_output_details()}
        self._quantization = {index: details[index]["quantization"] for index in self._tensors}

    def run(self, window: np.ndarray) -> Outputs:
        try:
            if self._shape[-1] != len(window):
                self._take(len(window))
            self._interpreter.set_tensor(self._entry, np.ascontiguousarray(window.reshape(self._shape)))
            self._interpreter.invoke()
        except (RuntimeError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise BadInput(
                f"{self._path} cannot take a window of {len(window)} samples ({reason}). Is it the version of its card?"
            ) from error
        return Outputs(*map(self._values, self._tensors))

    def _values(self, tensor: int) -> np.ndarray:
        values = self._interpreter.get_tensor(tensor)
        scale, zero = self._quantization[tensor]  # 0.0 where the values are no whole numbers
        if scale:  # a quantised file: whole numbers that stand for steps
            return (values.astype(np.float32) - zero) * np.float32(scale)
        return values

    def _take(self, samples: int) -> None:
        """Make room for windows of a length."""
        self._shape = (*[1] * (self._axes - 1), samples)
        self._interpreter.resize_tensor_input(self._entry, list(self._shape), strict=False)
        self._interpreter.allocate_tensors()


def open_session(path: Path, graph: Graph, samples: int | None) -> LiteRTSession:
    """Load a `.tflite` file; see `session.open_session`."""
    if path.stat().st_size > MAX_BYTES:
        raise BadInput(f"{path} is larger than a .tflite file can be. Choose another file.")
    content = path.read_bytes()
    try:
        tensors = [graph.embedding, graph.scores] if graph.scores else [graph.embedding]
        content, entry, *indices = with_outputs(content, graph.input, tensors)
        return LiteRTSession(path, content, entry, indices, samples)
    except LookupError as error:
        raise BadInput(f"{path} cannot be used: {error.args[0]}") from error
    except Exception as error:  # a damaged flatbuffer fails in many ways, all in the parser
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInput(
            f"{path} is no .tflite file that LiteRT can run ({reason}). Fetch it again."
        ) from error


def inspect(path: Path) -> FileFacts:
    """Read what a `.tflite` file says of itself; see `session.inspect`."""
    try:
        graph, buffers, called = _parsed(path.read_bytes())
        outputs = set(map(int, graph.outputs))
        entries = [int(index) for index in graph.inputs]
        floating = [
            index
            for index, each in enumerate(graph.tensors)
            if index not in entries and each.type in _REAL and not _is_constant(buffers, each)
        ]
        tensors = {
            index: Tensor(_name(graph.tensors[index]), _shape(graph.tensors[index]), index in outputs)
            for index in [*entries, *floating]
        }
        given = tuple(tensors[int(index)] for index in graph.outputs if int(index) in tensors)
    except LookupError as error:
        raise BadInput(f"{path.name} cannot be used: {error.args[0]}") from error
    except Exception as error:  # a damaged flatbuffer fails in many ways, all in the parser
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInput(f"{path.name} is no .tflite file that can be read ({reason}).") from error
    candidates = likeliest_first(tensors[index] for index in floating)
    named = {name: tensors[index].name for name, index in called.items() if index in tensors}
    return FileFacts(
        "litert", tuple(tensors[index] for index in entries), candidates, given, named_outputs=named
    )


_REAL = (0, 1, 9)  # float32, float16, int8 in the file format (TensorType)


def _name(tensor: Any) -> str:
    return (tensor.name or b"").decode("utf-8", "replace")


def _shape(tensor: Any) -> tuple[int, ...]:
    signature = tensor.shapeSignature
    sizes = signature if signature is not None and len(signature) else tensor.shape
    return tuple(int(size) for size in sizes) if sizes is not None else ()


def _is_constant(buffers: Any, tensor: Any) -> bool:
    data = buffers[tensor.buffer].data
    return data is not None and len(data) > 0


def _parsed(content: bytes) -> tuple[Any, Any, dict[str, int]]:
    """Return the main graph of a model, its buffers, and outputs that it names, as the objects of the file format."""
    from ai_edge_litert import schema_py_generated as schema

    if content[4:8] != b"TFL3":
        raise LookupError("it does not begin like a .tflite file.")
    model: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    signatures = [each for each in model.signatureDefs or () if not each.subgraphIndex]
    called = {
        (output.name or b"").decode("utf-8", "replace"): int(output.tensorIndex)
        for signature in signatures
        for output in signature.outputs or ()
    }
    return model.subgraphs[0], model.buffers, called


def with_outputs(content: bytes, entry: str, tensors: Sequence[str]) -> tuple[bytes, int, *tuple[int, ...]]:
    """Return a model with some tensors of its main graph among its outputs.

    Parameters
    ----------
    content
        A `.tflite` file.
    entry
        Name of the waveform's input, "" for the first.
    tensors
        Names of those that are wanted, or positions among the file's own outputs ("#0").

    Returns
    -------
    The model, and the indices of the input and of the tensors.

    Raises
    ------
    LookupError
        There is no such input or tensor; says which there are.

    """
    from ai_edge_litert import schema_py_generated as schema
    from flatbuffers import Builder

    if content[4:8] != b"TFL3":
        raise LookupError("it does not begin like a .tflite file.")
    model: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    graph = model.subgraphs[0]
    names = [each.name.decode("utf-8", "replace") for each in graph.tensors]
    inputs = {names[index]: int(index) for index in graph.inputs}
    if not inputs or (entry and entry not in inputs):
        raise LookupError(f"it has no input {entry!r}; its inputs are {', '.join(inputs) or 'none'}.")
    wanted = [_index(names, list(graph.outputs), tensor) for tensor in tensors]
    index = inputs[entry] if entry else next(iter(inputs.values()))
    hidden = [each for each in dict.fromkeys(wanted) if each not in graph.outputs]
    if not hidden:
        return content, index, *wanted
    graph.outputs = [*graph.outputs, *hidden]
    model.signatureDefs = None  # they would name the outputs anew
    builder = Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output()), index, *wanted


def _index(names: list[str], outputs: list[int], tensor: str) -> int:
    """Return the index of a tensor. Raises LookupError."""
    position = tensor.removeprefix("#")
    if tensor.startswith("#") and position.isdecimal() and int(position) < len(outputs):
        return int(outputs[int(position)])
    if tensor not in names:
        raise LookupError(f"it has no tensor {tensor!r}. Is it the version that the model's card names?")
    return names.index(tensor)


def _threads() -> int:
    import torch

    return torch.get_num_threads()
