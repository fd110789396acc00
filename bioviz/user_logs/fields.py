"""What may be in the fields of a record that a user makes: names, ids, labels, notes."""

from __future__ import annotations

import re
import unicodedata
import uuid
from datetime import UTC, datetime

from bioviz.datasets.clips.labelling import clean
from bioviz.datasets.options import Options
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.store.reserved import DEVICES

LONGEST_LABEL, LONGEST_NOTE = 200, 2000

_ID = re.compile(r"[0-9a-z][0-9a-z-]{7,63}")
_USER = re.compile(r"\w[\w .-]{0,39}")


def check_id(text: str) -> str:
    """Return `text` if it may name a line of a log.

    Raises
    ------
    BadInput
        It may not.

    """
    if not _ID.fullmatch(text):
        raise BadInput("The id of a flag or annotation is 8 to 64 small letters, digits and dashes.")
    return text


def new_id() -> str:
    """Return an id that no other line has."""
    return uuid.uuid4().hex


def check_user(name: str) -> str:
    """Return the name in its one spelling; it becomes a file name, so that not everything will do.

    Raises
    ------
    BadInput
        It is empty, too long, or holds something else than letters, digits, blanks and . _ -

    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not _USER.fullmatch(name) or name.endswith(".") or name.split(".")[0].casefold() in DEVICES:
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
        raise BadInput(f"{label!r} means background here. Flag the clip as “should be background” instead.")
    return label


def one_line(note: str) -> str:
    """Return a note without line breaks and tabs, cut to the length that logs keep."""
    return " ".join(note.split())[:LONGEST_NOTE]


def now() -> str:
    """Return the time, ISO 8601 in UTC with microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
