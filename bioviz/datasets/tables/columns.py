"""Which column of a table is what, and in which units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
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
            lacks, has = _listed(map(repr, missing)), _listed(columns) or "none"
            raise BadInput(f"It has no column {lacks}; it has {has}.")
        own = {role: spelled[plain(name)] for role in roles if (name := getattr(self, role))}
        return replace(self, **own, label_columns=tuple(spelled[plain(name)] for name in self.label_columns))


def _listed(names: Iterable[str], most: int = 30) -> str:
    """Return names in words; of a table with a column for each of thousands of species the first ones."""
    every = list(names)
    return ", ".join(every[:most]) + (f" and {len(every) - most:,} more" if len(every) > most else "")
