"""What values an option may have, and what is said of it: read alike from a form, the command line and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, field
from typing import Any, Protocol

from bioviz.errors import BadInput


class Kind(Protocol):
    """The values that an option may have."""

    def read(self, name: str, value: object) -> object:
        """Return the value of the option of that name.

        Raises
        ------
        BadInput
            The value cannot be used.
        """
        ...


@dataclass(frozen=True)
class Number:
    """A number from `low` to `high`; `above` where `low` itself is too little."""

    low: float
    high: float
    step: float = 0.1
    above: bool = False

    def read(self, name: str, value: object) -> float:
        number = _number(name, value)
        if self.above and not number > self.low:
            raise BadInput(f"{name} must be above {'zero' if self.low == 0 else self.low}, not {value}.")
        if not self.low <= number <= self.high:
            raise BadInput(f"{name} must be between {self.low:g} and {self.high:g}, not {value}.")
        return number


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`."""

    low: int
    high: int
    step: int = 1

    def read(self, name: str, value: object) -> int:
        number = _number(name, value)
        if number != number // 1 or not self.low <= number <= self.high:
            if self.low == 1 and number <= 0:
                raise BadInput(f"{name} must be above zero, not {value}.")
            raise BadInput(f"{name} must be a whole number from {self.low} to {self.high}, not {value}.")
        return int(number)


@dataclass(frozen=True)
class OneOf:
    """One of some names; `titles` say in words what each means."""

    titles: Mapping[str, str]

    def read(self, name: str, value: object) -> str:
        if value not in self.titles:
            raise BadInput(f"{name} must be {' or '.join(map(repr, self.titles))}, not {value!r}.")
        return str(value)


@dataclass(frozen=True)
class Text:
    """A text; blanks round it do not count unless `strip` is False."""

    longest: int = 1000
    strip: bool = True

    def read(self, name: str, value: object) -> str:
        # The command line reads values as JSON where they are JSON: a column may be called 1.
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise BadInput(f"{name} must be a text, not {value!r}.")
        text = str(value).strip() if self.strip else str(value)
        if len(text) > self.longest:
            raise BadInput(f"{name} must not be longer than {self.longest} characters.")
        return text


@dataclass(frozen=True)
class Words:
    """A list of texts, or one text with commas between them."""

    def read(self, name: str, value: object) -> tuple[str, ...]:
        if isinstance(value, str):
            value = value.split(",")
        if not isinstance(value, list | tuple):
            raise BadInput(f"{name} must be names separated by commas, not {value!r}.")
        words = (str(word).strip() for word in value)
        return tuple(word for word in words if word)


MEANINGS: Mapping[str, str] = {
    "unknown": "a call of an unknown kind: neither a label nor background",
    "background": "nothing calls there: background",
    "drop": "leave these stretches out",
}
"""What a missing label may mean, and in words; any other text is a label."""
ALL_MISSING, EMPTY = "*", "empty"  # how all missing labels, and the empty one, are written in an option


@dataclass(frozen=True)
class Meanings:
    """What words mean that stand where a label is missing: "empty=unknown, NA=drop", or one meaning for all."""

    def read(self, name: str, value: object) -> Mapping[str, str]:
        if isinstance(value, str):
            value = [part for part in value.split(",") if part.strip()]
        if isinstance(value, Mapping):
            pairs = list(value.items())
        elif isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
            pairs = [part.rpartition("=")[::2] if "=" in part else (ALL_MISSING, part) for part in value]
        else:
            pairs = [(None, value)]
        meanings = {}
        for word, meaning in pairs:
            if not isinstance(word, str) or not isinstance(meaning, str) or not meaning.strip():
                raise BadInput(
                    f"{name} must say what missing labels mean, such as empty=unknown, NA=drop, not {value!r}."
                )
            if any(mark in meaning for mark in ",="):
                raise BadInput(f"{name}: a label must not hold a comma or =, as {meaning!r} does.")
            word, meaning = word.strip().casefold(), meaning.strip()
            known = meaning.casefold()
            meanings["" if word == EMPTY else word] = known if known in MEANINGS else meaning
        return meanings

    @staticmethod
    def written(meanings: Mapping[str, str]) -> str:
        """Return a value as one text, for `read`."""
        return ", ".join(f"{word or EMPTY}={meaning}" for word, meaning in meanings.items())


@dataclass(frozen=True)
class Shares:
    """Shares that sum to 1, one for each of `names`."""

    names: tuple[str, ...]

    def read(self, name: str, value: object) -> tuple[float, ...]:
        if isinstance(value, str):
            value = value.split(",")
        shares = tuple(_number(name, each) for each in value) if isinstance(value, list | tuple) else ()
        if len(shares) != len(self.names) or min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
            raise BadInput(f"{name} must be {_COUNTS[len(self.names)]} shares that sum to 1, not {value!r}.")
        return shares


@dataclass(frozen=True)
class Columns:
    """What the columns of a table mean, as `formats.columns.ColumnMapping.to_dict` gives it."""

    def read(self, name: str, value: object) -> Mapping[str, object]:
        if not isinstance(value, Mapping):
            raise BadInput(f"{name} must say which column is what, such as start=begin_time, not {value!r}.")
        return dict(value)


@dataclass(frozen=True)
class OptionInfo:
    """All that is known of an option.

    Attributes
    ----------
    name : str
        Of the field.
    default : object
        None where the reader or the data decide.
    kind : Kind
        Which values it may have.
    group : str
        Heading under which it is shown.
    title, help : str
        What the user reads.
    of_readers : bool
        Whether some readers alone go by it: those whose `own_options` name it. To others it must not be given.
    """

    name: str
    default: Any
    kind: Kind
    group: str
    title: str
    help: str
    of_readers: bool

    def read(self, value: object) -> Any:
        """Return the value of the option of that name.

        Raises
        ------
        BadInput
            The value cannot be used.
        """
        if value is None:
            return self.default
        return self.kind.read(self.name, value)


def option(default: Any, kind: Kind, group: str, title: str, help: str, of_readers: bool = False) -> Any:
    """Declare a field of a dataclass as an option."""
    about = {"kind": kind, "group": group, "title": title, "help": help, "of_readers": of_readers}
    if isinstance(kind, OneOf):
        about["choices"] = tuple(kind.titles)
    if default == ():
        about["empty"] = "none"
    return field(default=default, metadata=about)


def info_of(declared: Field) -> OptionInfo:
    """Return what was said of a field with `option`."""
    about = {name: value for name, value in declared.metadata.items() if name not in ("choices", "empty")}
    return OptionInfo(name=declared.name, default=declared.default, **about)


_COUNTS = {2: "two", 3: "three", 4: "four"}


def _number(name: str, value: object) -> float:
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError("not a number")
        number = float(value)
    except ValueError as error:
        raise BadInput(
            f"An option has a value that cannot be used: {name} must be a number, not {value!r}."
        ) from error
    if not abs(number) < float("inf"):
        raise BadInput(f"{name} must be a finite number, not {value}.")
    return number
