"""Files of a folder that are not looked into, whatever they hold: each is named, and the rest of the folder is read."""

from __future__ import annotations

import os
from pathlib import Path

from bioviz.config import settings
from bioviz.datasets.problems import problem
from bioviz.datasets.sound_files.probe import is_audio
from bioviz.datasets.types import Problem
from bioviz.errors import BadInput


def is_text(name: str) -> bool:
    """Whether a name is text: on Linux it may be any bytes, such as letters in the encoding of another time."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def leads_outside(root: Path, name: str) -> str | None:
    """Return why a file that is no sound is not read, None where it is: it may be a table, and a link to elsewhere.

    Recordings are looked at when they are opened.
    """
    path = root / name
    if is_audio(name) or not os.path.islink(path):
        return None
    try:
        settings().check_inside(path)
    except BadInput as error:
        return str(error)
    return None


def unusable(root: Path) -> list[Problem]:
    """Return the files below a folder that are left out by their name or their place alone."""
    problems = []
    top = os.path.abspath(root)
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each != "__MACOSX")
        inside = os.path.relpath(folder, top).replace(os.sep, "/")
        for file in sorted(each for each in files if not each.startswith(".")):
            name = file if inside == "." else f"{inside}/{file}"
            if not is_text(name):
                written = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                detail = "its name, or that of its folder, is in another encoding than UTF-8; rename it"
                problems.append(problem("bad_name", written, detail))
            elif (why := leads_outside(Path(top), name)) is not None:
                problems.append(
                    problem("outside", name, f"it is a link to somewhere else, and not read: {why}")
                )
    return problems
