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
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from math import isfinite
from typing import Any, Generic, TypeVar

from bioviz.errors import BadInput
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


def settle_numbers(settings: Any) -> None:
    """Make the numbers of a frozen dataclass of settings what its fields say; for its `__post_init__`.

    25 and 25.0 are equal, and have two keys: settings from a link or a job's record must have the key of the same
    settings from a program.

    Raises
    ------
    BadInput
        One is no finite number, or not whole where it must be.
    """
    for each in fields(settings):
        kind = each.type if isinstance(each.type, str) else getattr(each.type, "__name__", "")
        name, value = each.name, getattr(settings, each.name)
        if kind in ("int", "float"):
            object.__setattr__(settings, name, _settled(name, value, kind))
        elif kind in ("tuple[int, ...]", "tuple[float, ...]"):
            numbers = tuple(_settled(name, part, kind[len("tuple[") :].split(",")[0]) for part in value)
            object.__setattr__(settings, name, numbers)


def _settled(name: str, value: Any, kind: str) -> int | float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = float("nan")
    if not isfinite(number) or (kind == "int" and not number.is_integer()):
        raise BadInput(
            f"{name} must be {'a whole' if kind == 'int' else 'a'} number, not {str(value)[:40]!r}."
        )
    if kind == "int":
        return int(value) if isinstance(value, int) else int(number)
    return number
