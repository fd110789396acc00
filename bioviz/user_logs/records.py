"""What a user said of a stretch of a recording, as a line of a log holds it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self


@dataclass(frozen=True)
class UserRecord:
    """A stretch of a recording of which a user said something; what was said, by whom and when, subclasses add.

    Attributes
    ----------
    id
        Names the record in its log.
    recording
        Content hash of the recording, so that it is found again after a new scan.
    name
        Of the recording at the time; it tells copies of a recording apart.
    start_s, end_s
        Seconds from the recording's start.

    """

    id: str
    recording: str
    name: str
    start_s: float
    end_s: float

    def to_dict(self) -> dict[str, object]:
        """Return the record as JSON-able values, in the order in which logs hold them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read `to_dict` back; further names are left out.

        Raises
        ------
        KeyError
        TypeError
        ValueError
        OverflowError
            It is no such record.

        """
        # With annotations postponed, a field's type is the text that stands in the class.
        record = cls(**{field.name: _READERS[str(field.type)](values[field.name]) for field in fields(cls)})
        record.check()
        return record

    def check(self) -> None:
        """Raise ValueError where the values do not go together; subclasses say when."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number


def _finite_or_none(value: Any) -> float | None:
    return None if value is None else _finite(value)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "str": _text,
    "int": int,
    "float": _finite,
    "float | None": _finite_or_none,
}
