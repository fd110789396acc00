"""Shares as percentages, the one way that all of bioviz prints them."""

from __future__ import annotations

SPACE = "\u00a0"
"""Between number and sign (SI), where no line breaks."""
COLUMN = f"%.0f{SPACE}%%"
"""The same as a printf format, for the columns of tables (`hundredths`)."""


def percent(share: float, digits: int = 0) -> str:
    """Write a share from 0 to 1 as in "88 %", with a no-break space."""
    return of_hundred(f"{100 * share:.{digits}f}")


def told_apart(one: float, other: float) -> tuple[str, str]:
    """Write two shares as `percent` does, with as many digits as it takes to tell them apart, two at most."""
    texts = [(percent(one, digits), percent(other, digits)) for digits in range(3)]
    return next((pair for pair in texts if pair[0] != pair[1]), texts[0])


def hundredths(share: float | None) -> float | None:
    """Return a share from 0 to 1 as a number from 0 to 100, for a column of format `COLUMN`; None unknown."""
    return None if share is None else 100 * share


def of_hundred(number: str) -> str:
    """Add the sign to a number from 0 to 100 that is written out already."""
    return f"{number}{SPACE}%"
