"""Reading JSON that other programs wrote: never trusted, every part checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bioviz.datasets.tables.source import SourceFile
from bioviz.errors import BadInput

MAX_DEPTH_HINT = "nested too deeply"


def read_json_file(file: SourceFile) -> Any:
    """Return the value of a JSON file.

    Raises
    ------
    BadInput
        It is no JSON.
    """
    try:
        return json.loads(file.text())
    except ValueError as error:
        raise BadInput(f"It is no JSON: {error}.") from error
    except RecursionError as error:
        raise BadInput(f"It is no JSON of annotations: it is {MAX_DEPTH_HINT}.") from error


def seconds(value: object) -> float | None:
    """Return a finite number; None for anything else (text and true are no times)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e300 else None


def items(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list; [] where it is none."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a text or number as text; "" for anything else."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
