"""Every field of everything that keys are made of counts, and keys are made in one place."""

from __future__ import annotations

import ast
import importlib
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from bioviz.analysis.diagnosis.triage import Rules
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.embedding.complete import _Content
from bioviz.experiments.draw import Draw, Noise, Pair
from bioviz.runs.stages import EmbeddingRows
from bioviz.store.keys import Stored, key_of

PROJECT = Path(__file__).resolve().parents[2] / "bioviz"
NOT_COUNTED = {(Pair, "sound"), (Pair, "name"), (Noise, "sound"), (Noise, "name")}
"""Where a file lies and what it is called for the user. How it is heard is in the hash beside it."""
NO_RESULT = {
    "jobs/manager.py",
    "ui/clips/selection.py",
    "ui/clips/flag_panel.py",
    "ui/datasets/columns_dialog.py",
    "user_logs/logs.py",
    "flags/cleaned.py",
}
"""These hash what is no result: a job's name, a widget's key, the state of the flags."""


def sources() -> list[Path]:
    return [path for path in sorted(PROJECT.rglob("*.py")) if path.parent.name != "store"]


def kinds() -> list[type]:
    """Every dataclass of bioviz whose name ends with Inputs, and what else keys are made of."""
    found = [Draw, Pair, Noise, EmbeddingRows, _Content]
    for path in sources():
        module = ".".join(("bioviz", *path.relative_to(PROJECT).with_suffix("").parts))
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("Inputs"):
                found.append(getattr(importlib.import_module(module), node.name))
    return found


def never() -> object:
    raise AssertionError("it was read")


def sample(hint: object) -> object:
    """Some value of a type."""
    origin, of = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        stored = [each for each in of if typing.get_origin(each) is Stored]
        return sample((stored or of)[0])
    if origin is Stored:
        return Stored("a", never)
    if origin in (Mapping, dict):
        return {"a": sample(of[1])}
    if origin is tuple:
        return tuple(sample(each) for each in of if each is not Ellipsis)
    if origin is typing.Literal:
        return of[0]
    if hint is ProjectionSpec:
        return ProjectionSpec()
    if is_dataclass(hint):
        return instance(hint)
    plain = {
        np.ndarray: np.arange(3.0),
        str: "a",
        bool: True,
        int: 1,
        float: 0.5,
        object: "a",
        Path: Path("a"),
        typing.Any: 1,
    }
    return plain[hint]


def instance(kind: type) -> object:
    hints = typing.get_type_hints(kind)
    return kind(**{each.name: sample(hints[each.name]) for each in fields(kind)})


def other(value: object) -> object:
    """Another value of the same type."""
    if isinstance(value, Stored):
        return Stored(value.key + "b", never)
    if isinstance(value, np.ndarray):
        return np.append(value[:-1], value[-1] + 1)
    if isinstance(value, bool):
        return not value
    if isinstance(value, Mapping):
        return {name: other(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return (*value[:-1], other(value[-1]))
    if isinstance(value, ProjectionSpec):
        return replace(value, seed=value.seed + 1)
    if is_dataclass(value):
        first = next(each.name for each in fields(value) if each.compare)
        return replace(value, **{first: other(getattr(value, first))})
    return Path(f"{value}b") if isinstance(value, Path) else value + ("b" if isinstance(value, str) else 1)


CASES = [(kind, each.name) for kind in kinds() for each in fields(kind)]


@pytest.mark.parametrize(("kind", "name"), CASES, ids=[f"{kind.__name__}.{name}" for kind, name in CASES])
def test_every_field_counts(kind, name):
    inputs = instance(kind)
    changed = replace(inputs, **{name: other(getattr(inputs, name))})
    same = key_of("kind", 1, changed) == key_of("kind", 1, inputs)
    assert same == ((kind, name) in NOT_COUNTED)
    assert key_of("kind", 1, instance(kind)) == key_of("kind", 1, inputs)


def test_what_has_a_key_is_all_there():
    names = {kind.__name__ for kind in kinds()}
    assert names >= {
        "AcousticInputs", "BlockInputs", "SetInputs", "NeighborsInputs", "GraphInputs", "ProjectionInputs",
        "ScoresInputs", "DiagnosisInputs", "ComparisonInputs", "NoiseInputs", "MixtureInputs", "ShiftInputs",
        "TrainingInputs", "WaveformInputs", "ResemblanceInputs",
    }  # fmt: skip


def test_an_optional_input_counts_too():
    from bioviz.analysis.diagnosis.inputs import DiagnosisInputs

    inputs = instance(DiagnosisInputs)
    for name in (
        "site",
        "hour",
        "acoustic",
        "attributes",
        "projection",
        "seconds_per_clip",
        "rules",
        "file",
        "alike",
    ):
        assert key_of("d", 1, replace(inputs, **{name: None})) != key_of("d", 1, inputs), name
    assert key_of("d", 1, replace(inputs, rules=Rules())) != key_of("d", 1, replace(inputs, rules=None))


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_keys_are_made_in_one_place(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bioviz.store"):
            imported = {each.name for each in node.names}
            assert "digest" not in imported or path.relative_to(PROJECT).as_posix() in NO_RESULT, (
                "make the key of a result with store.keys.key_of, of a dataclass that the computation gets"
            )
