"""What a flag is, and what may be in it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bioviz.datasets.clips.labelling import clean
from bioviz.datasets.options import Options
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput

KINDS = ("wrong_label", "background", "missed", "bad_audio", "unsure", "fine")
TITLES: Mapping[str, str] = {
    "wrong_label": "wrong label",
    "background": "should be background",
    "missed": "missed call",
    "bad_audio": "bad audio",
    "unsure": "unsure",
    "fine": "fine",
}
LABELLED = ("wrong_label", "missed")  # the kinds that may name a label
LONGEST_LABEL, LONGEST_NOTE = 200, 2000

_ID = re.compile(r"[0-9a-z][0-9a-z-]{7,63}")
_USER = re.compile(r"\w[\w .-]{0,39}")
_NO_FILE_NAME = {"con", "prn", "aux", "nul", *(f"{port}{i}" for port in ("com", "lpt") for i in range(1, 10))}


@dataclass(frozen=True)
class Flag:
    """What a user said about a clip.

    Attributes
    ----------
    id
        Names this flag in its log.
    recording
        Content hash of the recording; with start_s and end_s it names the clip, so that a flag is found
        again after a new scan, in whatever row the clip then is.
    name
        Of the recording at the time; it tells copies of a recording apart.
    start_s, end_s
        Of the clip, seconds.
    row
        Of the clip in its dataset at the time.
    kind
        One of KINDS.
    label
        The right label (wrong_label; "" takes the label away) or the label of the missed call.
    wrong
        In wrong_label the label that is wrong; "" for all labels of the clip.
    note
        Free text.
    user
        Who said it.
    time
        When, ISO 8601 in UTC with microseconds.

    """

    id: str
    recording: str
    name: str
    start_s: float
    end_s: float
    row: int
    kind: str
    label: str
    wrong: str
    note: str
    user: str
    time: str

    @property
    def verdict(self) -> tuple[str, str, str]:
        """What it says, without by whom and when."""
        return self.kind, self.label, self.wrong

    @property
    def text(self) -> str:
        """What it says in words."""
        title = TITLES[self.kind]
        match self.kind, bool(self.label):
            case "wrong_label", True:
                return f"{title}: {self.wrong or 'it'} is {self.label}"
            case "wrong_label", False:
                return f"{title}: {self.wrong}" if self.wrong else title
            case "missed", _:
                return f"{title}: {self.label}"
        return title

    def to_dict(self) -> dict[str, object]:
        """Return the flag as JSON-able values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Flag:
        """Read `to_dict` back; further names are left out.

        Raises
        ------
        KeyError
        TypeError
        ValueError
            It is no flag.

        """
        texts = {name: _text(values[name]) for name in _TEXTS}
        if texts["kind"] not in KINDS:
            raise ValueError("an unknown kind")
        start, end = float(values["start_s"]), float(values["end_s"])
        if not (math.isfinite(start) and math.isfinite(end)):
            raise ValueError("times that are no numbers")
        return cls(**texts, start_s=start, end_s=end, row=int(values["row"]))


_TEXTS = ("id", "recording", "name", "kind", "label", "wrong", "note", "user", "time")


def check_id(text: str) -> str:
    """`text` if it may name a flag.

    Raises
    ------
    BadInput
        It may not.

    """
    if not _ID.fullmatch(text):
        raise BadInput("The id of a flag is 8 to 64 small letters, digits and dashes.")
    return text


def check_user(name: str) -> str:
    """Return the name in its one spelling; it becomes a file name, so that not everything will do.

    Raises
    ------
    BadInput
        It is empty, too long, or holds something else than letters, digits, blanks and . _ -

    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not _USER.fullmatch(name) or name.endswith(".") or name.split(".")[0].casefold() in _NO_FILE_NAME:
        raise BadInput(
            f"{name[:60]!r} cannot be a user name: take up to 40 letters, digits, blanks, dots, dashes, starting "
            "with a letter or digit."
        )
    return name


def user_key(name: str) -> str:
    """By what users are told apart: without capitals, as some disks do not know them."""
    return check_user(name).casefold()


def check_label(dataset: Dataset, label: str) -> str:
    """Return a label as datasets spell it; one that the dataset does not have yet is allowed.

    Raises
    ------
    BadInput
        It is empty, too long, or means background in this dataset.

    """
    label = clean(label)
    if label in dataset.labels:
        return label
    if not label or len(label) > LONGEST_LABEL:
        raise BadInput(f"Give a label of up to {LONGEST_LABEL} letters.")
    if Options.of(dataset.source.get("options")).is_background(label):
        raise BadInput(f"{label!r} means background here. Flag the clip as “{TITLES['background']}” instead.")
    return label


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value
