"""What a stage of the benchmark is: ways to do the same work, each run in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.bench.stages.inputs import Inputs

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Contender:
    """One way to do the work of a stage.

    Attributes
    ----------
    work
        What is timed. Run on a few clips before, so that imports and compilers are not counted.
    judge
        How good its result is; not timed.
    up_to
        Clips beyond which it takes too long to be waited for, unless it is asked for.
    needs
        A package that may be absent.

    """

    work: Callable[[Inputs], Any]
    judge: Callable[[Inputs, Any], Figures] = field(default=lambda inputs, result: {})
    up_to: int = 50_000
    needs: str = ""


@dataclass(frozen=True)
class Stage:
    """A stage: ours first, then its peers.

    Attributes
    ----------
    title
        What is done.
    contenders
        By name; the first is what the others are compared with.
    wants
        Of the inputs those that are found before, by another process.

    """

    title: str
    contenders: Mapping[str, Contender]
    wants: tuple[str, ...] = ()
