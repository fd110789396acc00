"""The one place where keys of results are made: every key is of a dataclass, and the computation gets that dataclass.

So a key cannot forget what a computation reads. What is passed counts as a whole, field by field, and nothing else is
at hand inside:

    inputs = DiagnosisInputs(...)
    key = key_of("diagnosis", VERSION, inputs)  # looks for it in the cache
    diagnosis = diagnose(inputs)                # or computes it

An array that lies in the cache under a key of its own is passed as `Stored`: its key counts in place of its content,
and it is read only when it is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, is_dataclass
from functools import cached_property
from typing import Generic, TypeVar

from bioviz.store.digest import digest

T = TypeVar("T")


@dataclass(frozen=True)
class Stored(Generic[T]):
    """Something that is kept under a key of its own.

    Attributes
    ----------
    key : str
        Decides the content.
    load : callable
        Reads it.
    """

    key: str
    load: Callable[[], T] = field(compare=False, repr=False)

    @cached_property
    def value(self) -> T:
        """The content, read once."""
        return self.load()


def value_of(stored: Stored[T] | T) -> T:
    """Return the content of a field of inputs that may be `Stored`: for where it is computed with."""
    if isinstance(stored, Stored):
        content: T = stored.value
        return content
    return stored


def key_of(kind: str, version: int | str, inputs: object) -> str:
    """Key (hex) of the result of a kind that is computed from `inputs`.

    Parameters
    ----------
    kind : str
        What the result is, such as "diagnosis".
    version : int or str
        Of the computation: raised when the same inputs give another result.
    inputs : dataclass instance
        All that the computation reads; see `digest` for what it may hold.

    Raises
    ------
    TypeError
        `inputs` is no dataclass, or holds something without a stable form.
    """
    if not is_dataclass(inputs) or isinstance(inputs, type):
        raise TypeError(f"A key is made of a dataclass of inputs, not of {type(inputs).__name__}.")
    return digest(kind, version, inputs)
