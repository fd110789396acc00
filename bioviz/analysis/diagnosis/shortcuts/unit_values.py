"""Attributes of clips as attributes of their units of independence: what is stated of recordings, one value a unit."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from bioviz.analysis.codes import codes

MIN_UNITS_A_VALUE = 3
"""Units a value that there must be on average: where nearly every unit has its own date nothing can be said of it."""
BINS = 3


def unit_values(
    attributes: Mapping[str, np.ndarray], unit: np.ndarray
) -> tuple[list[str], np.ndarray, list[list[str]]]:
    """One value a unit for each attribute that may be judged; attributes that divide the units alike are one.

    A unit has the value that most of its clips have; floats are put into BINS bins of equally many units by their
    median. Left out are attributes of which no two values are shared by two units each, or with many values.

    Parameters
    ----------
    attributes
        Name to (n,) ints, strings or floats, unknown -1, "" or NaN.
    unit : (n,) ints
        0..G-1.

    Returns
    -------
    Names, (A, G) int64 value of each unit (-1 unknown), and titles of the values of each.

    """
    attributes_of: dict[bytes, tuple[list[str], np.ndarray, list[str]]] = {}
    for name, values in attributes.items():
        code, titles = _binned(name, values, unit) if values.dtype.kind == "f" else _commonest(values, unit)
        sizes = np.bincount(code[code >= 0], minlength=1)
        if (sizes >= 2).sum() < 2 or sizes.sum() < MIN_UNITS_A_VALUE * (sizes > 0).sum():
            continue
        # Numbered by first use, so that the same division has the same bytes whatever its values are called.
        first = {c: i for i, c in enumerate(dict.fromkeys(code[code >= 0].tolist()))}
        same = np.array([first.get(c, -1) for c in code.tolist()]).tobytes()
        attributes_of.setdefault(same, ([], code, titles))[0].append(name)
    names = [" or ".join(each[0]) for each in attributes_of.values()]
    table = (
        np.stack([each[1] for each in attributes_of.values()])
        if attributes_of
        else np.empty((0, 0), dtype=np.int64)
    )
    return names, table, [each[2] for each in attributes_of.values()]


def _commonest(values: np.ndarray, unit: np.ndarray) -> tuple[np.ndarray, list[str]]:
    code = codes(values)
    size = int(unit.max()) + 1
    table = np.zeros((size, int(code.max(initial=-1)) + 2), dtype=np.int64)
    known = code >= 0
    np.add.at(table, (unit[known], code[known]), 1)
    of = np.where(table.any(axis=1), table.argmax(axis=1), -1)
    used, of[of >= 0] = np.unique(of[of >= 0], return_inverse=True)
    title = {int(c): str(v) for c, v in zip(code[known], np.asarray(values)[known], strict=True)}
    return of, [title[int(c)] for c in used]


def _binned(name: str, values: np.ndarray, unit: np.ndarray) -> tuple[np.ndarray, list[str]]:
    size = int(unit.max()) + 1
    middle = np.full(size, np.nan)
    for u in range(size):
        own = values[unit == u]
        if np.isfinite(own).any():
            middle[u] = np.nanmedian(own)
    known = np.isfinite(middle)
    of = np.full(size, -1)
    if not known.any():
        return of, []
    edges = np.unique(np.quantile(middle[known], np.arange(1, BINS) / BINS))
    of[known] = np.searchsorted(edges, middle[known], "right")
    shown = [f"{edge:.1f} dBFS" if name == "level" else f"{edge:.3g}" for edge in edges]
    titles = [f"{name} below {shown[0]}"]
    titles += [f"{name} {a} to {b}" for a, b in pairwise(shown)]
    return of, [*titles, f"{name} of {shown[-1]} or more"]
