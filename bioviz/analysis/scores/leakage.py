"""A score shown twice: with clips of the same unit (recording) among neighbors or training, and across units."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LeakageScore:
    """A score with neighbors or training clips of the same recording allowed, and with them left out.

    Attributes
    ----------
    with_same_unit
        The score as most tools give it; None if undefined.
    cross_unit
        The score with whole recordings held out; None if undefined.
    chance
        What guessing gives; None if there is no such level.
    note
        Why a value is None or what was left out, "" if nothing.

    """

    with_same_unit: float | None
    cross_unit: float | None
    chance: float | None = None
    note: str = ""

    @property
    def gap(self) -> float | None:
        """with_same_unit - cross_unit: how much of the score leaks through the recording."""
        if self.with_same_unit is None or self.cross_unit is None:
            return None
        return self.with_same_unit - self.cross_unit
