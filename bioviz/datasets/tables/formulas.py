"""Cells that a spreadsheet would run as a formula: defused where tables are written, and undone where they are read.

An apostrophe goes before such a cell, and before one that already begins with apostrophes and then so;
reading takes one away. Names such as 'Apapane stay as they are both ways. See OWASP, "CSV Injection".
"""

from __future__ import annotations

import re
from typing import TypeVar

T = TypeVar("T")

_DANGEROUS = re.compile(r"(?![+-]?\d+(?:\.\d+)?$)'*[=+\-@\t\r]")  # a number runs nothing
_DEFUSED = re.compile(r"'+[=+\-@\t\r]")
_IN_A_TABLE = re.compile(r"""(?:^|[,;"])\s*'+[=+\-@\t\r]""", re.MULTILINE)


def defused(value: T) -> T | str:
    """Return text so that no spreadsheet runs it; numbers and the like as they are."""
    return f"'{value}" if isinstance(value, str) and _DANGEROUS.match(value) else value


def undone(cell: str) -> str:
    """Return what was defused."""
    return cell[1:] if _DEFUSED.match(cell) else cell


def may_hold_defused(text: str) -> bool:
    """Whether a table may hold a cell that was defused, told quickly."""
    return _IN_A_TABLE.search(text) is not None
