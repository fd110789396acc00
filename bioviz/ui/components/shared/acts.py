"""The log of the user's acts: what was done last of each kind, by number, so that the newest act wins.

Browser and server each keep such a log of one browser tab. An act of the user in the browser (a pick, Next, a
colour, a lasso) is numbered there; an act that Python makes for the user (a line clicked in a table, a list opened)
is numbered here, after the newest that Python has heard of. Logs are put together kind by kind: the higher number
wins and, of equal numbers, the browser's, since Python then had not heard of it. So what comes late never undoes what
came after it, however long a run takes. acts.js is the browser's side of the same rule.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CLIP, SELECTION, FLAGS, USER, CLIP_LIST, WHY = "clip", "selection", "flags", "user", "list", "why"
_MOST_KINDS = 50
_LARGEST = 2**53  # up to here a number in the browser is exact


@dataclass(frozen=True)
class Act:
    """One act.

    Attributes
    ----------
    number
        Of all acts of the tab, increasing.
    browser
        Made in the browser, not by Python.
    value
        What was done, JSON-able.

    """

    number: int
    browser: bool
    value: Any

    @property
    def rank(self) -> tuple[int, bool]:
        """Of two acts of a kind the one of higher rank counts."""
        return self.number, self.browser


Log = Mapping[str, Act]  # kind -> the newest act of it


def merged(log_a: Log, log_b: Log) -> Log:
    """Return the newest act of each kind that either log holds."""
    kinds = {**log_a, **log_b}
    return {
        kind: max((log[kind] for log in (log_a, log_b) if kind in log), key=lambda act: act.rank)
        for kind in kinds
    }


def newest(log: Log) -> int:
    """Return the highest number in a log, 0 for an empty one."""
    return max((act.number for act in log.values()), default=0)


def with_own(log: Log, kind: str, value: object) -> Log:
    """Return the log after an act that Python makes: it comes after all that Python has heard of."""
    return {**log, kind: Act(newest(log) + 1, False, value)}


def from_browser(sent: object) -> Log:
    """Read a log that a browser sent, {kind: [number, by the browser, value]}; what is no act is left out."""
    if not isinstance(sent, Mapping) or len(sent) > _MOST_KINDS:
        return {}
    log = {}
    for kind, act in sent.items():
        if not isinstance(kind, str) or not isinstance(act, list | tuple) or len(act) != 3:
            continue
        number, browser, value = act
        if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
            continue
        if 0 <= number <= _LARGEST and number == int(number) and isinstance(browser, bool):
            log[kind] = Act(int(number), browser, value)
    return log


def to_browser(log: Log) -> dict[str, list[Any]]:
    """Return a log as JSON-able values; `from_browser` reads it back."""
    return {kind: [act.number, act.browser, act.value] for kind, act in log.items()}


def clip_value(dataset: str, row: int) -> list[Any]:
    """Return the value of an act on a clip: it names the dataset, so that it never falls on another one's clip."""
    return [dataset, int(row)]


def clip_row(value: object, dataset: str) -> int:
    """Return the row that the value of an act on a clip names in `dataset`; -1 for none, or for another dataset's."""
    if not isinstance(value, list | tuple) or len(value) != 2 or value[0] != dataset:
        return -1
    row = value[1]
    return row if isinstance(row, int) and not isinstance(row, bool) and row >= 0 else -1
