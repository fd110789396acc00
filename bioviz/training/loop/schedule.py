"""How the learning rate goes over a training, as a pure function of the step: nothing of it need be saved."""

from __future__ import annotations

import math


def factor(schedule: str, step: int, steps: int, warmup: float) -> float:
    """Return the learning rate's factor (0 to 1) at a step (from 0) of `steps`.

    It rises linearly over the first `warmup` share of the steps, then stays ("constant") or follows half a cosine down
    to zero ("cosine").
    """
    rising = round(warmup * steps)
    if step < rising:
        return (step + 1) / rising
    if schedule == "constant":
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * (step - rising) / max(1, steps - rising)))
