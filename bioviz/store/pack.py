"""Results as named arrays plus JSON, and back: what a cache can keep without pickle.

Arrays inside of JSON are texts (base64, little-endian): the one form for datasets, small results and the browser.
"""

from __future__ import annotations

import base64
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


def pack(result: object) -> tuple[dict[str, np.ndarray], Any]:
    """(arrays by path, JSON-able rest) of a dataclass of arrays, numbers, texts, dataclasses, tuples and dicts."""
    arrays: dict[str, np.ndarray] = {}
    return arrays, _pack(result, "", arrays)


def to_plain(result: object) -> dict[str, Any]:
    """Turn a result as in `pack` into one JSON-able value, for small results."""
    arrays, rest = pack(result)
    as_texts = {
        path: {"dtype": little.dtype.str, "shape": list(array.shape), "data": to_base64(little)}
        for path, array in arrays.items()
        for little in [array.astype(array.dtype.newbyteorder("<"), copy=False)]
    }
    return {"arrays": as_texts, "rest": rest}


def from_plain(kind: type, plain: Mapping[str, Any]) -> Any:
    """Return the `kind` that `to_plain` was given."""
    arrays = {
        path: from_base64(each["data"], each["dtype"]).reshape(each["shape"])
        for path, each in plain["arrays"].items()
    }
    return unpack(kind, arrays, plain["rest"])


def to_base64(array: np.ndarray) -> str:
    """Write an array's bytes as text."""
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


def from_base64(text: str, dtype: str) -> np.ndarray:
    """(n,) array of a type such as "<f4" whose bytes `to_base64` wrote; read-only."""
    return np.frombuffer(base64.b64decode(text), dtype=dtype)


def unpack(kind: type, arrays: Mapping[str, np.ndarray], rest: Any) -> Any:
    """Return the `kind` that was packed. Arrays may be memory-mapped; they are not copied."""
    return _unpack(kind, "", arrays, rest)


def _pack(value: Any, path: str, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, np.ndarray):
        arrays[path] = value
        return None
    if is_dataclass(value):
        return {f.name: _pack(getattr(value, f.name), f"{path}.{f.name}", arrays) for f in fields(value)}
    if isinstance(value, Mapping):
        return {name: _pack(each, f"{path}.{name}", arrays) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_pack(each, f"{path}.{i}", arrays) for i, each in enumerate(value)]
    if isinstance(value, float | np.floating) and not np.isfinite(value):
        return {"number": repr(float(value))}  # NaN and infinity are not JSON
    return value.item() if isinstance(value, np.generic) else value


def _unpack(kind: Any, path: str, arrays: Mapping[str, np.ndarray], rest: Any) -> Any:
    if kind is np.ndarray:
        return arrays[path]
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        options = [option for option in typing.get_args(kind) if option is not type(None)]
        return None if rest is None and path not in arrays else _unpack(options[0], path, arrays, rest)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return kind(
            **{name: _unpack(hints[name], f"{path}.{name}", arrays, value) for name, value in rest.items()}
        )
    origin, of = typing.get_origin(kind), typing.get_args(kind)
    if origin is dict:
        return {name: _unpack(of[1], f"{path}.{name}", arrays, value) for name, value in rest.items()}
    if origin is tuple:
        return tuple(_unpack(of[0], f"{path}.{i}", arrays, each) for i, each in enumerate(rest))
    if isinstance(rest, dict) and set(rest) == {"number"}:
        return float(rest["number"])
    return rest
