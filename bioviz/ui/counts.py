"""Numbers of things in words."""

from __future__ import annotations


def counted(number: int, one: str) -> str:
    """Return a number with what it is of, as in "1 label" and "1,200 labels"."""
    return f"{number:,} {one if number == 1 else f'{one}s'}"
