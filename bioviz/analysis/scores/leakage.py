"""A score shown twice: naive, and with whole recordings held out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Paired:
    """A score with neighbours or training clips of the same recording allowed, and with them left out.

    Attributes:
        naive: the score as most tools give it; None if undefined.
        held_out: the score with whole recordings held out; None if undefined.
        chance: what guessing gives; None if there is no such level.
        note: why a value is None or what was left out, "" if nothing.
    """

    naive: float | None
    held_out: float | None
    chance: float | None = None
    note: str = ""

    @property
    def gap(self) -> float | None:
        """naive - held_out: how much of the score leaks through the recording."""
        if self.naive is None or self.held_out is None:
            return None
        return self.naive - self.held_out
