"""Small model files in the formats that authors publish: waveform in, embedding and scores out."""

from __future__ import annotations

from dataclasses import replace
from math import gcd
from pathlib import Path

import numpy as np
import pytest

from bioviz.config import settings
from bioviz.models.base import ModelCard
from bioviz.models.cards import CARDS

LABELS = 5


def weights_of(samples: int, dim: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """What the small network is made of: (dim, width) and (LABELS, dim) float32, `width` a divisor of `samples`."""
    rng = np.random.default_rng(seed)
    width = gcd(samples, 400)
    return (
        rng.normal(0, 1, (dim, width)).astype(np.float32),
        rng.normal(0, 1, (LABELS, dim)).astype(np.float32),
    )


def expected(waveform: np.ndarray, dim: int, seed: int = 0) -> np.ndarray:
    """(dim,) float32: what the files give for one window, computed without them."""
    first, _ = weights_of(len(waveform), dim, seed)
    return np.maximum(waveform.reshape(-1, first.shape[1]).mean(axis=0) @ first.T, 0)


def write_tflite(
    path: Path, samples: int, dim: int, tensor: str = "pooled", axes: int = 2, seed: int = 0
) -> None:
    """The mean over frames, a layer with ReLU (tensor `tensor`, no output), a layer of scores (the only output)."""
    from ai_edge_litert import schema_py_generated as schema
    from flatbuffers import Builder

    first, second = weights_of(samples, dim, seed)
    width = first.shape[1]
    model, graph = schema.ModelT(), schema.SubGraphT()
    model.version, model.description, model.buffers = 3, "small", [schema.BufferT()]
    graph.tensors, graph.operators = [], []

    def tensor_of(name: str, shape: list[int], data: np.ndarray | None = None, kind: int = 0) -> int:
        each = schema.TensorT()
        each.name, each.shape, each.type, each.buffer = name.encode(), shape, kind, 0
        if data is not None:
            held = schema.BufferT()
            held.data = np.frombuffer(data.tobytes(), np.uint8)
            model.buffers.append(held)
            each.buffer = len(model.buffers) - 1
        graph.tensors.append(each)
        return len(graph.tensors) - 1

    def operator(code: int, inputs: list[int], outputs: list[int], options: object, kind: int) -> None:
        each = schema.OperatorT()
        each.opcodeIndex, each.inputs, each.outputs = code, inputs, outputs
        each.builtinOptions, each.builtinOptionsType = options, kind
        graph.operators.append(each)

    builtin = schema.BuiltinOperator
    codes = [builtin.RESHAPE, builtin.MEAN, builtin.FULLY_CONNECTED]
    model.operatorCodes = []
    for code in codes:
        each = schema.OperatorCodeT()
        each.deprecatedBuiltinCode = each.builtinCode = code
        each.version = 1
        model.operatorCodes.append(each)
    int32 = schema.TensorType.INT32
    entry = tensor_of("waveform", [1] * (axes - 1) + [samples])
    shape = np.array([1, samples // width, width], np.int32)
    framed = tensor_of("framed", shape.tolist())
    mean = tensor_of("mean", [1, width])
    pooled = tensor_of(tensor, [1, dim])
    scores = tensor_of("scores", [1, LABELS])
    none = schema.BuiltinOptions
    operator(0, [entry, tensor_of("shape", [3], shape, int32)], [framed], None, none.NONE)
    axis = tensor_of("axis", [1], np.array([1], np.int32), int32)
    operator(1, [framed, axis], [mean], schema.ReducerOptionsT(), none.ReducerOptions)
    for source, matrix, target, activation in ((mean, first, pooled, 1), (pooled, second, scores, 0)):
        options = schema.FullyConnectedOptionsT()
        options.fusedActivationFunction = activation  # 1: ReLU
        inputs = [source, tensor_of(f"weights of {target}", list(matrix.shape), matrix), -1]
        operator(2, inputs, [target], options, none.FullyConnectedOptions)
    graph.inputs, graph.outputs, graph.name = [entry], [scores], b"main"
    model.subgraphs = [graph]
    builder = Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(builder.Output()))


def write_onnx(
    path: Path,
    samples: int | None,
    dim: int,
    entry: str = "waveform",
    seed: int = 0,
    embedding_first: bool = False,
    scores: str = "scores",
) -> None:
    """The same as an ONNX file: outputs `scores` (or so) and `embedding`; any length where `samples` is None."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    first, second = weights_of(samples or 400, dim, seed)
    width = first.shape[1]
    nodes = [
        helper.make_node("Reshape", [entry, "shape"], ["framed"]),
        helper.make_node("ReduceMean", ["framed"], ["mean"], axes=[1], keepdims=0),
        helper.make_node("MatMul", ["mean", "first"], ["product"]),
        helper.make_node("Relu", ["product"], ["embedding"]),
        helper.make_node("MatMul", ["embedding", "second"], [scores]),
    ]
    constants = {
        "first": first.T.copy(),
        "second": second.T.copy(),
        "shape": np.array([1, -1, width], np.int64),
    }
    outputs = [
        helper.make_tensor_value_info(scores, TensorProto.FLOAT, ["batch", LABELS]),
        helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", dim]),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info(entry, TensorProto.FLOAT, ["batch", samples or "samples"])],
        outputs[::-1] if embedding_first else outputs,
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def publish_small(card: ModelCard, patch: pytest.MonkeyPatch) -> Path:
    """A small file with the inputs and tensors that a card names, in the first weights folder; any hash will do."""
    assert card.graph is not None and card.weights is not None and card.sample_rate is not None
    patch.setitem(
        CARDS, card.name, replace(card, weights=replace(card.weights, sha256="", package=None, hub=None))
    )
    path = settings().weights_dirs[0] / card.weights.name
    samples = None if card.window_s is None else round(card.sample_rate * card.window_s)
    if card.graph.runtime == "litert":
        assert samples is not None
        write_tflite(path, samples, card.dim, card.graph.embedding)
    else:
        first = card.graph.embedding == "#0"
        named = card.graph.scores.removeprefix("#0") or "scores"
        write_onnx(path, samples, card.dim, card.graph.input or "waveform", 0, first, named)
    return path
