"""Clips of which users say different things: somebody has to say what is to be done about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bioviz.counts import counted
from bioviz.errors import BadInput
from bioviz.flags.merged import Flags
from bioviz.flags.records import Flag
from bioviz.user_logs import user_key

LEAVE, LATEST, OF_USER = "leave", "latest", "user:"
_MOST_NAMED = 10


def finalize(flags: Flags, rule: str | None) -> Flags:
    """Return the flags that are to be applied.

    Parameters
    ----------
    rule
        What decides on clips of which users say different things: LEAVE leaves these clips as they are,
        LATEST takes the latest flag, OF_USER and a name takes that user's, and leaves a clip as it is where
        the user has not flagged it. None where nobody has been asked.

    Raises
    ------
    BadInput
        There are such clips and no rule, or it is none of these.

    """
    disputed = flags.rows[flags.disagreement].tolist()
    if not disputed:
        return flags
    if rule is None:
        raise BadInput(
            f"Users disagree on {counted(len(disputed), 'clip')} ({named(disputed)}). Say what to do about "
            "them: leave them as they are, take the latest flag, or take one user's."
        )
    by_row = dict(flags.by_row)
    for row in disputed:
        flag = _kept(by_row.pop(row), rule)
        if flag:
            by_row[row] = flag
    return replace(flags, by_row={row: by_row[row] for row in sorted(by_row)})


def in_words(rule: str) -> str:
    """Return what a rule does, to stand after "of these clips"."""
    match rule:
        case "leave":
            return "left as they were"
        case "latest":
            return "the latest flag was taken"
    return f"the flag of {rule.removeprefix(OF_USER)} was taken, and clips without one left as they were"


def named(rows: list[int]) -> str:
    """Return some clips by their numbers."""
    more = len(rows) - _MOST_NAMED
    examples = ", ".join(map(str, rows[:_MOST_NAMED]))
    return f"{'clip' if len(rows) == 1 else 'clips'} {examples}" + (f" and {more} more" if more > 0 else "")


def _kept(of_clip: Sequence[Flag], rule: str) -> tuple[Flag, ...]:
    """Return the flags of a disputed clip that a rule lets count."""
    if rule == LEAVE:
        return ()
    if rule == LATEST:
        return tuple(flag for flag in of_clip if flag.kind != "unsure")
    if not rule.startswith(OF_USER):
        raise BadInput(f"{rule!r} says not what to do about clips on which users disagree.")
    own = user_key(rule.removeprefix(OF_USER))
    return tuple(flag for flag in of_clip if user_key(flag.user) == own)
