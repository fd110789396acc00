"""Keys differ where anything that decides a result differs, and only there."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioviz.store.digest import digest

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def typed(value: object) -> object:
    """A value with its types written out, so that == tells 1 from True and 1.0."""
    if isinstance(value, dict):
        return ("mapping", {key: typed(item) for key, item in value.items()})
    if isinstance(value, list):
        return ("list", [typed(item) for item in value])
    return (type(value).__name__, value)


@given(VALUES, VALUES)
def test_equal_exactly_when_the_values_are(a, b):
    assert (digest(a) == digest(b)) == (typed(a) == typed(b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (("ab", "c"), ("a", "bc")),
        ((["a"], "b"), (["a", "b"],)),
        ((1,), (1.0,)),
        ((1,), (True,)),
        ((np.zeros(4, np.float32),), (np.zeros(4, np.float64),)),
        ((np.zeros((2, 3)),), (np.zeros((3, 2)),)),
        ((np.zeros(2, np.int32),), (np.zeros(1, np.int64),)),
        ((b"a",), ("a",)),
    ],
)
def test_types_shapes_and_lengths_count(a, b):
    assert digest(*a) != digest(*b)


def test_the_order_of_a_mapping_and_the_layout_of_an_array_do_not_count():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    array = np.arange(6.0).reshape(2, 3)
    assert digest(array) == digest(np.asfortranarray(array)) == digest(array.astype(">f8"))
    assert digest(np.float64(1.5), np.int32(3)) == digest(1.5, 3)


def test_the_same_in_another_process():
    script = "from bioviz.store.digest import digest; print(digest('x', 1, {'b': [None, 2.5], 'a': b'y'}))"
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == digest("x", 1, {"a": b"y", "b": [None, 2.5]})


@pytest.mark.parametrize("value", [object(), {1, 2}, {1: "a"}, np.array([{}], dtype=object)])
def test_what_has_no_stable_form_is_refused(value):
    with pytest.raises(TypeError):
        digest(value)


@dataclass
class Facts:
    name: str
    starts: np.ndarray
    boxes: object


def test_it_is_what_earlier_versions_made():
    """Else nothing that they stored would be found."""
    values = (Facts("a", np.arange(3.0), None), {"b": [1, 2.5, True], "a": b"x"}, -0.0, "é")
    assert digest(*values) == "31c915c1bd46cfa0f57c17ab7c3d6b927e3685be081c1f4210bec9562cdc9d6f"
