"""Files that no format understands: irrelevant, sound that cannot be opened, or annotations to ask about."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise
from pathlib import Path, PurePosixPath

from bioviz.datasets.files.scan import Ambiguous, Files
from bioviz.datasets.formats.base import FileAccount
from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.sound_files.converted import is_convertible
from bioviz.datasets.tables.column_names import guess, split_unit
from bioviz.datasets.tables.facts import fact_columns, facts_mapping
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.text import plain
from bioviz.datasets.types import Problem
from bioviz.errors import BadInput

_MAX_SEARCHED = 64 * 1024 * 1024  # bytes of a table that are searched for names of recordings
_NUMBER = re.compile(r"^-?\d+([.,]\d+)?$")
_SHOWN_COLUMNS, _SHOWN_CHARACTERS = 40, 120


@dataclass(frozen=True)
class _Known:
    patterns: tuple[str, ...]
    recording_columns: frozenset[str]
    sound: dict[str, str]


@cache
def _known() -> _Known:
    with (Path(__file__).parent / "not_annotations.toml").open("rb") as file:
        values = tomllib.load(file)
    columns = frozenset(map(plain, values["recording_columns"]))
    return _Known(tuple(values["patterns"]), columns, dict(values["sound"]))


def unsupported_sound(name: str) -> str | None:
    """Return what to do with a sound file of a kind that cannot be opened; None for every other file."""
    if is_convertible(name):
        return None
    return _known().sound.get(PurePosixPath(name).suffix.lower())


def is_irrelevant(name: str) -> bool:
    """Whether a file is of a kind that lies beside recordings and holds no annotations, by its name."""
    base = name.rsplit("/", 1)[-1].casefold()
    return any(fnmatchcase(base, pattern) for pattern in _known().patterns)


def account(file: SourceFile) -> FileAccount:
    """Say what becomes of a file that no format recognizes: irrelevant if that is known, else "not understood"."""
    if is_irrelevant(file.name):
        return FileAccount(file.name, "irrelevant")
    if (facts := facts_account(file)) is not None:
        return facts
    if is_list_of_recordings(file) or _is_list_of_soundevent(file):
        return FileAccount(
            file.name, "irrelevant", detail="a list of recordings: nothing in it is an annotation"
        )
    if not file.beginning:
        return FileAccount(file.name, "not understood", detail="it is not a text table")
    if len(file.columns) < 2 or file.beginning.lstrip().startswith(("{", "[", "<")):
        return FileAccount(file.name, "not understood", detail=f"it begins with “{_cut(file.first_line)}”")
    return FileAccount(file.name, "not understood", columns=file.columns, first_row=file.first_row)


def facts_account(file: SourceFile, options: Options | None = None) -> FileAccount | None:
    """Return the account of a table of facts about whole recordings: by the user's word or all of its columns."""
    if (mapping := facts_mapping(file, options)) is not None:
        return _facts(file, mapping.facts.values())
    stated = fact_columns(file.name, file.columns)
    return _facts(file, stated) if stated and is_list_of_recordings(file) else None


def facts_beside_annotations(file: SourceFile, understood: set[str]) -> FileAccount | None:
    """Return the account of a table of facts that has other columns too; None for every other file.

    Tables that were understood speak of all its recordings: whatever those columns say, nothing becomes background.
    """
    stated = fact_columns(file.name, file.columns)
    if not stated or guess(file.columns).label or has_times(file):
        return None
    named = spoken_of(file)
    return _facts(file, stated) if named and named <= understood else None


def _facts(file: SourceFile, columns: Iterable[str]) -> FileAccount:
    own = list(columns)
    known = {plain(name) for name in own} | _known().recording_columns | {plain(guess(file.columns).path)}
    others = [c for c in file.columns if c and plain(split_unit(c)[0]) not in known and plain(c) not in known]
    detail = f"facts about whole recordings: {', '.join(own)}"
    if others:
        detail += f"; not read: {_cut(', '.join(others))}"
    return FileAccount(file.name, "facts", detail=detail, columns=file.columns)


def _is_list_of_soundevent(file: SourceFile) -> bool:
    """Whether it is a JSON file of soundevent that lists recordings alone."""
    return bool(re.search(r'"collection_type"\s*:\s*"(dataset|recording_set)"', file.beginning[:4096]))


def is_list_of_recordings(file: SourceFile) -> bool:
    """Whether a file is a table of recordings all of whose columns are facts of them (site, date, rate, ...)."""
    if not guess(file.columns).path:
        return False
    names = {plain(split_unit(column)[0]) for column in file.columns if column}
    return names <= _known().recording_columns | {plain(guess(file.columns).path)}


def is_fact_of_recordings(column: str) -> bool:
    """Whether a column of this name says something of recordings (site, date, rate) and not of what is heard."""
    return plain(split_unit(column)[0]) in _known().recording_columns


def spoken_of(file: SourceFile) -> set[str]:
    """Return recordings that a file may speak of: the one of its name, and those whose names stand in it."""
    recordings: set[str] = set()
    try:
        beside = file.files.find_beside(file.name)
        recordings |= {beside} if beside else set()
    except Ambiguous as several:
        recordings |= set(several.args[0])
    try:
        if file.path.stat().st_size <= _MAX_SEARCHED:
            text = file.text() if file.beginning else file.path.read_bytes().decode("latin-1")
            recordings |= file.files.named_in(text)
    except (BadInput, OSError):
        pass
    return recordings


def doubtful(file: SourceFile, understood: set[str]) -> set[str]:
    """Return recordings that must not be taken for background while a file is not understood.

    Parameters
    ----------
    file : SourceFile
        The file.
    understood : set of str
        Recordings that other tables speak of. What a table without times may add to them are words about the whole
        recording, so that their clips stay.

    Returns
    -------
    set of str
        Those that it names; of a table that names none, all that nothing else speaks of.
    """
    recordings = spoken_of(file)
    if has_times(file):
        return recordings or set(file.files.audio) - understood
    structured = len(file.columns) > 1 or file.beginning.lstrip().startswith(("{", "[", "<"))
    return (recordings if recordings or not structured else set(file.files.audio)) - understood


def sentence(about: FileAccount) -> Problem:
    """Return the problem that a file of an account is to the user."""
    if about.columns:
        shown = ", ".join(about.columns[:_SHOWN_COLUMNS])
        first = ", ".join(about.first_row[:_SHOWN_COLUMNS])
        detail = f"its columns are {_cut(shown)}" + (f"; its first row is {_cut(first)}" if first else "")
    else:
        detail = about.detail or "its format is not known"
    return problem(
        "not_understood", about.name, f"{detail}. Say which column is what, or say that it is to be left out"
    )


def said_of_reading(file: SourceFile) -> list[Problem]:
    """Say what was assumed of the text of a table that was read: lines that are no part of it, its older encoding."""
    return [*_titles(file), *_encoding(file)]


def _titles(file: SourceFile) -> list[Problem]:
    if not file.beginning or not (titles := file.titles):
        return []
    what = "1 line stands" if len(titles) == 1 else f"{len(titles)} lines stand"
    detail = f"{what} above the names of its columns, and {'is' if len(titles) == 1 else 'are'} no part of the table"
    return [problem("titles", file.name, f"{detail}: “{_cut(titles[0].strip())}”")]


def _encoding(file: SourceFile) -> list[Problem]:
    if not file.beginning or (encoding := file.encoding) is None:
        return []
    words = ", ".join(f"“{_cut(word)}”" for word in encoding.examples)
    detail = f"its letters were read as {encoding.title}" + (f", as in {words}" if words else "")
    detail += "" if encoding.sure else "; other encodings fit as well"
    return [problem("encoding" if encoding.sure else "encoding_unsure", file.name, detail)]


def unreadable_sound(files: Files) -> list[Problem]:
    """Sound files of kinds that cannot be opened."""
    return [
        problem("unsupported_audio", name, advice)
        for name in files.names
        if (advice := unsupported_sound(name)) is not None
    ]


def has_times(file: SourceFile) -> bool:
    """Whether a file is a table with columns of times, or whose rows begin with two rising numbers."""
    mapping = guess(file.columns)
    if mapping.start or (mapping.end and mapping.label):
        return True
    if _rises(re.split(r"[\t;, ]+", file.first_line.strip())[:2]) or _rises(file.first_row):
        return True
    return bool(re.search(r'"?(start|begin|onset|end)[a-z_]*"?\s*[:=]', file.beginning[:4096], re.IGNORECASE))


def _rises(cells: Sequence[str]) -> bool:
    """Whether two neighboring cells are numbers, the second not below the first, as start and end are."""
    for before, after in pairwise(cell.strip() for cell in cells):
        if _NUMBER.match(before) and _NUMBER.match(after):
            first, second = (float(cell.replace(",", ".")) for cell in (before, after))
            if 0 <= first <= second:
                return True
    return False


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
