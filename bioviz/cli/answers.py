"""What a command answers, and how figures and left-out files are written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from bioviz.datasets.types import Problem


class WrongUsage(Exception):
    """Arguments that do not go together; said as argparse says it (exit code 2)."""


@dataclass(frozen=True)
class Answer:
    """What a command found out.

    Attributes
    ----------
    data : Any
        JSON-able, for `--json`.
    text : str
        For people.
    skipped : bool
        Some files were left out (exit code 4).
    """

    data: Any
    text: str
    skipped: bool = False


def skipped_data(failures: Iterable[Problem]) -> dict[str, Any]:
    """Files that were left out, for `Answer.data`."""
    return {"skipped": [asdict(failure) for failure in failures]}


def skipped_text(failures: Iterable[Problem]) -> str:
    """Files that were left out, a line each, for `Answer.text`."""
    return "".join(f"\nskipped {failure.file}: {failure.detail}" for failure in failures)


def four_digits(value: float | None) -> str:
    """Return a score as text, "-" where there is none."""
    return "-" if value is None else f"{value:.4f}"


def finite(value: float | None) -> float | None:
    """Return a number that JSON has, or None."""
    return None if value is None or not np.isfinite(value) else float(value)


def interval_text(low: float | None, high: float | None, form: str = ".2f") -> str:
    """ "0.12 to 0.34", "-" where the interval is not known."""
    return "-" if finite(low) is None or finite(high) is None else f"{low:{form}} to {high:{form}}"
