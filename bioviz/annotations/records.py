"""What a user's annotation is, and what may be in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bioviz.datasets.types import Recording
from bioviz.errors import BadInput
from bioviz.user_logs import UserRecord

SHORTEST_S = 1e-4


@dataclass(frozen=True)
class UserAnnotation(UserRecord):
    """A box that a user drew on a recording.

    Attributes
    ----------
    low_hz, high_hz
        None for the whole band.
    label
        What sounds in it.
    note
        Free text.
    user
        Who said so.
    time
        When, ISO 8601 in UTC with microseconds.

    """

    low_hz: float | None
    high_hz: float | None
    label: str
    note: str
    user: str
    time: str

    def check(self) -> None:
        """Raise ValueError for a box that ends before it starts."""
        if self.end_s <= self.start_s:
            raise ValueError("no box")


def check_box(
    recording: Recording, start_s: float, end_s: float, low_hz: float | None, high_hz: float | None
) -> tuple[float, float, float | None, float | None]:
    """Return a box as far as the recording reaches; edges at the ends of its band are no limits.

    Raises
    ------
    BadInput
        Numbers that are none, or of which nothing lies in the recording.

    """
    nyquist = recording.sample_rate / 2
    limits = [start_s, end_s, *(hz for hz in (low_hz, high_hz) if hz is not None)]
    if not all(math.isfinite(number) for number in limits):
        raise BadInput("The times and frequencies of an annotation must be numbers.")
    start, end = max(0.0, start_s), min(end_s, recording.duration_s)
    low, high = max(0.0, low_hz or 0.0), min(nyquist if high_hz is None else high_hz, nyquist)
    if end - start < SHORTEST_S or high <= low:
        raise BadInput(
            f"Nothing of {recording.name} lies from {start_s:g} to {end_s:g} s and {low_hz or 0:g} to "
            f"{nyquist if high_hz is None else high_hz:g} Hz; it reaches to {recording.duration_s:g} s and "
            f"{nyquist:g} Hz."
        )
    if low <= 0 and high >= nyquist:
        return start, end, None, None
    return start, end, low, high
