"""Table profiles: what the user said of a table's columns, kept so that the next table of the kind is recognized.

A profile is a small JSON file in the cache folder, `profiles/<name>.json`, that can be given to a colleague.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from bioviz import rights
from bioviz.config import settings
from bioviz.datasets.sound_files.probe import is_audio
from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.text import number, plain
from bioviz.errors import BadInput, Missing
from bioviz.store.files import Corrupt, parse_json, write_json

_FORMAT = 1
_LARGEST = 1_000_000  # bytes of a profile
_NAME = re.compile(r"[\w][\w .-]{0,59}")


@dataclass(frozen=True)
class TableProfile:
    """What a kind of table means.

    Attributes
    ----------
    name : str
        What the user calls it.
    columns : tuple of str
        The header of such tables, as written; the order does not count when one is recognized.
    mapping : ColumnMapping
        What the columns mean.
    """

    name: str
    columns: tuple[str, ...]
    mapping: ColumnMapping

    def fits(self, columns: Sequence[str]) -> bool:
        """Whether a table whose first line holds `columns` is of this kind.

        It has the same header; or, of a profile of tables without one, a line of as many cells that hold what the
        profile says: numbers for times, the name of a recording.
        """
        if set(map(plain, columns)) == set(map(plain, self.columns)):
            return bool(self.columns)
        if self.mapping.has_header or len(columns) != len(self.columns):
            return False
        cells = dict(zip(self.columns, columns, strict=True))
        times = [
            cells[name] for name in (self.mapping.start, self.mapping.end or self.mapping.duration) if name
        ]
        if not times and not self.mapping.path:
            return False
        named = not self.mapping.path or is_audio(cells[self.mapping.path]) or bool(times)
        return named and all(number(cell.replace(":", "")) is not None for cell in times)

    def to_dict(self) -> dict[str, object]:
        """JSON-able, for `from_dict`."""
        return {
            "bioviz_table_profile": _FORMAT,
            "name": self.name,
            "columns": list(self.columns),
            "mapping": self.mapping.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: object) -> TableProfile:
        """Read `to_dict` back; files come from other people, so that everything is checked.

        Raises
        ------
        BadInput
            It is no profile, or names a column that its own header lacks.
        """
        if not isinstance(values, Mapping) or values.get("bioviz_table_profile") != _FORMAT:
            raise BadInput("This is no table profile of bioviz.")
        title, columns, mapping = values.get("name"), values.get("columns"), values.get("mapping")
        if not isinstance(columns, list) or not all(isinstance(each, str) for each in columns):
            raise BadInput("The table profile does not list the columns of the table.")
        if not isinstance(mapping, Mapping):
            raise BadInput("The table profile does not say what the columns mean.")
        profile = cls(_checked_name(title), tuple(columns), ColumnMapping.from_dict(mapping))
        profile.mapping.fitted(columns)
        if not profile.mapping.complete:
            raise BadInput("The table profile does not say which columns hold the label and the times.")
        return profile


def save_profile(profile: TableProfile) -> Path:
    """Keep a profile, in place of one of its name.

    Raises
    ------
    BadInput
        A name that cannot be a file's.
    DiskFull
        No room on the disk.
    """
    rights.require()
    path = _path(profile.name)
    write_json(path, profile.to_dict())
    return path


def keep_profile(profile: TableProfile, instead_of: TableProfile | None = None) -> Path:
    """Keep a new profile, checked as one that comes from a file.

    Parameters
    ----------
    profile : TableProfile
        To be kept.
    instead_of : TableProfile, optional
        The kept one that it takes the place of, whatever either is called.

    Raises
    ------
    BadInput
        It cannot be used, its name is taken, or another profile recognizes the same tables.
    DiskFull
        No room on the disk.
    """
    rights.require()
    profile = TableProfile.from_dict(profile.to_dict())
    others = [each for each in list_profiles() if instead_of is None or each.name != instead_of.name]
    for other in others:
        if other == profile:
            return _path(profile.name)
        if other.fits(profile.columns):
            raise BadInput(
                f"The table profile “{other.name}” recognizes tables with the same columns already, and says: "
                f"{other.mapping.sentence()}. Remove it first if the new one is to count."
            )
        if other.name.casefold() == profile.name.casefold():
            raise BadInput(
                f"There is a table profile “{other.name}” for tables with other columns. Choose another name."
            )
    path = save_profile(profile)
    if instead_of is not None and instead_of.name != profile.name:
        remove_profile(instead_of.name)
    return path


def fitting_name(text: str) -> str:
    """Return a name that a profile may have, from any text such as a file's name."""
    name = re.sub(r"[^\w .-]+", " ", text).strip(" .-")[:60].rstrip(" .")
    return name if _NAME.fullmatch(name) else "table"


def free_name(text: str) -> str:
    """Return a name as `fitting_name` does that no kept profile has: "annotations 2" beside "annotations"."""
    taken = {profile.name.casefold() for profile in list_profiles()}
    name = fitting_name(text)
    numbered = (f"{name[:56].rstrip(' .')} {i}" for i in count(2))
    return next(each for each in chain([name], numbered) if each.casefold() not in taken)


def load_profile(path: Path | str) -> TableProfile:
    """Return a profile from a file, such as a colleague's.

    Raises
    ------
    BadInput
        It cannot be read, or is no profile.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise BadInput(f"{path.name} is no table profile: it is too large.")
        return read_profile(path.read_bytes(), path.name)
    except OSError as error:
        raise BadInput(f"The table profile {path.name} cannot be read: {error.strerror}.") from error


def find_profile(text: str) -> TableProfile:
    """Return the kept profile of a name, else the one in a file.

    Raises
    ------
    BadInput
        There is neither.
    """
    profiles = {profile.name: profile for profile in list_profiles()}
    if text in profiles:
        return profiles[text]
    if not Path(text).is_file():
        names = ", ".join(f"“{name}”" for name in profiles) or "none"
        raise BadInput(f"There is no table profile {text!r}, neither kept (there is {names}) nor as a file.")
    return load_profile(text)


def read_profile(data: bytes, file: str) -> TableProfile:
    """Return a profile from the bytes of a file, whose name is for the sentences.

    Raises
    ------
    BadInput
        It is no profile.
    """
    try:
        return TableProfile.from_dict(parse_json(data, file))
    except Corrupt as error:
        raise BadInput(f"{file} is no table profile: {error}") from error
    except BadInput as error:
        raise BadInput(f"{file}: {error}") from error


def list_profiles() -> list[TableProfile]:
    """Return the kept profiles by name; files that are none are passed over."""
    profiles = []
    for path in sorted((settings().cache_dir / "profiles").glob("*.json")):
        try:
            profiles.append(load_profile(path))
        except BadInput:
            continue
    return profiles


def remove_profile(profile: str) -> None:
    """Forget a profile.

    Raises
    ------
    Missing
        There is none of that name.
    """
    rights.require()
    path = _path(profile)
    if not path.is_file():
        raise Missing(f"There is no table profile {profile!r}.")
    path.unlink()


def profile_of(file: SourceFile) -> TableProfile | None:
    """Return the kept profile that has a file's header; None if there is none."""
    return next((profile for profile in list_profiles() if profile.fits(file.columns)), None)


def _path(profile: str) -> Path:
    return settings().cache_dir / "profiles" / f"{_checked_name(profile)}.json"


def _checked_name(text: object) -> str:
    if not isinstance(text, str) or not _NAME.fullmatch(text) or text.endswith("."):
        raise BadInput("A table profile needs a name of letters, digits, blanks, dots and dashes (up to 60).")
    return text
