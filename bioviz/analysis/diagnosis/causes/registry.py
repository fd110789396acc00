"""What a cause of confusion is. One file a cause; each registers itself on import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from bioviz.analysis.diagnosis.causes.evidence import Evidence
    from bioviz.analysis.diagnosis.causes.words import ClipWords


@dataclass(frozen=True)
class Sign:
    """Something about a clip, confused or not, that counts only where it is commoner among the confused ones.

    Attributes
    ----------
    name, title : str
        Causes can share a sign by its name; the title stands in the table of signs.
    of : callable
        Evidence to (n,) bool, or (n,) int where clips can show more than one of several such things.
    levels : tuple of int
        From how many of them on a clip has the sign: each is asked about, and the least counts that chance does not
        explain. One of several is often there for nothing, two of them seldom.
    """

    name: str
    title: str
    of: Callable[[Evidence], np.ndarray]
    levels: tuple[int, ...] = (1,)


@dataclass(frozen=True)
class Cause:
    """A reason why a clip is confused.

    Attributes
    ----------
    name : str
        Unique.
    title : str
        As on screen.
    order : int
        Where it stands among the others, from 0 to 99.
    why : callable
        Words of a clip that has it, to one or more sentences with figures.
    sign : Sign, optional
        What it is read off. Without one, `applies` decides alone.
    applies : callable, optional
        (evidence, has_sign) to (n,) bool. `has_sign` is the sign among confused clips, where chance does not explain
        that it is commoner there (all False without a sign). By default `has_sign`.
    """

    name: str
    title: str
    order: int
    why: Callable[[ClipWords], str]
    sign: Sign | None = None
    applies: Callable[[Evidence, np.ndarray], np.ndarray] = lambda evidence, has_sign: has_sign


_causes: dict[str, Cause] = {}


def register(cause: Cause) -> Cause:
    """Make a cause known; one of the same name is replaced."""
    _causes[cause.name] = cause
    return cause


def unregister(name: str) -> None:
    _causes.pop(name, None)


def registered() -> tuple[Cause, ...]:
    """All causes, in the order of the table."""
    return tuple(sorted(_causes.values(), key=lambda cause: (cause.order, cause.name)))


def cause_named(name: str) -> Cause | None:
    return _causes.get(name)
