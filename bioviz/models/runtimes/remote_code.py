"""Code that a folder of transformers brings along (BirdMAE, BEATs): run once the user has said so, and never else.

Such code can do anything that the user can. So its files are named and its licence shown before anything of it is run;
what was trusted is known by its hash, and code that would be fetched from another repository is refused.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from bioviz.errors import BadInput

CONFIGS = ("config.json", "preprocessor_config.json")
README = "README.md"
PYTHON = re.compile(r"[A-Za-z_]\w{0,80}\.py")
MOST_FILES, MOST_BYTES = 40, 1 << 20


def files_of(folder: Path) -> tuple[str, ...]:
    """Return the names of the code files that a folder's model needs; () where it needs none.

    Raises
    ------
    BadInput
        They are elsewhere, missing, or more than a model has.

    """
    wanted = [entry for name in CONFIGS for entry in _entries(_read(folder / name).get("auto_map"))]
    if not wanted:
        return ()
    if other := next((entry for entry in wanted if "--" in entry), ""):
        raise BadInput(
            f"{folder} takes its code from another repository ({other.partition('--')[0]}), which is not run here. "
            "Export the model to ONNX, or import embeddings that were computed with it."
        )
    names = sorted(
        each.name for each in folder.glob("*.py") if PYTHON.fullmatch(each.name) and each.is_file()
    )
    absent = [name for entry in wanted if (name := f"{entry.partition('.')[0]}.py") not in names]
    if absent:
        raise BadInput(f"{folder} lacks the code that it needs: {absent[0]}. Fetch the whole repository.")
    if len(names) > MOST_FILES or any((folder / name).stat().st_size > MOST_BYTES for name in names):
        raise BadInput(f"{folder} holds more code than a model needs. bioviz does not run it.")
    return tuple(names)


def check_settings(folder: Path) -> None:
    """Raise BadInput where a folder's settings name a program for a part of the network, which would be fetched."""
    if named := [each for name in CONFIGS for each in _implementations(_read(folder / name))]:
        raise BadInput(f"{folder} asks for {named[0]!r} to compute with, which bioviz does not run.")


@lru_cache(1)
def own_modules() -> None:
    """Let transformers copy the code that it runs to a folder of this process alone, gone when it ends.

    Its usual one is shared by all programs of an account, or of a group, and what lies there is run.
    """
    from transformers import dynamic_module_utils

    private = tempfile.mkdtemp(prefix="bioviz-code-")
    atexit.register(shutil.rmtree, private, ignore_errors=True)
    setattr(dynamic_module_utils, "HF_MODULES_CACHE", private)  # noqa: B010 - it says nowhere what it exports


def check_code(folder: Path, beside: Iterable[tuple[str, str]]) -> None:
    """Raise BadInput where code is not the one that was trusted, by its bytes: size and time say little of it."""
    for name, sha256 in beside:
        if PYTHON.fullmatch(name) and hashlib.sha256((folder / name).read_bytes()).hexdigest() != sha256:
            raise BadInput(f"{folder / name} was changed since the model was added. Add it again.")


def licence_of(folder: Path) -> str:
    """Return the licence that a folder states, in `config.json` or at the head of its README; "" where none."""
    said = _read(folder / CONFIGS[0]).get("license")
    if not isinstance(said, str):
        try:
            head = (folder / README).read_text("utf-8", errors="replace")[:20_000]
        except OSError:
            head = ""
        front = head.split("---")[1] if head.startswith("---") and head.count("---") > 1 else ""
        match = re.search(r"^license:\s*(\S.*)$", front, re.MULTILINE)
        said = match[1] if match else ""
    return said.strip().strip("\"'")[:200]


def check_trust(folder: Path, trusted: bool) -> None:
    """Raise BadInput where a folder brings code and nobody said that it may be run."""
    names = files_of(folder)
    if names and not trusted:
        raise BadInput(
            f"{folder} needs code that its authors bring along ({', '.join(names)}; licence: "
            f"{licence_of(folder) or 'not stated'}), which could do anything. Say that you trust it, export the model "
            "to ONNX, or import embeddings that were computed with it."
        )


def _entries(auto_map: Any) -> list[str]:
    """Return "module.Class" of each entry; of some there are several."""
    if not isinstance(auto_map, dict):
        return [] if auto_map is None else [str(auto_map)]
    return [
        str(each)
        for value in auto_map.values()
        for each in (value if isinstance(value, list) else [value])
        if each
    ]


def _implementations(value: Any) -> list[str]:
    """Return what settings, nested ones too, name as an implementation, beside those that transformers has itself."""
    if isinstance(value, list):
        return [each for part in value for each in _implementations(part)]
    if not isinstance(value, dict):
        return []
    here = [
        str(part)
        for name, part in value.items()
        if str(name).endswith("_implementation") and part not in (None, "eager", "sdpa")
    ]
    return here + [each for part in value.values() for each in _implementations(part)]


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
