"""Keys are of a whole dataclass; what is stored counts by its key and is read when it is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from bioviz.store.digest import digest
from bioviz.store.keys import Stored, key_of, value_of


@dataclass(frozen=True)
class Part:
    values: np.ndarray | Stored[np.ndarray]
    k: int = 3


@dataclass(frozen=True)
class Inputs:
    part: Part
    names: tuple[str, ...] = ("a", "b")


def never() -> np.ndarray:
    raise AssertionError("it was read")


def test_kind_version_and_every_field_count():
    inputs = Inputs(Part(np.arange(3)))
    key = key_of("noise", 1, inputs)
    assert key == key_of("noise", 1, Inputs(Part(np.arange(3)), ("a", "b")))
    others = [
        key_of("shift", 1, inputs),
        key_of("noise", 2, inputs),
        key_of("noise", 1, Inputs(Part(np.arange(4)))),
        key_of("noise", 1, Inputs(Part(np.arange(3), k=4))),
        key_of("noise", 1, Inputs(Part(np.arange(3)), ("a",))),
    ]
    assert len({key, *others}) == 6


def test_what_is_stored_counts_by_its_key_and_is_not_read_for_it():
    key = key_of("noise", 1, Inputs(Part(Stored("x", never))))
    assert key == key_of("noise", 1, Inputs(Part(Stored("x", lambda: np.zeros(1)))))
    assert key != key_of("noise", 1, Inputs(Part(Stored("y", never))))


def test_what_is_stored_is_loaded_where_it_is_computed_with():
    reads = []
    stored = Stored("x", lambda: reads.append(1) or np.arange(4))
    inputs = Inputs(Part(stored))
    np.testing.assert_array_equal(value_of(inputs.part.values), np.arange(4))
    assert value_of(inputs.part.values) is stored.value and len(reads) == 1
    assert value_of(stored.value) is stored.value


@pytest.mark.parametrize("inputs", [Inputs, {"a": 1}, Inputs(Part(object()))])
def test_what_is_no_dataclass_of_values_is_refused(inputs):
    with pytest.raises(TypeError):
        key_of("noise", 1, inputs)


def test_a_dataclass_counts_field_by_field_and_is_not_a_mapping():
    assert digest(Part(np.arange(2), 1)) != digest({"values": np.arange(2), "k": 1})
