"""How long work tells how far it is, and learns that it should stop."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Handed to every function that may take more than a second."""

    def report(self, stage: str, done: float, total: float, unit: str = "clips", note: str = "") -> None:
        """Tell that `done` of `total` `unit` of `stage` (a few plain words) are finished.

        Raises
        ------
        Cancelled
            The user asked to stop. Call this often; let it propagate.

        """


class Silent:
    """Progress that nobody watches."""

    def report(self, stage: str, done: float, total: float, unit: str = "clips", note: str = "") -> None:
        return None
