"""What tables say of whole recordings: the original recording, place, recorder, source and date.

Read for every format: from the annotation table itself, or from a table such as recordings.csv beside the audio.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.files.scan import Files
from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.recorded_at import date_of
from bioviz.datasets.tables.column_names import guess
from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.datasets.tables.explained import explained_columns
from bioviz.datasets.tables.profiles import profile_of
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.text import Table
from bioviz.datasets.types import Problem, Recording
from bioviz.errors import BadInput

_SUFFIXES = (".csv", ".tsv", ".txt")
_COLUMNS = {
    "recording_id": ("recording_id", "original_recording", "original recording id"),
    "site": ("site", "site_name", "location", "station", "plot"),
    "recorder": ("recorder", "recorder_id", "device", "sensor", "logger"),
    "source": ("source", "collection"),
    "date": ("date", "recording_date", "date_recorded", "datetime", "recorded_at", "year"),
}
_DEEPEST = 2  # folders below the root in which tables are looked for


@dataclass(frozen=True)
class Facts:
    """Columns of one recording; "" where no table states them."""

    recording_id: str = ""
    site: str = ""
    recorder: str = ""
    source: str = ""
    date: str = ""


def read_facts(root: Path, options: Options | None = None) -> tuple[dict[str, Facts], list[Problem]]:
    """Facts by name of recording, from all tables that name files and have one of the columns.

    Rows of one recording that contradict each other leave that fact unknown, and become a problem. Tables that
    cannot be read are the annotation format's to report.
    """
    files = Files.below(root)
    stated: dict[str, dict[str, set[str]]] = {}
    for name in files.names:
        if not _is_looked_at(name):
            continue
        file = SourceFile(files, name)
        mapping = facts_mapping(file, options)
        path, columns = (mapping.path, mapping.facts) if mapping else _columns(file.columns)
        if not path or not columns:
            continue
        try:
            table = file.table(mapping is None or mapping.has_header)
        except BadInput:
            continue
        locator = Locator(files, name)
        for row in table.rows:
            recording = locator.find(row.get(path)) if row.get(path) else None
            if not recording:
                continue
            for fact, column in columns.items():
                if value := row.get(column):
                    stated.setdefault(recording, {}).setdefault(fact, set()).add(value)
    facts_of, problems = {}, []
    for recording, facts in stated.items():
        for fact in [fact for fact, values in facts.items() if len(values) > 1]:
            values = ", ".join(sorted(facts.pop(fact))[:3])
            problems.append(
                problem("facts", recording, f"the tables state several values of {fact}: {values}")
            )
        facts_of[recording] = Facts(**{fact: next(iter(values)) for fact, values in facts.items()})
    return facts_of, problems


def with_facts(recording: Recording, facts: Facts) -> Recording:
    """Return the recording with what tables state, which goes before what its name tells.

    An id that is the file's own name says nothing of what it was cut from.
    """
    name = PurePosixPath(recording.name)
    own = facts.recording_id in ("", recording.name, name.name, name.stem)
    date, start = date_of(facts.date) if facts.date else ("", None)
    return replace(
        recording,
        recording_id=recording.recording_id if own else facts.recording_id,
        site=facts.site or recording.site,
        recorder=facts.recorder,
        source=facts.source,
        date=date,
        recorded_at=recording.recorded_at or start,
    )


def facts_mapping(file: SourceFile, options: Options | None = None) -> ColumnMapping | None:
    """Return what the columns of a table of facts are, where the user said so now or in a kept profile; else None."""
    explained = explained_columns(options) if options is not None else None
    if explained is not None and explained.mapping.of_facts and explained.recognizes(file):
        return explained.mapping_of(file.columns)
    profile = profile_of(file)
    if profile is None or not profile.mapping.of_facts:
        return None
    return profile.mapping.fitted(file.columns if profile.mapping.has_header else profile.columns)


def fact_columns(name: str, columns: Sequence[str]) -> list[str]:
    """Which columns of the table `name` tell the site, date and the like of whole recordings; always read."""
    path, stated = _columns(tuple(columns))
    return list(stated.values()) if path and _is_looked_at(name) else []


def usual_facts(columns: Sequence[str]) -> dict[str, str]:
    """Return the column of each fact, as its name tells."""
    return _columns(tuple(columns))[1]


def _is_looked_at(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES) and name.count("/") <= _DEEPEST


def _columns(columns: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """Return the column that names files, "" if there is none, and that of each fact."""
    table = Table(columns, (), ",")
    path = guess(columns).path
    stated = {fact: table.column(*names) for fact, names in _COLUMNS.items()}
    return path, {fact: column for fact, column in stated.items() if column and column != path}
