"""How fast work goes and when it will be done, smoothed so that the figure on screen can be read."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass
class RateEstimate:
    """Exponentially weighted rate of one stage: recent seconds count most, batches of any size are fair.

    The estimate is (weighted units done) / (weighted seconds), which needs no start value and is exact for a
    constant rate from the second report on.

    Attributes
    ----------
    memory_s
        Age in seconds at which a report counts 1/e.
    settle_s
        Seconds of watching before a rate is given.

    """

    memory_s: float = 20.0
    settle_s: float = 0.5
    _last: tuple[float, float] | None = field(default=None, init=False)
    _units: float = field(default=0.0, init=False)
    _seconds: float = field(default=0.0, init=False)
    _watched: float = field(default=0.0, init=False)

    def update(self, done: float, now: float) -> None:
        """Take in that `done` units are finished at the monotonic time `now` in seconds."""
        if self._last is not None:
            seconds = max(now - self._last[0], 0.0)
            units = max(done - self._last[1], 0.0)
            fade = math.exp(-seconds / self.memory_s)
            self._units = self._units * fade + units
            self._seconds = self._seconds * fade + seconds
            self._watched += seconds
        self._last = (now, done)

    @property
    def rate(self) -> float | None:
        """Units per second, or None while too little was seen."""
        if self._watched < self.settle_s or self._seconds <= 0 or self._units <= 0:
            return None
        return self._units / self._seconds

    def eta_s(self, total: float) -> float | None:
        """Seconds until `total` units are done at this rate, or None while unknown."""
        rate = self.rate
        if rate is None or self._last is None:
            return None
        return max(total - self._last[1], 0.0) / rate
